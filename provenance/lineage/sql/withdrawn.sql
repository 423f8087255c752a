-- Kept as gate_withdrawn: records that are, or descend from, something withdrawn.
-- Parameters: sources, models, licences (lower case), records, contents, swhids, people VARCHAR[]: targets
-- Columns: batch, row
--
-- Sources, models and licences are found in the ancestry lists that every record has. A list that was cut at its cap of
-- 64 may hide one, so it offends where something of its kind was withdrawn. Single records and people are followed
-- down the edges.
WITH RECURSIVE seeds AS (
    SELECT batch, "row" FROM raw_records
    WHERE len($records::VARCHAR[]) > 0 AND list_contains($records::VARCHAR[], record_id(batch, "row"))
    UNION
    SELECT batch, "row" FROM raw_records
    WHERE len($contents::VARCHAR[]) > 0 AND content_sha256 IN (SELECT unnest($contents::VARCHAR[]))
    UNION
    SELECT batch, "row" FROM raw_records
    WHERE len($swhids::VARCHAR[]) > 0 AND split_part(swhid, ';', 1) IN (SELECT unnest($swhids::VARCHAR[]))
    UNION
    SELECT batch, "row" FROM raw_sources
    WHERE len($people::VARCHAR[]) > 0 AND list_has_any(authors, $people::VARCHAR[])
),
below AS (
    SELECT batch, "row" FROM seeds
    UNION
    SELECT e.batch, e."row" FROM raw_edges e JOIN below ON below.batch = e.parent_batch AND below."row" = e.parent_row
),
hit AS (
    SELECT batch, "row" FROM below
    UNION
    SELECT batch, "row" FROM raw_records
    WHERE len($sources::VARCHAR[]) > 0
      AND (NOT list_has_any(sources, $sources::VARCHAR[]) AND (NOT overflow OR len(sources) < 64)) IS NOT TRUE
    UNION
    SELECT batch, "row" FROM raw_records
    WHERE len($models::VARCHAR[]) > 0
      AND (NOT list_has_any(generators, $models::VARCHAR[]) AND (NOT overflow OR len(generators) < 64)) IS NOT TRUE
    UNION
    SELECT batch, "row" FROM raw_records
    WHERE len($licences::VARCHAR[]) > 0
      AND (NOT list_has_any(list_transform(licences, lambda item: lower(item)), $licences::VARCHAR[])
           AND NOT list_has_any(regexp_split_to_array(lower(licence), '[ ()]+'), $licences::VARCHAR[])
           AND (NOT overflow OR len(licences) < 64)) IS NOT TRUE
)
SELECT batch, "row" FROM hit
