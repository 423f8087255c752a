-- Internal: how many members of each training set have the target in a list, as its manifest says. $list is put in as it is.
-- params: pointer VARCHAR (JSON pointer of the target)
-- columns: dataset BIGINT, name, size, members, known (the summary has the list, uncut, and no batch it read is absent)
SELECT b.batch AS dataset, d.name, d.size, coalesce(CAST(b.summary_member_$list ->> $pointer AS BIGINT), 0) AS members,
       coalesce(json_type(b.summary_member_$list) = 'OBJECT', false)
           AND coalesce(b.summary_member_overflow.$list, 1) = 0
           AND list_has_all((SELECT list(batch) FROM raw_batches), b.parents) AS known
FROM raw_batches AS b
LEFT JOIN raw_datasets AS d ON d.dataset = b.batch
WHERE b.batch IN (SELECT batch FROM raw_parts WHERE table_name = 'members')
ORDER BY d.name, b.batch
