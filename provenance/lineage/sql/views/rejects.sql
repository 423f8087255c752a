-- View: what was made and not kept: by whom, from which record, at which stage it was dropped and why.
SELECT batch_id(r.batch) AS batch, r.number, r.maker, r.stage, r.reason, r.text,
    CASE WHEN r.subject_batch IS NOT NULL THEN record_id(r.subject_batch, r.subject_row) END AS subject, r.model, r.prompt, r.seed, r.finish_reason, r.prompt_tokens,
    r.completion_tokens, r.round, b.recipe_digest AS recipe, b.run
FROM raw_rejects AS r
JOIN raw_batches AS b USING (batch)
