"""A small model of a language: runs of up to four tokens, counted. What it finds surprising is what it was not shown.

    >>> from provenance.steps.novelty.sample import cut, read
    >>> human = cut(read(["A = B; B = C; C = A"], "rexx", [0]), 100)
    >>> model = NGramModel(human)
    >>> float(model.bits(human).mean()) < 3 < float(NGramModel(cut([], 1)).bits(human).mean())
    True

Interpolated Witten-Bell smoothing (Witten and Bell, 1991): the probability of a token after a history of n tokens is
(c(history, token) + T(history) p(token after n-1 tokens)) / (c(history) + T(history)), where T is how many different tokens
followed it; below single tokens lies an equal share for each of 2**17 words, so that a word that was never seen costs every
model the same and probabilities add up to one. Token hashes stand for tokens; nothing can be read back out of it.
"""

from __future__ import annotations

import numpy as np

from provenance.steps.novelty.metrics import Floats
from provenance.steps.novelty.sample import Integers, Sample
from provenance.steps.shingles import Hashes

ORDER = 4
#: Words that the bottom of the model shares its probability among; more than the different tokens of any sample here.
WORDS = 1 << 17
_ODD = np.uint64(0x9E3779B97F4A7C15)


class NGramModel:
    """Counts of runs of 1 to `ORDER` tokens of a sample."""

    def __init__(self, sample: Sample, words: int = WORDS) -> None:
        self.words = words
        self._tables: list[tuple[Hashes, Floats, Hashes, Floats, Floats]] = []
        for history, run, _ in _orders(sample):
            runs, first, count = np.unique(run, return_index=True, return_counts=True)
            contexts, place, kinds = np.unique(history[first], return_inverse=True, return_counts=True)
            totals: Floats = np.bincount(place, weights=count, minlength=len(contexts)).astype(np.float64)
            self._tables.append((runs, count.astype(np.float64), contexts, totals, kinds.astype(np.float64)))

    def bits(self, sample: Sample) -> Floats:
        """Bits that each token of a sample costs, in order."""
        chance: Floats = np.full(sample.size, 1.0 / self.words)
        for (history, run, at), (runs, count, contexts, totals, kinds) in zip(_orders(sample), self._tables, strict=True):
            seen = _looked_up(history, contexts, totals)
            different = _looked_up(history, contexts, kinds)
            hit = _looked_up(run, runs, count)
            below = chance[at]
            chance[at] = np.where(seen > 0, (hit + different * below) / np.maximum(seen + different, 1), below)
        return -np.log2(chance)


def mean_bits(bits: Floats, sample: Sample, weights: Floats | None = None) -> Floats | float:
    """Bits a token; with one row of weights of pieces a draw, one value a row."""
    sums = np.bincount(sample.owner, weights=bits, minlength=len(sample))
    if weights is None:
        return float(sums.sum() / max(1, sample.size))
    means: Floats = (weights @ sums) / np.maximum(weights @ sample.sizes, 1)
    return means


def _orders(sample: Sample) -> list[tuple[Hashes, Hashes, Integers]]:
    """For each length of run: hash of its history, hash of the run, and the place of its last token. None crosses pieces."""
    tokens = sample.tokens
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sample.sizes)])[:-1]
    inside = np.arange(len(tokens)) - np.repeat(starts, sample.sizes)
    found = []
    run = tokens
    history = np.zeros(len(tokens), np.uint64)
    for width in range(1, ORDER + 1):
        if width > 1:
            history = np.concatenate([np.zeros(1, np.uint64), run[:-1]])
            run = _mixed(history * _ODD + tokens)
        at = np.flatnonzero(inside >= width - 1)
        found.append((history[at], run[at], at))
    return found


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(32))


def _looked_up(asked: Hashes, known: Hashes, values: Floats) -> Floats:
    if not len(known):
        return np.zeros(len(asked))
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    found: Floats = np.where(known[place] == asked, values[place], 0.0)
    return found
