-- Fact: the size that a dataset states of itself.
-- Parameters: dataset BIGINT
-- Columns: size
SELECT size
FROM raw_datasets
WHERE dataset = $dataset
