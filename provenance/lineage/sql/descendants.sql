-- question: What was made from a record, directly or not?
-- param record RECORD: the record
-- param most INTEGER = 1000: show at most so many
-- column record: a descendant
-- column steps: the shortest way down to it
-- column step: the step that made it
-- column origin: its class
WITH RECURSIVE below_batches AS (
    SELECT batch FROM raw_batches WHERE batch = CAST('0x' || $record[5:20] AS BIGINT)
    UNION
    SELECT b.batch FROM (SELECT batch, unnest(parents) AS parent FROM raw_batches) AS b
    JOIN below_batches AS up ON b.parent = up.batch
), near_edges AS MATERIALIZED (
    SELECT * FROM raw_edges SEMI JOIN below_batches USING (batch)
), below AS (
    SELECT CAST('0x' || $record[5:20] AS BIGINT) AS batch, CAST($record[22:] AS INTEGER) AS row, 0 AS steps
    UNION
    SELECT e.batch, e.row, b.steps + 1
    FROM below AS b JOIN near_edges AS e ON e.parent_batch = b.batch AND e.parent_row = b.row
    -- Parents exist before children, so there is no cycle; in a damaged ledger this ends one.
    WHERE b.steps < 1000
), nearest AS (
    SELECT batch, row, min(steps) AS steps FROM below WHERE steps > 0 GROUP BY ALL
)
SELECT record_id(n.batch, n.row) AS record, n.steps, b.step, r.origin
FROM nearest AS n
LEFT JOIN raw_batches AS b USING (batch)
LEFT JOIN raw_records AS r USING (batch, row)
ORDER BY n.steps, n.batch, n.row
LIMIT $most
