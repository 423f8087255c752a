-- Fact: members of a class that is not allowed, with too weak evidence, or too far from their roots.
-- Parameters: origins VARCHAR[] (reads gate_listed, gate_stored)
-- Columns: origin, origin_words, evidence, evidence_words, depth, depth_words
WITH bad AS (
    SELECT batch, word,
           bit_or(CASE WHEN list_contains($origins::VARCHAR[], origin) THEN 0::UBIGINT ELSE bits END) AS origin,
           bit_or(weak) AS weak, bit_or(deep) AS deep
    FROM gate_stored
    GROUP BY ALL
),
hit AS (
    SELECT l.batch, l.word, l.bits & bad.origin AS origin, l.bits & bad.weak AS weak, l.bits & bad.deep AS deep
    FROM bad JOIN gate_listed l ON l.batch = bad.batch AND l.word = bad.word
)
SELECT sum(bit_count(origin)) AS origin,
       min({'batch': batch, 'word': word, 'bits': origin}, 5) FILTER (origin <> 0) AS origin_words,
       sum(bit_count(weak)) AS evidence,
       min({'batch': batch, 'word': word, 'bits': weak}, 5) FILTER (weak <> 0) AS evidence_words,
       sum(bit_count(deep)) AS depth,
       min({'batch': batch, 'word': word, 'bits': deep}, 5) FILTER (deep <> 0) AS depth_words
FROM hit
