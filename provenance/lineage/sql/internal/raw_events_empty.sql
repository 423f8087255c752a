-- Internal: the outbox when nothing was ever said.
SELECT NULL::VARCHAR AS file, NULL::JSON AS event, NULL::VARCHAR AS event_type, NULL::TIMESTAMP AS event_time,
       NULL::VARCHAR AS run, NULL::VARCHAR AS namespace, NULL::VARCHAR AS job, NULL::VARCHAR AS producer,
       NULL::VARCHAR[] AS batches
WHERE false
