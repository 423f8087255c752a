-- View: every rule of every decision, with how many records it found and which, for example.
SELECT rule, count, examples, batch_id(decision) AS decision, outcome, asked, found FROM raw_reasons
