-- Internal: the texts of ids. Users may call them too.
-- macros: record_id(batch BIGINT, number INTEGER), batch_id(batch BIGINT), is_generated(step VARCHAR, params JSON),
--   is_relative("check" VARCHAR)
CREATE MACRO record_id(batch, number) AS printf('rec:%016x.%d', batch, number);
-- is_generated(step VARCHAR, params JSON): made anew, and not as a version of a record that it could be held against.
CREATE MACRO is_generated(step, params) AS
    step = 'adversarial' OR (step = 'generate' AND coalesce(params ->> '$.mode', '') <> 'version');
-- is_relative("check" VARCHAR): what the check says depends on what the record was compared with.
CREATE MACRO is_relative("check") AS
    "check" IN ('near_duplicate', 'renamed_copy', 'novelty', 'collapse', 'source_limit', 'declared_origin', 'declared_parent');
CREATE MACRO batch_id(batch) AS printf('%016x', batch);
