-- Internal: rows whose columns Parquet writers encode with a dictionary (and DuckDB's, with a bloom filter).
-- params: rows BIGINT, values BIGINT
CREATE TEMP TABLE selftest AS
SELECT value AS batch, printf('%016x', value) AS hex
FROM (
    SELECT CAST(CAST(i % $values AS HUGEINT) * 461168601842738791 % 9223372036854775808 AS BIGINT) AS value
    FROM range($rows) AS r(i)
)
