-- Internal: the texts of ids. Users may call them too.
-- macros: record_id(batch BIGINT, number INTEGER), batch_id(batch BIGINT)
CREATE MACRO record_id(batch, number) AS printf('rec:%016x.%d', batch, number);
CREATE MACRO batch_id(batch) AS printf('%016x', batch);
