"""What the compiler reads in a COBOL text: its lexemes, whatever the layout; two texts with the same ones are one program.

Blanks, sequence numbers, comments, columns 73-80 and the text of comment entries (``AUTHOR. ...``) are gone; a literal
that is continued over lines is one lexeme, padded to column 72 as the compiler pads it. Transforms of layout compare
the lexemes of parent and child and refuse where these differ.

It refuses (with a reason) to read words continued over lines, continuations within EXEC or pseudo-text, literals that
nothing closes, and tabs in literals, whose width depends on where they stand.

    >>> from provenance.steps.augment.cobol_tokens import tokenise
    >>> text = "           DISPLAY 'A" + " " * 52 + chr(10) + "      -    'B'."
    >>> len(lexemes(tokenise(text, False), False)[1].text)
    55
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from provenance.steps.augment.cobol_tokens import BLANK, TAIL_COLUMN, Kind, Token, tokenise, width

#: Paragraphs of the IDENTIFICATION DIVISION whose text is a comment.
COMMENT_PARAGRAPHS = frozenset(
    {"AUTHOR", "DATE-COMPILED", "DATE-WRITTEN", "INSTALLATION", "REMARKS", "SECURITY"}
)
_DEBUG = re.compile(r"\s*>>\s*D\s", re.IGNORECASE)
_GLUED = frozenset({Kind.WORD, Kind.NUMBER, Kind.LITERAL, Kind.EXEC})
_WHOLE = frozenset({Kind.PSEUDO, Kind.EXEC})


class Lexeme(NamedTuple):
    """One thing that the compiler reads; ``debug`` where its line is read only in debugging mode."""

    kind: Kind
    text: str
    debug: bool = False


class Unreadable(ValueError):
    """A text whose lexemes cannot be told from its tokens; the message is a refusal reason."""


def lines_of(tokens: list[Token]) -> Iterator[list[int]]:
    """Indexes of the tokens of each line, in order."""
    for _, group in groupby(range(len(tokens)), key=lambda index: tokens[index].line):
        yield list(group)


def indicator(tokens: list[Token], line: list[int]) -> str:
    """What stands in column 7 of a line: empty for a blank, a line that ends before it, and in free format."""
    return next((tokens[index].text.strip() for index in line[:2] if tokens[index].kind is Kind.INDICATOR), "")


def comment_entries(tokens: list[Token], free_format: bool) -> set[int]:
    """Indexes of the tokens of comment entries.

    In fixed format an entry goes on until something stands in area A (columns 8-11); in free format it is the rest of
    the line (both as GnuCOBOL 3.1 reads them).
    """
    found: set[int] = set()
    inside = free = False
    identification = True
    words: list[str] = []
    for line in lines_of(tokens):
        code = [index for index in line if tokens[index].kind not in BLANK]
        inside = inside and not free and bool(not code or tokens[code[0]].column > 11)
        for index in code:
            token = tokens[index]
            if inside:
                found.add(index)
                continue
            words = [*words[-1:], token.text.upper()]
            if words[-1] == "DIVISION":
                identification = words[0] in ("IDENTIFICATION", "ID")
            if identification and words[-1] == "." and words[0] in COMMENT_PARAGRAPHS:
                inside, free = True, free_format
    return found


def lexemes(tokens: list[Token], free_format: bool) -> list[Lexeme]:
    """Every lexeme, in order.

    Raises:
        Unreadable: see the module; for refusing, not for failing.
    """
    skipped = comment_entries(tokens, free_format)
    found: list[Lexeme] = []
    last: Token | None = None
    for line in lines_of(tokens):
        mark = indicator(tokens, line)
        code = [index for index in line if tokens[index].kind not in BLANK and index not in skipped]
        for index in code:
            token = tokens[index]
            if token.kind is Kind.DIRECTIVE and (debugging := debugging_line(token.text)):
                found += [lexeme._replace(debug=True) for lexeme in lexemes(tokenise(debugging, True), True)]
                continue
            if token.kind is Kind.LITERAL and "\t" in token.text:
                raise Unreadable(f"tab-in-literal: line {token.line}")
            if mark == "-" and index == code[0]:
                found[-1] = _continued(found, last, token)
            elif last is not None and last.open:
                raise Unreadable(f"open-literal: line {last.line}")
            elif token.kind in _WHOLE and found and found[-1].kind is token.kind:
                found[-1] = found[-1]._replace(text=f"{found[-1].text} {' '.join(token.text.split())}".strip())
            else:
                found.append(Lexeme(token.kind, _plain(token), mark in ("D", "d") and mark != ""))
            last = token
    if last is not None and last.open:
        raise Unreadable(f"open-literal: line {last.line}")
    return found


def _plain(token: Token) -> str:
    if token.kind in _WHOLE or token.kind is Kind.DIRECTIVE:
        return " ".join(token.text.split())
    return token.text


def _continued(found: list[Lexeme], last: Token | None, token: Token) -> Lexeme:
    """The literal that a line continues, so far."""
    if last is None or not last.open or token.kind is not Kind.LITERAL or token.text[0] != _quote(last):
        raise Unreadable(f"continuation-line: line {token.line}")
    return found[-1]._replace(text=found[-1].text + padding(last) + token.text[1:])


def _quote(token: Token) -> str:
    return next(char for char in token.text if char in "\"'")


def padding(token: Token) -> str:
    """The blanks up to column 72 that belong to a literal which its line does not close."""
    return " " * (TAIL_COLUMN - token.column - width(token.text, token.column - 1))


def debugging_line(text: str) -> str:
    """The code of a directive that is a debugging line (``>>D``), or empty."""
    found = _DEBUG.match(text)
    return text[found.end() :].strip() if found else ""


def directs_format(text: str) -> bool:
    """Whether a directive says in which format the text goes on."""
    return "SOURCE" in text.upper()


def same_program(before: list[Lexeme], text: str, free_format: bool) -> bool:
    """Whether a text has these lexemes, whatever formats its directives ask for."""
    try:
        after = lexemes(tokenise(text, free_format), free_format)
    except Unreadable:
        return False
    return _without_format(after) == _without_format(before)


def _without_format(found: list[Lexeme]) -> list[Lexeme]:
    return [lexeme for lexeme in found if lexeme.kind is not Kind.DIRECTIVE or not directs_format(lexeme.text)]


def copy_lines(tokens: list[Token]) -> set[int]:
    """Numbers of the lines that hold COPY statements and nothing else.

    Raises:
        Unreadable: a COPY shares a line with other code.
    """
    found: set[int] = set()
    inside = False
    for line in lines_of(tokens):
        code = [tokens[index] for index in line if tokens[index].kind not in BLANK]
        words = [token.kind is Kind.WORD and token.text.upper() == "COPY" for token in code]
        if not inside and not any(words):
            continue
        for at, token in enumerate(code):
            if not inside and not words[at]:
                raise Unreadable(f"copy-shares-line: line {token.line}")
            inside = token.kind is not Kind.PERIOD
        found |= {tokens[line[0]].line}
    return found


def apart(tokens: list[Token], first: int, last: int, word: str) -> str:
    """A word in place of some tokens, with a blank where it would grow together with what stands next to them.

    A quote ends a word, so ``DISPLAY'A'B`` is three things; a name in its place would make them one.
    """
    before = " " if first and tokens[first - 1].kind in _GLUED else ""
    after = " " if last + 1 < len(tokens) and tokens[last + 1].kind in _GLUED else ""
    return before + word + after


def format_bound(copybooks: Mapping[str, str]) -> str:
    """A refusal reason where a copied member reads otherwise in the other format, or empty.

    A member has no format of its own: the compiler reads it in the format of the text that copies it.
    """
    for name, text in copybooks.items():
        try:
            fixed = tokenise(text, False)
            plain = all(not token.text.strip() for token in fixed if token.kind in (Kind.SEQUENCE, Kind.INDICATOR, Kind.TAIL))
            if plain and lexemes(fixed, False) == lexemes(tokenise(text, True), True):
                continue
        except Unreadable:
            pass
        return f"copybook-format: {name}"
    return ""
