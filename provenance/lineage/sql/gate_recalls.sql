-- Fact: everything that was ever withdrawn.
-- Parameters: none
-- Columns: kind, target
SELECT DISTINCT kind, target
FROM raw_recalls
ORDER BY kind, target
