-- Internal: the records that were generated with a prompt. params: target VARCHAR; columns: batch, row
SELECT b.batch, CAST(unnest(range(b.record_rows)) AS INTEGER) AS row
FROM raw_batches AS b
WHERE b.params ->> '$.prompt' = $target AND b.record_rows > 0
