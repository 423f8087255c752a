"""What our own tests use and yours may: fakes that keep the real contracts, in memory and always with the same answer.

>>> tool = FakeToolchain()
>>> answer, seen = tool.observe(SourceText("a.cob", 'DISPLAY "hello".'), {}, "fake")
>>> answer.outcome.value, seen[0].stdout_bytes
('pass', 6)
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from provenance.languages.cobol_copy import missing_members, referenced_members
from provenance.languages.toolchain import (
    HEAD,
    NO_INPUT,
    Answer,
    Inputs,
    Library,
    Observation,
    SourceText,
    TestReport,
)
from provenance.model.verdict import Outcome

_SAID = re.compile(r"\bDISPLAY\s+\"([^\"\n]*)\"|\bDISPLAY\s+'([^'\n]*)'", re.IGNORECASE)
_ORDER = re.compile(r"fake:\s*([a-z-]+)(?:[ \t]+(\S+))?")


@dataclass(slots=True)
class FakeToolchain:
    """A `Toolchain` that compiles nothing: a program prints the literals that its text displays.

    Orders anywhere in the text, for instance in a comment, make it do the rest: ``fake: syntax-error``,
    ``fake: build-error``, ``fake: subprogram``, ``fake: crash`` (the compiler dies), ``fake: broken`` (it cannot be
    started), ``fake: exit 35``, ``fake: file NAME``, ``fake: stop cpu``, ``fake: random`` (no two runs are alike),
    ``fake: code X`` and ``fake: machine X`` (the digests). A COPY without a member is ``missing-copybook``, as with the real one.

    ``calls`` counts what was asked, by (method, text).
    """

    name: str = "fake"
    language: str = "cobol"
    version: str = "1"
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    def check(self, source: SourceText, library: Library) -> Answer:
        """Refuses what carries an order to, and absent copybooks."""
        self.calls["check", source.text] += 1
        orders = self._orders(source)
        if "broken" in orders:
            raise OSError("no such program")
        if "crash" in orders:
            return Answer(Outcome.ERROR, "compiler-crash: fake")
        if absent := missing_members(source.text, library):
            return Answer(Outcome.SKIPPED, f"missing-copybook: {', '.join(absent)}")
        if "syntax-error" in orders:
            return Answer(Outcome.FAIL, f"syntax: {source.name}:1: error: as ordered")
        return Answer(Outcome.PASS, dialect="fake")

    def observe(
        self, source: SourceText, library: Library, dialect: str, runs: int = 1, inputs: Inputs = NO_INPUT
    ) -> tuple[Answer, tuple[Observation, ...]]:
        """Displays the literals of the text and of its copybooks, and does what is ordered; ``fake: echo`` adds its input."""
        answer = self.check(source, library)
        self.calls["observe", source.text] += 1
        orders = self._orders(source)
        if answer.outcome is not Outcome.PASS:
            return answer, ()
        if "build-error" in orders:
            return Answer(Outcome.FAIL, "build: as ordered", dialect), ()
        if "subprogram" in orders:
            return Answer(Outcome.PASS, "not-executable: as ordered", dialect), ()
        texts = (source.text, *referenced_members(source.text, library).values())
        said = "".join(f"{a or b}\n" for text in texts for a, b in _SAID.findall(text))
        seen = []
        for run in range(runs):
            out = (said + (f"{run}\n" if "random" in orders else "")).encode()
            files = {name: hashlib.sha256(b"").hexdigest() for name in orders.get("file", ())}
            stopped = next(iter(orders.get("stop", ())), "")
            code = int(next(iter(orders.get("exit", ())), "0"))
            out += inputs.stdin if "echo" in orders else b""
            seen.append(Observation(code, hashlib.sha256(out).hexdigest(), len(out), files, stopped,
                                    out.decode("utf-8", "replace")[:HEAD]))
        return Answer(Outcome.PASS, dialect=dialect), tuple(seen)

    def test(
        self, source: SourceText, tests: SourceText, library: Library, dialect: str
    ) -> tuple[Answer, TestReport | None]:
        """Each line ``EXPECT text`` of the tests holds where the program displays that text."""
        answer, seen = self.observe(source, library, dialect)
        if answer.outcome is not Outcome.PASS or not seen:
            return answer, None
        wanted = re.findall(r"^EXPECT (.*)$", tests.text, re.MULTILINE)
        missed = [text for text in wanted if text not in seen[0].head.splitlines()]
        return answer, TestReport(len(wanted) - len(missed), len(missed), missed[0] if missed else "")

    def code(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """What is ordered by ``fake: code X``; none where nothing is."""
        return next(iter(self._orders(source).get("code", ())), None)

    def machine(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """What is ordered by ``fake: machine X``; none where nothing is."""
        self.calls["machine", source.text] += 1
        return next(iter(self._orders(source).get("machine", ())), None)

    def listing(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """It gives none."""
        return None

    def expand(self, source: SourceText, library: Library, dialect: str) -> str | None:
        """The text as it is."""
        return source.text

    def _orders(self, source: SourceText) -> dict[str, list[str]]:
        orders: dict[str, list[str]] = {}
        for order, operand in _ORDER.findall(source.text):
            orders.setdefault(order, []).append(operand)
        return orders
