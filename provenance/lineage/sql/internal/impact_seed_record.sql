-- Internal: one record, to start from. params: batch BIGINT, row INTEGER; columns: batch, row
SELECT CAST($batch AS BIGINT) AS batch, CAST($row AS INTEGER) AS row
