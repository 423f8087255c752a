-- question: What were people asked, how far are they, and what does it add up to?
-- param plan VARCHAR = NULL: one plan; all where it is not given
-- column record: the record
-- column plan: the plan that asks
-- column language: of the record
-- column origin: origin class of the record
-- column questions: how many questions it is asked
-- column needed: independent reviewers that the plan asks for
-- column answered: people who answered, in any plan
-- column approve: of them who approve, by their last word
-- column reject: of them who reject
-- column unsure: of them who are unsure
-- column said: what the check review said last: pass, fail or abstain; NULL while nobody answered
-- column reason: why
WITH asked AS (
    SELECT batch, "row", plan, count(DISTINCT question) AS questions, max(needed) AS needed
    FROM raw_queue
    WHERE $plan::VARCHAR IS NULL OR plan = $plan::VARCHAR
    GROUP BY batch, "row", plan
), last_word AS (
    -- Of two answers at one moment the more careful counts, as in the consensus.
    SELECT batch, "row", reviewer, verdict
    FROM raw_reviews
    QUALIFY row_number() OVER (PARTITION BY batch, "row", reviewer
                               ORDER BY reviewed_at DESC, list_position(['reject', 'unsure', 'approve'], verdict)) = 1
), votes AS (
    SELECT batch, "row", count(*) AS answered, count(*) FILTER (verdict = 'approve') AS approve,
           count(*) FILTER (verdict = 'reject') AS reject, count(*) FILTER (verdict = 'unsure') AS unsure
    FROM last_word
    GROUP BY batch, "row"
), said AS (
    SELECT batch, "row", arg_max(outcome, judged_at) AS said, arg_max(reason, judged_at) AS reason
    FROM raw_verdicts
    WHERE "check" = 'review'
    GROUP BY batch, "row"
)
SELECT record_id(a.batch, a."row") AS record, a.plan, r.language, r.origin, a.questions, a.needed,
       coalesce(v.answered, 0) AS answered, coalesce(v.approve, 0) AS approve, coalesce(v.reject, 0) AS reject,
       coalesce(v.unsure, 0) AS unsure, s.said, s.reason
FROM asked AS a
LEFT JOIN raw_records AS r ON r.batch = a.batch AND r."row" = a."row"
LEFT JOIN votes AS v ON v.batch = a.batch AND v."row" = a."row"
LEFT JOIN said AS s ON s.batch = a.batch AND s."row" = a."row"
ORDER BY a.batch, a."row", a.plan
