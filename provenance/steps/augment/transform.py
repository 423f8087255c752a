"""The contract of a transform: a pure, seeded rewriting of one program that should not change what the program does.

A transform returns a `Change` or a `Refusal`, never raises for what it reads and never guesses: where it cannot see
that a site is safe, it leaves the site alone, and where no site is left it refuses. It proves nothing: the caller
compiles and runs parent and child and compares (`provenance.languages.toolchain.Observation`).

    >>> Refusal("exec-block: line 12").code
    'exec-block'
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from provenance.steps.augment.cobol_listing import Listing

#: What every transform here claims and a differential check can confirm.
BEHAVIOUR = "standard output, files written, return code"


@dataclass(frozen=True, slots=True)
class Program:
    """What a transform sees of its parent.

    Attributes:
        name: file name, without folders.
        text: the source.
        free_format: free format, else fixed.
        listing: the compiler's symbols, or None where it gave none.
        expanded: the text after COPY and REPLACE, in free format, or None where the compiler refused.
        copybooks: the members that it copies, directly or not: member name -> text.
    """

    name: str
    text: str
    free_format: bool
    listing: Listing | None = None
    expanded: str | None = None
    copybooks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A rewritten program.

    Attributes:
        text: the new source; never equal to the parent's.
        free_format: format of the new source.
        edits: how many sites (names, statements) changed.
        included: copybook members whose text flowed into it; they are parents of the new record too.
    """

    text: str
    free_format: bool
    edits: int
    included: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no change: a short stable code, optionally followed by ": " and detail."""

    reason: str

    @property
    def code(self) -> str:
        """The reason without its detail."""
        return self.reason.split(":", 1)[0]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sites a transform saw, could see to be safe, drew by its share, and changed."""

    seen: int
    safe: int
    drawn: int
    done: int


def concluded(program: Program, text: str, tally: Tally) -> Change | Refusal:
    """The change that was made at some sites, or why there was none."""
    if tally.done:
        return Change(text, program.free_format, tally.done)
    if not tally.seen:
        return Refusal("no-candidates")
    if not tally.safe:
        return Refusal(f"no-safe-site: {tally.seen} left alone")
    return Refusal("no-site-drawn" if not tally.drawn else "column-72")


class Transform(Protocol):
    """One rewriting rule. Implementations are frozen values: equal parameters, program and seed give equal results."""

    @property
    def name(self) -> str:
        """Stable name ("rename-data-names")."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same program and seed could give another text."""
        ...

    @property
    def language(self) -> str:
        """Name of the language it rewrites."""
        ...

    @property
    def preserves(self) -> str:
        """What it claims not to change."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """What it cannot work without: a subset of {"listing", "expanded"}."""
        ...

    def params(self) -> dict[str, str | int | bool]:
        """Every option that changes its result."""
        ...

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        """The rewritten program, or why there is none."""
        ...


def seeded(transform: Transform, program: Program, seed: int) -> random.Random:
    """A random source that depends on the seed, the transform and the parent's text, and on nothing else.

    The text is in it so that one seed over a whole corpus does not give every program the same new names.
    """
    digest = hashlib.sha256(program.text.encode("utf-8", "surrogatepass")).hexdigest()
    options = ",".join(f"{key}={value}" for key, value in sorted(transform.params().items()))
    # Nothing here is secret: names and sites are drawn so that they can be drawn again.
    return random.Random(f"{transform.name}/{transform.version}/{options}/{seed}/{digest}")  # noqa: S311
