-- Kept as gate_hashes: a 64-bit hash of each content digest in the members' batches (at least).
-- Parameters: none (reads gate_batches)
-- Columns: h
--
-- Of all records of these batches, members or not: leaving the others out costs more than sorting them. Whether it is
-- members that are the same is asked of the few that are (gate_exact_duplicates).
SELECT hash(coalesce(content_sha256, '')) AS h
FROM raw_records
WHERE batch IN (SELECT batch FROM gate_batches)
