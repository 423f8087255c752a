"""A text as hashed runs of one to three characters (raw view) or words (normalised view): buckets and their weights.

    >>> one = characters("MOVE A TO B.")
    >>> len(one.buckets) == len(one.values), round(float((one.values ** 2).sum()), 6)
    (True, 1.0)

Hashed by numpy here and not by scikit-learn's HashingVectorizer: that one loops over the characters in Python, and its
hash and its cutting belong to a library's version, while what was fitted must score the same years later from the
ledger's arrays alone. `VERSION` is raised when a bucket changes. Nothing is learned here, so nothing leaks.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

VERSION = "1"
#: Buckets of the weights. Source code has some 50,000 distinct runs of three characters; collisions cost little.
BUCKETS = 1 << 16
#: Bits of the set of known runs that `coverage` asks: wide enough that a large corpus does not fill it.
BITS = 1 << 20
LONGEST = 3
#: Runs that tell a domain: of four, characters or words.
LONG = 4
Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Features:
    """One text in one view.

    Attributes:
        buckets: int32, sorted, each once.
        values: float64, as many; ``1 + log(count)``, of length 1 as a vector.
        grams: int32, sorted, each once: the longer runs that tell a domain (`coverage`).
    """

    buckets: Places
    values: Numbers
    grams: Places


def characters(text: str) -> Features:
    """Runs of characters; case and blanks count."""
    return _features(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64))


def words(text: str) -> Features:
    """Runs of what blanks separate."""
    return _features(np.array([_hashed(word) for word in text.split()], np.uint64))


@lru_cache(maxsize=65_536)
def _hashed(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def coverage(features: Features, known: Integers) -> float:
    """Share of a text's longer runs that are in a set of known ones, 0..1; 0 for a text without any."""
    if not len(features.grams):
        return 0.0
    return float(np.count_nonzero(_has(known, features.grams))) / len(features.grams)


def nothing_known() -> Integers:
    """An empty set of known runs: `BITS` bits, 32 to an integer."""
    return np.zeros(BITS // 32, np.int64)


def learn(known: Integers, texts: Sequence[Features]) -> None:
    """Add the longer runs of some texts to a set of known ones, in place."""
    for each in texts:
        np.bitwise_or.at(known, each.grams >> 5, np.int64(1) << (each.grams & 31).astype(np.int64))


def _has(known: Integers, grams: Places) -> npt.NDArray[np.bool_]:
    held: npt.NDArray[np.bool_] = (known[grams >> 5] >> (grams & 31)) & 1 == 1
    return held


def _features(units: npt.NDArray[np.uint64]) -> Features:
    parts = [_runs(units, width) >> np.uint64(48) for width in range(1, LONGEST + 1)]
    counts = np.bincount(np.concatenate(parts).astype(np.int64), minlength=BUCKETS)
    buckets = np.flatnonzero(counts)
    values = 1.0 + np.log(counts[buckets])
    length = float(np.sqrt(np.sum(values * values)))
    grams = np.unique(_runs(units, LONG) >> np.uint64(44)).astype(np.int32)
    return Features(buckets.astype(np.int32), values / length if length else values, grams)


def _runs(units: npt.NDArray[np.uint64], width: int) -> npt.NDArray[np.uint64]:
    count = max(0, len(units) - width + 1)
    value = np.full(count, width, np.uint64)
    for place in range(width):
        value += (units[place:place + count] + np.uint64(1)) * np.uint64(_FACTORS[place])
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
