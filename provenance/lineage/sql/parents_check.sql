-- question: Which children do not resemble the parent that they claim?
-- param most INTEGER = 1000: show at most so many
-- column record: the child
-- column parent: the record that it claims to be a version of
-- column maker: what made it: transform, mode or model
-- column outcome: fail, warn or abstain
-- column reason: why; after nearer-to: and unlike-parent: the record meant
-- column likeness: of child and parent, 0..1; NULL where nothing was compared
-- column threshold: what chance gives
SELECT
    record_id(v.batch, v.row) AS record, record_id(e.parent_batch, e.parent_row) AS parent,
    b.step || coalesce(':' || coalesce(b.params ->> '$.transform', b.params ->> '$.mode'), '') AS maker, v.outcome, v.reason,
    CAST(nullif(v.value, '') ->> '$.likeness' AS DOUBLE) AS likeness, CAST(nullif(v.value, '') ->> '$.threshold' AS DOUBLE) AS threshold
FROM raw_verdicts AS v
LEFT JOIN raw_edges AS e ON e.batch = v.batch AND e.row = v.row AND e.role = 'source'
LEFT JOIN raw_batches AS b ON b.batch = v.batch
WHERE v."check" = 'declared_parent' AND v.outcome IN ('fail', 'warn', 'abstain') AND v.batch IS NOT NULL
ORDER BY CASE v.outcome WHEN 'fail' THEN 0 WHEN 'warn' THEN 1 ELSE 2 END, likeness, v.batch, v.row, parent, maker
LIMIT $most
