-- Internal: affected records by step, origin and language.
-- columns: what ('step', 'origin', 'language'), value, records
WITH rows_of AS (
    SELECT b.step, i.origin, i.language, count(*) AS n
    FROM impact_ids AS i
    JOIN raw_batches AS b USING (batch)
    GROUP BY ALL
), whole AS (
    SELECT b.step, b.summary_origins AS origins, b.summary_languages AS languages, b.record_rows FROM impact_whole JOIN raw_batches AS b USING (batch)
), counted AS (
    SELECT 'step' AS what, step AS value, n FROM rows_of
    UNION ALL SELECT 'origin', origin, n FROM rows_of
    UNION ALL SELECT 'language', language, n FROM rows_of
    UNION ALL SELECT 'step', step, record_rows FROM whole
    UNION ALL
    SELECT 'origin', key, CAST(origins ->> ('/' || key) AS BIGINT)
    FROM (SELECT origins, unnest(json_keys(origins)) AS key FROM whole)
    UNION ALL
    SELECT 'language', key,
           CAST(languages ->> ('/' || replace(replace(key, '~', '~0'), '/', '~1')) AS BIGINT)
    FROM (SELECT languages, unnest(json_keys(languages)) AS key FROM whole)
)
SELECT what, value, CAST(sum(n) AS BIGINT) AS records FROM counted GROUP BY ALL ORDER BY what, records DESC, value
