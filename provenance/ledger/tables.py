"""The tables of the ledger: their columns, and how each is laid out in its Parquet file.

    >>> SCHEMAS["texts"].names
    ['batch', 'row', 'text']

No column is binary: DuckDB 1.5 silently answers wrongly when a BLOB column of a Parquet file is compared (see
``docs/adr/0003-no-blob.md``). Every table that speaks of records carries their (batch, row), sorted.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

_TIME = pa.timestamp("us", tz="UTC")
_KEY = [("batch", pa.int64()), ("row", pa.int32())]
_LIST = pa.list_(pa.string())
_INTEGERS = pa.list_(pa.int64())
_NUMBERS = pa.list_(pa.float64())
GENERATION = [("model", pa.string()), ("revision", pa.string()), ("endpoint", pa.string()), ("prompt", pa.string()),
               ("prompt_sha256", pa.string()), ("rendered_sha256", pa.string()), ("seed", pa.int64()),
               ("sampling", pa.string()), ("finish_reason", pa.string()), ("prompt_tokens", pa.int32()),
               ("completion_tokens", pa.int32()), ("response_id", pa.string()), ("licence", pa.string()),
               ("terms", pa.string()), ("round", pa.int16())]

#: Table name -> columns. A new column is an addition (readers fill NULL); a changed meaning raises FORMAT_VERSION.
SCHEMAS: dict[str, pa.Schema] = {
    "records": pa.schema([*_KEY, ("language", pa.string()), ("kind", pa.string()), ("origin", pa.string()),
                          ("evidence", pa.int8()), ("depth", pa.int16()), ("human_share", pa.float32()),
                          ("licence", pa.string()), ("content_sha256", pa.string()), ("swhid", pa.string()),
                          ("name", pa.string()), ("bytes", pa.int64()), ("lines", pa.int32()),
                          ("encoding", pa.string()), ("generators", _LIST), ("licences", _LIST), ("sources", _LIST),
                          ("overflow", pa.bool_())]),
    "texts": pa.schema([*_KEY, ("text", pa.string())]),
    "edges": pa.schema([*_KEY, ("parent_batch", pa.int64()), ("parent_row", pa.int32()), ("role", pa.string())]),
    "sources": pa.schema([*_KEY, ("repository", pa.string()), ("commit", pa.string()), ("path", pa.string()),
                          ("blob", pa.string()), ("authors", _LIST), ("author_count", pa.int32()),
                          ("first_commit_at", _TIME), ("last_commit_at", _TIME), ("commits", pa.int32()),
                          ("signature", pa.string())]),
    "evidence": pa.schema([*_KEY, ("kind", pa.string()), ("value", pa.string()), ("points_to", pa.string()),
                           ("grade", pa.int8())]),
    "verdicts": pa.schema([*_KEY, ("subject", pa.string()), ("check", pa.string()), ("outcome", pa.string()),
                           ("value", pa.string()), ("reason", pa.string()), ("tool", pa.string()),
                           ("tool_version", pa.string()), ("judged_at", _TIME), ("said_in", pa.int64())]),
    "generations": pa.schema([*_KEY, *GENERATION]),
    "rejects": pa.schema([("batch", pa.int64()), ("number", pa.int32()), ("maker", pa.string()), ("stage", pa.string()),
                          ("reason", pa.string()), ("text", pa.string()), ("subject_batch", pa.int64()),
                          ("subject_row", pa.int32()), *GENERATION]),
    "members": pa.schema([*_KEY, ("dataset", pa.int64()), ("split", pa.string()), ("origin", pa.string()),
                          ("bytes", pa.int64())]),
    "datasets": pa.schema([("dataset", pa.int64()), ("name", pa.string()), ("root", pa.string()), ("size", pa.int64()),
                           ("policy", pa.string()), ("created_at", _TIME)]),
    "decisions": pa.schema([("decision", pa.int64()), ("dataset", pa.int64()), ("name", pa.string()),
                            ("policy", pa.string()), ("policy_digest", pa.string()), ("manifest_sha256", pa.string()),
                            ("outcome", pa.string()), ("decided_at", _TIME)]),
    "reasons": pa.schema([("decision", pa.int64()), ("rule", pa.string()), ("outcome", pa.string()),
                          ("asked", pa.string()), ("found", pa.string()), ("count", pa.int64()), ("examples", _LIST)]),
    # People: what they were asked, and what they said. A person is a pseudonym.
    "queue": pa.schema([*_KEY, ("plan", pa.string()), ("why", pa.string()), ("question", pa.string()),
                        ("needed", pa.int8()), ("gold", pa.string()), ("asked_at", _TIME)]),
    "reviews": pa.schema([*_KEY, ("reviewer", pa.string()), ("verdict", pa.string()), ("label", pa.string()),
                          ("reviewed_at", _TIME), ("plan", pa.string()), ("role", pa.string()), ("comment", pa.string()),
                          ("seconds", pa.int32()), ("origin", pa.string())]),
    "recalls": pa.schema([("kind", pa.string()), ("target", pa.string()), ("reason", pa.string()),
                          ("recalled_by", pa.string()), ("recalled_at", _TIME)]),
    "consumptions": pa.schema([("model", pa.string()), ("run", pa.string()), ("dataset", pa.int64()),
                               ("name", pa.string()), ("ticket", pa.string()), ("consumed_at", _TIME)]),
    # Judges: what they measured, found and learned besides their verdicts.
    "sketches": pa.schema([*_KEY, ("view", pa.string()), ("tokens", pa.int32()), ("shingles", pa.int32()),
                           ("content_sha256", pa.string()), ("bands", _INTEGERS)]),
    "findings": pa.schema([*_KEY, ("check", pa.string()), ("rule", pa.string()), ("start", pa.int32()),
                           ("end", pa.int32()), ("line", pa.int32()), ("hash", pa.string())]),
    "measures": pa.schema([("measured", pa.int64()), ("side", pa.string()), ("generator", pa.string()),
                           ("language", pa.string()), ("depth", pa.int16()), ("metric", pa.string()),
                           ("value", pa.float64()), ("low", pa.float64()), ("high", pa.float64()),
                           ("records", pa.int64()), ("tokens", pa.int64())]),
    "detectors": pa.schema([("detector", pa.int64()), ("language", pa.string()), ("corpus", pa.string()),
                            ("view", pa.string()), ("part", pa.string()), ("said", pa.string()),
                            ("integers", _INTEGERS), ("numbers", _NUMBERS)]),
}

#: Numbers that rise, or spread over a known range: packed differences are a fraction of a dictionary of them.
_PACKED = {"row", "parent_row", "bytes"}
#: Texts that are all different: a dictionary of them is the column once more.
_DISTINCT = {"text", "rendered_sha256", "response_id", "content_sha256", "swhid", "name", "blob", "path"}
#: Rows a row group where one record is looked up (a trace decodes whole row groups); other tables are read whole.
_GROUPS = {"records": 2_048, "edges": 4_096, "sources": 2_048, "evidence": 4_096, "texts": 1_024}


def parquet_options(name: str) -> dict[str, Any]:
    """How a table is laid out in its Parquet file: for ``pyarrow.parquet.write_table``. Readers need not know."""
    schema = SCHEMAS[name]
    packed = [field.name for field in schema if field.name in _PACKED]
    # Parquet's name of a list's values is the path to them.
    dictionary = [f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
                  for field in schema if field.name not in _PACKED | _DISTINCT]
    return {"row_group_size": _GROUPS.get(name, 131_072), "use_dictionary": dictionary,
            "column_encoding": dict.fromkeys(packed, "DELTA_BINARY_PACKED")}
