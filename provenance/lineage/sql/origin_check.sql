-- question: Which records look least like the origin that they declare?
-- param most INTEGER = 100: show at most so many
-- param language VARCHAR = NULL: of this language only
-- column record: the record
-- column language: its language
-- column name: its file name or title
-- column declared: its class; no verdict changes it
-- column outcome: warn (a person should look), then pass in order of rarity; abstained and skipped ones are not shown
-- column reason: why
-- column conformal_p: share of known records of the declared side that lie as far out
-- column origin_score: of one detector: higher is nearer to what models wrote; not a probability
-- column n: known records that it was compared with
-- column detector: the batch that holds the detector
WITH newest AS (
    SELECT *
    FROM raw_verdicts
    WHERE "check" = 'declared_origin' AND batch IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY batch, row ORDER BY judged_at DESC, said_in DESC) = 1
)
SELECT record_id(v.batch, v.row) AS record, r.language, r.name, r.origin AS declared, v.outcome, v.reason,
       CAST(v.value ->> '$.conformal_p' AS DOUBLE) AS conformal_p,
       CAST(v.value ->> '$.origin_score' AS DOUBLE) AS origin_score,
       CAST(v.value ->> '$.n' AS INTEGER) AS n,
       v.value ->> '$.calibration' AS detector
FROM newest AS v
JOIN raw_records AS r USING (batch, row)
WHERE v.outcome IN ('warn', 'pass') AND ($language IS NULL OR r.language = $language)
ORDER BY v.outcome = 'warn' DESC, conformal_p, CASE WHEN r.origin = 'human' THEN -origin_score ELSE origin_score END,
         v.batch, v.row
LIMIT $most
