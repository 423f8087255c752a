-- question: Who reviewed what?
-- column reviewer: who, as a pseudonym
-- column verdict: what they said
-- column role: reviewer or arbiter
-- column origin: the tool by which it came
-- column reviews: how often, changed minds included
-- column records: distinct records
-- column mean_seconds: time spent on each, over those where the tool says so; NULL where none does
-- column first_reviewed_at: earliest
-- column last_reviewed_at: latest
SELECT reviewer, verdict, coalesce(role, 'reviewer') AS role, coalesce(origin, '') AS origin, count(*) AS reviews,
       count(DISTINCT (batch, row)) AS records, round(avg(seconds), 1) AS mean_seconds,
       min(reviewed_at) AS first_reviewed_at, max(reviewed_at) AS last_reviewed_at
FROM raw_reviews
GROUP BY ALL
ORDER BY reviewer, verdict, role, origin
