"""The two views of a text that are scored: as it is written, and with everything dropped that a formatter can change.

    >>> normalised("int a = 1; // one", "java") == normalised("int   total=22;", "java")
    True
    >>> raw("A = 1;\\r\\n\\r\\n", "java")
    'A = 1;'

The raw view drops only what says more of the road that a text took than of who wrote it: line ends, blanks at the end
of the text, and the numbered columns of COBOL's fixed format. The normalised view has no comments and no layout, one
name for all names, one number and one string: what remains is which statements follow which. A language without a lexer
here gets a plain rule (the comment marks of `provenance.languages`, or those of C, shell and SQL), which takes a mark
inside a string for a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from provenance.languages import all_languages
from provenance.languages.cobol_copy import words
from provenance.languages.lexing import BLANK, LEXED, Kind, tokenise
from provenance.steps.shingles import comparable

VIEWS: tuple[str, ...] = ("raw", "normalised")
_PIECE = re.compile(r"\w+|[^\w\s]")
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")
_ENDS = re.compile(r"\r\n?|\x85|\u2028|\u2029")


def raw(text: str, language: str) -> str:
    """The text as written, without line ends of another system, blanks around it and COBOL's numbered columns."""
    return comparable(_ENDS.sub("\n", text.removeprefix("\ufeff")), language).strip()


def normalised(text: str, language: str) -> str:
    """The code as one line of words and marks: names are ``v``, numbers ``0``, strings ``s``; no comments, no layout."""
    return " ".join(_masked(text, language)).strip()


def _masked(text: str, language: str) -> Iterator[str]:
    reserved = _reserved(language)
    for piece in _pieces(text, language):
        first = piece[:1]
        if first in ("\"", "'"):
            yield "s"
        elif first.isdigit():
            yield "0"
        elif first.isalpha() or (first in "_@#$" and len(piece) > 1):
            yield folded if (folded := piece.upper()) in reserved else "v"
        else:
            yield piece


def _pieces(text: str, language: str) -> Iterator[str]:
    if language == "cobol":
        yield from words(text)
    elif language in LEXED:
        for token in tokenise(language, text):
            if token.kind is Kind.STRING:
                yield "\"\""
            elif token.kind not in BLANK:
                # A directive or what is embedded is code of another language: its own words, by the plain rule.
                yield from (token.text,) if token.kind in (Kind.WORD, Kind.NUMBER) else _PIECE.findall(token.text)
    else:
        yield from _PIECE.findall(_comments(language).sub(" ", _STRING.sub(" 0s ", text)))


@lru_cache(maxsize=32)
def _reserved(language: str) -> frozenset[str]:
    known = all_languages().get(language)
    return frozenset(known.reserved) if known else frozenset()


@lru_cache(maxsize=32)
def _comments(language: str) -> re.Pattern[str]:
    known = all_languages().get(language)
    lines = known.line_comments if known else ("//", "#", "--")
    blocks = known.block_comments if known else (("/*", "*/"),)
    marks = [f"{re.escape(opening)}.*?(?:{re.escape(closing)}|\\Z)" for opening, closing in blocks]
    # A star or a letter is a comment at the start of its line only.
    marks += [f"(?m:^\\s*{re.escape(mark)}[^\\n]*)" if mark == "*" or mark.isalpha() else f"{re.escape(mark)}[^\\n]*"
              for mark in lines]
    return re.compile("|".join(marks) or r"(?!)", re.DOTALL)
