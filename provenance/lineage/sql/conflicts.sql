-- question: Where does evidence of origin contradict itself?
-- param most INTEGER = 1000: show at most so many
-- column record: the record
-- column origin: the class it was given, on the safe side
-- column found_in: evidence or verdict
-- column detail: what contradicts it
WITH found AS (
    SELECT batch, row, 'evidence' AS found_in, value AS detail FROM raw_evidence WHERE kind = 'conflict'
    UNION ALL
    SELECT batch, row, 'verdict', concat_ws(' ', nullif(reason, ''), nullif(value, ''))
    FROM raw_verdicts WHERE "check" = 'origin' AND outcome IN ('warn', 'fail') AND batch IS NOT NULL
)
SELECT record_id(f.batch, f.row) AS record, r.origin, f.found_in, f.detail
FROM found AS f
LEFT JOIN raw_records AS r USING (batch, row)
ORDER BY f.batch, f.row, found_in, detail
LIMIT $most
