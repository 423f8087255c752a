"""How much of what a round taught was not taught before: the share of its shingles that no earlier round had.

A shingle is three tokens in a row, in lower case; tokens are words, numbers and single signs. The measure only stops a
match that repeats itself; it is no judgement on records (that is a later step's).

    >>> first = lesson_shingles("ADD 1 TO A.")
    >>> novelty([first], set()), novelty([first], first)
    (1.0, 0.0)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_TOKEN = re.compile(r"\w[\w-]*|[^\w\s]")
_WIDTH = 3


def lesson_shingles(text: str) -> frozenset[int]:
    """64-bit hashes of the shingles of a text; the same on every machine."""
    tokens = _TOKEN.findall(text.lower())
    found = (" ".join(tokens[at:at + _WIDTH]) for at in range(max(1, len(tokens) - _WIDTH + 1)) if tokens)
    return frozenset(int.from_bytes(hashlib.blake2b(each.encode(), digest_size=8).digest(), "big") for each in found)


def novelty(lessons: Iterable[frozenset[int]], known: Iterable[int]) -> float:
    """Share, 0..1, of the shingles of some lessons that are not known; 0 where there is no lesson."""
    taught = frozenset().union(*lessons)
    return len(taught - frozenset(known)) / len(taught) if taught else 0.0
