"""The lens: a ledger's immutable files seen as SQL tables and views, read-only.

    with Lens(Ledger("corpus")) as lens:
        lens.query("SELECT origin, count(*) AS n FROM records GROUP BY origin").dicts()

Opening reads the manifests and nothing else of the data; a view reads its Parquet files when it is asked. Only files
that a manifest names are ever read, so what a killed writer left behind does not exist here. A lens shows the ledger
as it was when the lens was opened (events excepted, which are listed anew); open another to see later batches.

What it refuses, whoever asks: everything but one SELECT (WITH, FROM, VALUES, DESCRIBE, SUMMARIZE and SHOW are
selects), any file outside the folders of batches, parts and events, extensions, and changes of settings. There is no
key, no environment and no network within reach of a query.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import duckdb
import pyarrow as pa

from provenance.errors import LedgerCorrupt, LedgerError, QueryError
from provenance.ledger import Ledger
from provenance.lineage import catalogue
from provenance.lineage.selftest import prove_engine

Params = Mapping[str, Any] | Sequence[Any] | None
#: Kinds of query in DuckDB's parse tree that only read.
_READING = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a query.

    Attributes:
        columns, types: names, and DuckDB's type names.
        rows: tuples of Python values; times are in UTC.
        truncated: there were more rows than the limit asked for.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool = False

    def dicts(self) -> list[dict[str, Any]]:
        """One dictionary a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)


class Lens:
    """An open lens over one ledger. May be shared by threads (queries take turns); not by processes.

    Args:
        ledger: what to look at.
        memory_limit: as DuckDB writes it ("2GB"); above it, a query spills to a temporary folder. Default: DuckDB's.
        threads: at most this many. Default: DuckDB's.

    Raises:
        LedgerCorrupt: a manifest cannot be read; the message names it.
        LedgerError: the engine fails its self-test, or the ledger's path cannot be given to it.
    """

    def __init__(self, ledger: Ledger, *, memory_limit: str | None = None, threads: int | None = None) -> None:
        if any(character in str(ledger.path) for character in "*?[]{}\n"):
            raise LedgerError(ledger.path, "has a character in its path that DuckDB reads as a pattern",
                              "move the ledger, or reach it by a symbolic link without * ? [ ] { }")
        prove_engine()
        self.ledger = ledger
        self.lock = threading.RLock()
        self._reading: set[str] = set()
        self._spill = os.path.join(tempfile.gettempdir(), f"provenance-lens-{os.getpid()}-{secrets.token_hex(4)}")
        # Python variables must not become tables, and no extension is ever looked for: answers come from files alone.
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
            "python_enable_replacements": "false", "temp_directory": self._spill}
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        if threads is not None:
            config["threads"] = str(threads)
        try:
            self._connection = duckdb.connect(":memory:", config=config)
        except duckdb.Error as error:
            raise QueryError(f"memory_limit={memory_limit}, threads={threads}",
                             f"is refused by DuckDB: {_first_line(error)}") from error
        try:
            self._catalogue = catalogue.Catalogue(self._connection, ledger)
            self._catalogue.load()
            catalogue.lock(self._connection, ledger)
        except duckdb.Error as error:
            self._connection.close()
            raise LedgerCorrupt(ledger.path, f"cannot be looked at: {_first_line(error)}",
                                "run: provenance ledger verify") from error
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of memory and spill files; the ledger itself has nothing to close."""
        self._connection.close()

    def query(self, sql: str, params: Params = None, *, limit: int | None = None) -> Table:
        """Ask one SELECT.

        Args:
            sql: one statement; parameters are ``$name`` (a mapping) or ``?`` (a sequence).
            params: their values.
            limit: keep at most this many rows and say whether there were more.

        Raises:
            QueryError: not one reading statement, or DuckDB refuses it.
            LedgerCorrupt: a part file that a manifest names is not there.
        """
        with self.lock:
            result = self._read(sql, params)
            columns = tuple(item[0] for item in result.description)
            types = tuple(str(item[1]) for item in result.description)
            try:
                if any("TIME ZONE" in kind for kind in types):
                    # Python values of this type need pytz, by way of Arrow they do not.
                    self._abort()
                    answer = self._connection.sql(sql, params=params).to_arrow_table()
                    rows = list(zip(*(column.to_pylist() for column in answer.columns), strict=True))
                else:
                    rows = result.fetchall() if limit is None else result.fetchmany(limit + 1)
            except duckdb.Error as error:
                raise _translated(sql, error) from error
            finally:
                self._end()
        cut = limit is not None and len(rows) > limit
        return Table(columns, types, rows[:limit] if cut else rows, cut)

    def arrow(self, sql: str, params: Params = None) -> pa.Table:
        """Like `query`, as an Arrow table: for many rows."""
        with self.lock:
            self._one_select(sql)
            try:
                self._catalogue.refresh()
                self._connection.execute("BEGIN TRANSACTION READ ONLY")
                return self._connection.sql(sql, params=params).to_arrow_table()
            except duckdb.Error as error:
                raise _translated(sql, error) from error
            finally:
                self._end()

    def keep(self, name: str, sql: str, params: Params = None) -> int:
        """Keep the rows of a SELECT of this package as the temporary table ``name``; returns how many there are.

        For ids that several questions are then asked about. Not for SQL that a user wrote.
        """
        with self.lock:
            statement = f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}"
            try:
                self._catalogue.refresh()
                self._retrying(statement, params)
            except duckdb.Error as error:
                raise _translated(statement, error) from error
            row = self._connection.execute(f"FROM {name} SELECT count(*)").fetchone()
            return int(row[0]) if row else 0

    def drop(self, *names: str) -> None:
        """Forget temporary tables that `keep` made."""
        with self.lock:
            for name in names:
                self._connection.execute(f"DROP TABLE IF EXISTS {name}")

    def _read(self, sql: str, params: Params) -> duckdb.DuckDBPyConnection:
        statement = self._one_select(sql)
        try:
            self._catalogue.refresh()
            # DuckDB 2.0 lets a WITH clause write (to our in-memory tables, never to files); a read-only transaction
            # does not.
            self._connection.execute("BEGIN TRANSACTION READ ONLY")
            return self._retrying(statement, params)
        except duckdb.Error as error:
            self._end()
            raise _translated(sql, error) from error

    def _one_select(self, sql: str) -> duckdb.Statement:
        try:
            statements = self._connection.extract_statements(sql)
        except duckdb.Error as error:
            raise QueryError(_shown(sql), f"is not SQL that DuckDB understands: {_first_line(error)}") from error
        if len(statements) != 1:
            raise QueryError(_shown(sql), f"is {len(statements)} statements", "ask one SELECT at a time")
        # Not EXPLAIN either: EXPLAIN ANALYZE runs what it explains.
        kind = statements[0].type.name
        if kind != "SELECT" or (kind := self._writes(sql)):
            raise QueryError(_shown(sql), f"is or holds a {kind} statement, and the ledger is read-only here",
                             "ask a SELECT; to save its answer use --format csv or json")
        return statements[0]

    def _writes(self, sql: str) -> str:
        """What a statement does besides selecting; empty for nothing.

        DuckDB 2.0 takes INSERT and COPY ... TO in a WITH clause and calls the whole a SELECT. A read-only transaction
        stops the one and not the other, which could replace a part file. So every node of the parse tree has to be of
        a kind that is known to read.
        """
        if sql in self._reading:
            return ""
        self._abort()
        row = self._connection.execute("SELECT json_serialize_sql($sql)", {"sql": sql}).fetchone()
        self._abort()
        tree = json.loads(row[0]) if row else {"error": True}
        if tree.get("error"):
            return "not purely reading"
        if strange := sorted(_nodes(tree) - _READING):
            return strange[0].removesuffix("_NODE").removesuffix("_QUERY")
        if len(self._reading) < 1_000:
            self._reading.add(sql)
        return ""

    def _retrying(self, statement: duckdb.Statement | str, params: Params) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(statement, params)
        except duckdb.Error as error:
            if not self._catalogue.heals(error):
                raise
        # What healed replaced views, so a transaction that began before cannot go on.
        in_transaction = isinstance(statement, duckdb.Statement)
        if in_transaction:
            self._end()
        self._catalogue.heal()
        if in_transaction:
            self._connection.execute("BEGIN TRANSACTION READ ONLY")
        return self._connection.execute(statement, params)

    def _abort(self) -> None:
        # DuckDB 2.0 does nothing else on a connection until an unfinished result is let go; 1.5 lets it go by itself.
        abort = getattr(self._connection, "abort", None)
        if abort is not None:
            abort()

    def _end(self) -> None:
        self._abort()
        # There may be none: its own error ended it.
        with contextlib.suppress(duckdb.TransactionException):
            self._connection.execute("ROLLBACK")


def _translated(sql: str, error: duckdb.Error) -> QueryError | LedgerCorrupt:
    text = _first_line(error)
    if isinstance(error, duckdb.IOException) and ".parquet" in text:
        return LedgerCorrupt("part file", f"cannot be read: {text}", "run: provenance ledger verify")
    if isinstance(error, duckdb.PermissionException):
        return QueryError(_shown(sql), f"asks for what a query may not have: {text}",
                          "only the ledger's views can be read")
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryError(_shown(sql), f"needs more memory than it may have: {text}",
                          "ask for fewer rows, or raise the memory limit")
    return QueryError(_shown(sql), f"cannot be answered: {text}", "the views are listed by: SHOW TABLES")


def _nodes(tree: Any) -> set[str]:
    """The kinds of query in a parse tree."""
    found, stack = set(), [tree]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            kind = item.get("type")
            if isinstance(kind, str) and kind.endswith("_NODE"):
                found.add(kind)
            stack += item.values()
        elif isinstance(item, list):
            stack += item
    return found


def _shown(sql: str) -> str:
    line = " ".join(line for text in sql.splitlines() if not (line := text.strip()).startswith("--"))
    return line if len(line) <= 80 else line[:77] + "..."


def _first_line(error: duckdb.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])
