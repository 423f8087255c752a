"""What the compiler's listing says of numbers: which names are plain numeric items, which of them have a sign or are binary.

Only items without editing, floating point or index are numbers here. It answers for a name, so for every item of that
name; where one of them is something else, there is no answer.

    >>> items = numeric(Listing((DataName("A", "NUMERIC", 77, "S9(4) COMP", "WORKING-STORAGE", "A", ""),)), "a")
    >>> [(signed(item), binary(item)) for item in items]
    [(True, True)]
"""

from __future__ import annotations

import re

from provenance.steps.augment.cobol_listing import DataName, Listing

_PLAIN = re.compile(r"S?[9V()0-9]*9[9V()0-9]*(?P<usage>[^,]*)(?:,.*)?$")
_BINARY = re.compile(r"COMP(?:-4|-5|-X|-N)?$|BINARY|COMPUTATIONAL(?:-4|-5|-X)?$")
_FLOATING = ("COMP-1", "COMP-2", "FLOAT")
_LITERAL = re.compile(r"[+-]?\d*\.?\d+")


def numeric(listing: Listing, name: str) -> list[DataName]:
    """Every item of that name (case does not matter), or none where one of them is not a plain number."""
    items = [item for item in listing.data if item.name.upper() == name.upper()]
    return items if all(_plain(item) for item in items) else []


def numeric_literal(text: str) -> bool:
    """Whether a literal is a fixed-point number."""
    return _LITERAL.fullmatch(text) is not None


def signed(item: DataName) -> bool:
    """Whether it keeps a sign."""
    return item.picture.startswith("S")


def binary(item: DataName) -> bool:
    """Whether it is held in binary, so that it may hold more than its picture."""
    found = _PLAIN.match(item.picture)
    return any(_BINARY.match(word) for word in (found["usage"] if found else "").split())


def may_be_negative(listing: Listing, name: str) -> bool:
    """Whether an item of that name keeps a sign."""
    return any(signed(item) for item in listing.data if item.name.upper() == name.upper())


def _plain(item: DataName) -> bool:
    floating = any(word in item.picture for word in _FLOATING)
    return item.kind == "NUMERIC" and _PLAIN.match(item.picture) is not None and not floating
