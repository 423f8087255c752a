-- question: Which records are copies of one that was kept, and why was each dropped?
-- param most INTEGER = 100: show at most so many clusters, the largest first
-- param check VARCHAR = near_duplicate: by whose verdicts: near_duplicate (exact copies too), exact_duplicate or renamed_copy
-- column kept: the record that stays; NULL where the ledger does not have it
-- column records: how many the cluster has, with the kept one
-- column origins: of how many of each class, as {class: records}
-- column languages: in which languages
-- column kinds: which origins meet in copy and kept record (human-human, human-synthetic ...), as {kind: copies}
-- column evaluation: how many are copies of a record of an evaluation source
-- column least: the smallest similarity of a copy to the kept one
-- column dropped: up to twenty copies, each with its record, reason, similarity, and its maker's step
WITH newest AS (
    SELECT batch, row, outcome, reason, value
    FROM raw_verdicts
    WHERE "check" = $check AND batch IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY batch, row ORDER BY judged_at DESC, said_in DESC) = 1
),
copies AS (
    SELECT n.batch, n.row, n.reason, json_extract_string(n.value, '$.of') AS kept,
           json_extract_string(n.value, '$.kind') AS kind, CAST(json_extract(n.value, '$.jaccard') AS DOUBLE) AS similar
    FROM newest AS n
    WHERE n.outcome = 'fail' AND json_valid(n.value) AND json_extract_string(n.value, '$.of') IS NOT NULL
),
described AS (
    SELECT c.*, r.origin, r.language, b.step
    FROM copies AS c
    LEFT JOIN raw_records AS r USING (batch, row)
    LEFT JOIN raw_batches AS b ON b.batch = c.batch
),
largest AS (
    SELECT kept, count(*) + 1 AS records FROM described GROUP BY kept ORDER BY records DESC, kept LIMIT $most
),
keepers AS (
    SELECT l.kept, r.origin, r.language
    FROM largest AS l
    JOIN raw_records AS r ON record_id(r.batch, r.row) = l.kept
    WHERE r.batch IN (SELECT batch FROM raw_batches)
),
members AS (
    SELECT kept, origin, language FROM described WHERE kept IN (SELECT kept FROM largest)
    UNION ALL SELECT kept, origin, language FROM keepers
),
counted AS (SELECT kept, origin, count(*) AS n FROM members WHERE origin IS NOT NULL GROUP BY ALL),
origins AS (SELECT kept, map_from_entries(list((origin, n) ORDER BY origin)) AS origins FROM counted GROUP BY kept),
spoken AS (SELECT kept, list(DISTINCT language ORDER BY language) AS languages FROM members WHERE language IS NOT NULL GROUP BY kept),
meeting AS (SELECT kept, kind, count(*) AS n FROM described WHERE kind IS NOT NULL GROUP BY ALL),
kinds AS (SELECT kept, map_from_entries(list((kind, n) ORDER BY kind)) AS kinds FROM meeting GROUP BY kept)
SELECT CASE WHEN l.kept IN (SELECT kept FROM keepers) THEN l.kept END AS kept, any_value(l.records) AS records,
       any_value(o.origins) AS origins, any_value(s.languages) AS languages, any_value(k.kinds) AS kinds,
       count(*) FILTER (contains(d.reason, '-evaluation:')) AS evaluation, min(d.similar) AS least,
       list({'record': record_id(d.batch, d.row), 'reason': split_part(d.reason, ':', 1), 'jaccard': d.similar,
             'step': d.step} ORDER BY d.batch, d.row)[1:20] AS dropped
FROM largest AS l
JOIN described AS d ON d.kept = l.kept
LEFT JOIN origins AS o ON o.kept = l.kept
LEFT JOIN spoken AS s ON s.kept = l.kept
LEFT JOIN kinds AS k ON k.kept = l.kept
GROUP BY l.kept
ORDER BY records DESC, l.kept
