"""Values in a text: the characters of a finding that may be changed, and where else in the text the same value stands.

    >>> Value.at("a = '47-11';", cells("java", "a = '4711';")[0], 5, 10) is None
    True

A value that runs over the lines of a continued literal is one value; what lies between its parts (the end of the line, its
number, quotes) is not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance.steps.mask.cells import Cell, cells
from provenance.steps.mask.words import pieces

__all__ = ["Value", "again", "cells"]

#: From so many characters on a value with a digit in it is looked for everywhere; shorter ones only as whole literals.
_STRONG = 6
_BETWEEN = r"[\s./_-]?"
_BESIDE = (Cell.MARGIN, Cell.COMMENT, Cell.ESCAPE)


@dataclass(frozen=True, slots=True)
class Value:
    """Where one value stands.

    Attributes:
        places: indexes of its characters, in order; text: those characters.
        cell: what they are part of.
        whole: it is all of its literal.
    """

    places: tuple[int, ...]
    text: str
    cell: Cell
    whole: bool = False

    @property
    def core(self) -> str:
        """Normalised: without separators and case."""
        return "".join(char for char in self.text.lower() if char.isalnum())

    @classmethod
    def at(cls, text: str, found: bytes, start: int, end: int) -> Value | None:
        """The value of a span; None where a letter or digit of it is code, or nothing of it may be changed."""
        data = [at for at in range(start, end) if found[at] not in (Cell.CODE, Cell.ESCAPE)]
        kind = next((found[at] for at in data if text[at].isalnum()), found[data[0]] if data else None)
        if kind is None:
            return None
        places: list[int] = []
        at = start
        for line in text[start:end].split("\n"):
            own = [place for place in range(at, at + len(line)) if found[place] == kind]
            # Between its parts only margins, remarks and escapes may hold letters or digits.
            if any(text[place].isalnum() and found[place] not in (kind, *_BESIDE) for place in range(at, at + len(line))):
                return None
            places += [place for place in (range(own[0], own[-1] + 1) if own else ())
                       if found[place] == kind or (not text[place].isalnum() and found[place] != Cell.ESCAPE)]
            at += len(line) + 1
        whole = (kind in (Cell.LITERAL, Cell.HEX) and start > 0 and end < len(text)
                 and text[start - 1] in "'\"`" and text[end] in "'\"`")
        return cls(tuple(places), "".join(text[place] for place in places), Cell(kind), whole)


def again(text: str, found: bytes, value: Value, *, name: bool, secret: bool) -> Iterator[tuple[int, int]]:
    """Where else a value stands, by itself and in data: however it is separated, padded or written.

    Args:
        name: it is a person's; secret: it is one.
    """
    core = value.core
    if (name and len(pieces(value.text)) < 2) or not core:
        return
    strong = not secret and len(core) >= _STRONG and (name or any(char.isdecimal() for char in core))
    if name:
        parts = [re.escape(value.text[start:end]) for start, end in pieces(value.text)]
        pattern = r"[\s.,_-]{1,3}".join(parts)
    elif secret or not strong:
        pattern = re.escape(value.text)
    else:
        digits = core.lstrip("0") if core.isdecimal() and len(core.lstrip("0")) >= _STRONG else core
        pattern = ("0*" if digits.isdecimal() else "") + _BETWEEN.join(map(re.escape, digits))
    if not strong and len(core) < 3:
        return
    for match in re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_])", text, 0 if secret else re.IGNORECASE):
        start, end = match.span()
        if any(found[at] == Cell.NAME for at in range(start, end)):
            continue
        if strong or _whole(text, found, start, end):
            yield start, end


def _whole(text: str, found: bytes, start: int, end: int) -> bool:
    """Whether a span is all of a literal."""
    return (found[start] in (Cell.LITERAL, Cell.HEX) and start > 0 and end < len(text)
            and text[start - 1] in "'\"`" and text[end] in "'\"`")
