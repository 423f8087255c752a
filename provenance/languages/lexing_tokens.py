"""What every lexer of `provenance.languages.lexing` gives, and the engine that most of them run on.

A lexer is one regular expression whose named groups are kinds of token. No group backtracks over more than the text
that its token then takes, so the time is linear in the text, whatever the text.

    >>> Token(Kind.STRING, '"abc', open=True).open
    True
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Kind(enum.StrEnum):
    """What a token is.

    ``DIRECTIVE`` is a line or word for another reader (preprocessor, SQL*Plus, checker); ``EMBEDDED`` is code of
    another language inside this one (SOQL, native SQL, a MUMPS pattern). Nothing edits either.
    """

    SPACE = "space"
    NEWLINE = "newline"
    COMMENT = "comment"
    DIRECTIVE = "directive"
    WORD = "word"
    NUMBER = "number"
    STRING = "string"
    EMBEDDED = "embedded"
    SYMBOL = "symbol"


#: Kinds that carry no meaning for a compiler.
BLANK = frozenset({Kind.SPACE, Kind.NEWLINE, Kind.COMMENT})


class Token(NamedTuple):
    """One piece of text; ``open`` marks one that the text ends, or its line ends, before it is closed."""

    kind: Kind
    text: str
    open: bool = False


#: From the whole text and the index where a token begins to the index behind it and whether it is open.
Taker = Callable[[str, int], tuple[int, bool]]


def scan(text: str, pattern: re.Pattern[str], takers: dict[str, Taker] | None = None) -> Iterator[Token]:
    """The tokens of a text.

    Args:
        pattern: named groups ``<kind>``, ``<kind>_<anything>``, or ``<kind>_open`` for unclosed ones; must match at
            every index of every text.
        takers: by name of a group: finds the end of what a regular expression cannot describe.
    """
    at = 0
    size = len(text)
    match = pattern.match
    kinds = {name: Kind(name.split("_", 1)[0]) for name in pattern.groupindex if not name.startswith("x")}
    takers = takers or {}
    while at < size:
        found = match(text, at)
        assert found is not None  # the last alternative of every pattern takes any character
        group = found.lastgroup or ""
        taker = takers.get(group)
        end, is_open = taker(text, at) if taker else (found.end(), group.endswith("_open"))
        yield Token(kinds[group], text[at:end], is_open)
        at = end


def code_of(tokens: Sequence[Token]) -> list[int]:
    """Indexes of the tokens that a compiler reads: neither blanks nor comments."""
    return [index for index, token in enumerate(tokens) if token.kind not in BLANK]


def line_of(tokens: Sequence[Token], index: int) -> int:
    """Number of the line, from 1, on which a token begins."""
    return 1 + sum(token.text.count("\n") for token in tokens[:index])
