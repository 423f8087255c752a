"""Reads the data description entries that a COBOL text itself holds: level, name, clauses, and where they stand.

It reads tokens, not what copybooks bring: an entry that is not here is an entry that nobody may touch. Entries whose end
is not certain, on debugging lines, or next to a continuation are left out.

    >>> from provenance.steps.augment.cobol_tokens import tokenise
    >>> tokens = tokenise(" DATA DIVISION. WORKING-STORAGE SECTION. 77 A PIC S99 VALUE 1.", True)
    >>> [(e.level, tokens[e.name].text, e.section, e.picture, sorted(e.clauses)) for e in entries(tokens)]
    [(77, 'A', 'WORKING-STORAGE', 'S99', ['PIC', 'VALUE'])]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance.languages.cobol import LANGUAGE
from provenance.steps.augment.cobol_hazards import significant
from provenance.steps.augment.cobol_tokens import Kind, Token

_SECTIONS = frozenset({"FILE", "WORKING-STORAGE", "LOCAL-STORAGE", "LINKAGE", "SCREEN", "REPORT", "COMMUNICATION"})
_REPEAT = re.compile(r"(.)\((\d{1,5})\)")
_NUMERIC = re.compile(r"S?9*V?9+|S?9+V?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        level: level number.
        name: index of its name's token, or 0 where it has none (FILLER).
        first: index of its level number's token.
        last: index of the period that ends it.
        section: "WORKING-STORAGE", "LINKAGE" ...; empty before the first section.
        picture: character string of its PICTURE, in upper case, or empty.
        clauses: reserved words in it, in upper case.
    """

    level: int
    name: int
    first: int
    last: int
    section: str
    picture: str
    clauses: frozenset[str]


def entries(tokens: list[Token]) -> list[Entry]:
    """Every entry of every DATA DIVISION, in order."""
    return list(_entries(tokens))


def _entries(tokens: list[Token]) -> Iterator[Entry]:
    barred = _barred(tokens)
    sentence: list[int] = []
    section = ""
    data = False
    for index in significant(tokens):
        token = tokens[index]
        sentence.append(index)
        if token.kind is not Kind.PERIOD:
            continue
        words = [tokens[at].text.upper() for at in sentence]
        if words[1:2] == ["DIVISION"] or words[0] == "PROCEDURE":
            data, section = words[0] == "DATA", ""
        elif words[1:2] == ["SECTION"]:
            section = words[0] if words[0] in _SECTIONS else ""
        elif (
            (data and section and tokens[sentence[0]].kind is Kind.NUMBER and words[0].isdecimal())
            and not any(tokens[at].line in barred for at in sentence)
        ):
            yield _entry(tokens, sentence, section)
        sentence = []


def _entry(tokens: list[Token], sentence: list[int], section: str) -> Entry:
    named = len(sentence) > 2 and tokens[sentence[1]].kind is Kind.WORD
    # A name is whatever word follows the level and does not begin a clause.
    name = sentence[1] if named and tokens[sentence[1]].text.upper() not in _CLAUSES else 0
    words = {tokens[at].text.upper() for at in sentence[1:] if tokens[at].kind is Kind.WORD and at != name}
    picture = next((tokens[at].text.upper() for at in sentence if tokens[at].kind is Kind.PICTURE), "")
    return Entry(
        int(tokens[sentence[0]].text), name, sentence[0], sentence[-1], section, picture, frozenset(words & LANGUAGE.reserved)
    )


_CLAUSES = frozenset({"FILLER", "PIC", "PICTURE", "USAGE", "VALUE", "VALUES", "OCCURS", "REDEFINES", "COPY", "SIGN"})


def _barred(tokens: list[Token]) -> set[int]:
    """Lines that are read in debugging mode only, or that belong to a continuation."""
    found: set[int] = set()
    last = 0
    for token in tokens:
        if token.kind is Kind.INDICATOR and token.text in "dD-":
            found |= {token.line, last} if token.text == "-" else {token.line}
        elif token.kind in (Kind.WORD, Kind.NUMBER, Kind.LITERAL, Kind.PICTURE, Kind.PERIOD):
            last = token.line
    return found


def character_size(picture: str) -> int:
    """Characters of a picture of X and A only, or 0 for any other."""
    flat = _REPEAT.sub(lambda found: found[1] * int(found[2]), picture)
    return len(flat) if flat and not flat.strip("XA") else 0


def digits(picture: str) -> tuple[bool, int, int] | None:
    """Sign, digits before and digits after the point of a plain numeric picture, or None for any other."""
    flat = _REPEAT.sub(lambda found: found[1] * int(found[2]), picture)
    if not _NUMERIC.fullmatch(flat):
        return None
    before, _, after = flat.lstrip("S").partition("V")
    return flat.startswith("S"), len(before), len(after)
