-- Internal: the edge files of batches that may hold children of what was reached last: a batch names its parents.
-- columns: path
SELECT p.path
FROM raw_parts AS p
JOIN raw_batches AS b USING (batch)
WHERE p.table_name = 'edges'
  AND (list_has_any(b.parents, (SELECT list(DISTINCT batch) FROM impact_last))
       OR b.batch IN (SELECT batch FROM impact_last))
ORDER BY p.batch
