-- View: OpenLineage events as sent, and the batches that they announce.
SELECT event_type, event_time, run, job, namespace, producer, batches, event, file
FROM raw_events
WHERE event IS NOT NULL
