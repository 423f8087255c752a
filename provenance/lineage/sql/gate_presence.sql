-- Fact: members without a record, members listed more than once, and members whose carried class is not their record's.
-- Parameters: none (reads gate_words, gate_listed, gate_stored)
-- Columns: absent, absent_words, repeated, repeated_words, carried, carried_words
--
-- Does not trust that a batch is dense: what is compared is the rows that are there.
WITH listed AS (
    SELECT batch, word, origin, bit_or(bits) AS bits FROM gate_words GROUP BY ALL
),
stored_words AS (
    SELECT batch, word, bit_or(bits) AS bits FROM gate_stored GROUP BY ALL
),
missing AS (
    SELECT l.batch, l.word, l.members, l.bits, coalesce(l.bits, 0) & ~coalesce(s.bits, 0) AS absent
    FROM gate_listed l LEFT JOIN stored_words s ON s.batch = l.batch AND s.word = l.word
),
other_class AS (
    SELECT l.batch, l.word, bit_or(l.bits & there.bits & ~coalesce(s.bits, 0)) AS carried
    FROM listed l
    JOIN stored_words there ON there.batch = l.batch AND there.word = l.word
    LEFT JOIN gate_stored s ON s.batch = l.batch AND s.word = l.word AND s.origin = l.origin
    GROUP BY ALL
),
counted AS (
    -- A member without batch or row has no bit: it counts as listed again, for it is nobody's record.
    SELECT sum(bit_count(absent)) AS absent,
           min({'batch': batch, 'word': word, 'bits': absent}, 5) FILTER (absent <> 0) AS absent_words,
           sum(members - coalesce(bit_count(bits), 0)) AS repeated,
           min({'batch': batch, 'word': word, 'bits': bits}, 5) FILTER (members > bit_count(bits)) AS repeated_words
    FROM missing
),
counted_class AS (
    SELECT sum(bit_count(carried)) AS carried,
           min({'batch': batch, 'word': word, 'bits': carried}, 5) FILTER (carried <> 0) AS carried_words
    FROM other_class
)
SELECT * FROM counted CROSS JOIN counted_class
