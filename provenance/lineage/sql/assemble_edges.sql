-- Question: which edges lie over the given batches and everything that they come from?
-- Parameters: batches BIGINT[]
-- Columns: batch, row, parent_batch, parent_row, role
WITH RECURSIVE above AS (
    SELECT unnest($batches::BIGINT[]) AS batch
    UNION
    SELECT e.parent_batch FROM (SELECT DISTINCT batch, parent_batch FROM raw_edges) e JOIN above ON e.batch = above.batch
)
SELECT batch, row, parent_batch, parent_row, role
FROM raw_edges
WHERE batch IN (SELECT batch FROM above)
