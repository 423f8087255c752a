-- Internal: the batches with an affected record, and how many. columns: batch, records
SELECT batch, records FROM (
    SELECT batch, count(*) AS records FROM impact_ids GROUP BY batch
    UNION ALL SELECT w.batch, b.record_rows FROM impact_whole AS w JOIN raw_batches AS b USING (batch)
) ORDER BY batch
