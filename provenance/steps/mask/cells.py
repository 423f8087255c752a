"""Which characters of a text are data or remark and not code: only those may be masked.

    >>> "".join("-lcnhm"[cell] for cell in cells("java", 'int a = 42; // "b"')[0])
    '--------nn--cccccc'

Data are literals without their quotes and escapes, numbers, comments, COBOL's comment-entries (``AUTHOR. ...``), and what
stands in the margins of COBOL's fixed format (columns 1-6 and from 73). Directives, words, pictures, and literals that
name a program or a file of source are code. Of a language without a lexer every character may be masked, and nothing can be
proved.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

from provenance.languages import lexing
from provenance.steps.augment import cobol_tokens
from provenance.steps.augment.cobol_logical import comment_entries

__all__ = ["Cell", "LANGUAGES", "cells", "looks_free", "skeleton"]

#: Languages whose texts are told apart into code and data.
LANGUAGES = frozenset({"cobol", *lexing.LEXED})
_ESCAPED = frozenset({"apex", "c", "cpp", "java"})
_ESCAPE = re.compile(r"\\(?:u+[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]+|[0-7]{1,3}|.)", re.DOTALL)
_OPENING = re.compile(r"(?:[A-Za-z]{0,3}\"\"\"|[nN]?[qQ]'.|[A-Za-z]{0,2}[\"'`|]|\})?")
_CLOSING = re.compile(r"(?:\"\"\"|[\"'`|{])?[xXbB]?\Z")
_HEX = re.compile(r"[nN]?[xXhH][\"']|[\"'][^\"']*[\"'][xX]\Z")
_BINARY = re.compile(r"[bB][xX]?[\"']|[\"'][^\"']*[\"'][bB]\Z")
_QUOTED = re.compile(r"'(?:[^'\n]|'')*'?|\"(?:[^\"\n]|\"\")*\"?")
#: Words before a literal that make it the name of a program, a member or a file.
_NAMING = frozenset(["CALL", "CANCEL", "COPY", "INCLUDE", "ASSIGN", "IMPORT", "LIBRARY", "PROGRAM-ID", "ENTRY"])


class Cell(enum.IntEnum):
    """What a character is part of."""

    CODE = 0
    LITERAL = 1
    COMMENT = 2
    NUMBER = 3
    HEX = 4
    MARGIN = 5
    NAME = 6
    ESCAPE = 7


def cells(language: str, text: str) -> tuple[bytes, bool]:
    """A `Cell` for each character, and whether the language is one that is told apart."""
    if language not in LANGUAGES:
        return bytes([Cell.LITERAL]) * len(text), False
    found = bytearray()
    for kind, piece, marked in _pieces(language, text):
        found += _of(kind, piece, marked, language in _ESCAPED)
    return bytes(found), True


def skeleton(language: str, text: str) -> list[tuple[str, str]]:
    """The text as a compiler reads it but for its data: kinds of the tokens with the text of those that are code, and the
    lengths of the others. Equal for two texts that differ in data alone."""
    said = []
    for kind, piece, marked in _pieces(language, text):
        mask = _of(kind, piece, marked, language in _ESCAPED)
        said.append((kind, "".join(char if cell in (Cell.CODE, Cell.ESCAPE) else "~"
                                   for char, cell in zip(piece, mask, strict=True))))
    return said


def _pieces(language: str, text: str) -> Iterator[tuple[str, str, str]]:
    """Kind, text, and what makes a piece special: "entry", "naming", "open"."""
    if language == "cobol":
        yield from _cobol(text)
        return
    before = ""
    for token in lexing.tokenise(language, text):
        yield token.kind.value, token.text, "naming" if token.kind is lexing.Kind.STRING and before in _NAMING else ""
        if token.kind not in lexing.BLANK:
            before = token.text.upper()


def _cobol(text: str) -> Iterator[tuple[str, str, str]]:
    free = looks_free(text)
    tokens = cobol_tokens.tokenise(text, free)
    entries = comment_entries(tokens, free)
    recent: list[str] = []
    for place, token in enumerate(tokens):
        if place in entries and token.kind not in (cobol_tokens.Kind.SEQUENCE, cobol_tokens.Kind.TAIL, cobol_tokens.Kind.NEWLINE):
            yield "entry", token.text, "entry"
            continue
        naming = token.kind is cobol_tokens.Kind.LITERAL and bool(_NAMING & set(recent[-2:]))
        yield token.kind.value, token.text, "naming" if naming else ""
        if token.kind not in cobol_tokens.BLANK:
            recent = [*recent[-1:], token.text.upper()]


def _of(kind: str, piece: str, marked: str, escaped: bool) -> bytearray:
    size = len(piece)
    if kind in ("comment", "entry"):
        return bytearray([Cell.COMMENT]) * size
    if kind in ("sequence", "tail"):
        return bytearray([Cell.MARGIN]) * size
    if kind == "number":
        return bytearray(Cell.NUMBER if char.isdecimal() else Cell.CODE for char in piece)
    if kind in ("literal", "string"):
        return _literal(piece, Cell.NAME if marked == "naming" else Cell.LITERAL, escaped)
    made = bytearray(size)
    if kind in ("exec", "embedded", "pseudo"):
        for quoted in _QUOTED.finditer(piece):
            made[quoted.start():quoted.end()] = _literal(quoted[0], Cell.LITERAL, escaped)
    return made


def _literal(piece: str, cell: Cell, escaped: bool) -> bytearray:
    if _BINARY.match(piece):
        return bytearray(len(piece))
    opening = _OPENING.match(piece)
    start = opening.end() if opening else 0
    closing = _CLOSING.search(piece, start)
    end = closing.start() if closing else len(piece)
    made = bytearray(len(piece))
    made[start:end] = bytes([Cell.HEX if _HEX.match(piece) else cell]) * (end - start)
    if escaped and "\\" in piece:
        for found in _ESCAPE.finditer(piece, start, end):
            made[found.start():found.end()] = bytes([Cell.ESCAPE]) * (found.end() - found.start())
    return made


def looks_free(text: str) -> bool:
    """Whether a COBOL text is in free format, by where its words stand: one in twenty lines at least has a word that runs
    over columns 6 and 7, which in fixed format are the end of the line's number and the indicator.

        >>> looks_free("IDENTIFICATION DIVISION."), looks_free("       IDENTIFICATION DIVISION.")
        (True, False)
    """
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith((">>", "$"))]
    crossing = sum((len(line) > 7 and _joins(line[5]) and _joins(line[6]) and not line[:6].isdigit()) or
                   (line.lstrip().startswith("*>") and len(line) - len(line.lstrip()) < 6) for line in lines)
    return crossing * 20 > len(lines)


def _joins(char: str) -> bool:
    return char.isalnum() or char in "-_"
