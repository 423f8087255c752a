-- Fact: how many members there are of each origin, language, kind, model and depth.
-- Parameters: dataset BIGINT
-- Columns: origin, language, kind, generator, depth, members
--
-- The model is the one that was asked for the record itself, else the first among its ancestors: a rule's version of a
-- model's text is still that model's.
SELECT r.origin, r.language, r.kind, coalesce(b.params ->> '$.model', r.generators[1], '') AS generator, r.depth, count(*) AS members
FROM raw_members m
LEFT JOIN raw_records r ON r.batch = m.batch AND r."row" = m."row"
LEFT JOIN raw_batches b ON b.batch = m.batch
WHERE m.dataset = $dataset::BIGINT
GROUP BY ALL
ORDER BY ALL
