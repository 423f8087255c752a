-- View: what people said of records.
SELECT record_id(batch, row) AS record, reviewer, verdict, label, reviewed_at, plan, role, comment, seconds, origin
FROM raw_reviews
