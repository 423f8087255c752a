-- question: How many steps are records away from their roots?
-- param dataset DATASET = NULL: a training set, name or name@version; all records where it is not given
-- column depth: longest chain of steps up to a record without parents (0: a root)
-- column records: how many
-- column human_share: mean human share at this depth
-- column share: of all records counted here, 0 to 1
WITH counted AS (
    SELECT depth, count(*) AS records, avg(human_share) AS human_share
    FROM raw_records AS r
    WHERE $dataset IS NULL
       OR EXISTS (FROM raw_members AS m
                  WHERE m.dataset = dataset_batch($dataset) AND m.batch = r.batch AND m.row = r.row)
    GROUP BY ALL
)
SELECT depth, records, round(human_share, 4) AS human_share, records / sum(records) OVER () AS share
FROM counted
ORDER BY depth
