-- View: the text of each record that has one (an erased text is gone).
SELECT record_id(batch, row) AS record, text FROM raw_texts
