"""A column-aware COBOL tokeniser that loses nothing: the texts of its tokens, joined, are the input.

It knows fixed format (sequence area 1-6, indicator 7, code 8-72, identification area from 73) and free format, and a
``>>SOURCE FORMAT`` directive that changes from one to the other. Columns are counted as cobc counts them: a tab runs to
the next multiple of eight, a character is as wide as its UTF-8 bytes.

It refuses nothing and understands no grammar: what it cannot name becomes a ``SYMBOL``. Words inside ``EXEC ...
END-EXEC``, pseudo-text, comments and directives are never ``WORD`` tokens, so nothing that edits words can reach
them.

    >>> [t.text for t in tokenise("           MOVE 'IT''S' TO A.", False) if t.kind not in BLANK]
    ['MOVE', "'IT''S'", 'TO', 'A', '.']
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple

#: First column of the identification area in fixed format; code ends before it.
TAIL_COLUMN = 73
_TAB = 8


class Kind(enum.StrEnum):
    """What a token is."""

    SEQUENCE = "sequence"
    INDICATOR = "indicator"
    TAIL = "tail"
    SPACE = "space"
    NEWLINE = "newline"
    COMMENT = "comment"
    DIRECTIVE = "directive"
    WORD = "word"
    NUMBER = "number"
    LITERAL = "literal"
    PICTURE = "picture"
    PERIOD = "period"
    SYMBOL = "symbol"
    PSEUDO = "pseudo"
    EXEC = "exec"


#: Kinds that carry no meaning for the compiler.
BLANK = frozenset({Kind.SEQUENCE, Kind.INDICATOR, Kind.TAIL, Kind.SPACE, Kind.NEWLINE, Kind.COMMENT})


class Token(NamedTuple):
    """One piece of text and where it begins (from 1); ``open`` marks a literal that its line does not close."""

    kind: Kind
    text: str
    line: int
    column: int
    open: bool = False


# Every alternative is a character class repeated or a fixed text, tried at one position: no backtracking to speak of.
_CODE = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<comment>\*>.*)"
    r"|(?P<quote>(?:[Nn][Xx]|[Bb][Xx]|[NnXxZzHhBbGgUu])?[\"'])"
    r"|(?P<pseudo>==)"
    r"|(?P<word>\w[\w-]*)"
    r"|(?P<symbol>\*\*|<>|>=|<=|.)",
    re.DOTALL,
)
_FRACTION = re.compile(r"\.\d+(?![\w-])")
_NUMBER_HEAD = re.compile(r"[+-]?\.?\d")
_PICTURE = re.compile(r"\S+")
_END_EXEC = re.compile(r"(?<![\w-])END-EXEC(?![\w-])", re.IGNORECASE)
_DIRECTIVE = re.compile(r"\s*(?:>>|\$(?:SET|IF|ELSE|END)\b)", re.IGNORECASE)
_SOURCE_FORMAT = re.compile(r">>\s*SOURCE\s+(?:FORMAT\s+)?(?:IS\s+)?(FREE|FIXED)\b", re.IGNORECASE)
_SET_FORMAT = re.compile(r"\$SET\s+SOURCEFORMAT\s*\(?\s*[\"']?(FREE|FIXED)\b", re.IGNORECASE)


def tokenise(text: str, free_format: bool) -> list[Token]:
    """Every token of a text, in order; ``"".join(t.text for t in tokens) == text`` for every text."""
    scanner = _Scanner(free_format)
    # Only "\n" ends a line: splitlines() would also cut at form feeds and Unicode separators, which cobc does not.
    *lines, last = text.split("\n")
    tokens: list[Token] = []
    for number, line in enumerate(lines, 1):
        tokens.extend(scanner.line(line, number))
        body = line.rstrip("\r")
        tokens.append(Token(Kind.NEWLINE, line[len(body) :] + "\n", number, width(body) + 1))
    tokens.extend(scanner.line(last, len(lines) + 1))
    if last.endswith("\r"):
        body = last.rstrip("\r")
        tokens.append(Token(Kind.NEWLINE, last[len(body) :], len(lines) + 1, width(body) + 1))
    return tokens


def width(text: str, start: int = 0) -> int:
    """Columns that a text takes when its first character stands after ``start`` columns."""
    if text.isascii() and "\t" not in text:
        return len(text)
    column = start
    for char in text:
        column += _TAB - column % _TAB if char == "\t" else _bytes(char)
    return column - start


def _bytes(char: str) -> int:
    # A lone surrogate stands for one undecodable byte.
    code = ord(char)
    return 1 if code < 0x80 or 0xD800 <= code <= 0xDFFF else 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _cut(line: str, columns: int) -> int:
    """Index of the first character that begins after so many columns."""
    if line.isascii() and "\t" not in line:
        return min(columns, len(line))
    column = 0
    for index, char in enumerate(line):
        if column >= columns:
            return index
        column += _TAB - column % _TAB if char == "\t" else _bytes(char)
    return len(line)


class _Scanner:
    """State that runs from line to line: open EXEC block, open pseudo-text, an awaited picture."""

    def __init__(self, free_format: bool) -> None:
        self._free = free_format
        self._in_exec = False
        self._in_pseudo = False
        self._await_picture = False

    def line(self, line: str, number: int) -> Iterator[Token]:
        body = line.rstrip("\r")
        yield from (self._free_line(body, number) if self._free else self._fixed_line(body, number))
        if ">>" in body or "$" in body:
            found = _SOURCE_FORMAT.search(body) or _SET_FORMAT.search(body)
            if found:
                self._free = found[1].upper() == "FREE"

    def _free_line(self, body: str, number: int) -> Iterator[Token]:
        # A line that begins with "#" is the preprocessor's (#line): in fixed format it would be a sequence number.
        if not (self._in_exec or self._in_pseudo) and (body.startswith("#") or _DIRECTIVE.match(body)):
            yield Token(Kind.DIRECTIVE, body, number, 1)
        else:
            yield from self._code(body, number, 0)

    def _fixed_line(self, body: str, number: int) -> Iterator[Token]:
        six, seven = _cut(body, 6), _cut(body, 7)
        if _DIRECTIVE.match(body) and not (self._in_exec or self._in_pseudo):
            yield Token(Kind.DIRECTIVE, body, number, 1)
            return
        if six:
            yield Token(Kind.SEQUENCE, body[:six], number, 1)
        indicator = body[six:seven]
        if indicator in ("*", "/"):
            yield Token(Kind.COMMENT, body[six:], number, 7)
            return
        if indicator:
            yield Token(Kind.INDICATOR, indicator, number, 7)
        end = _cut(body, TAIL_COLUMN - 1)
        yield from self._code(body[seven:end], number, width(body[:seven]))
        if end < len(body):
            yield Token(Kind.TAIL, body[end:], number, width(body[:end]) + 1)

    def _code(self, code: str, number: int, before: int) -> Iterator[Token]:
        at = 0
        column = before
        for kind, end, is_open in self._pieces(code):
            piece = code[at:end]
            if piece:
                yield Token(kind, piece, number, column + 1, is_open)
                column += width(piece, column)
            at = end

    def _pieces(self, code: str) -> Iterator[tuple[Kind, int, bool]]:
        """Kind, end and openness of each piece of the code area of one line."""
        at = 0
        while at < len(code):
            if self._in_exec:
                found = _END_EXEC.search(code, at)
                self._in_exec = found is None
                at = found.end() if found else len(code)
                yield Kind.EXEC, at, False
                continue
            if self._in_pseudo:
                close = code.find("==", at)
                self._in_pseudo = close < 0
                at = close + 2 if close >= 0 else len(code)
                yield Kind.PSEUDO, at, False
                continue
            match = _CODE.match(code, at)
            assert match is not None  # the last alternative takes any character
            kind, at, is_open = self._piece(code, match)
            yield kind, at, is_open

    def _piece(self, code: str, match: re.Match[str]) -> tuple[Kind, int, bool]:
        group, end = match.lastgroup, match.end()
        if group == "space":
            return Kind.SPACE, end, False
        if group == "comment":
            return Kind.COMMENT, end, False
        if self._await_picture and match[0].upper() != "IS":
            self._await_picture = False
            return Kind.PICTURE, _picture_end(code, match.start()), False
        if group == "quote":
            return self._literal(code, match)
        if group == "pseudo":
            self._in_pseudo = True
            # The opening mark is a piece of its own, so that "== ==" closes and "====" does too.
            return Kind.PSEUDO, end, False
        if group == "word":
            return self._word(code, match)
        if _NUMBER_HEAD.match(code, match.start()) and _stands_free(code, match.start()):
            return Kind.NUMBER, _number_end(code, end), False
        return (Kind.PERIOD if match[0] == "." else Kind.SYMBOL), end, False

    def _literal(self, code: str, match: re.Match[str]) -> tuple[Kind, int, bool]:
        quote = match[0][-1]
        at = match.end()
        while True:
            close = code.find(quote, at)
            if close < 0:
                return Kind.LITERAL, len(code), True
            if code[close + 1 : close + 2] != quote:
                return Kind.LITERAL, close + 1, False
            at = close + 2

    def _word(self, code: str, match: re.Match[str]) -> tuple[Kind, int, bool]:
        word = match[0].upper()
        if word in ("EXEC", "EXECUTE"):
            self._in_exec = True
            return Kind.EXEC, match.end(), False
        if word in ("PIC", "PICTURE"):
            self._await_picture = True
        elif word.isdecimal():
            return Kind.NUMBER, _number_end(code, match.start()), False
        return Kind.WORD, match.end(), False


def _stands_free(code: str, at: int) -> bool:
    return at == 0 or code[at - 1].isspace() or code[at - 1] in "(,:"


def _number_end(code: str, at: int) -> int:
    while code[at : at + 1].isdecimal():
        at += 1
    fraction = _FRACTION.match(code, at)
    return fraction.end() if fraction else at


def _picture_end(code: str, at: int) -> int:
    found = _PICTURE.match(code, at)
    end = found.end() if found else at + 1
    while end > at + 1 and code[end - 1] in ".,;":
        end -= 1
    return end
