-- question: How much of each origin and language is there, in all or in one training set?
-- param dataset DATASET = NULL: a training set, name or name@version; all records where it is not given
-- column origin: origin class
-- column language: language
-- column records: how many
-- column bytes: their length together
-- column share: of all records counted here, 0 to 1
WITH counted AS (
    SELECT origin, language, count(*) AS records, sum(bytes) AS bytes
    FROM raw_records AS r
    WHERE $dataset IS NULL
       OR EXISTS (FROM raw_members AS m
                  WHERE m.dataset = dataset_batch($dataset) AND m.batch = r.batch AND m.row = r.row)
    GROUP BY ALL
)
SELECT origin, language, records, CAST(bytes AS BIGINT) AS bytes, records / sum(records) OVER () AS share
FROM counted
ORDER BY records DESC, origin, language
