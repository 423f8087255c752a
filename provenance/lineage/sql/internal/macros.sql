-- Internal: the texts of ids. Users may call them too.
-- macros: record_id(batch BIGINT, number INTEGER), batch_id(batch BIGINT), is_generated(step VARCHAR, params JSON)
CREATE MACRO record_id(batch, number) AS printf('rec:%016x.%d', batch, number);
-- is_generated(step VARCHAR, params JSON): made anew, and not as a version of a record that it could be held against.
CREATE MACRO is_generated(step, params) AS
    step = 'adversarial' OR (step = 'generate' AND coalesce(params ->> '$.mode', '') <> 'version');
CREATE MACRO batch_id(batch) AS printf('%016x', batch);
