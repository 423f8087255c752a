-- View: one row an edge, from the record that was made to one that it was made from.
SELECT record_id(batch, row) AS child, record_id(parent_batch, parent_row) AS parent, role FROM raw_edges
