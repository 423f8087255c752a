-- Internal: the training sets that there are. columns: dataset
SELECT DISTINCT name || '@' || batch_id(dataset) AS dataset FROM raw_datasets ORDER BY dataset
