-- Fact: for each needed check, members without a pass of it and members with a fail of it.
-- Parameters: checks VARCHAR[] (all that anybody needs), ingested VARCHAR[], derived VARCHAR[], generated
--   VARCHAR[], kinds VARCHAR[] (kinds of file with needs of their own), kind_checks (kind VARCHAR, "check" VARCHAR)[] (those needs),
--   steps VARCHAR[] (steps that make records with needs of their own), step_checks (step VARCHAR, "check" VARCHAR)[] (those needs)
--   (reads gate_listed, gate_batches, gate_said)
-- Columns: check, missing, missing_words, failed, failed_words
--
-- A member is fine where some verdict set its bit to pass and none to fail.
WITH members AS (
    -- What no known ingest step made is derived: it needs the more. What is no version of another record (is_generated of
    -- internal/macros.sql) has nothing that it could be held against.
    SELECT l.*, b.step, coalesce(b.step = 'ingest', false) AS ingested, coalesce(is_generated(b.step, b.params), false) AS generated
    FROM gate_listed l LEFT JOIN raw_batches b ON b.batch = l.batch
),
checks AS (
    SELECT unnest($checks::VARCHAR[]) AS "check"
),
of_kind AS (
    SELECT kind, batch, "row" >> 6 AS word, bit_or(1::UBIGINT << ("row" & 63)) AS bits
    FROM raw_records
    WHERE kind IN (SELECT unnest($kinds::VARCHAR[])) AND batch IN (SELECT batch FROM gate_batches)
    GROUP BY ALL
),
special AS (
    SELECT checks."check", k.batch, k.word, bit_or(k.bits) AS bits,
           coalesce(bit_or(k.bits) FILTER (list_contains($kind_checks::STRUCT(kind VARCHAR, "check" VARCHAR)[],
                                                         {'kind': k.kind, 'check': checks."check"})), 0) AS needed
    FROM of_kind k CROSS JOIN checks
    GROUP BY ALL
),
need AS (
    SELECT checks."check", m.batch, m.word,
           CASE WHEN CASE WHEN coalesce(list_contains($steps::VARCHAR[], m.step), false)
                          THEN list_contains($step_checks::STRUCT(step VARCHAR, "check" VARCHAR)[],
                                             {'step': m.step, 'check': checks."check"})
                     ELSE list_contains(CASE WHEN m.ingested THEN $ingested::VARCHAR[] WHEN m.generated THEN $generated::VARCHAR[]
                                        ELSE $derived::VARCHAR[] END, checks."check") END
                THEN m.bits & ~coalesce(s.bits, 0) ELSE 0::UBIGINT END | (m.bits & coalesce(s.needed, 0)) AS bits
    FROM members m CROSS JOIN checks
    LEFT JOIN special s ON s."check" = checks."check" AND s.batch = m.batch AND s.word = m.word
),
found AS (
    SELECT need."check", need.batch, need.word, need.bits & ~coalesce(said.passed, 0) AS missing,
           need.bits & coalesce(said.failed, 0) AS failed
    FROM need LEFT JOIN gate_said said ON said."check" = need."check" AND said.batch = need.batch AND said.word = need.word
)
SELECT "check",
       sum(bit_count(missing)) AS missing,
       min({'batch': batch, 'word': word, 'bits': missing}, 5) FILTER (missing <> 0) AS missing_words,
       sum(bit_count(failed)) AS failed,
       min({'batch': batch, 'word': word, 'bits': failed}, 5) FILTER (failed <> 0) AS failed_words
FROM found
GROUP BY "check"
ORDER BY "check"
