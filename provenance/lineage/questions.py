"""Named questions: one SQL file each in ``provenance/lineage/sql``, with a header that says what it asks.

    -- question: How much of each origin and language is there?
    -- param dataset DATASET = NULL: a training set; all records where it is not given
    -- column origin: origin class

    ask(lens, "origin_mix", dataset="cobol-2026-11").dicts()

Parameter types: VARCHAR, INTEGER, RECORD (a record id that is in the ledger) and DATASET (name or name@version that is
in the ledger); text values are accepted for all, as a command line gives them. A parameter without "= default" must be
given. What is unknown or of the wrong type is refused with the list of what there is; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from provenance.errors import InvalidId, QueryError
from provenance.lineage import catalogue
from provenance.lineage.lens import Lens, Table
from provenance.model.dataset import DatasetRef
from provenance.model.identity import RecordId

_PARAM = re.compile(r"-- param (\w+) (VARCHAR|INTEGER|RECORD|DATASET)(?: = (\S+))?: (.+)")
_COLUMN = re.compile(r"-- column (\w+): (.+)")
_QUESTION = "-- question: "


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a question; ``default`` is meaningful where it is not ``required``."""

    name: str
    type: str
    required: bool
    default: str | int | None
    meaning: str


@dataclass(frozen=True, slots=True)
class Question:
    """A named question: what it asks, its SQL, its parameters, and its columns with their meanings."""

    name: str
    header: str
    sql: str
    params: tuple[Param, ...]
    columns: tuple[tuple[str, str], ...]


@cache
def names() -> tuple[str, ...]:
    """The names of all questions, sorted."""
    return tuple(name for name in catalogue.names_of() if catalogue.text_of("", name).startswith(_QUESTION))


@cache
def load(name: str) -> Question:
    """A question by name.

    Raises:
        QueryError: there is none of that name; the message lists what there is.
    """
    if name not in names():
        raise QueryError(f"@{name}", "is not a named question", f"ask one of: {', '.join(names())}")
    sql = catalogue.text_of("", name)
    lines = [line for line in sql.splitlines() if line.startswith("-- ")]
    params = tuple(Param(match[1], match[2], match[3] is None, _default(match[2], match[3]), match[4])
                   for line in lines if (match := _PARAM.fullmatch(line)))
    columns = tuple((match[1], match[2]) for line in lines if (match := _COLUMN.fullmatch(line)))
    return Question(name, lines[0].removeprefix(_QUESTION), sql, params, columns)


def ask(lens: Lens, name: str, *, limit: int | None = None, **params: Any) -> Table:
    """Ask a named question.

    Raises:
        QueryError: unknown question, unknown or missing parameter, or one that names nothing in the ledger.
        InvalidId: a record id or dataset that is malformed.
    """
    question = load(name)
    known = {param.name: param for param in question.params}
    takes = ", ".join(f"{p.name}={'' if p.required else p.default}" for p in question.params) or "no parameters"
    if unknown := sorted(set(params) - set(known)):
        raise QueryError(f"@{name}", f"has no parameter {unknown[0]}", f"it takes {takes}")
    values: dict[str, Any] = {}
    for param in question.params:
        if param.name not in params:
            if param.required:
                raise QueryError(f"@{name}", f"needs the parameter {param.name} ({param.meaning})",
                                 f"write: sql @{name} {param.name}=...")
            values[param.name] = param.default
        else:
            values[param.name] = _value(lens, param, params[param.name])
    return lens.query(question.sql, values or None, limit=limit)


def _default(kind: str, text: str | None) -> str | int | None:
    if text is None or text == "NULL":
        return None
    return int(text) if kind == "INTEGER" else text


def _value(lens: Lens, param: Param, given: Any) -> str | int | None:
    if given is None and not param.required and param.default is None:
        return None
    text = str(given)
    if param.type == "INTEGER":
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or int(text) < 0:
            raise QueryError(f"{param.name}={text}", "is not a whole number from 0 up")
        return int(text)
    if param.type == "RECORD":
        record = RecordId.parse(text)
        known = lens.query(catalogue.text_of("internal", "batch_rows"), {"batch": record.batch}).rows
        if not known or record.row >= known[0][0]:
            raise QueryError(text, f"is not in the ledger {lens.ledger.path}", "check the id, or the ledger's path")
    if param.type == "DATASET":
        try:
            DatasetRef.parse(text)
        except InvalidId as error:
            raise QueryError(text, error.problem) from error
        if lens.query("SELECT dataset_batch($dataset)", {"dataset": text}).rows[0][0] is None:
            there = [row[0] for row in lens.query(catalogue.text_of("internal", "dataset_names"), limit=20).rows]
            advice = f"ask for one of: {', '.join(there)}" if there else "there is none yet; run assemble first"
            raise QueryError(text, "is not a training set of this ledger", advice)
    return text
