"""A proof, before the first question, that the engine in use answers rightly on our types.

DuckDB 1.5 returns no rows, and no error, when a dictionary-encoded BLOB column of a Parquet file that it wrote itself
is compared: a recall would find nothing and a gate would open. So no ledger table has a binary column, and for the
types that we do use, equality, IN and joins are tried on small files, written both by DuckDB and by pyarrow, in each
process.

    prove_engine()      # nothing, or LedgerError; some 10 ms, once a process
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from provenance.errors import LedgerError
from provenance.ledger import codec
from provenance.lineage import catalogue

_ROWS, _VALUES = 2_000, 20


@cache
def prove_engine() -> None:
    """Raise unless the engine can be trusted with the ledger's types.

    Raises:
        LedgerError: it answers wrongly, or a table has a column that must not be.
    """
    forbid_binary()
    with tempfile.TemporaryDirectory(prefix="provenance-selftest-") as folder:
        _prove_files(Path(folder))


def forbid_binary() -> None:
    """Refuse any column type of `codec.SCHEMAS` that the lens was not proven on (binary above all)."""
    for table, schema in codec.SCHEMAS.items():
        for field in schema:
            try:
                catalogue.duckdb_type(field.type)
            except KeyError:
                raise LedgerError(f"{table}.{field.name}", f"has the type {field.type}, which the lens does not read",
                                  "use one of the types in provenance/lineage/catalogue.py; never binary") from None


def _prove_files(folder: Path) -> None:
    expected = (_ROWS // _VALUES, _ROWS // _VALUES, 2 * _ROWS // _VALUES, _ROWS // _VALUES, _ROWS // _VALUES)
    with duckdb.connect(":memory:", config={"threads": "1", "autoload_known_extensions": "false",
                                            "autoinstall_known_extensions": "false"}) as connection:
        by_duckdb, by_arrow = str(folder / "duckdb.parquet"), str(folder / "arrow.parquet")
        numbers = {"rows": _ROWS, "values": _VALUES}
        connection.execute(catalogue.text_of("internal", "selftest_rows"), numbers)
        connection.execute(f"COPY selftest TO '{by_duckdb}' (FORMAT parquet, COMPRESSION zstd)")
        pq.write_table(connection.sql("FROM selftest").to_arrow_table(), by_arrow, compression="zstd",
                       use_dictionary=True, store_schema=False)
        for path in (by_duckdb, by_arrow):
            row = connection.execute(catalogue.text_of("internal", "selftest_read"),
                                     {"path": path, "batch": _number(7), "hex": f"{_number(7):016x}",
                                      "other": f"{_number(8):016x}"}).fetchone()
            if row != expected:
                raise LedgerError(f"DuckDB {duckdb.__version__}", f"answers wrongly on Parquet files: {row} instead of "
                                  f"{expected}", "install another version: pip install 'duckdb>=1.5,<3'")


def _number(index: int) -> int:
    return index * 461_168_601_842_738_791 % 2**63
