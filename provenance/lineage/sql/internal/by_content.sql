-- Internal: the records with this content digest. params: hex VARCHAR; columns: batch, row
SELECT batch, row FROM raw_records WHERE content_sha256 = $hex
