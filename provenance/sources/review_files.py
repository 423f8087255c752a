"""Tasks for people and their replies as files of one row each: JSON Lines and Parquet.

    write_tasks("ask.jsonl", tasks, "jsonl")       # fill in reviewer and verdict, line by line, in any tool
    replies = read_replies("answered.jsonl", "jsonl")

A task's row with ``reviewer`` and ``verdict`` filled in is a reply; a row without a verdict is a question that nobody has
answered, and is passed over. Columns that nobody knows are passed over too. What cannot be read as what it should be is
collected over the whole file and refused at once: a file is taken as a whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import ProvenanceError, SourceError
from provenance.model.identity import canonical_json
from provenance.sources import argilla, label_studio
from provenance.steps.review import Reply, Task

FORMS = ("jsonl", "parquet", "label-studio", "argilla")
#: Largest file that is read: people do not write more than that.
LARGEST = 512 * 2**20
_TEXTS = ("record", "plan", "role", "language", "kind", "name", "text", "parent", "parent_text")
_SCHEMA = pa.schema([*((name, pa.string()) for name in _TEXTS), ("questions", pa.list_(pa.string())),
                     ("checks", pa.list_(pa.string())), ("reviewer", pa.string()), ("verdict", pa.string()),
                     ("label", pa.string()), ("comment", pa.string()), ("seconds", pa.int64()), ("reviewed_at", pa.string())])
_MOST_NAMED = 10


def write_tasks(path: str | Path, tasks: Sequence[Task], form: str) -> None:
    """Write tasks for a tool; for Label Studio also its labelling configuration, beside the file as ``<file>.xml``.

    Raises:
        SourceError: no such form, or the file is there already: it may hold answers.
        OSError: the file cannot be written.
    """
    if form not in FORMS:
        raise SourceError(form, "is no form of tasks", f"use one of {', '.join(FORMS)}")
    where = Path(path)
    if where.exists():
        raise SourceError(where, "is there already, and may hold answers", "name another file, or move it away")
    if form == "label-studio":
        _put(where, _pretty(label_studio.tasks(tasks)))
        where.with_name(where.name + ".xml").write_text(label_studio.configuration(tasks), "utf-8")
    elif form == "argilla":
        _put(where, _pretty(argilla.records(tasks)))
    else:
        _rows_out(where, [_row(task) for task in tasks], form)


def write_replies(path: str | Path, replies: Sequence[Mapping[str, Any]], form: str) -> None:
    """Write replies that were given, one row each; keys as in a task's row, ``label`` as a mapping.

    Raises:
        SourceError: no such form for replies, or the file is there already.
    """
    if form not in ("jsonl", "parquet"):
        raise SourceError(form, "is no form of answers", "use jsonl or parquet")
    where = Path(path)
    if where.exists():
        raise SourceError(where, "is there already", "name another file, or move it away")
    _rows_out(where, [{**dict.fromkeys(_SCHEMA.names), **reply} for reply in replies], form)


def read_replies(path: str | Path, form: str, by: str = "") -> list[Reply]:
    """Every reply in a file; ``by`` answers for those that name nobody.

    Raises:
        SourceError: the file cannot be read, or rows in it are at fault; they are named, and nothing is taken.
    """
    if form not in FORMS:
        raise SourceError(form, "is no form of answers", f"use one of {', '.join(FORMS)}")
    where = Path(path)
    try:
        if where.stat().st_size > LARGEST:
            raise SourceError(where, f"has more than {LARGEST // 2**20} MiB", "cut it into several files")
        given = list(_parquet_rows(where) if form == "parquet" else _READERS[form](where.read_text("utf-8-sig")))
        if given and form in ("jsonl", "parquet") and not any("record" in row or "verdict" in row for _, row in given):
            raise ValueError(f"none of its {len(given)} rows has a record or a verdict")
    except OSError as error:
        raise SourceError(where, f"cannot be read: {error.strerror or error}", "check its path, owner and mode") from error
    except UnicodeDecodeError as error:
        raise SourceError(where, f"is not UTF-8 text ({error.reason} at byte {error.start})", "save it as UTF-8") from error
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, pa.ArrowException) as error:
        if isinstance(error, ProvenanceError):
            raise
        raise SourceError(where, f"is not {form}: {error}", "export it again, or name the right form with --form") from error
    replies, faults = [], []
    for place, fields in given:
        try:
            reply = _reply(place, fields, by)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            faults.append(f"{place} {error}")
            continue
        if reply is not None:
            replies.append(reply)
    refuse(where, faults)
    return replies


def refuse(where: object, faults: Sequence[str]) -> None:
    """Raise the one error for all rows at fault; nothing where none is.

    Raises:
        SourceError: there are faults.
    """
    if faults:
        shown = "; ".join(faults[:_MOST_NAMED]) + (f"; and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else "")
        raise SourceError(where, f"has {len(faults)} answers at fault: {shown}",
                          "mend them and import the whole file again; nothing of it was kept")


def _reply(place: str, fields: Mapping[str, Any], by: str) -> Reply | None:
    if not _text(fields, "verdict"):
        return None
    label = fields.get("label") or {}
    if isinstance(label, str):
        label = json.loads(label)
    if not isinstance(label, Mapping):
        raise TypeError("has labels that are no mapping of question to answer")
    seconds = fields.get("seconds")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
        raise TypeError(f"has seconds {seconds!r}, which is no number")
    return Reply(place, _text(fields, "record"), _text(fields, "reviewer") or by, _text(fields, "verdict").lower(),
                 {str(key): value if isinstance(value, str) else canonical_json(value).decode() for key, value in label.items()
                  if value is not None}, _text(fields, "comment"), None if seconds is None else round(seconds),
                 _moment(fields.get("reviewed_at")), _text(fields, "plan"), _text(fields, "role") or "reviewer")


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"has {name} {value!r}, which is no text")
    return value.strip()


def _moment(value: Any) -> datetime | None:
    if not value:
        return None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            raise ValueError(f"has reviewed_at {value!r}, which is no time of ISO 8601") from None
    else:
        raise TypeError(f"has reviewed_at {value!r}, which is no time")
    # Without a zone it is UTC, as everywhere here.
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _row(task: Task) -> dict[str, Any]:
    asked = asdict(task)
    return {**dict.fromkeys(_SCHEMA.names), **asked, "questions": list(task.questions), "checks": list(task.checks)}


def _rows_out(where: Path, rows: Sequence[Mapping[str, Any]], form: str) -> None:
    if form == "jsonl":
        _put(where, "".join(json.dumps(dict(row), ensure_ascii=False, sort_keys=True) + "\n" for row in rows))
        return
    texts = [{**row, "label": None if row.get("label") is None else json.dumps(row["label"], sort_keys=True)} for row in rows]
    with where.open("xb") as file:
        pq.write_table(pa.Table.from_pylist(texts, schema=_SCHEMA), file, compression="zstd")


def _put(where: Path, text: str) -> None:
    with where.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _jsonl_rows(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    # Not splitlines: a JSON text may hold U+2028 as it is.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is no JSON object")
        yield f"line {number}", row


def _parquet_rows(where: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    table = pq.read_table(where)
    known = [name for name in table.column_names if name in _SCHEMA.names]
    for number, row in enumerate(table.select(known).to_pylist(), 1):
        yield f"row {number}", row


_READERS: Mapping[str, Callable[[str], Iterator[tuple[str, Mapping[str, Any]]]]] = {
    "jsonl": _jsonl_rows, "label-studio": label_studio.rows, "argilla": argilla.rows}
