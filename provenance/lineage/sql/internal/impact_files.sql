-- Internal: the files of a table for the batches of a list. params: table VARCHAR, batches VARCHAR (comma-separated)
-- columns: path
SELECT path
FROM raw_parts
WHERE table_name = $table
  AND batch IN (SELECT CAST(x AS BIGINT) FROM (SELECT unnest(string_split($batches, ',')) AS x) WHERE x <> '')
ORDER BY batch
