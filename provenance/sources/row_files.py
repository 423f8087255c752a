"""Rows of files that others wrote: JSON lines (plain or gzip) and Parquet, one at a time.

    for row in json_lines(Path("corpus.jsonl.gz")):
        row["text"]

Refused (`SourceError`): what is no JSON object on a line, and what is no Parquet file; the message names file and line.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from provenance.errors import SourceError


def json_lines(file: Path) -> Iterator[Mapping[str, Any]]:
    """The objects of a file, one a line; empty lines are passed over."""
    number = 0
    try:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                number += 1
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict):
                        raise ValueError("is not an object")
                    yield row
    except (ValueError, OSError, EOFError) as error:
        raise SourceError(file, f"is not readable JSON lines at or after line {number} ({str(error)[:200]})",
                          "one JSON object a line, UTF-8") from None


def parquet_rows(file: Path, batch_size: int = 512,
                 columns: Callable[[Sequence[str]], Sequence[str]] = lambda names: names) -> Iterator[Mapping[str, Any]]:
    """The rows of a file; ``columns`` chooses among its columns, and may refuse what there is."""
    import pyarrow  # takes a moment, and reading other sources does not need it
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(file)
        for batch in table.iter_batches(batch_size=batch_size, columns=list(columns(table.schema_arrow.names))):
            yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise SourceError(file, f"is not a readable Parquet file ({str(error)[:200]})", "fetch it again") from None
