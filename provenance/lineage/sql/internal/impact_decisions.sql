-- Internal: decisions on, and models trained on, some versions. params: datasets VARCHAR (comma-separated)
-- columns: kind, dataset BIGINT, subject, detail, happened_at
WITH wanted AS (SELECT CAST(x AS BIGINT) AS dataset FROM (SELECT unnest(string_split($datasets, ',')) AS x) WHERE x <> '')
SELECT 'decision' AS kind, dataset, batch_id(decision) AS subject, outcome AS detail, decided_at AS happened_at
FROM raw_decisions SEMI JOIN wanted USING (dataset)
UNION ALL
SELECT 'model', dataset, model, run, consumed_at FROM raw_consumptions SEMI JOIN wanted USING (dataset)
ORDER BY kind, happened_at, subject, dataset
