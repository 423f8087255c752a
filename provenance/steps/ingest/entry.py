"""What a source offers and what a user asks for: one file, the whole source, the options.

A source (git repository, folder, corpus) says what it holds as `Entry` values and hands over bytes on request; this
room never opens anything.

    >>> Entry(path="src/PAYROLL.cbl", blob="", size=120).name
    'PAYROLL.cbl'
    >>> Options(claim="human")
    Traceback (most recent call last):
    ...
    provenance.errors.InvalidId: claim human: names nobody who answers for it. Next: add --by NAME
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from provenance.errors import InvalidId
from provenance.model.origin import Evidence, OriginClass
from provenance.model.record import SourceFacts

REGULAR, EXECUTABLE, SYMLINK, SUBMODULE = "100644", "100755", "120000", "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a source, before anybody has decided whether it becomes a record.

    Attributes:
        path: its path in the source, "/" between folders.
        blob: git blob id of the bytes, 40 hex; empty where the source cannot know it.
        size: bytes; -1 where unknown.
        mode: git file mode.
        facts: history; ``facts.commit`` is the commit that last changed the file, never the snapshot's.
        evidence: evidence for an origin, without the user's claim.
        licence_text_blob: blob of the nearest licence file up the tree; several in one folder are joined by a space.
        licence_detected: SPDX expression read from it; empty where there is none.
        missing: reason code why the content cannot be read; empty where it can.
    """

    path: str
    blob: str
    size: int
    mode: str = REGULAR
    facts: SourceFacts | None = None
    evidence: tuple[Evidence, ...] = ()
    licence_text_blob: str = ""
    licence_detected: str = ""
    missing: str = ""

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks for. All of it shapes the output, so all of it is part of the recipe.

    Attributes:
        languages: names to take; empty takes every language that is known.
        paths: globs to take (see `screens.selects`); empty takes all.
        licence: SPDX expression that the user declares.
        claim, claimed_by: origin class claimed by an accountable person or organisation.
        max_bytes: larger files are refused.
        include_vendored, include_generated: take what is refused by default.
    """

    languages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    licence: str = ""
    claim: str = ""
    claimed_by: str = ""
    max_bytes: int = 1_000_000
    include_vendored: bool = False
    include_generated: bool = False

    def __post_init__(self) -> None:
        if self.claim and self.claim not in set(OriginClass):
            raise InvalidId(f"claim {self.claim}", "is not an origin class", f"use one of {', '.join(OriginClass)}")
        if self.claim and not self.claimed_by.strip():
            raise InvalidId(f"claim {self.claim}", "names nobody who answers for it", "add --by NAME")
        if self.claimed_by and not self.claim:
            raise InvalidId(f"by {self.claimed_by}", "claims nothing", "add --claim CLASS")
        if self.max_bytes < 1:
            raise InvalidId(f"max_bytes {self.max_bytes}", "is not a size", "give a positive number of bytes")


#: What the user asks for when nothing is said.
DEFAULTS = Options()


class Snapshot(Protocol):
    """One state of one source.

    Attributes:
        repository: canonical address, or a name made from the path; never with credentials.
        commit: commit read; empty where the source has none.
        kind: "git", "folder" or "corpus".
    """

    repository: str
    commit: str
    kind: str

    def entries(self) -> list[Entry]:
        """Every file, in a fixed order; nothing is left out, so that every refusal can be told."""
        ...

    def read(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """The bytes of each entry, in the order asked; None where the content cannot be read."""
        ...


@dataclass
class MemorySnapshot:
    """A snapshot held in memory, for tests and for callers that already have the bytes."""

    repository: str
    files: list[tuple[Entry, bytes | None]]
    commit: str = ""
    kind: str = "folder"
    reads: list[str] = field(default_factory=list)

    def entries(self) -> list[Entry]:
        return [entry for entry, _ in self.files]

    def read(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        contents = dict(self.files)
        for entry in entries:
            self.reads.append(entry.path)
            yield entry, contents[entry]
