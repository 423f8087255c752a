-- question: Which records are the same text, or nearly, or the same with other names?
-- param most INTEGER = 100: show at most so many groups of each kind
-- column duplicate: same_content (equal bytes), near_duplicate or renamed_copy (a verdict of that check that is not a pass)
-- column subject: the content digest, or the record judged
-- column records: how many records share the content; 1 for a verdict
-- column examples: up to five records
-- column detail: the verdict's reason or value
WITH shared AS (
    SELECT content_sha256, count(*) AS records
    FROM raw_records GROUP BY content_sha256 HAVING count(*) > 1
    ORDER BY records DESC, content_sha256 LIMIT $most
)
(SELECT 'same_content' AS duplicate, 'sha256:' || s.content_sha256 AS subject, any_value(s.records) AS records,
        list(record_id(r.batch, r.row) ORDER BY r.batch, r.row)[1:5] AS examples, '' AS detail
 FROM shared AS s JOIN raw_records AS r USING (content_sha256)
 GROUP BY s.content_sha256
 ORDER BY records DESC, subject)
UNION ALL
(SELECT "check", record_id(batch, row), 1, [record_id(batch, row)],
        concat_ws(' ', outcome, nullif(reason, ''), nullif(value, ''))
 FROM raw_verdicts WHERE "check" IN ('near_duplicate', 'renamed_copy') AND outcome IN ('fail', 'warn') AND batch IS NOT NULL
 QUALIFY row_number() OVER (PARTITION BY "check" ORDER BY batch, row, said_in) <= $most
 ORDER BY "check", batch, row)
