-- question: How did each round of two models against each other do?
-- column model: that proposed
-- column solver: that was to solve
-- column game: repair or task
-- column round: from 1
-- column asked: proposals asked for
-- column sound: proposals that the judge accepted
-- column solved: sound ones that the solver did too well
-- column unjudged: sound ones at which not every try could be judged
-- column kept: the hard ones
-- column novelty: share of what was taught that no earlier round had taught
-- column tokens: of both models
SELECT
    b.params ->> '$.model' AS model,
    b.params ->> '$.solver.model' AS solver,
    b.params ->> '$.mode' AS game,
    CAST(v.value ->> '$.number' AS INTEGER) AS round,
    CAST(v.value ->> '$.asked' AS INTEGER) AS asked,
    CAST(v.value ->> '$.sound' AS INTEGER) AS sound,
    CAST(v.value ->> '$.solved' AS INTEGER) AS solved,
    CAST(v.value ->> '$.unjudged' AS INTEGER) AS unjudged,
    CAST(v.value ->> '$.kept' AS INTEGER) AS kept,
    CAST(v.value ->> '$.novelty' AS DOUBLE) AS novelty,
    CAST(v.value ->> '$.tokens' AS BIGINT) AS tokens
FROM raw_verdicts AS v
JOIN raw_batches AS b ON b.batch = v.said_in
WHERE v."check" = 'adversarial:round'
ORDER BY b.written_at, round
