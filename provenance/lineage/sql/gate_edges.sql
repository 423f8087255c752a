-- Kept as gate_edges: the edges above a dataset, by pairs of batches and words of 64 children.
-- Parameters: none (reads gate_above)
-- Columns: batch, parent_batch, word, bits (the children), edges, lowest, highest, known (of parent_row), child (of the
--   highest)
--
-- One pass over the edges for two facts.
SELECT batch, parent_batch, "row" >> 6 AS word, bit_or(1::UBIGINT << ("row" & 63)) AS bits, count(*) AS edges,
       min(parent_row) AS lowest, max(parent_row) AS highest, count(parent_row) AS known,
       arg_max("row", parent_row) AS child
FROM raw_edges
WHERE batch IN (SELECT batch FROM gate_above)
GROUP BY ALL
