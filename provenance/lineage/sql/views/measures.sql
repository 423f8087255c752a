-- View: how novel and how diverse the records of each maker, language and depth are, beside what people wrote.
SELECT batch_id(measured) AS measured, side, generator, language, depth, metric, value, low, high, records, tokens
FROM raw_measures
