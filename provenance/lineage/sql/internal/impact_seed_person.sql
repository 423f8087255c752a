-- Internal: the roots that a person had a hand in. params: target VARCHAR (as in sources.authors); columns: batch, row
SELECT batch, row FROM raw_sources WHERE list_contains(authors, $target)
