"""MODE: what is asked of a model, of which records, how its answer is read, and what proves it.

A mode is one small file in ``provenance/steps/generate/modes`` with a ``MODE``; adding a file there adds the mode. It is
pure: it sees a subject and tools, says what goes into the prompt and what an answer is worth, and sends nothing.

    >>> Proof(Status.FAILED, stage="syntax", reason="syntax: line 3: error: X").code
    'syntax'
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from provenance.languages import all_languages
from provenance.languages.language import Tier
from provenance.languages.toolchain import NO_INPUT, Inputs, Library, Toolchain
from provenance.model.identity import RecordId
from provenance.model.record import Record
from provenance.steps.generate.answer import Unreadable
from provenance.steps.generate.asking import Completion


class Tools(Protocol):
    """Toolchains by language; `provenance.pipeline.Workshop` is one."""

    def of(self, language: str) -> Toolchain | None:
        """The toolchain of a language, or None."""
        ...

    def why(self, language: str) -> str:
        """Why there is none; empty where there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A record that stands in a prompt besides the subject: an example, a test, a copybook."""

    record_id: RecordId
    record: Record


@dataclass(frozen=True, slots=True)
class Subject:
    """A record to be made something of.

    Attributes:
        record_id, record: the record.
        library: the members that it copies, by name.
        copied: the records of these.
        tests: tests that people wrote for the same task, in the subject's language and in the answer's.
        examples: programs that people wrote, in the language of the answer.
    """

    record_id: RecordId
    record: Record
    library: Library = field(default_factory=dict)
    copied: tuple[Shown, ...] = ()
    tests: tuple[Shown, ...] = ()
    examples: tuple[Shown, ...] = ()

    def tests_in(self, language: str) -> tuple[Shown, ...]:
        """The tests in one language."""
        return tuple(test for test in self.tests if test.record.language == language)


@dataclass(frozen=True, slots=True)
class Aim:
    """What is wanted of every answer.

    Attributes:
        language: of the answer; empty: the subject's own.
        inputs: what the programs are given when they run; each gives one comparison.
        most: longest answer, characters.
        seed: draws whatever a proof draws.
    """

    language: str = ""
    inputs: tuple[Inputs, ...] = (NO_INPUT,)
    most: int = 400_000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as read, not yet proved.

    Attributes:
        text: the code or text in it.
        language: of the record to be.
        name: file name, without folders.
        notes: what reading left out.
    """

    text: str
    language: str
    name: str
    notes: tuple[str, ...] = ()


class Status(enum.StrEnum):
    """What came of a proof.

    ``PROVED``: what the mode claims was seen. ``PARTLY``: all that could be looked at holds (it compiles, it ends), and
    the claim itself (same behaviour, does what the task says) could not be seen. ``UNCHECKED``: nobody could look, or
    what the claim rests on shows nothing. Only ``FAILED`` is never kept.
    """

    PROVED = "proved"
    PARTLY = "partly"
    UNCHECKED = "unchecked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out about a draft.

    Attributes:
        status: see `Status`.
        checks: check -> what it said, for the record's evidence.
        tool: name and version of what checked.
        stage, reason: where and why it failed, or why nothing could be checked.
        feedback: what the model is told when it is asked again; empty where that cannot help.
    """

    status: Status
    checks: Mapping[str, str] = field(default_factory=dict)
    tool: str = ""
    stage: str = ""
    reason: str = ""
    feedback: str = ""

    @property
    def code(self) -> str:
        """The reason without its detail."""
        return self.reason.split(":", 1)[0]


class Mode(Protocol):
    """One thing to ask of a model. Implementations are frozen values."""

    @property
    def name(self) -> str:
        """Stable name ("version")."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same answer could give another record, or be judged otherwise."""
        ...

    @property
    def prompt(self) -> str:
        """Its template where none is named: ``<name>@<version>``."""
        ...

    @property
    def kind(self) -> str:
        """Kind of the records that it makes."""
        ...

    @property
    def subjects(self) -> frozenset[str]:
        """Kinds of the records that it takes."""
        ...

    @property
    def role(self) -> str:
        """Role of the subject among the parents."""
        ...

    @property
    def placeholders(self) -> frozenset[str]:
        """What it can put into a template."""
        ...

    @property
    def needs_language(self) -> bool:
        """Whether it asks for a language by name; else the answer is in the subject's."""
        ...

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Why nothing is asked about this subject, or None where it may be asked: what cannot be proved is not paid for."""
        ...

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """What goes into the template, by placeholder; only what `provenance.steps.generate.prompting.common` does not
        know."""
        ...

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """The draft in an answer. ``told`` is the prompt without programs."""
        ...

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """What the compiler and the runs say of it."""
        ...

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """The text of the record."""
        ...


def language_of(subject: Subject, aim: Aim) -> str:
    """The language of the answer."""
    return aim.language or subject.record.language


def spoken(language: str) -> str:
    """A language's name in a sentence."""
    return _SPOKEN.get(language, language.upper() if len(language) <= 4 else language.capitalize())


_SPOKEN = {"cobol": "COBOL", "plsql": "PL/SQL", "pli": "PL/I", "cpp": "C++", "java": "Java", "apex": "Apex",
           "mumps": "MUMPS", "hlasm": "High Level Assembler", "cl": "IBM i CL", "c": "C"}


def file_name(subject: Subject, mode: str, language: str, ending: str = "") -> str:
    """A name for what is made of a subject: its own, with the mode, and the ending of the language's programs.

        PAYROLL.cbl, "translate", "rexx"  ->  PAYROLL-translate.rexx
    """
    stem, dot, own = subject.record.name.rpartition(".")
    stem = stem if dot and stem else subject.record.name
    known = all_languages().get(language)
    if not ending and language == subject.record.language and subject.record.kind == "program" and dot and stem:
        ending = f".{own}"
    if not ending:
        programs = [ext for ext, kind in known.extensions.items() if kind == "program"] if known else []
        ending = programs[0] if programs else ".txt"
    return f"{stem}-{mode}{ending}"


def tier_of(language: str) -> Tier:
    """How far a language can be checked at best; C for one that nobody here knows."""
    known = all_languages().get(language)
    return known.tier if known else Tier.TEXT
