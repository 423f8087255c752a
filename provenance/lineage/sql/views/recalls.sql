-- View: what was withdrawn.
SELECT kind, target, reason, recalled_by, recalled_at FROM raw_recalls
