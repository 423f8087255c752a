-- Internal: the records whose SWHID has this core. params: core VARCHAR; columns: batch, row, swhid
SELECT batch, row, swhid FROM raw_records WHERE split_part(swhid, ';', 1) = $core
