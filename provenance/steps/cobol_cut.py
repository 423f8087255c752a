"""Tests in the `.cut` language of COBOL Check, as one test program: the program's text with its tests before its own code.

The tests of a program are statements that set its data, PERFORM its paragraphs and say what they EXPECT. They are put at
the start of its PROCEDURE DIVISION, in free format whatever the program's, and end with STOP RUN, so that the program's
own first paragraph runs only where a test performs it. A LINKAGE SECTION becomes storage, so that a subprogram can be
tested too. All tests run in one process, one after the other, as COBOL Check runs them.

Each EXPECT writes one line that begins with a marker made from the digest of program and tests: no text can hold its own
digest, so nothing that the program displays by itself counts as a test that passed. An expectation that never reported
(the program stopped, looped, crashed) counts as failed.

It refuses what would make the result depend on more than the tests: REPLACE and PROGRAM COLLATING SEQUENCE may change
what an EXPECT means. MOCK and VERIFY are not known. It cannot see whether a test is worth anything.

    >>> program = "PROGRAM-ID. A.\\nDATA DIVISION.\\nWORKING-STORAGE SECTION.\\n01 X PIC 9.\\nPROCEDURE DIVISION.\\n"
    >>> program += "P. MOVE 2 TO X."
    >>> made = translate(program, "TestSuite 'S'\\nTestCase 'two'\\nPERFORM P\\nEXPECT X TO BE 2", free_format=True)
    >>> made.expectations
    (Expectation(case='two', text='X TO BE 2'),)
    >>> made.report(f"{made.marker}:P:1:".encode(), "")
    TestReport(passed=1, failed=0, message='')
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from provenance.languages.cobol_copy import words
from provenance.languages.toolchain import TestReport
from provenance.steps.augment.cobol_tokens import BLANK, Kind, Token, tokenise
from provenance.steps.cobol_cut_script import Expectation, Script, Untranslatable

__all__ = ["Expectation", "TestProgram", "Untranslatable", "translate"]

_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class TestProgram:
    """A program that runs its own tests, and how to read what it prints."""

    __test__ = False  # not a class of tests, whatever its name

    text: str
    marker: str
    expectations: tuple[Expectation, ...]

    def report(self, stdout: bytes, ended: str) -> TestReport:
        """What the run said. ``ended`` says how it ended where that was not by itself with status 0, for the message."""
        seen: dict[int, set[str]] = {}
        values: dict[int, str] = {}
        line = re.compile(re.escape(self.marker.encode()) + rb":([PF]):(\d{1,6}):(\[[^\n]{0,200})?")
        for found in line.finditer(stdout):
            number = int(found[2])
            seen.setdefault(number, set()).add(found[1].decode())
            if found[3]:
                values.setdefault(number, found[3].decode("utf-8", "replace").strip("[] "))
        message, passed = "", 0
        for number, expectation in enumerate(self.expectations, 1):
            if seen.get(number) == {"P"}:
                passed += 1
            elif not message:
                why = f"found [{values[number]}]" if number in values else "did not hold"
                if number not in seen:
                    why = f"never reached{f': {ended}' if ended else ''}"
                message = f"{expectation.case}: EXPECT {expectation.text}: {why}"[:_MESSAGE]
        return TestReport(passed, len(self.expectations) - passed, message)


def translate(program: str, tests: str, *, free_format: bool, members: Iterable[str] = ()) -> TestProgram:
    """The test program.

    Args:
        program: the text under test, complete.
        tests: the `.cut` text.
        free_format: the format in which the program's text begins.
        members: texts of the copybooks that the program copies.

    Raises:
        Untranslatable: what is not known here, in one phrase.
    """
    for text in (program, *members):
        if "REPLACE" in (word.upper() for word in words(text)):
            raise Untranslatable("REPLACE in the program may change the tests")
    digest = hashlib.sha256(f"{len(program)}\0{program}\0{tests}".encode("utf-8", "surrogatepass")).hexdigest()
    marker = f"UT-{digest[:24]}"
    script = Script(marker)
    script.read(tests)
    statements = script.lines()
    if not script.expectations:
        raise Untranslatable("there is no EXPECT in the tests")
    return TestProgram(_injected(program, free_format, statements, marker), marker, tuple(script.expectations))


def _injected(program: str, free_format: bool, statements: str, marker: str) -> str:
    tokens = tokenise(program, free_format)
    solid = [at for at, token in enumerate(tokens) if token.kind not in BLANK]
    header = _header(tokens, solid, "PROCEDURE", "DIVISION")
    if header is None:
        raise Untranslatable("no PROCEDURE DIVISION in the program")
    storage = [tokens[at] for at in solid if at < header]
    if "COLLATING" in (token.text.upper() for token in storage if token.kind is Kind.WORD):
        raise Untranslatable("PROGRAM COLLATING SEQUENCE may change the tests")
    period = _period(tokens, header)
    edits = _linkage(tokens, [at for at in solid if at < header])
    edits[header] = "PROCEDURE DIVISION."
    edits |= dict.fromkeys(range(header + 1, period + 1), "")
    after = next((at for at in solid if at > period), len(tokens))
    if after < len(tokens) and tokens[after].text.upper() == "DECLARATIVES":
        ends = [at for at in solid if at > after and tokens[at].text.upper() == "DECLARATIVES"]
        if not ends:
            raise Untranslatable("DECLARATIVES without an end")
        period = _period(tokens, ends[0])
        edits[period] = "."
    free = _free_at(tokens[:period], free_format)
    switch, back = ("", "") if free else ("       >>SOURCE FORMAT IS FREE\n", ">>SOURCE FORMAT IS FIXED\n")
    # What follows on the header's line keeps its column.
    rest = tokens[period + 1] if period + 1 < len(tokens) else None
    pad = " " * (rest.column - 1) if rest and rest.kind is not Kind.NEWLINE else ""
    edits[period] = f"{edits[period]}\n{switch}{marker}.\n{statements}    STOP RUN.\n{back}{pad}"
    return "".join(edits.get(at, token.text) for at, token in enumerate(tokens))


def _header(tokens: list[Token], solid: list[int], *phrase: str) -> int | None:
    for place, at in enumerate(solid):
        if tokens[at].kind is Kind.WORD and tuple(tokens[n].text.upper() for n in solid[place : place + len(phrase)]) == phrase:
            return at
    return None


def _period(tokens: list[Token], at: int) -> int:
    for place in range(at, len(tokens)):
        if tokens[place].kind is Kind.PERIOD:
            return place
    raise Untranslatable("a header without its period")


def _linkage(tokens: list[Token], solid: list[int]) -> dict[int, str]:
    """Edits that make the linkage section part of the storage before it; there may be none."""
    linkage = _header(tokens, solid, "LINKAGE", "SECTION")
    if linkage is None:
        return {}
    period = _period(tokens, linkage)
    edits = dict.fromkeys(range(linkage, period + 1), "")
    storage = _header(tokens, solid, "WORKING-STORAGE", "SECTION")
    if storage is not None and storage > linkage:
        raise Untranslatable("storage after the LINKAGE SECTION")
    if storage is None:
        edits[linkage] = "WORKING-STORAGE SECTION."
    return edits


def _free_at(tokens: list[Token], free_format: bool) -> bool:
    for token in tokens:
        if token.kind is Kind.DIRECTIVE and (found := re.search(r"\b(FREE|FIXED)\b", token.text, re.IGNORECASE)):
            free_format = found[1].upper() == "FREE"
    return free_format
