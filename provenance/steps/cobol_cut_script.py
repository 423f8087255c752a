"""The `.cut` language of COBOL Check, read: TESTSUITE, TESTCASE, BEFORE EACH, AFTER EACH, EXPECT; all else is COBOL.

What is not known (MOCK, VERIFY) is refused by name rather than passed on or left out. Statements keep their text, as the
language has no grammar of its own for them.

    >>> script = Script("M")
    >>> script.read("TestSuite 'S'\\nTestCase 'two'\\n  EXPECT X NOT > 2")
    >>> "IF NOT (X > 2)" in script.lines(), script.expectations
    (True, [Expectation(case='two', text='X NOT > 2')])
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Expectations that one test program may have; more would say nothing more and fill the output.
MOST = 5000


class Untranslatable(ValueError):
    """The tests, or the program under them, use what is not known here; the message says what."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One EXPECT: the name of its test case and its text."""

    case: str
    text: str


_PIECE = re.compile(
    r"(?P<newline>\n)|(?P<space>[^\S\n]+)|(?P<comment>\*>[^\n]*)"
    r"|(?P<literal>(?:[NnXxZzHhBb]{1,2})?(?:\"(?:[^\"\n]|\"\")*\"|'(?:[^'\n]|'')*'))"
    r"|(?P<word>[^\W_][\w-]*)|(?P<sign><>|!=|>=|<=|\*\*|.)")
#: Words that begin a sentence of the test language where they begin a line; what belongs to COBOL is copied as it is.
_UNKNOWN = frozenset({"MOCK", "END-MOCK", "VERIFY", "IGNORE"})
_BEFORE = re.compile(r"^[^\S\n]*(BEFORE|AFTER)[-\s]EACH\b|^[^\S\n]*(END-(?:BEFORE|AFTER))\b", re.IGNORECASE)
_COMPARED = {("TO", "BE"): "=", ("TO", "EQUAL"): "=", ("EQUAL",): "=", ("EQUALS",): "=", ("IS",): "=", ("=",): "=",
             ("!=",): "<>", ("<>",): "<>", (">",): ">", ("<",): "<", (">=",): ">=", ("<=",): "<="}
_OPERATORS = frozenset("( + - * / ** & = < > <> >= <= !=".split())  # noqa: SIM905
#: What DISPLAY can show without knowing types: a name, perhaps qualified, subscripted or cut.
_NAME = re.compile(r"[A-Za-z0-9][\w-]*(\s+(OF|IN)\s+[\w-]+)*(\s*\([^()]*\)){0,2}", re.IGNORECASE)

_Piece = tuple[str, str]


@dataclass(slots=True)
class Script:
    """Reads the test language line by line and writes the statements of the test paragraph."""

    marker: str
    expectations: list[Expectation] = field(default_factory=list)
    #: (test case, its pieces), in order; and what to do before and after each.
    _cases: list[tuple[str, list[_Piece]]] = field(default_factory=list)
    _around: dict[str, list[_Piece]] = field(default_factory=lambda: {"BEFORE": [], "AFTER": []})

    def read(self, tests: str) -> None:
        """Sort the text into what goes before, after and into each test case, and count its expectations."""
        target: list[_Piece] = []  # before the first case: nothing but the suite's name
        current = target
        for line in tests.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            stripped = line.lstrip()
            if stripped.startswith("*>") or (line[6:7] == "*" and not line[:6].strip()) or line[:1] == "*":
                continue
            pieces = _pieces(line + "\n")
            heads = [piece for piece in pieces if piece[0] not in ("space", "newline")][:2]
            first = heads[0][1].upper() if heads else ""
            if first in _UNKNOWN and heads[0][0] == "word":
                raise Untranslatable(f"{first} in the tests")
            around = _BEFORE.match(line)
            if first in ("TESTSUITE", "TESTCASE"):
                if len(heads) < 2 or heads[1][0] != "literal":
                    raise Untranslatable(f"{first} without a name")
                if first == "TESTCASE":
                    self._cases.append((heads[1][1][1:-1], []))
                    current = self._cases[-1][1]
            elif around and around[1]:
                current = self._around[around[1].upper()]
            elif around:
                current = target
            elif current is target and heads:
                raise Untranslatable(f"a statement before the first test case: {stripped.strip()[:60]}")
            else:
                current += pieces

    def lines(self) -> str:
        """The statements, in free format."""
        made = []
        for case, pieces in self._cases:
            made += [*self._statements(self._around["BEFORE"], case), *self._statements(pieces, case),
                     *self._statements(self._around["AFTER"], case), "\n    CONTINUE.\n"]
        return "".join(made)

    def _statements(self, pieces: list[_Piece], case: str) -> Iterator[str]:
        at = 0
        while at < len(pieces):
            kind, text = pieces[at]
            at += 1
            if kind == "word" and text.upper() == "EXPECT":
                end = _expectation_end(pieces, at)
                whole = [("space", " ") if kind == "newline" else (kind, text) for kind, text in pieces[at:end]]
                yield self._expect([piece for piece in whole if piece[0] != "comment"], case)
                at = end
            elif kind != "comment":
                yield text

    def _expect(self, pieces: list[_Piece], case: str) -> str:
        if len(self.expectations) >= MOST:
            raise Untranslatable(f"more than {MOST} expectations")
        text = "".join(piece[1] for piece in pieces).strip()
        left, negated, operator, right = _parted(pieces, text)
        if operator == "=" and right.upper() in ("TRUE", "FALSE"):
            condition, shown = left, ""
            negated ^= right.upper() == "FALSE"
        else:
            condition, shown = f"{left} {operator} {right}", left if _NAME.fullmatch(left) else ""
        self.expectations.append(Expectation(case, " ".join(text.split())))
        number = len(self.expectations)
        # On lines of their own: what the program displayed before may have left its line open.
        told = f'"[" {shown} "]"' if shown else ""
        yes, no = f'DISPLAY "{self.marker}:P:{number}:"', f'DISPLAY "{self.marker}:F:{number}:" {told}'
        return f"\n    IF {'NOT ' if negated else ''}({condition})\n        {yes}\n    ELSE\n        {no}\n    END-IF\n"


def _pieces(text: str) -> list[_Piece]:
    return [(found.lastgroup or "", found[0]) for found in _PIECE.finditer(text)]


def _expectation_end(pieces: list[_Piece], at: int) -> int:
    """Where an expectation ends: with its line, unless that leaves it open; at a sentence's period; at the next one."""
    depth, last, compared = 0, "", False
    while at < len(pieces):
        kind, text = pieces[at]
        upper = text.upper()
        if kind == "word" and upper == "EXPECT":
            break
        if kind == "sign" and text == "." and not (at + 1 < len(pieces) and pieces[at + 1][1][:1].isdigit()):
            break
        if kind == "newline" and compared and not depth and last not in _OPERATORS and last not in ("BE", "EQUAL", "TO", ""):
            break
        if kind not in ("newline", "space", "comment"):
            depth += (text == "(") - (text == ")")
            compared |= last in _OPERATORS - {"("} or last in ("BE", "EQUAL", "EQUALS", "IS")
            last = upper
        at += 1
    return at


def _parted(pieces: list[_Piece], text: str) -> tuple[str, bool, str, str]:
    """(left, negated, operator, right) of an expectation; the operator is the first outside of parentheses."""
    solid = [at for at, piece in enumerate(pieces) if piece[0] != "space"]
    depth = 0
    for place, at in enumerate(solid):
        depth += (pieces[at][1] == "(") - (pieces[at][1] == ")")
        if depth or not place:
            continue
        for negations in (("NOT",), ()):
            for phrase, operator in _COMPARED.items():
                whole = (*negations, *phrase)
                if tuple(pieces[where][1].upper() for where in solid[place : place + len(whole)]) == whole:
                    left = "".join(piece[1] for piece in pieces[:at]).strip()
                    rest = solid[place + len(whole) :]
                    if rest and pieces[rest[0]][1].upper() in ("NUMERIC", "ALPHANUMERIC") and len(rest) > 1:
                        rest = rest[1:]
                    if not rest:
                        raise Untranslatable(f"EXPECT without a value: {text[:60]}")
                    right = "".join(piece[1] for piece in pieces[rest[0] :]).strip()
                    return left, bool(negations), operator, right
    raise Untranslatable(f"EXPECT without a comparison: {text[:60]}")
