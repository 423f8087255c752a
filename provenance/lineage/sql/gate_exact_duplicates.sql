-- Fact: members whose content another member has too, beyond the first of each content.
-- Parameters: none (reads gate_suspects, gate_listed)
-- Columns: offenders, first_rows
--
-- Members whose digest is NULL count as the same: nobody knows that they differ.
WITH same AS (
    SELECT {'batch': r.batch, 'row': r."row"} AS record,
           row_number() OVER (PARTITION BY coalesce(r.content_sha256, '') ORDER BY r.batch, r."row") AS place
    FROM raw_records r
    JOIN gate_suspects ON gate_suspects.h = hash(coalesce(r.content_sha256, ''))
    JOIN gate_listed l ON l.batch = r.batch AND l.word = r."row" >> 6
    WHERE (l.bits >> (r."row" & 63)) & 1 = 1
)
SELECT count(*) AS offenders, min(record, 5) AS first_rows
FROM same
WHERE place > 1
