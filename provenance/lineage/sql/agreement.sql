-- question: How far does each pair of reviewers agree, beyond chance?
-- param plan VARCHAR = NULL: only answers to this plan; all where it is not given
-- column reviewer: one of the two, as a pseudonym
-- column other: the other
-- column records: records of which both approved or rejected, by their last word as reviewers
-- column alike: of them with the same verdict
-- column observed: their share
-- column expected: the share that chance alone would give, from how often each approves
-- column kappa: Cohen's kappa; NULL where both always say one and the same
WITH last_word AS (
    SELECT batch, "row", reviewer, verdict
    FROM raw_reviews
    WHERE coalesce(role, 'reviewer') = 'reviewer' AND ($plan::VARCHAR IS NULL OR plan = $plan::VARCHAR)
    QUALIFY row_number() OVER (PARTITION BY batch, "row", reviewer
                               ORDER BY reviewed_at DESC, list_position(['reject', 'unsure', 'approve'], verdict)) = 1
), told AS (
    -- Who is unsure did not say: a missing answer, and no third value.
    SELECT batch, "row", reviewer, verdict = 'approve' AS approves FROM last_word WHERE verdict IN ('approve', 'reject')
), pairs AS (
    SELECT a.reviewer, b.reviewer AS other, count(*) AS records, count(*) FILTER (a.approves = b.approves) AS alike,
           avg(CAST(a.approves AS INTEGER)) AS one, avg(CAST(b.approves AS INTEGER)) AS two
    FROM told AS a
    JOIN told AS b ON b.batch = a.batch AND b."row" = a."row" AND a.reviewer < b.reviewer
    GROUP BY ALL
), shares AS (
    SELECT reviewer, other, records, alike, alike / records AS observed, one * two + (1 - one) * (1 - two) AS expected FROM pairs
)
SELECT reviewer, other, records, alike, round(observed, 4) AS observed, round(expected, 4) AS expected,
       CASE WHEN expected < 1 - 1e-12 THEN round((observed - expected) / (1 - expected), 4) END AS kappa
FROM shares
ORDER BY reviewer, other
