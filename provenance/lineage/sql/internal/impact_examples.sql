-- Internal: the first affected records. params: most INTEGER; columns: batch, row
SELECT batch, row FROM (
    SELECT batch, row FROM impact_ids
    UNION ALL
    SELECT batch, CAST(unnest(range(least(record_rows, $most))) AS INTEGER)
    FROM impact_whole JOIN raw_batches USING (batch)
) ORDER BY batch, row LIMIT $most
