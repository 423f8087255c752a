-- question: Under which licences are the records, in all or in one training set?
-- param dataset DATASET = NULL: a training set, name or name@version; all records where it is not given
-- column licence: SPDX expression of the record itself; its roots' licences are in records.licences
-- column records: how many
-- column bytes: their length together
-- column share: of all records counted here, 0 to 1
WITH counted AS (
    SELECT licence, count(*) AS records, sum(bytes) AS bytes
    FROM raw_records AS r
    WHERE $dataset IS NULL
       OR EXISTS (FROM raw_members AS m
                  WHERE m.dataset = dataset_batch($dataset) AND m.batch = r.batch AND m.row = r.row)
    GROUP BY ALL
)
SELECT licence, records, CAST(bytes AS BIGINT) AS bytes, records / sum(records) OVER () AS share
FROM counted
ORDER BY records DESC, licence
