-- Internal: the versions of training sets with affected members.
-- columns: dataset BIGINT, name, size, members
WITH hit AS (
    SELECT m.dataset FROM raw_members AS m SEMI JOIN impact_whole AS w ON m.batch = w.batch
    UNION ALL
    SELECT m.dataset FROM raw_members AS m SEMI JOIN impact_ids AS i ON m.batch = i.batch AND m.row = i.row
)
SELECT h.dataset, d.name, d.size, h.members
FROM (SELECT dataset, count(*) AS members FROM hit GROUP BY dataset) AS h
LEFT JOIN raw_datasets AS d USING (dataset)
ORDER BY d.name, h.dataset
