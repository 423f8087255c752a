-- question: How did each transform do?
-- column transform: as in the recipe of step augment
-- column made: records
-- column same_run: differential check passed: ran like the parent, and something could be seen
-- column same_code: differential check passed: running shows nothing, but the generated C or the machine code is the parent's
-- column failed: a differential check failed
-- column skipped: judged, but never passed or failed
-- column unjudged: no differential check spoke of them
WITH made AS (
    SELECT batch, coalesce(params ->> '$.transform', '(none)') AS transform, record_rows
    FROM raw_batches WHERE step = 'augment' AND record_rows > 0
), judged AS (
    SELECT m.transform, v.batch, v.row, bool_or(v.outcome = 'fail') AS failed,
           bool_or(v.outcome = 'pass' AND (v.value LIKE '%"evidence":"run"%' OR v.value NOT LIKE '%"evidence":%')) AS same_run,
           bool_or(v.outcome = 'pass') AS passed
    FROM raw_verdicts AS v JOIN made AS m USING (batch)
    WHERE v."check" = 'differential'
    GROUP BY ALL
), counted AS (
    SELECT transform, count(*) FILTER (same_run AND NOT failed) AS same_run,
           count(*) FILTER (passed AND NOT same_run AND NOT failed) AS same_code, count(*) FILTER (failed) AS failed,
           count(*) FILTER (NOT passed AND NOT failed) AS skipped, count(*) AS judged
    FROM judged GROUP BY transform
)
SELECT m.transform, m.made, coalesce(c.same_run, 0) AS same_run, coalesce(c.same_code, 0) AS same_code,
       coalesce(c.failed, 0) AS failed, coalesce(c.skipped, 0) AS skipped, m.made - coalesce(c.judged, 0) AS unjudged
FROM (SELECT transform, CAST(sum(record_rows) AS BIGINT) AS made FROM made GROUP BY transform) AS m
LEFT JOIN counted AS c USING (transform)
ORDER BY m.transform
