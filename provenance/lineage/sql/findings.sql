-- question: What did the screen find, by rule and value, and in how many records?
-- param rule VARCHAR = NULL: of one rule; all where it is not given
-- param most INTEGER = 100: show at most so many
-- column check: secrets, personal_data or hidden_text
-- column rule: what found it
-- column hash: mark of the value, made with the ledger's key; what `allow` takes
-- column records: distinct records that hold it
-- column places: distinct places in them
-- column first: the first of them
-- column line: of the first
SELECT
    "check", rule, hash, count(DISTINCT (batch, row)) AS records, count(DISTINCT (batch, row, "start")) AS places,
    record_id(min((batch, row))[1], min((batch, row))[2]) AS first, min((batch, row, line))[3] AS line
FROM raw_findings
WHERE $rule IS NULL OR rule = $rule
GROUP BY "check", rule, hash
ORDER BY records DESC, places DESC, "check", rule, hash
LIMIT $most
