-- Internal: one row a part file that a manifest names, with its path as ledger/layout.py makes it.
-- params: parts VARCHAR (the folder)
CREATE TABLE raw_parts AS
SELECT
    batch,
    part.key AS table_name,
    concat_ws('/', $parts, part.key, left(batch_id(batch), 2),
              batch_id(batch) || '-' || left(part.value.sha256, 16) || '.parquet') AS path,
    part.value.rows AS rows,
    part.value.bytes AS bytes,
    part.value.sha256 AS sha256
FROM (SELECT batch, unnest(map_entries(m.parts)) AS part FROM loaded)
ORDER BY batch, table_name
