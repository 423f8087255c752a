"""Benchmarks as their users hold them: JSON lines, Parquet, or a folder; read into items with their texts.

    >>> open_benchmark("CobolEval.jsonl").items[0].id              # doctest: +SKIP
    'HumanEval/0'

Of a row, fields are known by their usual names: an id, a prompt, a solution, tests. A row without any of them gives all
its longer texts. A folder that holds JSON lines or Parquet is those files; any other folder is read file by file, a file an
item: a test by its place, prose a prompt, all else a solution. The digest is over the bytes, so that another version of a
benchmark is another question. Nothing is fetched, and nothing of a benchmark is stored but its name and digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.errors import SourceError
from provenance.languages import by_extension, kind_of
from provenance.model.identity import Digest
from provenance.sources.row_files import json_lines, parquet_rows
from provenance.steps.contamination import Item, Part

#: Raised whenever the same files could give other items.
VERSION = "1"
ENDINGS = (".parquet", ".jsonl", ".jsonl.gz", ".ndjson")
IDS = ("task_id", "problem_id", "question_id", "id", "name", "slug")
#: Kind of part -> names of fields that hold it.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "prompt": ("prompt", "question", "instruction", "description", "docstring", "problem", "intent"),
    "solution": ("canonical_solution", "solution", "solutions", "code", "answer", "completion", "reference"),
    "tests": ("test", "tests", "test_list", "challenge_test_list", "test_cases", "test_setup_code"),
}
#: Of a row of unknown fields: shorter texts are names and labels.
LEAST_TEXT = 40
#: Larger files of a folder are no texts of a task.
MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What was read: the name (of the file or folder), the digest of its files, and its items in order."""

    name: str
    digest: str
    items: tuple[Item, ...]


def open_benchmark(where: str) -> Benchmark:
    """Read a benchmark.

    Raises:
        SourceError: nothing is there, a file cannot be read, or there is no text in it.
    """
    path = Path(where).expanduser()
    if not path.exists():
        raise SourceError(where, "is not there", f"name a folder, or a file ending in {', '.join(ENDINGS)}")
    name = path.name.split(".")[0] or path.resolve().name
    files = [path] if path.is_file() else _files(path)
    rows = [file for file in files if file.name.endswith(ENDINGS)]
    if path.is_file() and not rows:
        raise SourceError(where, "is no benchmark that can be read", f"its name has to end in {', '.join(ENDINGS)}")
    items = tuple(item for file in rows for item in _items(file, name)) if rows else tuple(
        item for file in files if (item := _whole(file, path, name)))
    if not items:
        raise SourceError(where, "holds no text of any task", f"known fields are {', '.join(sum(FIELDS.values(), ()))}")
    told = [[str(file.relative_to(path)) if path.is_dir() else "", str(Digest.of(_bytes(file)))] for file in rows or files]
    return Benchmark(name, str(Digest.of_json(told)), items)


def _files(folder: Path) -> list[Path]:
    found = sorted(file for file in folder.rglob("*") if file.is_file() and ".git" not in file.relative_to(folder).parts)
    rows = [file for file in found if file.name.endswith(ENDINGS)]
    return rows or [file for file in found if file.stat().st_size <= MOST_BYTES]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(file, f"cannot be read ({error.strerror})", "check who may read it") from None


def _whole(file: Path, folder: Path, name: str) -> Item | None:
    data, path = _bytes(file), str(file.relative_to(folder))
    if b"\0" in data or not data.strip():
        return None
    kind, language = kind_of(path), by_extension(path)
    prose = file.suffix.lower() in (".md", ".txt", ".rst") or (language is not None and language.name == "prose")
    part = "prompt" if prose else "tests" if kind == "test" else "solution"
    return Item(name, path, (Part(part, data.decode("utf-8", "replace")),))


def _items(file: Path, name: str) -> Iterator[Item]:
    for number, row in enumerate(parquet_rows(file) if file.name.endswith(".parquet") else json_lines(file), 1):
        parts = tuple(Part(kind, text) for kind, names in FIELDS.items() for field in names
                      for text in _texts(row.get(field)) if text.strip())
        if not parts:
            parts = tuple(Part("text", text) for _, value in sorted(row.items()) for text in _texts(value)
                          if len(text) >= LEAST_TEXT)
        if parts:
            told = next((str(row[field]) for field in IDS if row.get(field) not in (None, "")), f"row {number}")
            yield Item(name, told, parts)


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value, however deep: tests are often lists of texts, or of objects."""
    if isinstance(value, str):
        yield _unpacked(value) if value[:1] in "[{" else value
    elif isinstance(value, Mapping):
        for _, each in sorted(value.items()):
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _unpacked(text: str) -> str:
    """A text that is a list written as JSON, as its texts line by line; any other as it is."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return "\n".join(_texts(value)) or text
