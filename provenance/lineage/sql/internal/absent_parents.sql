-- Internal: how many parent batches the manifests name that are not in the ledger. columns: absent
SELECT count(*) FROM (SELECT DISTINCT unnest(parents) AS batch FROM raw_batches) ANTI JOIN raw_batches USING (batch)
