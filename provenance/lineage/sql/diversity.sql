-- question: How novel and diverse is what each generator made, by language and depth, beside what people wrote?
-- param language VARCHAR = NULL: only groups in it
-- param metric VARCHAR = NULL: only this measure
-- column generator: model, or maker where no model was asked; empty for people
-- column language: of the records
-- column depth: steps away from a record without parents
-- column metric: name of the measure
-- column value: the measure
-- column low: lower bound of its interval
-- column high: upper bound of its interval
-- column human: the same measure of people's records, at the same budget of tokens where there is one
-- column ratio: value over human
-- column records: that it was taken over
-- column tokens: that it was taken over
-- column measured: batch of the measurement
WITH dated AS (
    SELECT m.*, b.params ->> '$.judge' AS judge, b.written_at
    FROM raw_measures AS m
    JOIN raw_batches AS b ON b.batch = m.measured
), newest AS (
    -- What was measured last by each judge; an older measurement is of an older corpus.
    FROM dated QUALIFY dense_rank() OVER (PARTITION BY judge ORDER BY written_at DESC, measured DESC) = 1
)
SELECT n.generator, n.language, n.depth, n.metric, round(n.value, 4) AS value, round(n.low, 4) AS low, round(n.high, 4) AS high,
       round(coalesce(own.value, whole.value), 4) AS human,
       round(n.value / nullif(coalesce(own.value, whole.value), 0), 4) AS ratio, n.records, n.tokens,
       batch_id(n.measured) AS measured
FROM newest AS n
LEFT JOIN newest AS own ON own.side = 'human' AND n.side = 'made' AND own.generator = n.generator
     AND own.language = n.language AND own.depth = n.depth AND own.metric = n.metric
LEFT JOIN newest AS whole ON whole.side = 'human' AND whole.generator = '' AND whole.language = n.language
     AND whole.metric = n.metric
WHERE (n.side = 'made' OR n.generator = '') AND ($language IS NULL OR n.language = $language)
  AND ($metric IS NULL OR n.metric = $metric)
ORDER BY n.language, n.metric, n.generator, n.depth
