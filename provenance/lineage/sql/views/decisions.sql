-- View: what the gate decided.
SELECT
    name AS dataset, batch_id(dataset) AS version, policy_digest, outcome, decided_at, batch_id(decision) AS decision,
    policy, manifest_sha256
FROM raw_decisions
