-- Fact: for each check that every member has to have been judged by, members without a word of it and members that failed.
-- Parameters: checks VARCHAR[] (reads gate_listed, gate_said)
-- Columns: check, missing, missing_words, failed, failed_words
--
-- An error is no word: the tool broke before it could look.
WITH found AS (
    SELECT asked."check", l.batch, l.word, l.bits & ~coalesce(said.judged, 0) AS missing, l.bits & coalesce(said.failed, 0) AS failed
    FROM gate_listed l
    CROSS JOIN (SELECT unnest($checks::VARCHAR[]) AS "check") AS asked
    LEFT JOIN gate_said said ON said."check" = asked."check" AND said.batch = l.batch AND said.word = l.word
)
SELECT "check",
       sum(bit_count(missing)) AS missing,
       min({'batch': batch, 'word': word, 'bits': missing}, 5) FILTER (missing <> 0) AS missing_words,
       sum(bit_count(failed)) AS failed,
       min({'batch': batch, 'word': word, 'bits': failed}, 5) FILTER (failed <> 0) AS failed_words
FROM found
GROUP BY "check"
ORDER BY "check"
