"""How verbs print: tables for people, JSON and CSV for programs; nothing from a record may drive the terminal."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

FORMATS = ("table", "json", "csv")


def show(rows: Sequence[Mapping[str, Any]], form: str = "table", columns: Sequence[str] | None = None) -> None:
    """Print rows of equal columns in one of `FORMATS`."""
    names = list(columns or (rows[0] if rows else ()))
    if form == "json":
        print(json.dumps([{name: _plain(row[name]) for name in names} for row in rows], indent=1, ensure_ascii=False))
    elif form == "csv":
        sink = io.StringIO()
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)
        print(sink.getvalue(), end="")
    else:
        print(_table(names, [[_cell(row[name]) for name in names] for row in rows]))


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not names:
        return "(no rows)"
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 200
    cap = max(12, width // max(1, len(names)) * 2)
    cells = [[clean(cell)[:cap] for cell in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(names)]
    lines = ["  ".join(name.ljust(size) for name, size in zip(names, widths, strict=True)).rstrip(),
             "  ".join("-" * size for size in widths)]
    lines += ["  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join(lines) if rows else "\n".join([*lines, "(no rows)"])


def clean(text: str) -> str:
    """Text without control characters: a file name must not move the cursor or recolour a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


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
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
