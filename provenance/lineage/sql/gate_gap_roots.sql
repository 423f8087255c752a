-- Fact: records above a dataset that have no parent although they were made from something.
-- Parameters: none (reads gate_above, gate_stored)
-- Columns: offenders, first_words
WITH children AS (
    SELECT batch, word, bit_or(needs_parent) AS bits FROM gate_stored GROUP BY ALL
),
with_parents AS (
    SELECT batch, "row" >> 6 AS word, bit_or(1::UBIGINT << ("row" & 63)) AS bits
    FROM raw_edges
    WHERE batch IN (SELECT batch FROM gate_above)
    GROUP BY ALL
),
found AS (
    SELECT c.batch, c.word, c.bits & ~coalesce(p.bits, 0) AS bits
    FROM children c LEFT JOIN with_parents p ON p.batch = c.batch AND p.word = c.word
)
SELECT sum(bit_count(bits)) AS offenders,
       min({'batch': batch, 'word': word, 'bits': bits}, 5) FILTER (bits <> 0) AS first_words
FROM found
