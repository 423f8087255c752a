-- View: one row a run, from its events; state is the last word said of it, "running" where there is none.
SELECT
    run,
    arg_max(job, event_time) AS job,
    coalesce(lower(arg_max(event_type, event_time) FILTER (event_type IN ('COMPLETE', 'FAIL', 'ABORT'))), 'running')
        AS state,
    coalesce(min(event_time) FILTER (event_type = 'START'), min(event_time)) AS started_at,
    max(event_time) FILTER (event_type IN ('COMPLETE', 'FAIL', 'ABORT')) AS ended_at,
    arg_max(namespace, event_time) AS namespace
FROM raw_events
WHERE run IS NOT NULL
GROUP BY run
