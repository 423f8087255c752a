-- Question: what may be chosen for a training set, and what did the given verdict batches say of each?
-- Parameters: batches BIGINT[] (whose records may be chosen), verdicts BIGINT[] (whose verdicts count)
-- Columns: batch, row, language, kind, origin, evidence, depth, licence, licences, content_sha256, overflow, bytes, generator, step, derived, generated, passed, failed, judged
WITH said AS (
    SELECT batch, row,
           list(DISTINCT "check") FILTER (outcome = 'pass' AND counts) AS passed,
           -- As the gate counts it: a fail is for ever, whoever said it, but for what was compared with another whole.
           list(DISTINCT "check") FILTER (outcome = 'fail' AND (counts OR NOT is_relative("check"))) AS failed,
           list(DISTINCT "check") FILTER (outcome <> 'error' AND counts) AS judged
    FROM (SELECT *, said_in IN (SELECT unnest($verdicts::BIGINT[])) OR ("check" IN ('proof', 'masking') AND said_in = batch) AS counts
          FROM raw_verdicts)
    -- What a making proved is said in the batch that it made.
    WHERE batch IN (SELECT unnest($batches::BIGINT[]))
    GROUP BY batch, row
)
SELECT r.batch, r.row, r.language, r.kind, r.origin, r.evidence, r.depth, r.licence, r.licences, r.content_sha256,
       r.overflow, r.bytes,
       coalesce(b.params ->> '$.model', r.generators[1], '') AS generator, b.step, b.step <> 'ingest' AS derived, is_generated(b.step, b.params) AS generated,
       said.passed, said.failed, said.judged
FROM raw_records r
JOIN raw_batches b ON b.batch = r.batch
LEFT JOIN said ON said.batch = r.batch AND said.row = r.row
WHERE r.batch IN (SELECT unnest($batches::BIGINT[]))
ORDER BY r.batch, r.row
