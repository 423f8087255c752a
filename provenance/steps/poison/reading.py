"""A text read as its language reads it: code, comments and strings, each still at its own place.

Three masks of the text's own length: in ``code`` all comments are blank, in ``bare`` the insides of strings are "_" as
well, and ``comments`` has the comments and nothing else. So a pattern over ``bare`` sees no word of a comment or string,
and where it matches is a place in the text. Lines stay lines.

It refuses to understand grammar: a string that no lexer closes ends with its line.

    >>> read("X = 'eval'; // eval", "java").bare
    "X = '____';        "
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance.languages.cobol_copy import looks_free
from provenance.languages.lexing import LEXED, Kind, tokenise

_STRINGS = r"|(?P<s>'[^'\n]*'|\"[^\"\n]*\")"
_BLOCK = r"(?P<c>/\*.*?(?:\*/|\Z))"
#: Languages without a lexer: comments as "c", strings as "s".
_PLAIN = {
    "cl": re.compile(_BLOCK + _STRINGS, re.DOTALL),
    "pli": re.compile(_BLOCK + _STRINGS, re.DOTALL),
    "jcl": re.compile(r"(?P<c>^//\*[^\n]*)|(?P<s>'[^'\n]*')", re.MULTILINE),
    "hlasm": re.compile(r"(?P<c>^\.?\*[^\n]*)|(?P<s>(?<![LTKDISN])'[^'\n]*')", re.MULTILINE),
    "bms": re.compile(r"(?P<c>^\*[^\n]*)|(?P<s>'[^'\n]*')", re.MULTILINE),
    "rpg": re.compile(r"(?P<c>//[^\n]*|^.{6}\*[^\n]*)|(?P<s>'[^'\n]*')", re.MULTILINE),
}
_COBOL = re.compile(r"(?P<s>\"[^\"\n]*\"?|'[^'\n]*'?)|(?P<c>\*>[^\n]*)")
#: Records whose text is canonical JSON: the fields that hold code.
_PAIRS = {"instruction_pair": ("output",), "repair_pair": ("buggy", "fixed")}


@dataclass(frozen=True, slots=True)
class Reading:
    """The masks of one text; all as long as the text."""

    code: str
    bare: str
    comments: str


def read(text: str, language: str) -> Reading:
    """The masks of a text; prose is comment from end to end."""
    code, bare, comments = [], [], []
    for kind, piece in _pieces(text, language):
        blank = _blank(piece)
        code.append(blank if kind == "c" else piece)
        bare.append(blank if kind == "c" else _hollow(piece) if kind == "s" else piece)
        comments.append(piece if kind == "c" else blank)
    return Reading("".join(code), "".join(bare), "".join(comments))


def unwrapped(text: str, kind: str) -> tuple[str, str]:
    """The code and the prose of a record: a pair's fields; of all other kinds the text and nothing."""
    if kind not in _PAIRS:
        return text, ""
    try:
        fields = json.loads(text)
    except ValueError:
        return text, ""
    if not isinstance(fields, dict):
        return text, ""
    values = {str(key): value for key, value in fields.items() if isinstance(value, str)}
    code = "\n".join(values.pop(key) for key in _PAIRS[kind] if key in values)
    return code, "\n".join(values[key] for key in sorted(values))


def line_of(text: str, at: int) -> int:
    """Number of the line, from 1, of a place."""
    return text.count("\n", 0, at) + 1


def _pieces(text: str, language: str) -> Iterator[tuple[str, str]]:
    if language == "cobol":
        yield from _cobol(text)
    elif language in LEXED:
        for token in tokenise(language, text):
            yield ("c" if token.kind is Kind.COMMENT else "s" if token.kind is Kind.STRING else ""), token.text
    elif language in _PLAIN:
        yield from _split(text, _PLAIN[language])
    else:
        yield "c", text


def _cobol(text: str) -> Iterator[tuple[str, str]]:
    free = looks_free(text)
    for line in text.splitlines(keepends=True):
        if not free and "\t" not in line[:7]:
            if line[6:7] in ("*", "/"):
                yield "c", line
                continue
            body = line.rstrip("\r\n")
            # Sequence numbers and labels are no text: blank in every mask.
            yield "", " " * min(6, len(body))
            yield from _split(body[6:72], _COBOL)
            yield "", " " * max(0, len(body) - 72) + line[len(body):]
        elif line.lstrip()[:1] == "*":
            yield "c", line
        else:
            yield from _split(line, _COBOL)


def _split(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    at = 0
    for found in pattern.finditer(text):
        if found.start() > at:
            yield "", text[at:found.start()]
        yield found.lastgroup or "", found[0]
        at = found.end()
    if at < len(text):
        yield "", text[at:]


def _blank(piece: str) -> str:
    if "\n" not in piece:
        return " " * len(piece)
    return "\n".join(" " * len(line) for line in piece.split("\n"))


def _hollow(piece: str) -> str:
    if len(piece) < 3 or "\n" in piece:
        return piece if len(piece) < 3 else "\n".join("_" * len(line) for line in piece.split("\n"))
    return f"{piece[0]}{'_' * (len(piece) - 2)}{piece[-1]}"
