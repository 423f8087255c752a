-- Internal: every manifest, as one JSON object a file: {"file": name, "m": manifest}.
-- params: file VARCHAR, size UINTEGER (of the longest line)
CREATE TABLE loaded AS
SELECT file, try_cast('0x' || m.batch AS BIGINT) AS batch, m
FROM read_json($file, format = 'unstructured', maximum_object_size = $size, columns = {
    file: 'VARCHAR',
    m: 'STRUCT(batch VARCHAR,
               recipe STRUCT(step VARCHAR, step_version VARCHAR, params JSON, seed BIGINT, shard VARCHAR),
               recipe_digest VARCHAR,
               parts MAP(VARCHAR, STRUCT(sha256 VARCHAR, rows BIGINT, bytes BIGINT)),
               parents MAP(VARCHAR, VARCHAR),
               run VARCHAR, job VARCHAR, written_at VARCHAR, summary STRUCT(
                   origins JSON, languages JSON, generators JSON, licences JSON, sources JSON,
                   generators_by_class JSON, licences_by_class JSON, sources_by_class JSON,
                   overflow STRUCT("rows" BIGINT, generators BIGINT, licences BIGINT, sources BIGINT),
                   member_generators JSON, member_licences JSON, member_sources JSON,
                   member_overflow STRUCT("rows" BIGINT, generators BIGINT, licences BIGINT, sources BIGINT)))'})
