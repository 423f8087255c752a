-- View: how a model was asked for each record that it made: model, prompt, sampling, seed, and what the endpoint said.
SELECT record_id(batch, row) AS record, model, revision, endpoint, prompt, prompt_sha256, rendered_sha256, seed, sampling,
    finish_reason, prompt_tokens, completion_tokens, response_id, licence, terms, round
FROM raw_generations
