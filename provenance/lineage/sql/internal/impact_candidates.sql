-- Internal: batches whose summary names the target, with how many of their rows; and those whose summary cannot be relied
-- on (lists were cut, or there is none), which have to be opened.
-- params: pointer VARCHAR (JSON pointer of the target in the summary), list VARCHAR (its list in the summary),
--         model VARCHAR (the target where it is a model, else NULL)
-- columns: batch, step, named, rows, opened, made (the batch's own recipe names the model)
SELECT * FROM (
    SELECT
        batch, step, coalesce(CAST(summary ->> $pointer AS BIGINT), 0) AS named, record_rows AS rows,
        coalesce(CAST(summary ->> '$.overflow.rows' AS BIGINT), record_rows) > 0
            OR json_type(summary, '/' || $list) IS DISTINCT FROM 'OBJECT' AS opened,
        coalesce(params ->> '$.model' = $model, false) AS made
    FROM raw_batches
    WHERE record_rows > 0
)
WHERE named > 0 OR opened
ORDER BY batch
