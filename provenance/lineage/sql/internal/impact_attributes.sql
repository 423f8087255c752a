-- Internal: origin and language of what was reached. params: paths VARCHAR (record files); columns: batch, row, ...
SELECT k.batch, k.row, r.origin, r.language
FROM impact_keys AS k
JOIN read_parquet(string_split($paths, chr(10))) AS r USING (batch, row)
