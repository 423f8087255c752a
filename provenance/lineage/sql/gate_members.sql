-- Fact: how many members there are, by the class that they carry and by split.
-- Parameters: none (reads gate_words)
-- Columns: origin, split, members
SELECT origin, split, sum(members) AS members
FROM gate_words
GROUP BY origin, split
ORDER BY members DESC, origin, split
