-- question: What did each maker ask for or try, what was kept, and where was the rest dropped?
-- column maker: model, skeleton or transform
-- column mode: mode of generation; 'skeleton' or 'transform' for what no model made
-- column language: of the record kept or wanted
-- column asked: answers asked for or changes tried, repairs included: kept + dropped
-- column kept: records
-- column dropped: asked and not kept
-- column refused: subjects that were not asked about or could not be changed (stages subject and prompt; refusals of transforms); not among asked
-- column endpoint: dropped because no answer came
-- column answer: dropped when the answer was read
-- column syntax: dropped by a parser
-- column compile: dropped when it was built
-- column run: dropped when it ran
-- column proof: dropped because it does not do what was claimed
-- column duplicate: dropped as a copy of another answer
-- column other: dropped at any other stage
-- column tokens: of prompts and answers, kept or not, as the endpoint counted
-- column tokens_per_kept: tokens for each record kept; NULL where none was, or nothing was counted
WITH making AS (
    SELECT batch, step, params,
           CASE WHEN step = 'augment' THEN 'transform' WHEN params ->> '$.mode' IS NOT NULL THEN params ->> '$.mode'
                WHEN params ->> '$.skeleton' IS NOT NULL THEN 'skeleton' ELSE step END AS mode,
           coalesce(params ->> '$.model', params ->> '$.skeleton', params ->> '$.transform', '(none)') AS maker
    FROM raw_batches WHERE step IN ('generate', 'translate', 'augment', 'adversarial')
), kept AS (
    SELECT coalesce(g.model, m.maker) AS maker, m.mode, r.language, 'kept' AS stage, TRUE AS asked,
           coalesce(g.prompt_tokens, 0) + coalesce(g.completion_tokens, 0) AS tokens
    FROM making AS m
    JOIN raw_records AS r USING (batch)
    LEFT JOIN raw_generations AS g ON g.batch = r.batch AND g.row = r.row
), dropped AS (
    -- The language that was wanted is the target's, or the subject's own.
    SELECT coalesce(nullif(j.maker, ''), m.maker) AS maker, m.mode,
           coalesce(nullif(m.params ->> '$.target', ''), s.language, '') AS language, j.stage,
           j.stage NOT IN ('subject', 'prompt') AS asked,
           coalesce(j.prompt_tokens, 0) + coalesce(j.completion_tokens, 0) AS tokens
    FROM making AS m
    JOIN raw_rejects AS j USING (batch)
    LEFT JOIN raw_records AS s ON s.batch = j.subject_batch AND s.row = j.subject_row
), refused AS (
    SELECT m.maker, m.mode, coalesce(s.language, '') AS language, 'refused' AS stage, FALSE AS asked, 0 AS tokens
    FROM making AS m
    JOIN raw_verdicts AS v ON v.said_in = m.batch AND v."check" = 'augment:' || m.maker
    LEFT JOIN raw_records AS s ON s.batch = v.batch AND s.row = v.row
    WHERE m.step = 'augment' AND v.batch IS NOT NULL AND v.reason NOT LIKE 'not-drawn%'
), everything AS (
    FROM kept UNION ALL FROM dropped UNION ALL FROM refused
)
SELECT maker, mode, language, count(*) FILTER (asked) AS asked, count(*) FILTER (stage = 'kept') AS kept,
       count(*) FILTER (asked AND stage <> 'kept') AS dropped, count(*) FILTER (NOT asked) AS refused,
       count(*) FILTER (stage = 'endpoint') AS endpoint, count(*) FILTER (stage = 'answer') AS answer,
       count(*) FILTER (stage = 'syntax') AS syntax, count(*) FILTER (stage = 'compile') AS compile,
       count(*) FILTER (stage = 'run') AS run, count(*) FILTER (stage = 'proof') AS proof,
       count(*) FILTER (stage = 'duplicate') AS duplicate,
       count(*) FILTER (asked AND stage NOT IN ('kept', 'endpoint', 'answer', 'syntax', 'compile', 'run', 'proof',
                                                'duplicate')) AS other,
       CAST(sum(tokens) AS BIGINT) AS tokens,
       round(nullif(sum(tokens), 0) / nullif(count(*) FILTER (stage = 'kept'), 0), 1) AS tokens_per_kept
FROM everything
GROUP BY maker, mode, language
ORDER BY kept DESC, maker, mode, language
