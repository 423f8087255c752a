-- Kept as gate_batches: the batches that members are in.
-- Parameters: none (reads gate_listed)
-- Columns: batch
SELECT DISTINCT batch
FROM gate_listed
