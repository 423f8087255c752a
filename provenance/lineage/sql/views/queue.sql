-- View: what people were asked about, and why. gold is the answer that is known beforehand, where the question is a test.
SELECT record_id(batch, row) AS record, plan, why, question, needed, gold, asked_at FROM raw_queue
