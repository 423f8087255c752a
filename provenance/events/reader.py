"""Reads OpenLineage events that others wrote: a JSON document, an array, JSON lines, or documents one after another.

    >>> for item in read_events("marquez-dump.jsonl"):                          # doctest: +SKIP
    ...     print(item.problem if isinstance(item, BadLine) else item["job"]["name"])

Read leniently: one bad line is handed back as a `BadLine` with its place and the reading goes on; unknown facets and
fields stay as they are; nothing is checked against a schema. Refused with `SourceError`: a file that cannot be opened.
Nothing is skipped in silence.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.errors import SourceError

#: How much of a bad line is shown.
SHOWN = 200
#: A line beyond this is reported, not parsed: an event that long is a mistake (Marquez#2076: 10 MB broke a server).
LONGEST_LINE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BadLine:
    """What could not be read: the file, the line or (in an array) the element, counted from 1, and why."""

    path: str
    line: int
    problem: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}"


def read_events(path: str | Path) -> Iterator[dict[str, Any] | BadLine]:
    """Every event of a file (``.gz`` too) in order, and a `BadLine` for what is none.

    Raises:
        SourceError: the file cannot be opened or is not what its ``.gz`` says.
    """
    path = Path(path)
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            head = file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
            file.seek(0)
            first = file.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
            # One event a line is by far the commonest, and needs no memory; all else is read whole.
            lines = head[:1] not in (b"{", b"[") or isinstance(_parse(first), dict | list)
            file.seek(0)
            yield from _lines(str(path), file) if lines else _documents(str(path), file.read())
    except (OSError, EOFError) as error:
        raise SourceError(path, f"cannot be read ({error})", "check the path and its permissions") from error


def facets_of(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """All facets of a dataset, wherever a producer put them: ``facets``, ``inputFacets`` or ``outputFacets``.

    Where one name is in two places, the more specific place wins.
    """
    out: dict[str, Any] = {}
    for place in ("facets", "inputFacets", "outputFacets"):
        found = dataset.get(place)
        if isinstance(found, Mapping):
            out.update(found)
    return out


def _lines(path: str, file: Any) -> Iterator[dict[str, Any] | BadLine]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            yield BadLine(path, number, f"is longer than {LONGEST_LINE} bytes", _shown(line))
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        elif line.strip(b"\xef\xbb\xbf \t\r\n"):
            value = _parse(line)
            # A line may itself hold an array (a batch as it was posted).
            for item in value if isinstance(value, list) else [value]:
                yield _event(path, number, item, line)


def _documents(path: str, data: bytes) -> Iterator[dict[str, Any] | BadLine]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield BadLine(path, data[: error.start].count(b"\n") + 1, f"is not UTF-8 ({error.reason})", _shown(data))
        return
    decoder = json.JSONDecoder(parse_constant=str)
    at = len(text) - len(text.lstrip())
    while at < len(text):
        line = text.count("\n", 0, at) + 1
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield BadLine(path, line, f"is not JSON ({error})"[:500], text[at : at + SHOWN])
            if (start := text.find("\n{", at)) < 0:
                return
            at = start + 1  # a document starts a line: go on there
            continue
        if isinstance(value, list):
            for number, item in enumerate(value, 1):
                yield _event(path, number, item, b"")
        else:
            yield _event(path, line, value, b"")
        # Commas between documents are a common slip and harmless.
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1


def _parse(line: bytes) -> Any:
    """The value on a line, or the exception. NaN, which is not JSON but is written by many, becomes the text "NaN"."""
    try:
        return json.loads(line.decode("utf-8-sig").strip(), parse_constant=str)
    except (ValueError, RecursionError) as error:
        return error


def _event(path: str, number: int, value: Any, line: bytes) -> dict[str, Any] | BadLine:
    if isinstance(value, Exception):
        return BadLine(path, number, f"is not JSON ({type(value).__name__}: {value})"[:500], _shown(line))
    if not isinstance(value, dict):
        return BadLine(path, number, f"is a JSON {type(value).__name__}, not an object", _shown(line))
    if not any(isinstance(value.get(key), dict) for key in ("run", "job", "dataset")):
        return BadLine(path, number, "is not an OpenLineage event: it has neither run, job nor dataset",
                       _shown(line or json.dumps(value).encode("utf-8", "backslashreplace")))
    return value


def _shown(line: bytes) -> str:
    return line[:SHOWN].decode("utf-8", "backslashreplace")
