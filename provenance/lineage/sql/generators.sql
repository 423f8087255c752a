-- question: Which models made records, and how far do they reach?
-- column model: as in the recipe
-- column batches: batches that it made
-- column prompts: distinct prompts used
-- column made: records that it made itself
-- column reached: records with it among their ancestors, itself included (from the summaries; cut lists not counted)
WITH reached AS (
    SELECT model, sum(CAST(generators ->> ('/' || replace(replace(model, '~', '~0'), '/', '~1')) AS BIGINT)) AS n
    FROM (SELECT summary_generators AS generators, unnest(json_keys(summary_generators)) AS model FROM raw_batches)
    GROUP BY model
), made AS (
    SELECT params ->> '$.model' AS model, count(*) AS batches, count(DISTINCT params ->> '$.prompt') AS prompts,
           sum(record_rows) AS n
    FROM raw_batches WHERE params ->> '$.model' IS NOT NULL AND record_rows > 0
    GROUP BY 1
)
SELECT model, coalesce(m.batches, 0) AS batches, coalesce(m.prompts, 0) AS prompts,
       CAST(coalesce(m.n, 0) AS BIGINT) AS made, CAST(coalesce(r.n, 0) AS BIGINT) AS reached
FROM reached AS r
FULL JOIN made AS m USING (model)
ORDER BY reached DESC, model
