-- Question: what did each check say last of the records of some batches? What people said is left out: it would sway others.
-- Parameters: batches BIGINT[]
-- Columns: batch, row, check, outcome
SELECT batch, "row", "check", arg_max(outcome, judged_at) AS outcome
FROM raw_verdicts
WHERE batch IN (SELECT unnest($batches::BIGINT[])) AND "check" <> 'review' AND outcome <> 'skipped'
GROUP BY batch, "row", "check"
ORDER BY batch, "row", "check"
