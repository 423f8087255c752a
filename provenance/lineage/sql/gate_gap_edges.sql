-- Fact: edges above a dataset whose parent is in no batch that the child's batch names, or is beyond that batch's rows.
-- Parameters: none (reads gate_edges)
-- Columns: batch, parent_batch, edges (of these two batches; some of them or all offend), row (an offender)
--
-- Counted by pairs of batches, of which there are few; the edges of a pair with an offender are all counted.
WITH pairs AS (
    SELECT batch, parent_batch, CAST(sum(edges) AS BIGINT) AS edges, min(lowest) AS lowest, max(highest) AS highest,
           sum(known) AS known, arg_max(child, highest) AS child
    FROM gate_edges
    GROUP BY batch, parent_batch
),
allowed AS (
    SELECT up.batch, up.parent, p.record_rows
    FROM (SELECT DISTINCT batch, unnest(parents) AS parent FROM raw_batches) up
    JOIN raw_batches p ON p.batch = up.parent
)
SELECT pairs.batch, pairs.parent_batch, pairs.edges, pairs.child AS "row"
FROM pairs LEFT JOIN allowed a ON a.batch = pairs.batch AND a.parent = pairs.parent_batch
WHERE (lowest >= 0 AND highest < a.record_rows AND known = edges) IS NOT TRUE
ORDER BY pairs.batch, pairs.parent_batch
