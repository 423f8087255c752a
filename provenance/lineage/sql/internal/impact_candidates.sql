-- Internal: batches whose summary names the target, with how many of their rows; and those whose summary cannot be relied
-- on. $list is put in as it is.
-- params: pointer VARCHAR (JSON pointer of the target), target VARCHAR, model VARCHAR (the target where it is a model,
--         else NULL)
-- columns: batch, step, named, rows, counted (the summary has the list), cut (the list was cut in some records, or it is
--          not known whether), origins, languages (JSON), split ({class: 'origin language', records}[], of the named),
--          made (the batch's own recipe names the model)
WITH said AS (
    SELECT
        batch, step, coalesce(CAST(summary_$list ->> $pointer AS BIGINT), 0) AS named, record_rows AS rows,
        coalesce(json_type(summary_$list) = 'OBJECT', false) AS counted,
        coalesce(summary_overflow.$list, summary_overflow.rows, record_rows) > 0 AS cut,
        summary_origins AS origins, summary_languages AS languages, summary_$list_by_class AS by_class,
        coalesce(params ->> '$.model' = $model, false) AS made
    FROM raw_batches
    WHERE record_rows > 0
)
SELECT batch, step, named, rows, counted, cut, origins, languages, made,
       CASE WHEN named < rows AND by_class IS NOT NULL THEN list_transform(
           flatten(list_transform(json_keys(origins),
                                  lambda o: list_transform(json_keys(languages), lambda l: o || ' ' || l))),
           lambda c: {'class': c, 'records': CAST(by_class ->> (
               '/' || replace(replace(c || ' ' || $target, '~', '~0'), '/', '~1')) AS BIGINT)}) END AS split
FROM said
WHERE named > 0 OR cut OR NOT counted
ORDER BY batch
