"""The Vendi score: how many different things a sample amounts to (Friedman and Dieng, 2023).

    >>> import numpy as np
    >>> round(vendi(np.eye(4)), 3), round(vendi(np.ones((4, 4))), 3)
    (4.0, 1.0)

The exponential of the entropy of the eigenvalues of K/n. K here is the cosine between windows of 400 tokens (so that long
and short records weigh alike and two samples of one budget have as many windows), each a vector of its words and pairs of
words: hashed with a sign into 4,096 places, 1 + log of the count, times the inverse document frequency in the human
reference. It says nothing of meaning: two ways to write one thing are two things.
"""

from __future__ import annotations

import numpy as np

from provenance.steps.novelty.metrics import Floats, Measured, drawn
from provenance.steps.novelty.sample import Flags, Integers, Sample

KERNEL = "cosine of tf-idf, words and pairs, 4096 signed places, windows of 400 tokens"
WINDOW = 400
PLACES = 4_096
#: Most windows looked at; spread evenly over the sample.
MOST = 2_000


def vendi(kernel: Floats) -> float:
    """The score of a similarity matrix with ones on its diagonal; 0 for an empty one."""
    if not len(kernel):
        return 0.0
    values = np.linalg.eigvalsh(kernel / len(kernel))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def counts(sample: Sample) -> tuple[Floats, Integers]:
    """One row a window: 1 + log of how often each place is hit, with the place's sign; and which piece each begins in."""
    starts = np.arange(0, max(1, sample.size - WINDOW // 2), WINDOW)
    if len(starts) > MOST:
        starts = starts[np.linspace(0, len(starts) - 1, MOST).astype(np.int64)]
    window = np.full(sample.size, -1, np.int64)
    for row, start in enumerate(starts.tolist()):
        window[start:start + WINDOW] = row
    rows = np.zeros((len(starts), PLACES))
    for width in (1, 2):
        hashes, _ = sample.runs(width)
        # A pair belongs to the window of its first word; runs that would cross records are not there.
        places = window[_first(sample, width)]
        take = places >= 0
        column = (hashes[take] % np.uint64(PLACES)).astype(np.int64)
        sign = np.where((hashes[take] >> np.uint64(40)) & np.uint64(1), 1.0, -1.0)
        rows += np.bincount(places[take] * PLACES + column, weights=sign, minlength=rows.size).reshape(rows.shape)
    return np.sign(rows) * np.log1p(np.abs(rows)), sample.owner[starts] if sample.size else np.zeros(0, np.int64)


def _first(sample: Sample, width: int) -> Integers:
    sizes = sample.sizes
    runs = np.where(sizes >= width, sizes - width + 1, np.minimum(sizes, 1))
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])[:-1]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(runs)])
    return np.repeat(begins - offsets[:-1], runs) + np.arange(int(offsets[-1]))


def weights_of(sample: Sample) -> Floats:
    """Inverse document frequency of every place over the windows of a sample (the human reference)."""
    rows, _ = counts(sample)
    weights: Floats = np.log((1 + len(rows)) / (1 + (rows != 0).sum(axis=0))) + 1
    return weights


def measure_vendi(sample: Sample, masks: Flags, weights: Floats) -> Measured:
    """The score of a sample, with the same halves of records as the other measures."""
    rows, owner = counts(sample)
    rows = rows * weights
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    kernel = rows @ rows.T
    np.fill_diagonal(kernel, 1.0)
    draws = []
    for mask in masks:
        take = np.flatnonzero(mask[owner])
        draws.append(vendi(kernel[np.ix_(take, take)]))
    return drawn(vendi(kernel), np.array(draws))
