-- Question: which records may people be asked about, and what makes each worth a look?
-- Parameters: batches BIGINT[] (whose records may be drawn), contradicting VARCHAR[] (checks that should not differ), risks VARCHAR[]
-- Columns: batch, row, language, origin, generator, disagreement, novelty, detector, risk, settled
--
-- disagreement: checks of which one batch of verdicts says pass and another fail or warn; one more where one of the
-- contradicting checks passes and another fails; one more where reviewers differed or were unsure.
WITH said AS (
    SELECT batch, "row", "check",
           bool_or(outcome = 'pass') AS passed, bool_or(outcome = 'fail') AS failed,
           bool_or(outcome IN ('fail', 'warn')) AS doubted,
           arg_max(outcome, judged_at) AS last_outcome, arg_max(reason, judged_at) AS last_reason,
           arg_max(value, judged_at) FILTER ("check" = 'novelty') AS novelty
    FROM raw_verdicts
    WHERE batch IN (SELECT unnest($batches::BIGINT[]))
    GROUP BY batch, "row", "check"
), each AS (
    SELECT batch, "row",
           count(*) FILTER (passed AND doubted AND "check" <> 'review' AND NOT is_relative("check"))
           + CAST(coalesce(bool_or(passed) FILTER (list_contains($contradicting::VARCHAR[], "check")), FALSE)
                  AND coalesce(bool_or(failed) FILTER (list_contains($contradicting::VARCHAR[], "check")), FALSE) AS BIGINT)
           + count(*) FILTER ("check" = 'review' AND last_outcome = 'abstain'
                              AND (last_reason LIKE 'disagreement%' OR last_reason LIKE 'unsure%')) AS disagreement,
           any_value(coalesce(TRY_CAST(novelty AS DOUBLE), TRY_CAST(TRY_CAST(novelty AS JSON) ->> '$.novelty' AS DOUBLE))) AS novelty,
           count(*) FILTER ("check" = 'declared_origin' AND last_outcome IN ('warn', 'fail')) AS detector,
           count(*) FILTER (list_contains($risks::VARCHAR[], "check") AND last_outcome IN ('warn', 'fail')) AS risk,
           coalesce(bool_or("check" = 'review' AND (passed OR failed)), FALSE) AS settled
    FROM said
    GROUP BY batch, "row"
)
SELECT r.batch, r."row", coalesce(r.language, '') AS language, r.origin, coalesce(r.generators[1], '') AS generator,
       coalesce(e.disagreement, 0) AS disagreement, e.novelty, coalesce(e.detector, 0) AS detector, coalesce(e.risk, 0) AS risk,
       coalesce(e.settled, FALSE) AS settled
FROM raw_records AS r
LEFT JOIN each AS e ON e.batch = r.batch AND e."row" = r."row"
WHERE r.batch IN (SELECT unnest($batches::BIGINT[]))
