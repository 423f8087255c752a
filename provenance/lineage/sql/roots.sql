-- question: From which commits, or models, does a record come in the end?
-- param record RECORD: the record
-- column record: a root
-- column origin: its class
-- column repository: where it was found; NULL for what was made here
-- column commit: the commit that last changed it
-- column path: its path
-- column licence: its licence
-- column model: the model that made it, where it was made
WITH RECURSIVE above AS (
    SELECT CAST('0x' || $record[5:20] AS BIGINT) AS batch, CAST($record[22:] AS INTEGER) AS row
    UNION
    SELECT e.parent_batch, e.parent_row
    FROM above AS a JOIN raw_edges AS e USING (batch, row)
), ends AS (
    SELECT batch, row FROM above ANTI JOIN raw_edges USING (batch, row)
)
SELECT record_id(x.batch, x.row) AS record, r.origin, s.repository, s.commit, s.path, r.licence,
       b.params ->> '$.model' AS model
FROM ends AS x
LEFT JOIN raw_records AS r USING (batch, row)
LEFT JOIN raw_sources AS s USING (batch, row)
LEFT JOIN raw_batches AS b USING (batch)
ORDER BY x.batch, x.row
