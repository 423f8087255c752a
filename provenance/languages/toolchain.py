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
class Inputs:
    """What a program is given when it runs.

    Attributes:
        stdin: standard input.
        files: name (no folders) -> content, in the folder where it runs. COBOL reaches them by ``ASSIGN TO "name"`` and
            by DD name alike.
        arguments: command line.
        modules: further source texts of the language to build with it (subprograms that it calls), in order.
    """

    stdin: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    modules: tuple[SourceText, ...] = ()


NO_INPUT = Inputs()
#: Characters of standard output that an observation keeps for messages.
HEAD = 4096


@dataclass(frozen=True, slots=True)
class TestReport:
    """What a program's tests said: assertions (or cases, where those are not counted) that held, that did not, and the
    message of the first that did not."""

    __test__ = False  # not a class of tests, whatever its name

    passed: int
    failed: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a program did when it ran: everything that two equivalent programs must share.

    Attributes:
        returncode: exit status, 0..255.
        stdout_sha256: hex digest of standard output.
        stdout_bytes: its length.
        files: name -> hex sha256 of every file that it left behind.
        stopped: why it was stopped ("wall", "cpu", "output" ...), or empty when it ended by itself.
        head: the first `HEAD` characters of standard output, for messages and feedback; never compared.
        errors: the first `HEAD` characters of standard error, likewise.
    """

    returncode: int
    stdout_sha256: str
    stdout_bytes: int
    files: Mapping[str, str] = field(default_factory=dict)
    stopped: str = ""
    head: str = field(default="", compare=False)
    errors: str = field(default="", compare=False)

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

    def observe(self, source: SourceText, library: Library, dialect: str, runs: int = 1,
                inputs: Inputs = NO_INPUT) -> tuple[Answer, tuple[Observation, ...]]:
        """Compile once, run ``runs`` times, each from a fresh folder with the same inputs; the answer is the compilation's.

        Observations are empty where it compiled only as a subprogram (answer passes, reason "not-executable: ..."), and
        where the tool only parses (answer skipped, reason "parse-only: ...").
        """
        ...

    def test(self, source: SourceText, tests: SourceText, library: Library,
             dialect: str) -> tuple[Answer, TestReport | None]:
        """Build the program with tests that a person (or a model) wrote for it and run them.

        The answer says whether they could be built and run: skipped "no-test-runner: ..." where the language has none
        here or the tests use what the runner does not know, fail where they do not build with this program, error where
        the tool broke. The report is None unless the answer passes; a failed assertion is in the report.
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

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """Digest (hex) of the machine code, data and relocations made of `code`, without names and debugging data.

        Weaker marks than those of `code` are gone: numbers and spelling of the generated code. It takes a run of the
        next compiler, so it is asked only where `code` differs and running shows nothing. None where the tool gives none.
        """
        ...
