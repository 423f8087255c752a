-- Fact: the few different licences that the records of the members' batches stand under.
-- Parameters: none (reads gate_batches)
-- Columns: licence, joined (the licence ids of the roots, joined by U+001F), ids (how many), cut (some may be lost)
--
-- Grouped by text because DuckDB groups by lists three times slower. array_to_string leaves NULLs out: ids tells.
SELECT DISTINCT coalesce(licence, '') AS licence, coalesce(array_to_string(licences, chr(31)), '') AS joined,
       coalesce(len(licences), 0) AS ids, (overflow = false OR len(licences) < 64) IS NOT TRUE AS cut
FROM raw_records
WHERE batch IN (SELECT batch FROM gate_batches)
