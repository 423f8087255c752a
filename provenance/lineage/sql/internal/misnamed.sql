-- Internal: a manifest that lies under another batch's name, if there is one. columns: file, batch
SELECT file, batch_id(batch) FROM loaded WHERE batch IS NULL OR file <> batch_id(batch) || '.json' ORDER BY file LIMIT 1
