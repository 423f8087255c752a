-- Fact: members that are, or descend from, something withdrawn.
-- Parameters: none (reads gate_listed, gate_withdrawn)
-- Columns: offenders, first_rows
SELECT count(*) AS offenders, min({'batch': h.batch, 'row': h."row"}, 5) AS first_rows
FROM gate_withdrawn h JOIN gate_listed l ON l.batch = h.batch AND l.word = h."row" >> 6
WHERE (l.bits >> (h."row" & 63)) & 1 = 1
