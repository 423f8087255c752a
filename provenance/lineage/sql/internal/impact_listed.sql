-- Internal: records of some files whose own list names the target, or whose list was cut in a batch that the target made.
-- params: paths VARCHAR (one a line), target VARCHAR, list VARCHAR ('generators', 'licences' or 'sources'),
--         made VARCHAR (comma-separated batches)
-- columns: batch, row, origin, language
SELECT batch, row, origin, language
FROM read_parquet(string_split($paths, chr(10)))
WHERE list_contains(CASE $list WHEN 'generators' THEN generators WHEN 'licences' THEN licences ELSE sources END, $target)
   OR (overflow AND list_contains(string_split($made, ','), CAST(batch AS VARCHAR)))
