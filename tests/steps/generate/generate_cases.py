"""Subjects, tools and one-line programs for the tests of generation. The programs were written for these tests."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping, Sequence
from typing import Any

from provenance.languages.toolchain import Toolchain
from provenance.model.identity import Digest, RecordId, Swhid
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.record import Ancestry, Record, SourceFacts
from provenance.steps.generate import MODES, Shown, Subject, Template, by_name, parse_template
from provenance.testing import FakeToolchain

FOLDER = importlib.resources.files("provenance.steps.generate") / "prompts"
#: Templates of the modes; others in the folder belong to other steps.
SHIPPED = sorted(item.name.removesuffix(".toml") for item in FOLDER.iterdir()
                 if item.name.partition("@")[0] in {mode.name for mode in MODES})


class Bench:
    """Toolchains by language, without the pipeline's sandbox."""

    def __init__(self, *tools: Toolchain) -> None:
        self._tools = {tool.language: tool for tool in tools}

    def of(self, language: str) -> Toolchain | None:
        return self._tools.get(language)

    def why(self, language: str) -> str:
        return "" if language in self._tools else f"no-toolchain: {language}"


def bench(*languages: str) -> Bench:
    return Bench(*(FakeToolchain(language=language) for language in languages or ("cobol",)))


def cobol(says: str, more: str = "", name: str = "ONE") -> str:
    return ("       IDENTIFICATION DIVISION.\n"
            f"       PROGRAM-ID. {name}.\n{more}"
            "       PROCEDURE DIVISION.\n"
            f'           DISPLAY "{says}".\n           STOP RUN.\n')


def record(text: str, name: str = "ONE.cbl", language: str = "cobol", kind: str = "program", licence: str = "MIT",
           path: str = "", **more: Any) -> Record:
    data = text.encode()
    return Record(text=text, name=name, language=language, kind=kind, licence=licence, content=Digest.of(data),
                  swhid=str(Swhid.of_content(data)), size=len(data), lines=text.count("\n"),
                  ancestry=Ancestry.of_root(OriginClass.HUMAN, licence, "https://example.org/a", EvidenceGrade.E2),
                  source=SourceFacts("https://example.org/a", "0" * 40, path or name, "b" * 40), **more)


def shown(number: int, text: str, **more: Any) -> Shown:
    return Shown(RecordId(9, number), record(text, **more))


def subject(text: str | Record, tests: Sequence[Shown] = (), examples: Sequence[Shown] = (), row: int = 0,
            library: Mapping[str, str] | None = None, copied: Sequence[Shown] = ()) -> Subject:
    given = text if isinstance(text, Record) else record(text)
    return Subject(RecordId(7, row), given, library or {}, tuple(copied), tuple(tests), tuple(examples))


def template(name: str) -> Template:
    data = (FOLDER / f"{name}.toml").read_bytes()
    return parse_template(data, name, by_name(name.partition("@")[0]).placeholders)


def fence(text: str, language: str = "cobol") -> str:
    return f"```{language}\n{text}```\n"
