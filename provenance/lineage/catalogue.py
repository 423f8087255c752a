"""What a lens is made of: manifests as tables, part files as raw views, and the public views over them.

The manifests are read by Python and parsed by DuckDB in one go (reading each file by DuckDB costs a millisecond and a
32 MB buffer a file). The lists of part files are DuckDB variables, so a view's text stays short however many there are.

    raw_batches, raw_parts     one row a batch, one row a part file: tables, in memory
    raw_<table>                for every table of `codec.SCHEMAS`: (batch BIGINT, row INTEGER, ...) as stored
    raw_events                 the outbox, malformed files included and marked
    records, edges, ...        the public views of docs/sql.md

Part files written by an older version may lack a column. DuckDB says so and does not guess; the lens then reads all
files by name (slower), with NULL for what is missing.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

from provenance.errors import LedgerCorrupt
from provenance.ledger import Ledger, codec
from provenance.ledger.manifest import Manifest

SQL = files("provenance.lineage") / "sql"
_TYPES = {pa.int8(): "TINYINT", pa.int16(): "SMALLINT", pa.int32(): "INTEGER", pa.int64(): "BIGINT",
          pa.float32(): "FLOAT", pa.float64(): "DOUBLE", pa.string(): "VARCHAR", pa.bool_(): "BOOLEAN",
          pa.list_(pa.string()): "VARCHAR[]", pa.list_(pa.int64()): "BIGINT[]", pa.list_(pa.float64()): "DOUBLE[]",
          pa.timestamp("us", tz="UTC"): "TIMESTAMP"}


def text_of(folder: str, name: str) -> str:
    """A file of ``provenance/lineage/sql/<folder>``."""
    return (SQL / folder / f"{name}.sql" if folder else SQL / f"{name}.sql").read_text(encoding="utf-8")


def names_of(folder: str = "") -> list[str]:
    """The names of the SQL files of a folder, sorted."""
    place = SQL / folder if folder else SQL
    return sorted(item.name.removesuffix(".sql") for item in place.iterdir() if item.name.endswith(".sql"))


def duckdb_type(kind: pa.DataType) -> str:
    """DuckDB's name for the type of a ledger column. Times become TIMESTAMP in UTC: a TIMESTAMPTZ would need pytz."""
    return _TYPES[kind]


class Catalogue:
    """Makes the tables and views of one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
        self._connection, self._ledger = connection, ledger
        self._by_name = False
        self._seen: list[int] = []

    def load(self) -> None:
        """Read the manifests and make everything.

        Raises:
            LedgerCorrupt: a manifest cannot be read, or lies under another batch's name.
        """
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute(text_of("internal", "macros"))
        self._load_manifests()
        # A view is bound when it is made and again when it is asked, and binding touches every file of its list (70 ms
        # a thousand in DuckDB 1.5). So the views are made over one file each, and get the whole list afterwards.
        for table in codec.SCHEMAS:
            self._raw_view(table, most=1)
        self._events()
        self._connection.execute(text_of("internal", "macro_dataset"))
        for name in names_of("views"):
            self._connection.execute(f"CREATE VIEW {name} AS {text_of('views', name)}")
        for table in codec.SCHEMAS:
            self._set_files(table)

    def heals(self, error: duckdb.Error) -> bool:
        """Is this an error that `heal` may cure: older columns, or an event that was moved while it was read?"""
        text = str(error).lower()
        missing_column = ("schema mismatch" in text or "union_by_name" in text) and not self._by_name
        moved_event = isinstance(error, duckdb.IOException) and str(self._ledger.layout.events).lower() in text
        return missing_column or moved_event

    def heal(self) -> None:
        """Make the views that depend on files anew, reading columns by name."""
        self._by_name = True
        for table in codec.SCHEMAS:
            self._raw_view(table)
        self._events()

    def _load_manifests(self) -> None:
        bodies = list(_manifest_lines(self._ledger.layout.batches))
        create = text_of("internal", "raw_batches")
        with tempfile.NamedTemporaryFile(suffix=".json") as handle:
            handle.write(b"\n".join(bodies))
            handle.flush()
            longest = max(map(len, bodies), default=0)
            try:
                self._connection.execute(create, {"file": handle.name, "size": max(16_777_216, longest + 1)})
            except duckdb.Error as error:
                self._blame(error)
        misnamed = self._connection.execute(text_of("internal", "misnamed")).fetchone()
        if misnamed:
            raise LedgerCorrupt(misnamed[0], f"holds the manifest of another batch ({misnamed[1]})",
                                "run: provenance ledger verify")
        for name in ("tables_batches", "tables_parts", "raw_files"):
            self._connection.execute(text_of("internal", name), {"parts": str(self._ledger.layout.parts)}
                                     if name == "tables_parts" else None)
        self._connection.execute("DROP TABLE loaded")

    def _blame(self, error: duckdb.Error) -> None:
        for path in sorted(self._ledger.layout.batches.glob("??/????????????????.json")):
            Manifest.from_bytes(path.read_bytes(), path)
        raise LedgerCorrupt(self._ledger.layout.batches, f"has manifests that cannot be read together: {error}",
                            "run: provenance ledger verify") from error

    def _set_files(self, table: str, most: int = 2**31 - 1) -> int:
        # In SQL, not as a Python list: DuckDB 1.5 looks for pandas once an element.
        name = f"files_{table}"
        asked = {"table": table, "most": most}
        self._connection.execute(text_of("internal", "set_files").replace("$name", name), asked)
        row = self._connection.execute(f"SELECT len(getvariable('{name}'))").fetchone()
        return int(row[0] or 0) if row else 0

    def _raw_view(self, table: str, most: int = 2**31 - 1) -> None:
        schema = codec.SCHEMAS[table]
        make = f"CREATE OR REPLACE VIEW raw_{table} AS SELECT "
        if not self._set_files(table, most):
            columns = ", ".join(f'CAST(NULL AS {duckdb_type(field.type)}) AS "{field.name}"' for field in schema)
            self._connection.execute(f"{make}{columns} WHERE false")
            return
        read = f"read_parquet(getvariable('files_{table}'){', union_by_name = true' if self._by_name else ''})"
        try:
            self._connection.execute(f"{make}{_columns(schema, None)} FROM {read}")
        except duckdb.BinderException:
            # The newest file lacks a column. All files have to be looked at, to know whether any has it.
            self._set_files(table)
            read = f"read_parquet(getvariable('files_{table}'), union_by_name = true)"
            there = {row[0] for row in self._connection.execute(f"DESCRIBE FROM {read}").fetchall()}
            self._connection.execute(f"{make}{_columns(schema, there)} FROM {read}")

    def refresh(self) -> None:
        """Look at the outbox again if anything was said or sent since: the first event may have made its folder."""
        if self._changed() != self._seen:
            self._events()

    def _changed(self) -> list[int]:
        folders = [Path(pattern).parent for pattern in self._ledger.outbox.globs()]
        return [folder.stat().st_mtime_ns if folder.is_dir() else 0 for folder in folders]

    def _events(self) -> None:
        # A pattern that matches nothing is an error to DuckDB 1.5, and each folder may well be empty.
        self._seen = self._changed()
        globs = [pattern for pattern in self._ledger.outbox.globs() if any(_matches(pattern))]
        self._connection.execute("SET VARIABLE event_globs = $globs", {"globs": globs})
        source = "raw_events" if globs else "raw_events_empty"
        self._connection.execute(f"CREATE OR REPLACE VIEW raw_events AS {text_of('internal', source)}")


def lock(connection: duckdb.DuckDBPyConnection, ledger: Ledger) -> None:
    """Close everything but the folders of batches, parts and events; for good."""
    layout = ledger.layout
    # Not the ledger's folder as a whole: it holds the key of the pseudonyms.
    connection.execute("SET allowed_directories = $folders",
                       {"folders": [str(layout.parts), str(layout.batches), str(layout.events)]})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _columns(schema: pa.Schema, there: set[str] | None) -> str:
    shown = []
    for field in schema:
        if there is not None and field.name not in there:
            shown.append(f'CAST(NULL AS {duckdb_type(field.type)}) AS "{field.name}"')
        elif pa.types.is_timestamp(field.type):
            shown.append(f'make_timestamp(epoch_us("{field.name}")) AS "{field.name}"')
        else:
            shown.append(f'"{field.name}"')
    return ", ".join(shown)


def _manifest_lines(batches: Path) -> Iterator[bytes]:
    if not batches.is_dir():
        return
    for folder in os.scandir(batches):
        if len(folder.name) != 2 or not folder.is_dir():
            continue
        for item in os.scandir(folder.path):
            # Final names only: a writer's temporary file is not a commit.
            if len(item.name) == 21 and item.name.endswith(".json") and not item.name.startswith("."):
                yield b'{"file":"%s","m":%s}' % (item.name.encode(), Path(item.path).read_bytes())


def _matches(pattern: str) -> Iterator[Path]:
    path = Path(pattern)
    return path.parent.glob(path.name)
