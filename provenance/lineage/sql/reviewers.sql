-- question: Who reviewed what?
-- column reviewer: who
-- column verdict: what they said
-- column reviews: how often
-- column records: distinct records
-- column first_reviewed_at: earliest
-- column last_reviewed_at: latest
SELECT reviewer, verdict, count(*) AS reviews, count(DISTINCT (batch, row)) AS records,
       min(reviewed_at) AS first_reviewed_at, max(reviewed_at) AS last_reviewed_at
FROM raw_reviews
GROUP BY reviewer, verdict
ORDER BY reviewer, verdict
