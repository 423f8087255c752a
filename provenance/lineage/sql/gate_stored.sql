-- Kept as gate_stored: the records of a dataset's batches and of all batches above them, as words of 64 rows, with a
--   word for each way to offend.
-- Parameters: max_depth INTEGER and the weakest grade of each class: human, ai_assisted, human_edited_synthetic,
--   synthetic_rule, synthetic_model, unknown TINYINT (reads gate_above)
-- Columns: batch, word, origin, bits, weak, deep, needs_parent
--
-- One pass over the records for six facts. Every test says when a record is fine; all else offends, NULL included.
-- Only ingest and generate make records out of nothing, and a depth above 0 says that there was a parent in any case.
SELECT r.batch, r."row" >> 6 AS word, r.origin,
       bit_or(1::UBIGINT << (r."row" & 63)) AS bits,
       bit_or(CASE WHEN r.evidence >= CASE r.origin WHEN 'human' THEN $human WHEN 'ai_assisted' THEN $ai_assisted
                                                    WHEN 'human_edited_synthetic' THEN $human_edited_synthetic
                                                    WHEN 'synthetic_rule' THEN $synthetic_rule
                                                    WHEN 'synthetic_model' THEN $synthetic_model
                                                    WHEN 'unknown' THEN $unknown END
                   THEN 0::UBIGINT ELSE 1::UBIGINT << (r."row" & 63) END) AS weak,
       bit_or(CASE WHEN r.depth BETWEEN 0 AND $max_depth
                   THEN 0::UBIGINT ELSE 1::UBIGINT << (r."row" & 63) END) AS deep,
       bit_or(CASE WHEN r.depth = 0 AND b.step IN ('ingest', 'generate')
                   THEN 0::UBIGINT ELSE 1::UBIGINT << (r."row" & 63) END) AS needs_parent
FROM raw_records r
LEFT JOIN raw_batches b ON b.batch = r.batch
WHERE r.batch IN (SELECT batch FROM gate_above)
GROUP BY ALL
