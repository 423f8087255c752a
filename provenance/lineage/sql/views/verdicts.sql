-- View: what each check said; record is NULL where the subject never became one (a refused file).
SELECT
    CASE WHEN v.batch IS NOT NULL THEN record_id(v.batch, v.row) END AS record, v."check", v.outcome, v.value, v.reason,
    v.tool, v.tool_version, b.run, v.judged_at, v.subject, batch_id(v.said_in) AS said_in
FROM raw_verdicts AS v
LEFT JOIN raw_batches AS b ON b.batch = v.said_in
