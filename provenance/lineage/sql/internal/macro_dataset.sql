-- Internal: the batch of a dataset, "name@version" or "name" for the newest version; NULL where there is none.
-- macro: dataset_batch(reference VARCHAR)
CREATE MACRO dataset_batch(reference) AS (
    SELECT arg_max(d.dataset, (d.created_at, d.dataset))
    FROM raw_datasets AS d
    WHERE d.name = split_part(reference, '@', 1)
      AND (split_part(reference, '@', 2) = '' OR split_part(reference, '@', 2) = printf('%016x', d.dataset))
)
