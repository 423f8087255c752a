-- Internal: batches that are affected in every row. params: batches VARCHAR (comma-separated); columns: batch
SELECT CAST(x AS BIGINT) AS batch FROM (SELECT unnest(string_split($batches, ',')) AS x) WHERE x <> ''
