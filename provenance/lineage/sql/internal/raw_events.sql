-- Internal: the outbox. One row an event file; `event` is NULL where the file is not JSON. The waiting folder is
-- listed before the sent one and a name counts once, so an event that is just being sent is neither lost nor doubled.
-- variable: event_globs VARCHAR[]
WITH listed AS (
    SELECT parse_filename(filename) AS file, any_value(try(decode(content))) AS content
    FROM read_blob(getvariable('event_globs'))
    GROUP BY 1
), parsed AS (
    SELECT file, CASE WHEN json_valid(content) AND json_type(content) = 'OBJECT' THEN CAST(content AS JSON) END AS event
    FROM listed
)
SELECT
    file,
    event,
    event ->> '$.eventType' AS event_type,
    make_timestamp(epoch_us(try_cast(event ->> '$.eventTime' AS TIMESTAMPTZ))) AS event_time,
    event ->> '$.run.runId' AS run,
    event ->> '$.job.namespace' AS namespace,
    event ->> '$.job.name' AS job,
    event ->> '$.producer' AS producer,
    list_sort(list_distinct(list_concat(
        coalesce(event ->> '$.outputs[*].facets.provenance_ledger.batches[*]', []),
        coalesce(event ->> '$.outputs[*].outputFacets.provenance_ledger.batches[*]', [])))) AS batches
FROM parsed
