-- question: Which files were refused at ingest, and why?
-- column reason: stable code
-- column files: how many
-- column example: one of them
-- column detail: the whole reason of that one
SELECT split_part(reason, ':', 1) AS reason, count(*) AS files, min(subject) AS example, arg_min(reason, subject) AS detail
FROM raw_verdicts
WHERE "check" = 'ingest' AND batch IS NULL AND outcome <> 'pass'
GROUP BY 1
ORDER BY files DESC, reason
