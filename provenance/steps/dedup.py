"""Exact and near-duplicates: which records say what another already says.

    >>> sets = [np.array([1, 2, 3], np.uint64), np.array([1, 2, 3], np.uint64), np.array([9], np.uint64)]
    >>> one = Buckets(np.array([0, 1], np.int32), np.array([0, 1, 2]), np.array([0, 0], np.int32))
    >>> found = greedy(one, np.array([3, 3, 1]), 0.85, sets.__getitem__)
    >>> found.twin.tolist(), found.similarity.tolist()
    ([-1, 0, -1], [0.0, 1.0, 0.0])

Records are numbered in order of preference: human before synthetic, parent before child. Each is compared with the
*kept* ones before it, of those that share a bucket with it (`provenance.steps.dedup_bands`), and is a copy of the first
that is as similar as the threshold; so a chain of small changes cannot carry a copy out of reach. Similarity is exact,
the Jaccard similarity of the sets of shingles, so what is said of a pair is never an estimate; what is missed is a pair
that shares no bucket. A transform that changed one statement gives a near-copy of its parent, and that is what this says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.steps.dedup_bands import LIMIT, Buckets
from provenance.steps.shingles import Hashes, jaccard

#: Raised whenever the same records would be judged differently.
VERSION = "2"
#: (1 - 0.71**4)**32 < 1e-4; at 0.5 it would be 0.13.
LEAST_THRESHOLD = 0.71
#: The same for the masked view: (1 - 0.9**8)**16 < 2e-4.
LEAST_RENAMED = 0.9
#: Most records that one is compared with: those that share most buckets with it.
MOST_COMPARED = 1000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Twins:
    """For each record the one that it is a copy of, or -1, and how similar they are (0 where there is none)."""

    twin: Numbers
    similarity: npt.NDArray[np.float64]
    compared: int = 0


def first_of_equals(high: Numbers, low: Numbers) -> Numbers:
    """For each record the first with the same digest (128 bits of it, in two halves): itself where none is before it."""
    order = np.lexsort((np.arange(len(high)), low, high))
    begins = np.ones(len(high), np.bool_)
    begins[1:] = (high[order][1:] != high[order][:-1]) | (low[order][1:] != low[order][:-1])
    first = np.empty(len(high), np.int64)
    first[order] = order[np.flatnonzero(begins)[np.cumsum(begins) - 1]] if len(high) else order
    return first


def greedy(buckets: Buckets, sizes: Numbers, threshold: float, shingles_of: Callable[[int], Hashes],
           related: Callable[[int, int], bool] = lambda one, other: False, limit: int = LIMIT) -> Twins:
    """Find the copies among some records, in order of preference.

    Args:
        buckets: of record numbers; a lower one is preferred.
        sizes: how many distinct shingles each record has.
        threshold: Jaccard similarity from which a record is a copy.
        shingles_of: the distinct shingles of a record, sorted; asked of those in buckets only.
        related: says of a pair that it is none to speak of: a relative is no twin.
        limit: most kept records that a bucket names (what no band splits is one text many times over).
    """
    twin = np.full(len(sizes), -1, np.int64)
    similarity = np.zeros(len(sizes), np.float64)
    kept: dict[int, list[int]] = {}
    compared = 0
    for place, record in enumerate(buckets.members.tolist()):
        groups = buckets.groups_of(place).tolist()
        before: set[int] = set()
        for group in groups:
            if group in kept:
                before.update(kept[group])
        candidates = sorted(before)
        if len(candidates) > MOST_COMPARED:
            shared = Counter(other for group in groups for other in kept.get(group, ()))
            candidates = sorted(sorted(candidates, key=lambda other: (-shared[other], other))[:MOST_COMPARED])
        mine = int(sizes[record])
        for other in candidates:
            theirs = int(sizes[other])
            if min(mine, theirs) + 1e-6 < threshold * max(mine, theirs) or related(record, other):
                continue
            compared += 1
            exact = jaccard(shingles_of(record), shingles_of(other))
            if exact >= threshold:
                twin[record], similarity[record] = other, exact
                break
        else:
            for group in groups:
                named = kept.setdefault(group, [])
                if len(named) < limit:
                    named.append(record)
    return Twins(twin, similarity, compared)
