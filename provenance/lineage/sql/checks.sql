-- question: What did each check say, by tool?
-- column check: name of the check
-- column tool: program that judged; empty for this package
-- column tool_version: its version
-- column pass: verdicts
-- column warn: verdicts
-- column fail: verdicts
-- column abstain: verdicts
-- column skipped: not judged: a tool was missing, or there was nothing to see
-- column error: the tool broke
SELECT
    "check", tool, tool_version,
    count(*) FILTER (outcome = 'pass') AS pass, count(*) FILTER (outcome = 'warn') AS warn,
    count(*) FILTER (outcome = 'fail') AS fail, count(*) FILTER (outcome = 'abstain') AS abstain,
    count(*) FILTER (outcome = 'skipped') AS skipped, count(*) FILTER (outcome = 'error') AS error
FROM raw_verdicts
GROUP BY ALL
ORDER BY ALL
