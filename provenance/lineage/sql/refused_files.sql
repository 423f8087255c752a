-- question: Which file was refused, file by file?
-- param why VARCHAR = NULL: only this reason, such as no-language; all where it is not given
-- column reason: stable code with its detail
-- column path: of the file in its repository
-- column subject: qualified SWHID, or the path where there is none
SELECT reason, coalesce(nullif(regexp_extract(subject, ';path=(.*)$', 1), ''), subject) AS path, subject
FROM raw_verdicts
WHERE "check" = 'ingest' AND batch IS NULL AND outcome <> 'pass'
  AND ($why::VARCHAR IS NULL OR split_part(reason, ':', 1) = $why::VARCHAR)
ORDER BY reason, path
