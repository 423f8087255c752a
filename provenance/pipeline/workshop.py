"""The compiler in its sandbox, or the reason why there is none. Nothing is ever compiled or run outside the sandbox."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provenance.languages.cobol_copy import referenced_members
from provenance.languages.toolchain import Answer, Library, Observation, SourceText, Toolchain
from provenance.model.identity import Digest
from provenance.sources.gnucobol import find_gnucobol
from provenance.sources.sandbox import Missing, find_sandbox


@dataclass(frozen=True, slots=True)
class Workshop:
    """Either a toolchain, or why it is missing."""

    toolchain: Toolchain | None
    missing: str = ""


def find_workshop() -> Workshop:
    """Look for bubblewrap and GnuCOBOL; checks that need an absent one become ``skipped``, never ``pass``."""
    sandbox = find_sandbox()
    if isinstance(sandbox, Missing):
        return Workshop(None, sandbox.reason)
    toolchain = find_gnucobol(sandbox)
    if isinstance(toolchain, Missing):
        return Workshop(None, toolchain.reason)
    return Workshop(Remembering(toolchain))


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

    def check(self, source: SourceText, library: Library) -> Answer:
        found: Answer = self._once(("check", *_key(source, library)), lambda: self._toolchain.check(source, library))
        return found

    def observe(self, source: SourceText, library: Library, dialect: str,
                runs: int = 1) -> tuple[Answer, tuple[Observation, ...]]:
        found: tuple[Answer, tuple[Observation, ...]] = self._once(
            ("observe", dialect, runs, *_key(source, library)),
            lambda: self._toolchain.observe(source, library, dialect, runs))
        return found

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        found: str | None = self._once(("code", dialect, *_key(source, library)),
                                       lambda: self._toolchain.code(source, library, dialect))
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


def _key(source: SourceText, library: Library) -> tuple[object, ...]:
    members = referenced_members(source.text, library)
    return (source.name, Digest.of_json([source.text, dict(members)]))
