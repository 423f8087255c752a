-- question: Where does the lineage break?
-- column gap: absent_parent_batch, absent_parent_row, undeclared_parent (an edge to a batch that its own batch's manifest does not name), absent_batch (a manifest's parent), absent_subject (a verdict or member without its record), run_without_event, unannounced_batch (in no COMPLETE event), malformed_event
-- column subject: the batch, or the event file
-- column example: a record or batch, where there is one
-- column count: edges, records or rows concerned
-- column detail: what is missing
WITH edge_pairs AS (
    SELECT batch, parent_batch, count(*) AS edges, min(row) AS first_row, max(parent_row) AS last_parent,
           min(parent_row) AS first_parent
    FROM raw_edges
    GROUP BY ALL
), pairs AS (
    SELECT e.*, p.record_rows, p.batch IS NULL AS absent, list_contains(c.parents, e.parent_batch) AS declared
    FROM edge_pairs AS e
    JOIN raw_batches AS c USING (batch)
    LEFT JOIN raw_batches AS p ON p.batch = e.parent_batch
), spoken AS (
    SELECT 'verdict' AS what, batch, max(row) AS last_row, count(*) AS n
    FROM raw_verdicts WHERE batch IS NOT NULL GROUP BY batch
    UNION ALL
    SELECT 'member', batch, max(row), count(*) FROM raw_members GROUP BY batch
), announced AS (
    SELECT DISTINCT unnest(batches) AS batch FROM raw_events WHERE event_type = 'COMPLETE'
), cut AS (
    -- An event names at most so many batches; of such a run's batches it cannot be said that they were not announced.
    SELECT DISTINCT run FROM raw_events
    WHERE event_type = 'COMPLETE'
      AND list_contains(coalesce(event ->> '$.outputs[*].facets.provenance_ledger.truncated', []), 'true')
)
SELECT 'absent_parent_batch' AS gap, batch_id(batch) AS subject, record_id(batch, first_row) AS example, edges AS count,
       'parent batch ' || batch_id(parent_batch) || ' is not in the ledger' AS detail
FROM pairs WHERE absent
UNION ALL
SELECT 'absent_parent_row', batch_id(batch), record_id(parent_batch, last_parent), edges,
       'its parent batch has ' || record_rows || ' records'
FROM pairs WHERE NOT absent AND (last_parent >= record_rows OR first_parent < 0)
UNION ALL
SELECT 'undeclared_parent', batch_id(batch), record_id(batch, first_row), edges,
       'its manifest does not name parent batch ' || batch_id(parent_batch)
FROM pairs WHERE parent_batch <> batch AND NOT declared
UNION ALL
SELECT 'absent_batch', batch_id(batch), batch_id(parent), 1, 'parent batch ' || batch_id(parent) || ' has no manifest'
FROM (SELECT batch, unnest(parents) AS parent FROM raw_batches) AS named
WHERE parent NOT IN (SELECT batch FROM raw_batches)
UNION ALL
SELECT 'absent_subject', batch_id(s.batch), record_id(s.batch, s.last_row), s.n,
       CASE WHEN b.batch IS NULL THEN 'a ' || s.what || ' names a batch that is not in the ledger'
            ELSE 'a ' || s.what || ' names a row beyond its batch of ' || b.record_rows END
FROM spoken AS s LEFT JOIN raw_batches AS b USING (batch)
WHERE b.batch IS NULL OR s.last_row >= b.record_rows
UNION ALL
SELECT 'run_without_event', run, batch_id(min(batch)), count(*), 'no event speaks of this run'
FROM raw_batches WHERE run NOT IN (SELECT run FROM raw_events WHERE run IS NOT NULL) GROUP BY run
UNION ALL
SELECT 'unannounced_batch', batch_id(batch), run, 1, 'no COMPLETE event names this batch'
FROM raw_batches
WHERE batch_id(batch) NOT IN (SELECT batch FROM announced WHERE batch IS NOT NULL) AND run NOT IN (SELECT run FROM cut WHERE run IS NOT NULL)
UNION ALL
SELECT 'malformed_event', file, NULL, 1, 'is not a JSON object' FROM raw_events WHERE event IS NULL
ORDER BY gap, subject, example
