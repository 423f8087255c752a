-- question: Which records hold a benchmark's text, or came of one that does?
-- param most INTEGER = 1000: show at most so many
-- column record: the record
-- column outcome: fail (contaminated) or warn (suspect)
-- column benchmark: name of the file or folder
-- column item: the benchmark's own id
-- column tier: exact, 1 (plain runs) or 2 (masked runs of a solution)
-- column share: of the item's runs, 0..1
-- column reason: how it is contaminated; after ancestor-contaminated: the ancestor
-- column name: of the record
SELECT
    record_id(v.batch, v.row) AS record, v.outcome, nullif(v.value, '') ->> '$.benchmark' AS benchmark, nullif(v.value, '') ->> '$.item' AS item,
    nullif(v.value, '') ->> '$.tier' AS tier, CAST(nullif(v.value, '') ->> '$.share' AS DOUBLE) AS share, v.reason, r.name
FROM raw_verdicts AS v
LEFT JOIN raw_records AS r ON r.batch = v.batch AND r.row = v.row
WHERE v."check" = 'contamination' AND v.outcome IN ('fail', 'warn') AND v.batch IS NOT NULL
ORDER BY v.outcome, benchmark, item, v.batch, v.row
LIMIT $most
