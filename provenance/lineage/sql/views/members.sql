-- View: one row a record of a training set.
SELECT d.name AS dataset, batch_id(m.dataset) AS version, record_id(m.batch, m.row) AS record, m.split, m.origin, m.bytes
FROM raw_members AS m
LEFT JOIN raw_datasets AS d USING (dataset)
