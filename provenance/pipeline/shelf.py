"""What lies around a program in its repository: the copybooks that it includes, the files beside it that the compiler
needs, the tests that people wrote for it.

A program sees its own repository's snapshot and no other. The index of a snapshot is read once; of texts only those of
copybooks are kept, others are read when they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from provenance.errors import LedgerCorrupt
from provenance.languages.cobol_copy import referenced_members
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.record import Record
from provenance.steps.oracles import File, oracles_of

#: Languages whose compiler or interpreter looks for other files of the same project.
_TOGETHER = frozenset({"abap", "c", "cpp", "java", "mumps", "rexx"})
#: Most files that are handed to a compiler besides the program; a folder with more is a library, and no program's own.
MOST_BESIDE = 400
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)

Read = Callable[[RecordId], Record]


@dataclass(frozen=True, slots=True)
class Library:
    """One snapshot as its programs see it.

    Attributes:
        texts: copybooks, path -> text, for the compiler.
        records: copybook's text -> its record, for the edges.
        files: every record of the snapshot, by id.
        tests: program -> tests that people wrote for it.
        read: the record of an id.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, tuple[RecordId, Record]] = field(default_factory=dict)
    files: Mapping[RecordId, File] = field(default_factory=dict)
    tests: Mapping[RecordId, tuple[File, ...]] = field(default_factory=dict)
    read: Read | None = None

    def members_of(self, text: str, language: str) -> dict[str, str]:
        """The members that a program of a language includes, by name as included; transitively."""
        return referenced_members(text, self.texts) if language == "cobol" else {}

    def record_of(self, text: str) -> tuple[RecordId, Record]:
        """The record that holds a member's text; of several copies the first by id."""
        return self.records[text]

    def around(self, record: RecordId, text: str) -> Mapping[str, str]:
        """What the compiler is given besides a program: all copybooks for COBOL, the files of its folder (Java: of its
        source root) for languages whose programs are several files, nothing for others. Path -> text."""
        own = self.files.get(record)
        if own is None or own.language not in _TOGETHER or self.read is None:
            return self.texts if own is None or own.language == "cobol" else {}
        found = [file for file in self._beside.get((own.language, _root(own, text)), ()) if file.record != record]
        return {file.path: self.read(file.record).text for file in found} if len(found) <= MOST_BESIDE else {}

    def tests_of(self, record: RecordId) -> tuple[tuple[RecordId, Record], ...]:
        """The tests that people wrote for a program of the snapshot."""
        return tuple((test.record, self.read(test.record)) for test in self.tests.get(record, ())) if self.read else ()

    @property
    def _beside(self) -> Mapping[tuple[str, str], list[File]]:
        return _folders(tuple(self.files.values()))


@lru_cache(maxsize=16)
def _folders(files: tuple[File, ...]) -> dict[tuple[str, str], list[File]]:
    """(language, folder) -> programs in it; for Java also those in folders below."""
    found: dict[tuple[str, str], list[File]] = {}
    for file in files:
        if file.kind == "test" or file.language not in _TOGETHER:
            continue
        folders = [file.path.rpartition("/")[0]]
        while file.language == "java" and folders[-1]:
            folders.append(folders[-1].rpartition("/")[0])
        for folder in folders:
            found.setdefault((file.language, folder), []).append(file)
    return found


def _root(file: File, text: str) -> str:
    """The folder in which a program's companions lie: its own, or the root of its Java packages."""
    folder = file.path.rpartition("/")[0]
    package = _PACKAGE.search(text) if file.language == "java" else None
    if package is None:
        return folder
    below = package[1].replace(".", "/")
    return folder.removesuffix(below).rstrip("/") if f"/{folder}".endswith(f"/{below}") else folder


class Shelf:
    """Libraries by snapshot, and which snapshot a batch belongs to."""

    def __init__(self, ledger: Ledger, snapshots: Iterable[BatchId]) -> None:
        self._ledger = ledger
        self._given = tuple(snapshots)
        self._libraries: dict[BatchId, Library] = {}

        @lru_cache(maxsize=16)
        def batch(number: int) -> list[Record]:
            return ledger.records(BatchId(number))

        self._records = batch

    def record(self, record: RecordId) -> Record:
        """A record, from one of the batches that were read last or from the ledger."""
        return self._records(record.batch)[record.row]

    @cached_property
    def _snapshots(self) -> dict[BatchId, frozenset[BatchId]]:
        # Read on first use, so that a ledger that cannot be read fails the step that says so, not its making.
        return {snapshot: frozenset(self._ledger.require(snapshot).recipe.parents) for snapshot in self._given}

    def library_of(self, batch: BatchId) -> Library:
        """The library that the records of ``batch`` compile with; empty where no snapshot holds its roots."""
        roots = self._roots(batch)
        homes = sorted(snapshot for snapshot, buckets in self._snapshots.items() if roots & buckets)
        if len(homes) > 1:
            # The same bucket in two snapshots of one repository: the copybooks may differ, so the choice must be the user's.
            raise LedgerCorrupt(batch, "belongs to several of the given snapshots", "give one snapshot a repository")
        if not homes:
            return Library()
        if homes[0] not in self._libraries:
            self._libraries[homes[0]] = self._read(homes[0])
        return self._libraries[homes[0]]

    def origin_of(self, record_id: RecordId, record: Record) -> RecordId:
        """The ingested record that a record descends from by role "source" and in its own language; itself where there is
        none: around what was written in another language lies nothing that it could include."""
        while record.source is None:
            source = next((parent.record for parent in record.parents if parent.role == "source"), None)
            above = self.record(source) if source is not None else None
            if source is None or above is None or above.language != record.language:
                return record_id
            record_id, record = source, above
        return record_id

    def _roots(self, batch: BatchId) -> set[BatchId]:
        found, seen, todo = set(), {batch}, [batch]
        while todo:
            recipe = self._ledger.require(todo.pop()).recipe
            if recipe.step == "ingest":
                found.add(recipe.batch)
            todo.extend(parent for parent in recipe.parents if parent not in seen)
            seen.update(recipe.parents)
        return found

    def _read(self, snapshot: BatchId) -> Library:
        texts: dict[str, str] = {}
        records: dict[str, tuple[RecordId, Record]] = {}
        files: dict[RecordId, File] = {}
        for bucket in sorted(self._snapshots[snapshot]):
            if not self._ledger.require(bucket).records:
                continue
            for row, record in enumerate(self._ledger.records(bucket)):
                if record.source is None:
                    continue
                record_id = RecordId(bucket.number, row)
                files[record_id] = File(record_id, record.source.path, record.language, record.kind)
                if record.kind == "copybook":
                    texts[record.source.path] = record.text
                    records.setdefault(record.text, (record_id, record))
        return Library(texts, records, files, oracles_of(files.values()), self.record)


def members_digest(members: Iterable[Mapping[str, str]]) -> str:
    """One digest over all members that some programs copy, for the recipe; empty where they copy nothing."""
    merged = sorted({(name, Digest.of(text.encode("utf-8", "surrogatepass")).hex)
                     for each in members for name, text in each.items()})
    return str(Digest.of_json([list(pair) for pair in merged])) if merged else ""
