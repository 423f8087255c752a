-- Internal: the part files of a table as a variable.
-- params: table VARCHAR, most INTEGER; $name is put in as it is
SET VARIABLE $name = (SELECT paths[1:$most] FROM raw_files WHERE table_name = $table)
