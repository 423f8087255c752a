"""The compilers in their sandbox, or the reason why one is absent. Nothing is ever compiled or run outside the sandbox.

    >>> Workshop.empty("no-sandbox: bwrap is not installed").said("cobol")
    'none (no-sandbox: bwrap is not installed)'
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Self

from provenance.languages.cobol_copy import referenced_members
from provenance.languages.toolchain import (
    NO_INPUT,
    Answer,
    Inputs,
    Library,
    Observation,
    SourceText,
    TestReport,
    Toolchain,
)
from provenance.model.identity import Digest
from provenance.sources.sandbox import Missing, find_sandbox
from provenance.sources.toolchains import FINDERS


class Workshop:
    """A toolchain for each language, looked for when it is first asked for (starting a compiler takes time).

    Args:
        toolchains: those at hand.
        finders: language -> how to look for its toolchain.
    """

    def __init__(self, *toolchains: Toolchain,
                 finders: Mapping[str, Callable[[], Toolchain | Missing]] | None = None) -> None:
        self._found: dict[str, Toolchain | Missing] = {tool.language: tool for tool in toolchains}
        self._finders = dict(finders or {})
        self._nothing = ""
        self._lock = threading.Lock()

    @classmethod
    def empty(cls, reason: str) -> Self:
        """A workshop without any tool, and why."""
        made = cls()
        made._nothing = reason
        return made

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages for which there is a toolchain, or a way to look for one."""
        return tuple(sorted({*self._found, *self._finders}))

    def of(self, language: str) -> Toolchain | None:
        """The toolchain of a language, or None; `why` then says why."""
        found = self._look(language)
        return None if isinstance(found, Missing) else found

    def why(self, language: str) -> str:
        """Why there is no toolchain for a language; empty where there is one."""
        found = self._look(language)
        return found.reason if isinstance(found, Missing) else ""

    def said(self, language: str) -> str:
        """Name and version of a language's toolchain as recipes hold it, or that there is none and why."""
        found = self._look(language)
        return f"none ({found.reason})" if isinstance(found, Missing) else f"{found.name} {found.version}"

    def prepare(self, language: str, sources: Iterable[SourceText]) -> None:
        """Let a toolchain that can check many texts at once do so before it is asked about each."""
        found = self._look(language)
        if isinstance(found, Remembering):
            found.prepare(sources)

    def saying(self, languages: Iterable[str]) -> str:
        """What `said` says of several languages, as one text."""
        return "; ".join(f"{language}: {self.said(language)}" for language in sorted(set(languages)))

    def _look(self, language: str) -> Toolchain | Missing:
        with self._lock:
            if language not in self._found:
                find = self._finders.get(language)
                found = find() if find else Missing(self._nothing or f"no-toolchain: {language}")
                self._found[language] = found if isinstance(found, Missing) else Remembering(found)
            return self._found[language]


def find_workshop() -> Workshop:
    """Look for bubblewrap, and for each compiler when it is needed; checks that need an absent one become ``skipped``,
    never ``pass``."""
    sandbox = find_sandbox()
    if isinstance(sandbox, Missing):
        return Workshop.empty(sandbox.reason)
    return Workshop(finders={language: partial(find, sandbox) for language, find in FINDERS.items()})


class Remembering:
    """A toolchain that answers the same question once: a program with six versions is compiled and run as their parent
    once, not six times. Answers are a pure function of text, members and dialect under one compiler version, so the
    last ``size`` of them are kept in memory; nothing outlives the process.
    """

    def __init__(self, toolchain: Toolchain, size: int = 4096) -> None:
        self._toolchain, self._size = toolchain, size
        self.name, self.version, self.language = toolchain.name, toolchain.version, toolchain.language
        self._answers: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = threading.Lock()
        #: Tools that start slowly and only parse check many texts in one process, without looking at a library.
        self._many: Callable[[Sequence[SourceText]], list[Answer]] | None = getattr(toolchain, "check_many", None)

    def prepare(self, sources: Iterable[SourceText]) -> None:
        """Check texts that will be asked about, in as few processes as the tool can; nothing where it cannot."""
        if self._many is None:
            return
        with self._lock:
            wanted = [source for source in dict.fromkeys(sources) if self._checked(source, {}) not in self._answers]
        for source, answer in zip(wanted, self._many(wanted) if wanted else (), strict=True):
            self._once(self._checked(source, {}), partial(_as_it_is, answer))

    def check(self, source: SourceText, library: Library) -> Answer:
        found: Answer = self._once(self._checked(source, library), lambda: self._toolchain.check(source, library))
        return found

    def observe(self, source: SourceText, library: Library, dialect: str, runs: int = 1,
                inputs: Inputs = NO_INPUT) -> tuple[Answer, tuple[Observation, ...]]:
        if inputs != NO_INPUT:  # asked once each, as a rule
            return self._toolchain.observe(source, library, dialect, runs, inputs)
        found: tuple[Answer, tuple[Observation, ...]] = self._once(
            ("observe", dialect, runs, *self._key(source, library)),
            lambda: self._toolchain.observe(source, library, dialect, runs))
        return found

    def test(self, source: SourceText, tests: SourceText, library: Library,
             dialect: str) -> tuple[Answer, TestReport | None]:
        found: tuple[Answer, TestReport | None] = self._once(
            ("test", dialect, tests.name, tests.text, *self._key(source, library)),
            lambda: self._toolchain.test(source, tests, library, dialect))
        return found

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        found: str | None = self._once(("code", dialect, *self._key(source, library)),
                                       lambda: self._toolchain.code(source, library, dialect))
        return found

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        found: str | None = self._once(("machine", dialect, *self._key(source, library)),
                                       lambda: self._toolchain.machine(source, library, dialect))
        return found

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        return self._toolchain.listing(source, library, dialect)

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        return self._toolchain.expand(source, library, dialect)

    def _once(self, key: tuple[object, ...], ask: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        answer = ask()
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        return answer

    def _checked(self, source: SourceText, library: Library) -> tuple[object, ...]:
        return ("check", source.name, source.text) if self._many else ("check", *self._key(source, library))

    def _key(self, source: SourceText, library: Library) -> tuple[object, ...]:
        # Of COBOL's copybooks only those that are copied can change an answer; elsewhere anything beside a program may.
        members = referenced_members(source.text, library) if self.language == "cobol" else library
        return (source.name, Digest.of_json([source.text, dict(members)]))


def _as_it_is(answer: Answer) -> Answer:
    return answer
