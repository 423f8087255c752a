-- View: which model was trained on which training set.
SELECT model, run, name AS dataset, batch_id(dataset) AS version, ticket, consumed_at FROM raw_consumptions
