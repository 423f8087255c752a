-- View: one row a record, with the batch's step, recipe, run and time.
-- columns: see docs/sql.md; generators, licences, sources are the ancestry summary (overflow: a list was cut)
SELECT
    record_id(r.batch, r.row) AS record, r.language, r.kind, r.origin, 'E' || r.evidence AS evidence, r.depth,
    r.human_share, r.licence, r.content_sha256, r.swhid, r.bytes, r.lines, b.step, b.recipe_digest AS recipe, b.run,
    b.written_at AS created_at, r.name, r.encoding, r.generators, r.licences, r.sources, r.overflow,
    batch_id(r.batch) AS batch
FROM raw_records AS r
JOIN raw_batches AS b USING (batch)
