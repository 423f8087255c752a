-- Kept as gate_said: what checks said of the members' batches, as words of 64 rows.
-- Parameters: dataset BIGINT (reads gate_batches)
-- Columns: check, batch, word, passed, failed, judged (anything but an error was said)
--
-- Whether a record is nearly another depends on the threshold and on what it was compared with, so near_duplicate and its
-- like (is_relative of internal/macros.sql) count only as said by the batches that the dataset was assembled by; a
-- judgement of another set says nothing of this one.
-- Any number of verify batches may have spoken of a record, in any order. Only pass is a pass and only fail a fail.
-- All checks and outcomes are kept, there are few of them: comparing 30 million texts costs more than it saves.
WITH said AS (
    SELECT "check", outcome, batch, "row" >> 6 AS word, bit_or(1::UBIGINT << ("row" & 63)) AS bits
    FROM raw_verdicts
    WHERE batch IN (SELECT batch FROM gate_batches)
      AND (NOT is_relative("check")
           OR said_in IN (SELECT unnest(parents) FROM raw_batches WHERE batch = $dataset::BIGINT))
    GROUP BY ALL
)
SELECT "check", batch, word, coalesce(bit_or(bits) FILTER (outcome = 'pass'), 0::UBIGINT) AS passed,
       coalesce(bit_or(bits) FILTER (outcome = 'fail'), 0::UBIGINT) AS failed,
       coalesce(bit_or(bits) FILTER (outcome <> 'error'), 0::UBIGINT) AS judged
FROM said
GROUP BY ALL
