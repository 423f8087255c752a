-- View: where each root was found; authors are pseudonyms unless names were asked for.
SELECT
    record_id(batch, row) AS record, repository, commit, path, author_count, first_commit_at, last_commit_at, blob,
    authors, commits, signature
FROM raw_sources
