-- Fact: batches above a dataset (itself too) that are not stored, or that no COMPLETE event names.
-- Parameters: none (reads gate_above)
-- Columns: batch, gap ('missing' or 'no-event')
WITH named AS (
    SELECT DISTINCT unnest(batches) AS batch FROM raw_events WHERE event_type = 'COMPLETE'
)
SELECT batch_id(above.batch) AS batch, CASE WHEN stored.batch IS NULL THEN 'missing' ELSE 'no-event' END AS gap
FROM gate_above above
LEFT JOIN raw_batches stored ON stored.batch = above.batch
LEFT JOIN named ON named.batch = batch_id(above.batch)
WHERE stored.batch IS NULL OR named.batch IS NULL
ORDER BY above.batch
