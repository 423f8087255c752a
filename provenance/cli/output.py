"""How verbs print: tables for people, JSON and CSV for programs; nothing from a record may drive the terminal."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TextIO

FORMATS = ("table", "json", "csv")


def show(rows: Sequence[Mapping[str, Any]], form: str = "table", columns: Sequence[str] | None = None) -> None:
    """Print rows of equal columns in one of `FORMATS`."""
    names = list(columns or (rows[0] if rows else ()))
    if form == "json":
        text = json.dumps([{name: _plain(row[name]) for name in names} for row in rows], indent=1, ensure_ascii=False)
        # The same JSON, with what a terminal might obey written as escapes (json does so only below U+0020).
        print("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text))
    elif form == "csv":
        sink = io.StringIO()
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)
        # To a file or a program byte for byte; a terminal shows it to a person.
        print(clean(sink.getvalue(), keep="\n") if sys.stdout.isatty() else sink.getvalue(), end="")
    else:
        print(_table(names, [[_cell(row[name]) for name in names] for row in rows]))


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not names:
        return "(no rows)"
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 200
    cap = max(12, width // max(1, len(names)) * 2)
    cells = [[_short(clean(cell.replace("\n", " ")), cap) for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(names)]
    lines = ["  ".join(name.ljust(size) for name, size in zip(names, widths, strict=True)).rstrip(),
             "  ".join("-" * size for size in widths)]
    lines += ["  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join(lines) if rows else "\n".join([*lines, "(no rows)"])


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most - 1] + "…"


def clean(text: str, keep: str = "") -> str:
    """Text without control characters: a file name must not move the cursor or recolour a terminal."""
    return "".join(character if character.isprintable() or character in keep else "\N{REPLACEMENT CHARACTER}"
                   for character in text)


def one_line(text: str) -> str:
    """A message of several lines (a list of mistakes) as one, cleaned."""
    lines = "; ".join(clean(part) for line in text.split("\n") if (part := line.strip()))
    return lines.replace(":; ", ": ").replace("; . Next:", ". Next:")


def say(text: object = "") -> None:
    """Print text for people; whatever it was made of, only line ends drive the terminal."""
    print(clean(str(text), keep="\n"))


class Deaf:
    """A stream whose reader may leave (``| head``): what is said after that is lost, and the verb's answer is not.

    An exit status of 0 for a broken pipe would read as "allowed" behind a gate, so the verb goes on to its end.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._close()
            return len(text)
        except UnicodeEncodeError:  # a terminal that is not UTF-8
            return self._stream.write(text.encode("ascii", "backslashreplace").decode())

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._close()

    def _close(self) -> None:
        # The interpreter flushes once more at its end, and must find somebody who listens.
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def bar(share: float, width: int = 40) -> str:
    """A bar for a share of 0..1."""
    return "█" * round(share * width) + "░" * (width - round(share * width))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | dict):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):  # what DuckDB makes of 1.5
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
