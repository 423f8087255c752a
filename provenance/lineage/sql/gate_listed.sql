-- Kept as gate_listed: the words of all members, whatever their class and split.
-- Parameters: none (reads gate_words)
-- Columns: batch, word, bits, members
SELECT batch, word, bit_or(bits) AS bits, sum(members) AS members
FROM gate_words
GROUP BY ALL
