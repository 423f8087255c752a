-- question: Which records did the judge of poison find something in, and whose sources did nobody review?
-- param most INTEGER = 100: show at most so many
-- column record: the record
-- column check: poisoning or source_limit
-- column outcome: fail or warn
-- column code: what was found, by its reason code
-- column detail: the rest of the reason
-- column source: its first source; NULL where it has none
-- column generator: its first model; NULL where no model is among its ancestors
-- column value: what was measured, JSON
WITH latest AS (
    -- A judge of the whole speaks anew when the whole changes; its last word counts.
    SELECT batch, "row", "check", arg_max(struct_pack(outcome := outcome, reason := reason, value := value), (judged_at, said_in)) AS said
    FROM raw_verdicts
    WHERE "check" IN ('poisoning', 'source_limit') AND batch IS NOT NULL
    GROUP BY batch, "row", "check"
)
SELECT record_id(l.batch, l."row") AS record, l."check", l.said.outcome AS outcome, split_part(l.said.reason, ':', 1) AS code,
       ltrim(substr(l.said.reason, length(split_part(l.said.reason, ':', 1)) + 2)) AS detail, r.sources[1] AS source,
       r.generators[1] AS generator, l.said.value AS value
FROM latest AS l
LEFT JOIN raw_records AS r ON r.batch = l.batch AND r."row" = l."row"
WHERE l.said.outcome IN ('fail', 'warn')
ORDER BY CASE l.said.outcome WHEN 'fail' THEN 0 ELSE 1 END, l."check", code, l.batch, l."row"
LIMIT $most
