-- View: what was learned for comparing declared with detected origin; the arrays are in raw_detectors.
SELECT batch_id(detector) AS detector, language, corpus, "view", part, said FROM raw_detectors
