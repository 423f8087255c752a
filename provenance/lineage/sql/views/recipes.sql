-- View: one row a recipe (and so a batch): the step and all that decided its output.
SELECT
    recipe_digest AS recipe, step, step_version, params, params ->> '$.model' AS model, params ->> '$.prompt' AS prompt,
    seed, params ->> '$.toolchain' AS toolchain, shard, batch_id(batch) AS batch, job, run, written_at AS created_at,
    record_rows AS records
FROM raw_batches
