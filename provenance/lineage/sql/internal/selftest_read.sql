-- Internal: equality on BIGINT and VARCHAR, IN, and joins on both; each count is known beforehand.
-- params: path VARCHAR, batch BIGINT, hex VARCHAR, other VARCHAR
WITH wanted AS (SELECT CAST($batch AS BIGINT) AS batch, CAST($hex AS VARCHAR) AS hex)
SELECT
    (SELECT count(*) FROM read_parquet($path) WHERE batch = $batch),
    (SELECT count(*) FROM read_parquet($path) WHERE hex = $hex),
    (SELECT count(*) FROM read_parquet($path) WHERE hex IN ($hex, $other)),
    (SELECT count(*) FROM read_parquet($path) JOIN wanted USING (batch)),
    (SELECT count(*) FROM read_parquet($path) JOIN wanted USING (hex))
