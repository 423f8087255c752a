-- Question: which records of some batches are withdrawn?
-- Parameters: batches BIGINT[] (reads gate_withdrawn)
-- Columns: batch, row
SELECT DISTINCT batch, "row" FROM gate_withdrawn WHERE batch IN (SELECT unnest($batches::BIGINT[]))
