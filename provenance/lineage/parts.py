"""A few rows of a part file, without an engine: the row groups that can hold them are read, and no other.

    rows(ledger, manifest, "edges", {3, 7})        # [{"batch": ..., "row": 3, "parent_batch": ..., ...}, ...]

The file is the one that the manifest names. Its digest is not recomputed here (``provenance ledger verify`` does that):
a trace reads a few kilobytes of files that may be large.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from provenance.errors import LedgerCorrupt
from provenance.ledger import Ledger, Manifest, codec


def rows(ledger: Ledger, manifest: Manifest, table: str, wanted: Collection[int], *,
         batches: Collection[int] | None = None, columns: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The rows of ``table`` of one batch whose ``row`` is in ``wanted``, as stored, in order of the file.

    ``batches`` keeps only those that speak of records of these batches: for tables of verdicts and the like. A column
    that an older writer did not know is None.

    Raises:
        LedgerCorrupt: the file is not there or is not Parquet.
    """
    part = manifest.parts.get(table)
    if part is None or not wanted:
        return []
    path = ledger.layout.part(table, manifest.batch, part.digest)
    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            there = set(file.schema_arrow.names)
            asked = [name for name in (columns or codec.SCHEMAS[table].names) if name in there]
            groups = _groups(file.metadata, sorted(wanted))
            found = file.read_row_groups(groups, columns=asked, use_threads=False) if groups else None
    except (OSError, pa.ArrowException) as error:
        raise LedgerCorrupt(path, f"cannot be read ({str(error).splitlines()[0]})",
                            "restore it from a backup") from error
    if found is None:
        return []
    mask = pc.is_in(found.column("row"), pa.array(wanted, pa.int32()))
    if batches is not None:
        mask = pc.and_(mask, pc.is_in(found.column("batch"), pa.array(batches, pa.int64())))
    missing = [name for name in codec.SCHEMAS[table].names if name not in there]
    return [{**dict.fromkeys(missing), **row} for row in found.filter(mask).to_pylist()]


def _groups(metadata: Any, wanted: list[int]) -> list[int]:
    """Row groups whose statistics of ``row`` do not rule them out; ``wanted`` is sorted."""
    first = metadata.row_group(0) if metadata.num_row_groups else None
    column = next((i for i in range(metadata.num_columns) if first and first.column(i).path_in_schema == "row"), None)
    chosen = []
    for number in range(metadata.num_row_groups):
        statistics = metadata.row_group(number).column(column).statistics if column is not None else None
        if (statistics is None or not statistics.has_min_max
                or bisect_left(wanted, statistics.min) < bisect_right(wanted, statistics.max)):
            chosen.append(number)
    return chosen
