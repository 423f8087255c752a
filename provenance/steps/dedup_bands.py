"""From band keys to buckets: which texts may be alike, found one band at a time and without holding any text.

    >>> keys = np.array([[1, 7], [1, 7], [2, 7]], np.int64)
    >>> found = buckets(lambda band: keys[:, band], ((0,), (1,)))
    >>> found.members.tolist(), found.groups_of(0).tolist(), found.groups_of(2).tolist()
    ([0, 1, 2], [0, 1], [1])

A text is in the same bucket as another for every combination of bands whose keys both share. Which bands are combined
follows from the threshold (`combinations`): pairs of bands, where they miss next to nothing, keep texts apart that are
a little alike, as all code of one language is; single bands are for low thresholds. Only two columns of keys are held
at a time: 16 bytes a text. Buckets with more than `LIMIT` texts are split by further bands, so that no bucket makes
the work grow with its square; what no band splits is one text many times over, and of that the first are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations as pairs_of

import numpy as np
import numpy.typing as npt

from provenance.steps.dedup_sketch import View

Numbers = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.int32]
Column = Callable[[int], Numbers]

#: Texts in a bucket from which it is split.
LIMIT = 256
#: How often it is split, and by how many further bands each time: a pair that shares half of its bands with another
#: stays together in one of three with a probability of 7 in 8.
_SPLITS, _FURTHER = 2, 3
#: Share of pairs at the threshold that may share no bucket.
MISSED = 1e-4


@dataclass(frozen=True, slots=True)
class Buckets:
    """Texts that share a bucket with another.

    Attributes:
        members: their numbers, ascending.
        offsets: where each one's buckets begin in ``groups``; one more than there are members.
        groups: numbers of buckets.
    """

    members: Ranks
    offsets: Numbers
    groups: Ranks

    def groups_of(self, place: int) -> Ranks:
        """The buckets of the member at a place."""
        return self.groups[self.offsets[place]:self.offsets[place + 1]]


def combinations(view: View, threshold: float) -> tuple[tuple[int, ...], ...]:
    """The bands whose keys together make a bucket: pairs within the smallest blocks that miss less than `MISSED` of the
    pairs of texts at the threshold; single bands where none does."""
    for block in (2, 4, 8):
        if missed_by_pairs(view, threshold, block) < MISSED:
            return tuple((start + a, start + b) for start in range(0, view.bands, block)
                         for a, b in pairs_of(range(block), 2))
    return tuple((band,) for band in range(view.bands))


def missed_by_pairs(view: View, threshold: float, block: int) -> float:
    """Probability that a pair at the threshold shares in no block two bands or more."""
    shared = threshold ** view.rows
    return ((1 - shared) ** block + block * shared * (1 - shared) ** (block - 1)) ** (view.bands // block)


def missed_by_singles(view: View, threshold: float) -> float:
    """Probability that a pair at the threshold shares no band."""
    return (1 - threshold ** view.rows) ** view.bands


def buckets(column: Column, combined: Sequence[tuple[int, ...]], bands: int = 0, limit: int = LIMIT) -> Buckets:
    """All buckets with two texts or more.

    Args:
        column: gives the keys of one band, one a text, always in the same order.
        combined: bands by which texts are put together (see `combinations`).
        bands: how many there are, to split what is too large; 0 splits nothing.
        limit: see `LIMIT`.
    """
    members: list[Ranks] = []
    groups: list[Ranks] = []
    count = 0
    last, kept = -1, np.zeros(0, np.int64)
    for combination in combined:
        if combination[0] != last:
            last, kept = combination[0], column(combination[0])
        keys = kept if len(combination) == 1 else _together(kept, column(combination[1]))
        for ranks, of in _split(column, combination, keys, bands, limit):
            members.append(ranks)
            groups.append(of + np.int32(count))
            count += int(of[-1]) + 1
        del keys
    if not members:
        return Buckets(np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int32))
    every, of_every = np.concatenate(members), np.concatenate(groups)
    members.clear()
    groups.clear()
    order = np.argsort(every, kind="stable")
    every, of_every = every[order], of_every[order]
    first = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), every[1:] != every[:-1]]))
    return Buckets(every[first], np.append(first, len(every)), of_every)


def _split(column: Column, combination: tuple[int, ...], keys: Numbers, bands: int,
           limit: int) -> Iterator[tuple[Ranks, Ranks]]:
    """Texts with equal keys, as (texts, number of the bucket of each); large buckets by further bands as well."""
    ranks, of = _equal(keys, np.arange(len(keys), dtype=np.int32))
    further = [(combination[-1] + step) % bands for step in range(1, bands)] if bands else []
    further = [band for band in further if band not in combination]
    for level in range(_SPLITS + 1):
        if not len(ranks):
            return
        large = np.bincount(of)[of] > limit
        chosen = further[level * _FURTHER:(level + 1) * _FURTHER] if level < _SPLITS else []
        small = ~large if chosen else np.ones(len(ranks), np.bool_)
        if small.any():
            yield ranks[small], _renumbered(of[small])
        if not chosen or not large.any():
            return
        ranks, of = ranks[large], of[large]
        found, offset = [], 0
        for band in chosen:
            inside, numbers = _equal(_together(of.astype(np.int64), column(band)[ranks]), ranks)
            if len(inside):
                found.append((inside, numbers + np.int32(offset)))
                offset += int(numbers[-1]) + 1
        ranks = np.concatenate([inside for inside, _ in found]) if found else np.zeros(0, np.int32)
        of = np.concatenate([numbers for _, numbers in found]) if found else np.zeros(0, np.int32)


def _equal(keys: Numbers, ranks: Ranks) -> tuple[Ranks, Ranks]:
    """Those whose key another has, put together, with the number of their group."""
    order = np.argsort(keys)
    ordered = keys[order]
    same = np.zeros(len(keys) + 1, np.bool_)
    np.equal(ordered[1:], ordered[:-1], out=same[1:-1]) if len(keys) > 1 else None
    shared = same[:-1] | same[1:]
    begins = ~same[:-1][shared]
    return ranks[order[shared]], (np.cumsum(begins) - 1).astype(np.int32)


def _renumbered(of: Ranks) -> Ranks:
    """Group numbers without gaps; equal ones lie together."""
    return (np.cumsum(np.concatenate([np.zeros(1, np.bool_), of[1:] != of[:-1]]))).astype(np.int32)


def _together(left: Numbers, right: Numbers) -> Numbers:
    """One key of two."""
    keys = left.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys ^= keys >> np.uint64(32)
    keys += right.view(np.uint64)
    keys *= np.uint64(0xBF58476D1CE4E5B9)
    keys ^= keys >> np.uint64(29)
    return keys.view(np.int64)
