-- Fact: members that a near-duplicate check failed, and members that none has passed or failed.
-- Parameters: none (reads gate_listed, gate_said)
-- Columns: failed, failed_words, unjudged, unjudged_words
WITH said AS (
    SELECT batch, word, failed, passed | failed AS judged FROM gate_said WHERE "check" = 'near_duplicate'
),
found AS (
    SELECT l.batch, l.word, l.bits & coalesce(s.failed, 0) AS failed, l.bits & ~coalesce(s.judged, 0) AS unjudged
    FROM gate_listed l LEFT JOIN said s ON s.batch = l.batch AND s.word = l.word
)
SELECT sum(bit_count(failed)) AS failed,
       min({'batch': batch, 'word': word, 'bits': failed}, 5) FILTER (failed <> 0) AS failed_words,
       sum(bit_count(unjudged)) AS unjudged,
       min({'batch': batch, 'word': word, 'bits': unjudged}, 5) FILTER (unjudged <> 0) AS unjudged_words
FROM found
