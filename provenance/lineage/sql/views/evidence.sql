-- View: the evidence for each record's origin.
SELECT record_id(batch, row) AS record, kind, value, 'E' || grade AS grade, points_to FROM raw_evidence
