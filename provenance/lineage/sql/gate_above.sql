-- Kept as gate_above: the dataset's batch, the members' batches, and every batch that they come from.
-- Parameters: dataset BIGINT (reads gate_batches)
-- Columns: batch
--
-- By the parents that manifests name, not by edges of records: a superset, and therefore stricter.
WITH RECURSIVE above AS (
    (SELECT $dataset::BIGINT AS batch UNION SELECT batch FROM gate_batches)
    UNION
    SELECT up.parent FROM (SELECT batch, unnest(parents) AS parent FROM raw_batches) up JOIN above ON up.batch = above.batch
)
SELECT batch
FROM above
