"""Reads simple operands and the ends of simple statements in a PROCEDURE DIVISION, and nothing more.

A statement is taken only where its end is certain: a period, or a word that begins or closes a statement. Operands are
literals, figurative constants and plain identifiers (qualified, subscripted); functions, special registers and anything
on a debugging line or next to a continuation are not operands, so their statements are left alone.

    >>> from provenance.steps.augment.cobol_tokens import tokenise
    >>> code = Code(tokenise(" PROCEDURE DIVISION. MOVE 'A' TO B(1) C OF D.", True))
    >>> [code.operand(at).text for at in (4, 6)]
    ["'A'", 'B(1)']
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import zip_longest

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_hazards import significant
from provenance.steps.augment.cobol_tokens import Kind, Token

_FIGURATIVE = "ZERO ZEROS ZEROES SPACE SPACES HIGH-VALUE HIGH-VALUES LOW-VALUE LOW-VALUES QUOTE QUOTES"
# Words that can only stand where a statement has ended.
_NEXT = """
ACCEPT ADD ALLOCATE CALL CANCEL CLOSE COMPUTE CONTINUE DELETE DISPLAY DIVIDE ELSE END-ADD END-CALL END-COMPUTE
END-DELETE END-DISPLAY END-EVALUATE END-IF END-MULTIPLY END-PERFORM END-READ END-RETURN END-REWRITE END-SEARCH
END-START END-STRING END-SUBTRACT END-UNSTRING END-WRITE EVALUATE EXIT FREE GO GOBACK IF INITIALIZE INSPECT MERGE MOVE
MULTIPLY OPEN PERFORM READ RELEASE RETURN REWRITE SEARCH SET SORT START STOP STRING SUBTRACT UNSTRING WHEN WRITE
"""
_CONSTANTS = frozenset(_FIGURATIVE.split())
_ENDS_STATEMENT = frozenset(_NEXT.split())


@dataclass(frozen=True, slots=True)
class Operand:
    """One operand: its first and last token, where the next one begins in the code, and what it is made of."""

    first: int
    last: int
    following: int
    text: str
    literal: bool
    base: str
    inner: frozenset[str]


class Code:
    """The tokens of every PROCEDURE DIVISION of a program that mean something, by position."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.indexes = _procedure(tokens)
        self._barred = _barred_lines(tokens)

    def __len__(self) -> int:
        return len(self.indexes)

    def token(self, at: int) -> Token | None:
        """The token at a position, or None past the end."""
        return self.tokens[self.indexes[at]] if 0 <= at < len(self.indexes) else None

    def word(self, at: int) -> str:
        """The word at a position in upper case, or empty where there is none."""
        token = self.token(at)
        return token.text.upper() if token and token.kind is Kind.WORD else ""

    def ended(self, at: int) -> bool:
        """Whether the statement before a position has certainly ended there."""
        token = self.token(at)
        return token is not None and (token.kind is Kind.PERIOD or self.word(at) in _ENDS_STATEMENT)

    def plain(self, start: int, stop: int) -> bool:
        """Whether no token between two positions is on a debugging line or next to a continuation."""
        return all(self.tokens[index].line not in self._barred for index in self.indexes[start:stop])

    def skip_separators(self, at: int) -> int:
        """The position after any commas and semicolons."""
        while (token := self.token(at)) and token.kind is Kind.SYMBOL and token.text in ",;":
            at += 1
        return at

    def operand(self, at: int) -> Operand | None:
        """The operand that begins at a position, or None where there is none that is simple."""
        token = self.token(at)
        if token is None:
            return None
        if token.kind in (Kind.LITERAL, Kind.NUMBER) and not token.open:
            return self._made(at, at, True)
        if token.kind is not Kind.WORD:
            return None
        if self.word(at) in _CONSTANTS:
            return self._made(at, at, True)
        if self.word(at) in LANGUAGE.reserved:
            return None
        last = self._qualified(at)
        for _ in range(2):
            following = self.token(last + 1)
            if following and following.text == "(":
                closed = self._closed(last + 1)
                if closed is None:
                    return None
                last = closed
        return self._made(at, last, False)

    def _qualified(self, at: int) -> int:
        while self.word(at + 1) in ("OF", "IN") and self.word(at + 2) and self.word(at + 2) not in LANGUAGE.reserved:
            at += 2
        return at

    def _closed(self, at: int) -> int | None:
        """Position of the parenthesis that closes the one at a position."""
        depth = 0
        for position in range(at, len(self.indexes)):
            token = self.tokens[self.indexes[position]]
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return position
            if token.kind is Kind.PERIOD:
                return None
        return None

    def _made(self, at: int, last: int, literal: bool) -> Operand:
        first, end = self.indexes[at], self.indexes[last]
        text = "".join(token.text for token in self.tokens[first : end + 1])
        inner = frozenset(self.word(position) for position in range(at + 1, last + 1)) - {""}
        return Operand(first, end, last + 1, text, literal, "" if literal else self.word(at), inner)


def one_line(code: Code, first: int, last: int) -> bool:
    """Whether two tokens, by index, stand on one line."""
    return code.tokens[first].line == code.tokens[last].line


def drawn(rng: random.Random, share: int) -> bool:
    """Whether a site is drawn, at so many percent. Draws always, so that one site's fate leaves the others' alone."""
    return rng.random() * 100 < share


def unreadable(tokens: list[Token]) -> str:
    """A refusal reason where statements cannot be read from tokens, or empty."""
    for token in tokens:
        word = token.text.upper() if token.kind is Kind.WORD else ""
        if word == "REPLACE":
            return f"replace-statement: line {token.line}"
        if word == "DECIMAL-POINT":
            return f"decimal-point-is-comma: line {token.line}"
    return ""


def _procedure(tokens: list[Token]) -> list[int]:
    """Indexes of the meaningful tokens after PROCEDURE DIVISION, up to the next program's first division."""
    found: list[int] = []
    inside = False
    code = significant(tokens)
    for index, following in zip_longest(code, code[1:]):
        if following is not None and tokens[following].text.upper() == "DIVISION":
            inside = tokens[index].text.upper() == "PROCEDURE"
        if inside:
            found.append(index)
    return found


def _barred_lines(tokens: list[Token]) -> set[int]:
    """Debugging lines, continuation lines, and the lines that these continue."""
    barred: set[int] = set()
    last_code_line = 0
    for token in tokens:
        if token.kind is Kind.INDICATOR and token.text in "dD-":
            barred |= {token.line, last_code_line} if token.text == "-" else {token.line}
        elif token.kind in (Kind.WORD, Kind.NUMBER, Kind.LITERAL, Kind.SYMBOL, Kind.PERIOD):
            last_code_line = token.line
    return barred
