-- View: one row a version of a training set.
SELECT name AS dataset, batch_id(dataset) AS version, root, size, policy, created_at FROM raw_datasets
