-- question: Which repositories and corpora are there, how old, and by how many people?
-- column repository: address
-- column records: roots from it
-- column commits: distinct commits that roots were last changed by
-- column first_commit_at: earliest in the history of any of its files
-- column last_commit_at: latest
-- column people: distinct authors (pseudonyms)
SELECT
    s.repository, any_value(s.records) AS records, any_value(s.commits) AS commits,
    any_value(s.first_commit_at) AS first_commit_at, any_value(s.last_commit_at) AS last_commit_at,
    count(DISTINCT a.author) AS people
FROM (
    SELECT repository, count(*) AS records, count(DISTINCT commit) AS commits, min(first_commit_at) AS first_commit_at,
           max(last_commit_at) AS last_commit_at
    FROM raw_sources GROUP BY repository
) AS s
LEFT JOIN (SELECT DISTINCT repository, unnest(authors) AS author FROM raw_sources) AS a USING (repository)
GROUP BY s.repository
ORDER BY records DESC, repository
