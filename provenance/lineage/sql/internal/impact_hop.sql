-- Internal: the records made from what was reached last that were not reached before.
-- params: paths VARCHAR (edge files, one a line); columns: batch, row
SELECT DISTINCT e.batch, e.row
FROM read_parquet(string_split($paths, chr(10))) AS e
SEMI JOIN impact_last AS l ON e.parent_batch = l.batch AND e.parent_row = l.row
ANTI JOIN impact_keys AS k ON e.batch = k.batch AND e.row = k.row
