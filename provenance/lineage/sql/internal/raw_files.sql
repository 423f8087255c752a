-- Internal: the part files of each table, newest batch first: the first file's columns are the ones that DuckDB holds the
-- others against. Sorted once here, because there are a dozen tables and thousands of batches.
-- columns: table_name, paths
CREATE TABLE raw_files AS
SELECT p.table_name, list(p.path ORDER BY b.written_at DESC, p.batch) AS paths
FROM raw_parts AS p
JOIN raw_batches AS b USING (batch)
GROUP BY p.table_name
