"""A corpus file as a source: Parquet or JSON lines in the layout of The Stack, v1 or v2; one row, one file.

    >>> snapshot = open_corpus("cobol.parquet", workdir=Path("/tmp/w"))   # doctest: +SKIP
    >>> snapshot.entries()[0].path                                       # doctest: +SKIP
    'acme/payroll/src/PAY.cbl'

Columns read, by any of their names: content; path; repository; licences (a list: they hold together, AND); blob id;
revision; language; and of v2 the encoding, dates and flags. What a corpus says about its rows is the bare word of its
maker: it informs (E0), and only ``--claim`` makes it an origin (E1). A row without content is refused, not fetched.

Rows are read in batches and their contents kept in a spool file, so that buckets can be read in any order.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from provenance.errors import SourceError
from provenance.languages import all_languages, by_extension
from provenance.model.identity import Swhid, canonical_json
from provenance.model.origin import Evidence
from provenance.model.record import SourceFacts
from provenance.sources.git_address import canonical, local_name
from provenance.sources.row_files import json_lines, parquet_rows
from provenance.steps.ingest.entry import Entry
from provenance.steps.ingest.licences import is_expression

#: Rows in one batch of Parquet.
BATCH = 512
_NAMES: Mapping[str, tuple[str, ...]] = {
    "content": ("content", "text"),
    "path": ("path", "max_stars_repo_path", "max_issues_repo_path", "max_forks_repo_path"),
    "repo": ("repo_name", "max_stars_repo_name", "max_issues_repo_name", "max_forks_repo_name", "repo"),
    "licences": ("detected_licenses", "licenses", "max_stars_repo_licenses", "license", "licence"),
    "blob": ("blob_id", "hexsha"),
    "commit": ("revision_id", "max_stars_repo_head_hexsha", "commit"),
    "lang": ("lang", "language"), "extension": ("extension", "ext"), "encoding": ("src_encoding",),
}
#: Said by the corpus, kept as evidence that informs.
_TOLD = ("visit_date", "revision_date", "committer_date", "is_vendor", "is_generated", "license_type", "snapshot_id",
         "max_stars_repo_stars_event_min_datetime")
ENDINGS = (".parquet", ".jsonl", ".jsonl.gz", ".ndjson", ".json.gz")


def open_corpus(where: str, *, name: str = "", workdir: Path) -> CorpusSnapshot:
    """Open a corpus file, or a folder of them.

    Raises:
        SourceError: no such file, not one of the formats, damaged, or without a column of contents or ids.
    """
    path = Path(where).expanduser()
    files = sorted(item for item in path.rglob("*") if item.name.endswith(ENDINGS)) if path.is_dir() else [path]
    if not files or not all(file.is_file() and file.name.endswith(ENDINGS) for file in files):
        raise SourceError(where, "is not a corpus",
                          f"give a file (or a folder of files) ending in {', '.join(ENDINGS)}")
    workdir.mkdir(parents=True, exist_ok=True)
    return CorpusSnapshot(files, name or local_name(where), bool(name), workdir)


class CorpusSnapshot:
    """The rows of corpus files, made by `open_corpus`."""

    kind = "corpus"
    commit = ""

    def __init__(self, files: Sequence[Path], repository: str, named: bool, workdir: Path) -> None:
        self.repository = repository
        self._files, self._named = files, named
        # Without a name on disk: it goes when we go, however that comes about.
        self._spool = tempfile.TemporaryFile(dir=workdir)  # noqa: SIM115 (lives as long as the snapshot)
        self._places: dict[str, tuple[int, int]] = {}

    def entries(self) -> list[Entry]:
        """One entry a row, in order of the rows."""
        return list(self._entries)

    def read(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """The bytes of each; None for rows that carry no content."""
        known = self._entries and self._places
        for entry in entries:
            if not known or entry.missing or entry.blob not in known:
                yield entry, None
                continue
            start, size = known[entry.blob]
            yield entry, os.pread(self._spool.fileno(), size, start)

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        made = []
        for file in self._files:
            for number, row in enumerate(_rows(file), 1):
                made.append(self._entry(row, f"{file}, row {number}"))
        self._spool.flush()
        return tuple(made)

    def _entry(self, row: Mapping[str, Any], where: str) -> Entry:
        repo, blob, content = _text(row, "repo"), _text(row, "blob"), _first(row, "content")
        data, guessed = _bytes(content, _text(row, "encoding"), blob, where)
        said = {key: _whole(str(row[key])) for key in _TOLD if row.get(key) not in (None, "")}
        if data is not None:
            actual = Swhid.of_content(data).hex
            if blob and blob != actual:
                # The Stack stores text as UTF-8, so another original encoding gives another id; both are kept.
                said["blob_of_the_corpus"] = blob
            self._store(actual, data)
            blob = actual
        if guessed:
            said["encoding_restored"] = guessed
        path = _path(row, blob)
        address = f"https://github.com/{repo}" if _owner_and_name(repo) else repo
        repository = canonical(address) if repo and not self._named else self.repository
        commit = _text(row, "commit")
        facts = SourceFacts(repository=repository, commit=commit if _is_id(commit) else "",
                            path=path, blob=blob)
        evidence = Evidence("history", canonical_json({"commits": 0, "source": "corpus", **said}).decode())
        return Entry(path=f"{repo}/{path}" if repo else path, blob=blob if _is_id(blob) else "",
                     size=len(data) if data is not None else -1, facts=facts, evidence=(evidence,),
                     licence_detected=_licences(row),
                     missing="" if data is not None else "no-content: the row carries ids only")

    def _store(self, blob: str, data: bytes) -> None:
        if blob not in self._places:
            self._places[blob] = (self._spool.seek(0, os.SEEK_END), len(data))
            self._spool.write(data)


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    yield from (parquet_rows(file, BATCH, partial(_columns, file)) if file.name.endswith(".parquet") else json_lines(file))


def _columns(file: Path, names: Sequence[str]) -> list[str]:
    if not set(names) & {*_NAMES["content"], *_NAMES["blob"]}:
        raise SourceError(file, "has no column of contents or of blob ids",
                          f"give it one of the columns {', '.join((*_NAMES['content'], *_NAMES['blob']))}")
    return [name for name in names if name in _TOLD or any(name in known for known in _NAMES.values())]


def _first(row: Mapping[str, Any], what: str) -> Any:
    return next((row[name] for name in _NAMES[what] if row.get(name) not in (None, "")), row.get(_NAMES[what][0]))


def _text(row: Mapping[str, Any], what: str) -> str:
    value = _first(row, what)
    # JSON can spell half of a surrogate pair, which is no character and cannot be stored.
    return _whole(value.strip()) if isinstance(value, str) else ""


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _bytes(content: Any, encoding: str, blob: str, where: str) -> tuple[bytes | None, str]:
    """The row's bytes, and the encoding where only that gives back the original (told by the blob id)."""
    if content is None:
        return None, ""
    if isinstance(content, bytes):
        return content, ""
    if not isinstance(content, str):
        raise SourceError(where, "has a content that is neither text nor bytes", "check the file's schema")
    try:
        data = content.encode()
        if blob and encoding and encoding.lower() not in {"utf-8", "utf8"} and Swhid.of_content(data).hex != blob:
            original = content.encode(encoding)
            if Swhid.of_content(original).hex == blob:
                return original, encoding
    except (UnicodeEncodeError, LookupError):
        data = content.encode("utf-8", "surrogatepass")
    return data, ""


def _path(row: Mapping[str, Any], blob: str) -> str:
    path = _text(row, "path").lstrip("/")
    if path and by_extension(path):
        return path
    # Without a path, or with one whose ending says nothing, the corpus's word on the language gives the ending.
    extension = _text(row, "extension").lstrip(".")
    language = all_languages().get(_text(row, "lang").lower())
    if path or not (extension or language):
        return path or blob or "row"
    return f"{blob or 'row'}.{extension}" if extension else f"{blob or 'row'}{next(iter(language.extensions), '')}" \
        if language else blob


def _licences(row: Mapping[str, Any]) -> str:
    value = _first(row, "licences")
    listed = [value] if isinstance(value, str) else [item for item in value if isinstance(item, str)] \
        if isinstance(value, list | tuple) else []
    good = [item for item in sorted(set(listed)) if is_expression(item)]
    return " AND ".join(f"({item})" if " OR " in item.upper() and len(good) > 1 else item for item in good)


def _owner_and_name(repo: str) -> bool:
    return repo.count("/") == 1 and "://" not in repo and not repo.startswith(("/", "."))


def _is_id(text: str) -> bool:
    return len(text) == 40 and set(text) <= set("0123456789abcdef")
