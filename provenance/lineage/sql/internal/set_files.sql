-- Internal: the part files of a table as a variable, newest batch first: the first file's columns are the ones that
-- DuckDB holds the others against.
-- params: table VARCHAR, most INTEGER; $name is put in as it is
SET VARIABLE $name = (
    SELECT list(path ORDER BY place)
    FROM (
        SELECT p.path, row_number() OVER (ORDER BY b.written_at DESC, p.batch) AS place
        FROM raw_parts AS p
        JOIN raw_batches AS b USING (batch)
        WHERE p.table_name = $table
    )
    WHERE place <= $most
)
