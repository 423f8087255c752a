"""How diverse a sample is, each measure with a confidence interval over its records.

    >>> from provenance.steps.novelty.sample import cut, read
    >>> same = cut(read(["A = B;"] * 4, "rexx", range(4)), 1000)
    >>> found = measure(same, halves(len(same), 10, 0))
    >>> found["distinct_1"].value, found["exact_duplicates"].value, found["template_rate"].value
    (0.25, 0.75, 4.0)

Intervals: half of the records are drawn without replacement, 100 times and seeded (an m-out-of-n bootstrap with m = n/2,
the delete-half jackknife; Politis, Romano and Wolf, Subsampling, 1999), and the spread of a measure around the mean of
its draws, as a factor, is laid around its value. The usual bootstrap would draw a record twice, and a count of distinct
things would then be far too low in every draw. What this does not do: compare. Two samples compare only at one budget.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from provenance.steps.novelty.sample import Flags, Integers, Sample
from provenance.steps.shingles import Hashes

Floats = npt.NDArray[np.float64]
#: Confidence: 95 %, two-sided.
_TAILS = (0.025, 0.975)
#: What `measure` gives, in the order in which tables show it.
NAMES = ("distinct_1", "distinct_3", "distinct_5", "compression", "entropy_1", "entropy_3", "identifiers",
         "identifiers_retained", "hapax", "template_rate", "exact_duplicates", "length_p10", "length_p50", "length_p90")


@dataclass(frozen=True)
class Measured:
    """A measure of one sample.

    Attributes:
        value: over the whole sample.
        factors: the draws over their mean; empty where nothing was drawn.
    """

    value: float
    factors: Floats

    @property
    def low(self) -> float:
        """Lower bound of the interval."""
        return self._bound(0)

    @property
    def high(self) -> float:
        """Upper bound of the interval."""
        return self._bound(1)

    def _bound(self, side: int) -> float:
        return self.value * float(np.quantile(self.factors, _TAILS[side])) if len(self.factors) else self.value

    def over(self, other: Measured) -> Measured:
        """This as a share of another's, which was drawn for itself; 1 for 0 over 0."""
        if not other.value:
            return Measured(1.0 if not self.value else float("inf"), np.zeros(0))
        size = min(len(self.factors), len(other.factors))
        below = np.maximum(other.factors[:size], 1e-9)
        return Measured(self.value / other.value, self.factors[:size] / below)


def drawn(value: float, draws: Floats) -> Measured:
    """A measure from its value and what it was in each draw."""
    mean = float(draws.mean()) if len(draws) else 0.0
    return Measured(value, draws / mean if mean else np.ones(len(draws)))


def halves(count: int, draws: int, seed: int) -> Flags:
    """Which of ``count`` records are in each of ``draws`` halves; no rows where there are fewer than two."""
    if count < 2:
        return np.zeros((0, count), np.bool_)
    order = np.random.default_rng(seed).random((draws, count)).argsort(axis=1)
    return order < count // 2


def measure(sample: Sample, masks: Flags, vocabulary: Hashes | None = None) -> dict[str, Measured]:
    """Every measure of `NAMES` but those that cannot be taken of an empty sample.

    Args:
        masks: of `halves`.
        vocabulary: sorted distinct identifiers of records that are in no sample: ``identifiers_retained`` is the share of
            these that the sample has; without it the measure is left out.
    """
    if not len(sample):
        return {}
    found: dict[str, Measured] = {}
    for width in (1, 3, 5):
        hashes, owner = sample.runs(width)
        counted = _Counted(hashes, owner)
        found[f"distinct_{width}"] = _over(masks, counted.distinct)
        if width != 5:
            found[f"entropy_{width}"] = _over(masks, counted.entropy)
    words = _Counted(sample.tokens[sample.names], sample.owner[sample.names])
    found["identifiers"] = _over(masks, words.types)
    found["hapax"] = _over(masks, words.once)
    if vocabulary is not None:
        known = np.isin(words.named, vocabulary, assume_unique=True)
        found["identifiers_retained"] = _over(masks, lambda mask: words.types(mask, known) / max(1, len(vocabulary)))
    signatures = np.array([piece.signature for piece in sample.pieces], np.uint64)
    wholes = np.array([piece.whole for piece in sample.pieces], np.uint64)
    found["template_rate"] = _over(masks, lambda mask: int(mask.sum()) / len(np.unique(signatures[mask])))
    found["exact_duplicates"] = _over(masks, lambda mask: 1 - len(np.unique(wholes[mask])) / int(mask.sum()))
    found["compression"] = _over(masks, lambda mask: float(sample.compressed[mask].sum() / sample.plain[mask].sum()))
    for part in (10, 50, 90):
        found[f"length_p{part}"] = _over(masks, partial(_quantile, sample.lengths, part / 100))
    return {name: found[name] for name in NAMES if name in found}


def identifiers_of(sample: Sample) -> Hashes:
    """The distinct identifiers of a sample, sorted."""
    return np.unique(sample.tokens[sample.names])


def _over(masks: Flags, ask: Callable[[Flags], float]) -> Measured:
    whole = np.ones(masks.shape[1], np.bool_)
    return drawn(float(ask(whole)), np.array([ask(mask) for mask in masks], np.float64))


def _quantile(lengths: Integers, part: float, mask: Flags) -> float:
    return float(np.quantile(lengths[mask], part))


class _Counted:
    """Things with their owners, counted once, so that each draw is one pass over pairs of owner and thing."""

    def __init__(self, hashes: Hashes, owner: Integers) -> None:
        self.named, kind = np.unique(hashes, return_inverse=True)
        wide = max(1, len(self.named))
        pairs, counts = np.unique(owner * wide + kind, return_counts=True)
        self.owner, self.kind, self.count = pairs // wide, pairs % wide, counts.astype(np.float64)

    def _totals(self, mask: Flags) -> Floats:
        take = mask[self.owner]
        totals: Floats = np.bincount(self.kind[take], weights=self.count[take], minlength=len(self.named)).astype(np.float64)
        return totals

    def types(self, mask: Flags, among: Flags | None = None) -> float:
        """How many different things."""
        there = self._totals(mask) > 0
        return float((there if among is None else there & among).sum())

    def distinct(self, mask: Flags) -> float:
        """Different things over things."""
        totals = self._totals(mask)
        return float((totals > 0).sum() / max(1.0, totals.sum()))

    def once(self, mask: Flags) -> float:
        """Share of the different things that occur once."""
        totals = self._totals(mask)
        return float((totals == 1).sum() / max(1, (totals > 0).sum()))

    def entropy(self, mask: Flags) -> float:
        """Bits a thing."""
        totals = self._totals(mask)
        totals = totals[totals > 0]
        size = totals.sum()
        return float(np.log2(size) - (totals * np.log2(totals)).sum() / size) if size else 0.0
