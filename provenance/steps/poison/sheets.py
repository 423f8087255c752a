"""A text ready to be counted: its tokens, its shingles, and which of these no parent of it has.

    >>> one = sheet(0, 1, "A B C D E", parents=["A B C D"])
    >>> one.own.tolist(), covered(one).tolist()
    ([False, True], [False, True, True, True, True])

It refuses to hold the text: what stands where is told by `provenance.steps.poison.bursts` as a number of a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.steps.shingles import Grams, Hashes, shingle, tokenise

#: Tokens a shingle: a run of fewer tokens than this is not found.
WIDTH = 4
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One text to count: its group, its family, its number, its tokens, its shingles, and which of these are its own."""

    group: int
    family: int
    number: int
    tokens: Hashes
    grams: Hashes
    own: _Mask


def sheet(group: int, number: int, text: str, family: int | None = None, parents: Sequence[str] = ()) -> Sheet:
    """A sheet of one text; shingles that a parent has are not its own."""
    tokens = tokenise([text])
    theirs = shingle(tokenise(parents), WIDTH).hashes
    return of_grams(group, number, number if family is None else family, tokens, shingle(tokens, WIDTH), 0, theirs)


def of_grams(group: int, number: int, family: int, tokens: Grams, grams: Grams, place: int, theirs: Hashes) -> Sheet:
    """A sheet of one of many texts that were hashed together; shingles in ``theirs`` are not its own."""
    mine = grams.of(place)
    return Sheet(group, family, number, tokens.of(place), mine, ~_among(mine, np.sort(theirs)))


def covered(each: Sheet) -> _Mask:
    """Which tokens stand in a shingle of a text's own."""
    found = np.zeros(len(each.tokens), np.bool_)
    for place in range(WIDTH):
        behind = min(len(each.own), len(found) - place)
        found[place:place + behind] |= each.own[:behind]
    return found


def _among(values: Hashes, known: Hashes) -> _Mask:
    """Which values are in a sorted array."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(known, values)
    places[places == len(known)] = 0
    return np.asarray(known[places] == values)
