-- Fact: members whose licence is one of those that the policy does not allow.
-- Parameters (reads gate_listed, gate_batches): bad (licence VARCHAR, joined VARCHAR, ids BIGINT, cut BOOLEAN)[]: rows of
--   gate_licence_profiles
-- Columns: offenders, first_rows
WITH bad AS (
    SELECT unnest($bad::STRUCT(licence VARCHAR, joined VARCHAR, ids BIGINT, cut BOOLEAN)[], recursive := true)
),
hit AS (
    SELECT {'batch': r.batch, 'row': r."row"} AS record
    FROM raw_records r
    JOIN gate_listed l ON l.batch = r.batch AND l.word = r."row" >> 6
    SEMI JOIN bad ON coalesce(r.licence, '') = bad.licence
                 AND coalesce(array_to_string(r.licences, chr(31)), '') = bad.joined
                 AND coalesce(len(r.licences), 0) = bad.ids
                 AND ((r.overflow = false OR len(r.licences) < 64) IS NOT TRUE) = bad.cut
    WHERE (l.bits >> (r."row" & 63)) & 1 = 1
)
SELECT count(*) AS offenders, min(record, 5) AS first_rows
FROM hit
