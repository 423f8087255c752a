-- View: where a screen found something. Never what: hash is keyed, so that two places with the same value can be told.
SELECT record_id(batch, row) AS record, "check", rule, "start", "end", line, hash FROM raw_findings
