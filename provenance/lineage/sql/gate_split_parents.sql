-- Fact: members with a parent in another split.
-- Parameters: main VARCHAR: the largest split (reads gate_words)
-- Columns: offenders, first_words (children)
--
-- Of an edge between two splits at least one end is outside the largest; only edges with such an end are looked at.
WITH listed AS (
    SELECT split, batch, word, bit_or(bits) AS bits FROM gate_words GROUP BY ALL
),
small AS (
    SELECT * FROM listed WHERE split IS DISTINCT FROM $main
),
crossing AS (
    SELECT e.batch, e."row"
    FROM raw_edges e
    JOIN small c ON c.batch = e.batch AND c.word = e."row" >> 6 AND (c.bits >> (e."row" & 63)) & 1 = 1
    JOIN listed p ON p.batch = e.parent_batch AND p.word = e.parent_row >> 6 AND (p.bits >> (e.parent_row & 63)) & 1 = 1
    WHERE c.split IS DISTINCT FROM p.split
    UNION ALL
    SELECT e.batch, e."row"
    FROM raw_edges e
    JOIN small p ON p.batch = e.parent_batch AND p.word = e.parent_row >> 6 AND (p.bits >> (e.parent_row & 63)) & 1 = 1
    JOIN listed c ON c.batch = e.batch AND c.word = e."row" >> 6 AND (c.bits >> (e."row" & 63)) & 1 = 1
    WHERE c.split IS DISTINCT FROM p.split
),
words AS (
    SELECT batch, "row" >> 6 AS word, bit_or(1::UBIGINT << ("row" & 63)) AS bits FROM crossing GROUP BY ALL
)
SELECT sum(bit_count(bits)) AS offenders, min({'batch': batch, 'word': word, 'bits': bits}, 5) AS first_words
FROM words
