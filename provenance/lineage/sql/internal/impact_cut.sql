-- Internal: children of what is known to be affected whose own list was cut; asked again until there are none.
-- params: edges VARCHAR, records VARCHAR (files, one a line); columns: batch, row, origin, language
SELECT r.batch, r.row, r.origin, r.language
FROM read_parquet(string_split($records, chr(10))) AS r
WHERE r.overflow
  AND NOT EXISTS (FROM impact_ids AS i WHERE i.batch = r.batch AND i.row = r.row)
  AND EXISTS (
      FROM read_parquet(string_split($edges, chr(10))) AS e
      WHERE e.batch = r.batch AND e.row = r.row
        AND (e.parent_batch IN (SELECT batch FROM impact_whole)
             OR EXISTS (FROM impact_ids AS i WHERE i.batch = e.parent_batch AND i.row = e.parent_row)))
