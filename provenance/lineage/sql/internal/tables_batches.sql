-- Internal: one row a batch, from the manifests. A column each for what they count, because a question of one list would
-- read all of a STRUCT.
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
    m.summary.origins AS summary_origins,
    m.summary.languages AS summary_languages,
    m.summary.generators AS summary_generators,
    m.summary.licences AS summary_licences,
    m.summary.sources AS summary_sources,
    m.summary.generators_by_class AS summary_generators_by_class,
    m.summary.licences_by_class AS summary_licences_by_class,
    m.summary.sources_by_class AS summary_sources_by_class,
    m.summary.overflow AS summary_overflow,
    m.summary.member_generators AS summary_member_generators,
    m.summary.member_licences AS summary_member_licences,
    m.summary.member_sources AS summary_member_sources,
    m.summary.member_overflow AS summary_member_overflow
FROM loaded
ORDER BY batch
