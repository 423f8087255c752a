"""What a step may ask of a compiler, without knowing any: values and one protocol.

The programs live outside (`provenance.sources`), the steps are pure; this is the language they share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from provenance.model.verdict import Outcome


@dataclass(frozen=True, slots=True)
class SourceText:
    """One program or copybook as the compiler sees it: its file name (no folders) and its text."""

    name: str
    text: str


#: Copybooks and other includes: path in their repository -> text. Members are found by file name, whatever its case.
Library = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a compiler said: outcome, reason code with detail, and the dialect (flag set) in which it said so."""

    outcome: Outcome
    reason: str = ""
    dialect: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a program did when it ran: everything that two equivalent programs must share.

    Attributes:
        returncode: exit status, 0..255.
        stdout_sha256: hex digest of standard output.
        stdout_bytes: its length.
        files: name -> hex sha256 of every file that it left behind.
        stopped: why it was stopped ("wall", "cpu", "output" ...), or empty when it ended by itself.
    """

    returncode: int
    stdout_sha256: str
    stdout_bytes: int
    files: Mapping[str, str] = field(default_factory=dict)
    stopped: str = ""

    @property
    def silent(self) -> bool:
        """Nothing to compare: no output and no file."""
        return self.stdout_bytes == 0 and not self.files


class Toolchain(Protocol):
    """A compiler in a sandbox. Every call runs in a killable child process under limits of time, memory and output."""

    name: str
    version: str
    #: The language that it compiles, by name.
    language: str

    def check(self, source: SourceText, library: Library) -> Answer:
        """Syntax only. Tries dialects in a fixed order; the answer names the first that accepts."""
        ...

    def observe(self, source: SourceText, library: Library, dialect: str,
                runs: int = 1) -> tuple[Answer, tuple[Observation, ...]]:
        """Compile once, run ``runs`` times from a fresh folder; the answer is the compilation's.

        Observations are empty where it compiled only as a subprogram (answer passes, reason "not-executable: ...").
        """
        ...

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The compiler's listing with symbols and cross-reference (the symbol oracle), or None where it gives none."""
        ...

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text after COPY and REPLACE, or None where the compiler refuses."""
        ...

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest (hex) of the code that the compiler generates, without comments and dates; None where it gives none.

        Two texts with one digest are the same program to the machine: names, layout and COPY leave no trace in it.
        """
        ...
