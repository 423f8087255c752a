-- Internal: batches that may have said something of records of these batches: their children, and those without parents.
-- params: batches VARCHAR (comma-separated), table VARCHAR; columns: batch
SELECT b.batch
FROM raw_parts AS p
JOIN raw_batches AS b USING (batch)
WHERE p.table_name = $table
  AND (len(b.parents) = 0
       OR list_has_any(b.parents, list_transform(string_split($batches, ','), lambda x: CAST(x AS BIGINT))))
ORDER BY b.written_at, b.batch
