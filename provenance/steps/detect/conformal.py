"""How rare a score is among scores of known origin, and whether a whole source is shifted against them.

    >>> import numpy as np
    >>> known = np.arange(99.0)
    >>> p_value(known, 98.5), p_value(known, 98.0, member=True), p_value(known, -1.0, high=False)
    (0.01, 0.010101, 0.01)
    >>> reachable(98, 0.01), reachable(99, 0.01)
    (False, True)

A p-value is the share of known records that score at least as far out, itself included. It bounds the share of false
alarms on records like those, and on no others. Nothing here is a probability that a machine wrote a text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def p_value(known: Numbers, score: float, *, high: bool = True, member: bool = False) -> float:
    """Conformal p-value of a score, 1/(n+1)..1, to six digits.

    Args:
        known: sorted scores of the calibration set.
        high: whether high scores are the suspicious ones (a text declared human).
        member: whether the score is one of ``known``: it then stands for itself.

    Source: V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005.
    """
    beyond = len(known) - int(np.searchsorted(known, score, "left")) if high else int(np.searchsorted(known, score, "right"))
    return round((beyond + (not member)) / (len(known) + (not member)), 6)


def reachable(known: int, alpha: float) -> bool:
    """Whether any score can have a p-value of ``alpha`` or less against so many known ones (n >= 1/alpha - 1)."""
    return alpha * (known + 1) * (1 + 1e-9) >= 1


@dataclass(frozen=True, slots=True)
class Shift:
    """A source against known human records.

    Attributes:
        distance: one-sided Kolmogorov-Smirnov distance towards the synthetic, 0..1.
        p: its asymptotic p-value, as if records were independent (those of one author are not).
        records: records of the source that were compared.
        natural: largest such distance of a source of known human records to the others; None with fewer than two.
        shifted: whether the distance is significant, large, and larger than any natural one.
    """

    distance: float
    p: float
    records: int
    natural: float | None
    shifted: bool


def distance(scores: Numbers, known: Numbers) -> tuple[float, float]:
    """How far scores lie above known ones: one-sided two-sample Kolmogorov-Smirnov distance and p-value.

    Args:
        known: sorted.

    The p-value is exp(-2 D^2 nm/(n+m)), the asymptotic one of Smirnov (1939).
    """
    if not len(scores) or not len(known):
        return 0.0, 1.0
    scores = np.sort(scores)
    # The gap is widest just below one of the scores.
    gap = np.searchsorted(known, scores, "left") / len(known) - np.searchsorted(scores, scores, "left") / len(scores)
    found = max(0.0, float(gap.max()))
    return found, math.exp(-2 * found * found * len(scores) * len(known) / (len(scores) + len(known)))


def distance_to_others(scores: Numbers, known: Numbers) -> float:
    """The same distance from the rest of ``known`` (sorted), of which ``scores`` are a part; 0 where they are all of it."""
    rest = len(known) - len(scores)
    # F(all) = (m F(part) + (n - m) F(rest)) / n, so the gap to the rest is the gap to all times n / (n - m).
    return min(1.0, distance(scores, known)[0] * len(known) / rest) if rest else 0.0


def shift(scores: Numbers, known: Numbers, natural: float | None, alpha: float, least: float) -> Shift:
    """Compare the declared-human records of a source with known human ones.

    Args:
        known: sorted.
        natural: see `Shift`.
        alpha: largest p-value that is significant.
        least: smallest distance that is large.
    """
    found, p = distance(scores, known)
    shifted = p <= alpha and found >= least and found > (natural or 0.0)
    return Shift(found, p, len(scores), natural, shifted)
