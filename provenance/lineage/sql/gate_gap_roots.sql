-- Fact: records above a dataset that have no parent although they were made from something.
-- Parameters: none (reads gate_edges, gate_stored)
-- Columns: offenders, first_words
WITH children AS (
    SELECT batch, word, bit_or(needs_parent) AS bits FROM gate_stored GROUP BY ALL
),
with_parents AS (
    SELECT batch, word, bit_or(bits) AS bits FROM gate_edges GROUP BY ALL
),
found AS (
    SELECT c.batch, c.word, c.bits & ~coalesce(p.bits, 0) AS bits
    FROM children c LEFT JOIN with_parents p ON p.batch = c.batch AND p.word = c.word
)
SELECT sum(bit_count(bits)) AS offenders,
       min({'batch': batch, 'word': word, 'bits': bits}, 5) FILTER (bits <> 0) AS first_words
FROM found
