-- Internal: one row a batch, from the manifests.
CREATE TABLE raw_batches AS
SELECT
    batch,
    m.recipe.step AS step,
    m.recipe.step_version AS step_version,
    m.recipe.params AS params,
    m.recipe.seed AS seed,
    m.recipe.shard AS shard,
    list_transform(map_keys(m.parents), lambda parent: CAST('0x' || parent AS BIGINT)) AS parents,
    m.recipe_digest AS recipe_digest,
    m.run AS run,
    m.job AS job,
    make_timestamp(epoch_us(CAST(m.written_at AS TIMESTAMPTZ))) AS written_at,
    coalesce(CAST(m.parts['records'].rows AS INTEGER), 0) AS record_rows,
    m.summary AS summary
FROM loaded
ORDER BY batch
