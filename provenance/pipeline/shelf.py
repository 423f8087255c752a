"""The copybooks of a repository, as the compiler and the lineage need them: text to include, record to name as parent.

A program sees the copybooks of its own repository's snapshot and no others. Read once a snapshot and kept for the life
of the object; only copybooks are read, never the programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from provenance.errors import LedgerCorrupt
from provenance.languages.cobol_copy import referenced_members
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.record import Record


@dataclass(frozen=True, slots=True)
class Library:
    """One snapshot's copybooks: path -> text for the compiler, text -> record for the edges."""

    texts: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, tuple[RecordId, Record]] = field(default_factory=dict)

    def members_of(self, text: str, language: str) -> dict[str, str]:
        """The members that a program of a language includes, by name as included; transitively."""
        return referenced_members(text, self.texts) if language == "cobol" else {}

    def record_of(self, text: str) -> tuple[RecordId, Record]:
        """The record that holds a member's text; of several copies the first by id."""
        return self.records[text]


class Shelf:
    """Libraries by snapshot, and which snapshot a batch belongs to."""

    def __init__(self, ledger: Ledger, snapshots: Iterable[BatchId]) -> None:
        self._ledger = ledger
        self._given = tuple(snapshots)
        self._libraries: dict[BatchId, Library] = {}

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

    def _roots(self, batch: BatchId) -> set[BatchId]:
        found, todo = set(), [batch]
        while todo:
            recipe = self._ledger.require(todo.pop()).recipe
            if recipe.step == "ingest":
                found.add(recipe.batch)
            todo.extend(recipe.parents)
        return found

    def _read(self, snapshot: BatchId) -> Library:
        texts: dict[str, str] = {}
        records: dict[str, tuple[RecordId, Record]] = {}
        for bucket in sorted(self._snapshots[snapshot]):
            if not self._ledger.require(bucket).records:
                continue
            for row, record in enumerate(self._ledger.records(bucket)):
                if record.kind == "copybook" and record.source is not None:
                    texts[record.source.path] = record.text
                    records.setdefault(record.text, (RecordId(bucket.number, row), record))
        return Library(texts, records)


def members_digest(members: Iterable[Mapping[str, str]]) -> str:
    """One digest over all members that some programs copy, for the recipe; empty where they copy nothing."""
    merged = sorted({(name, Digest.of(text.encode("utf-8", "surrogatepass")).hex)
                     for each in members for name, text in each.items()})
    return str(Digest.of_json([list(pair) for pair in merged])) if merged else ""
