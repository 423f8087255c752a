"""Whether samples narrow or drift away from what people wrote: the copy of a copy, by two signatures.

    >>> import numpy as np
    >>> from provenance.steps.novelty.metrics import Measured
    >>> def said(**values): return {name: Measured(value, np.ones(1)) for name, value in values.items()}
    >>> human = said(distinct_5=0.41, entropy_3=12.2, vendi=27.0, identifiers_retained=0.5, compression=0.18, heldout_bits=3.3)
    >>> found = compare(said(distinct_5=0.04, entropy_3=7.9, vendi=7.0, identifiers_retained=0.1, compression=0.08,
    ...                      heldout_bits=6.5), human, Limits())
    >>> found.mode, found.signs[0].metric
    ('sharpening', 'distinct_5')

*Sharpening*: two measures of diversity fall and none rises (and what is made looks ever more fluent). *Drift*: the Vendi score
or the compressed size rises while runs of tokens narrow or names are lost, by two signs or by one with held-out human code
as more of a surprise. Each measure is judged as a share of the human one of the same budget, never by itself, and only where
its interval leaves out "no change". Other signs are for a person to look at. It judges a group, never one record, and knows
nothing of meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.steps.novelty.metrics import Measured

#: Measures whose fall is a sign, in the order in which they are named.
FALLING = ("distinct_5", "entropy_3", "vendi", "identifiers_retained", "compression")
#: Measures that rise while a corpus drifts.
RISING = ("vendi", "compression")
#: Of the falling ones those that fall in drift too.
NARROWING = ("distinct_5", "entropy_3", "identifiers_retained")


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares of the human measure beyond which a measure is a sign; `docs/novelty.md` shows what they were taken from."""

    distinct_5: float = 0.8
    entropy_3: float = 0.95
    vendi: float = 0.75
    identifiers_retained: float = 0.8
    compression: float = 0.85
    risen: float = 1.15
    heldout_bits: float = 1.15


@dataclass(frozen=True, slots=True)
class Sign:
    """A measure as a share of the human one, with the interval of that share."""

    metric: str
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Collapse:
    """What a group shows.

    Attributes:
        mode: "sharpening", "drift", or empty.
        signs: every measure beyond its limit, whether or not they add up to a mode.
    """

    mode: str
    signs: tuple[Sign, ...]


def compare(made: Mapping[str, Measured], human: Mapping[str, Measured], limits: Limits) -> Collapse:
    """Two portraits of one budget. Measures that either lacks show nothing."""
    ratios = {name: made[name].over(human[name]) for name in (*FALLING, "heldout_bits") if name in made and name in human}
    fallen = [name for name in FALLING if name in ratios and ratios[name].value < getattr(limits, name) and ratios[name].high < 1]
    risen = [name for name in RISING if name in ratios and ratios[name].value > limits.risen and ratios[name].low > 1]
    bits = ratios.get("heldout_bits")
    worse = ["heldout_bits"] if bits is not None and bits.value > limits.heldout_bits and bits.low > 1 else []
    signs = tuple(Sign(name, ratios[name].value, ratios[name].low, ratios[name].high) for name in (*fallen, *risen, *worse))
    narrowed = len(set(fallen) & set(NARROWING))
    if risen:
        return Collapse("drift" if narrowed and (worse or narrowed > 1) else "", signs)
    return Collapse("sharpening" if len(fallen) > 1 else "", signs)
