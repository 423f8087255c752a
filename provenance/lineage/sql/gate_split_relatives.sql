-- Fact: members that share an ancestor, member or not, with a member of another split that is not the largest.
-- Parameters: dataset BIGINT, main VARCHAR (the largest split)
-- Columns: offenders, first_rows
--
-- Of two members in different splits one is outside the largest: start from those, go up to all their ancestors, and
-- from there down. Where splits were drawn by family this stays within the families of the smaller splits.
WITH RECURSIVE up AS (
    SELECT split, batch, "row" FROM raw_members WHERE dataset = $dataset AND split IS DISTINCT FROM $main
    UNION
    SELECT up.split, e.parent_batch, e.parent_row FROM raw_edges e JOIN up ON up.batch = e.batch AND up."row" = e."row"
),
down AS (
    SELECT split, batch, "row" FROM up
    UNION
    SELECT down.split, e.batch, e."row"
    FROM raw_edges e JOIN down ON down.batch = e.parent_batch AND down."row" = e.parent_row
),
hit AS (
    SELECT DISTINCT m.batch, m."row"
    FROM down JOIN raw_members m ON m.batch = down.batch AND m."row" = down."row"
    WHERE m.dataset = $dataset AND m.split IS DISTINCT FROM down.split
)
SELECT count(*) AS offenders, min({'batch': batch, 'row': "row"}, 5) AS first_rows
FROM hit
