-- Kept as gate_said: what checks said of the members' batches, as words of 64 rows.
-- Parameters: none (reads gate_batches)
-- Columns: check, batch, word, passed, failed
--
-- Any number of verify batches may have spoken of a record, in any order. Only pass is a pass and only fail a fail.
-- All checks are kept, there are few of them: filtering 30 million texts costs more than it saves.
SELECT "check", batch, "row" >> 6 AS word,
       bit_or(CASE WHEN outcome = 'pass' THEN 1::UBIGINT << ("row" & 63) ELSE 0::UBIGINT END) AS passed,
       bit_or(CASE WHEN outcome = 'fail' THEN 1::UBIGINT << ("row" & 63) ELSE 0::UBIGINT END) AS failed
FROM raw_verdicts
WHERE batch IN (SELECT batch FROM gate_batches)
GROUP BY ALL
