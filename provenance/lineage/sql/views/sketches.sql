-- View: signatures for finding near-duplicates, one row a record and view of its text.
SELECT record_id(batch, row) AS record, "view", tokens, shingles, content_sha256, bands FROM raw_sketches
