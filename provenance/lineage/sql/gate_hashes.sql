-- Kept as gate_hashes: a 64-bit hash of each member's content digest.
-- Parameters: none (reads gate_listed)
-- Columns: h
SELECT hash(coalesce(r.content_sha256, '')) AS h
FROM raw_records r JOIN gate_listed l ON l.batch = r.batch AND l.word = r."row" >> 6
WHERE (l.bits >> (r."row" & 63)) & 1 = 1
