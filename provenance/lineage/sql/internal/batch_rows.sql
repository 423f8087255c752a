-- Internal: how many records a batch made. params: batch BIGINT; columns: rows
SELECT record_rows FROM raw_batches WHERE batch = $batch
