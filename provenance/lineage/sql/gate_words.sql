-- Kept as gate_words: the members of a dataset as words of 64 rows, one bit a row.
-- Parameters: dataset BIGINT
-- Columns: batch, word, origin, split, bits, members
--
-- Sets of rows are compared word by word: exact, and some ten times cheaper than a join of rows (docs/gate.md, speed).
SELECT batch, "row" >> 6 AS word, origin, split, bit_or(1::UBIGINT << ("row" & 63)) AS bits, count(*) AS members
FROM raw_members
WHERE dataset = $dataset
GROUP BY ALL
