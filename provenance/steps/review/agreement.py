"""How far people agree beyond chance: Krippendorff's alpha over all, Cohen's kappa for each pair.

    >>> round(alpha([["a", "a"], ["b", "b"], ["a", "b"]]), 3)
    0.444
    >>> round(kappa([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15), 3)
    0.4

Nominal data; missing answers are allowed for alpha. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011);
Cohen, "A Coefficient of Agreement for Nominal Scales" (1960). Where everybody always gives one and the same value there is
no variation to agree about, and both are None: such a set says nothing of the reviewers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from provenance.model.identity import RecordId
from provenance.steps.review.answer import Answer, latest


def alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Krippendorff's alpha for nominal values; None where nothing was answered twice or nothing varies.

    Args:
        units: for each unit the values that it was given, by whomever; units with fewer than two do not count.
    """
    weights: dict[tuple[str, str], float] = {}
    for values in units:
        if len(values) < 2:
            continue
        counts = Counter(values)
        for one, first in counts.items():
            for other, second in counts.items():
                weights[one, other] = weights.get((one, other), 0.0) + first * (second - (one == other)) / (len(values) - 1)
    totals: dict[str, float] = {}
    for (one, _), weight in sorted(weights.items()):
        totals[one] = totals.get(one, 0.0) + weight
    n = sum(totals.values())
    expected = n * n - sum(total * total for total in totals.values())
    if n < 2 or expected <= 1e-12:
        return None
    observed = sum(weight for (one, other), weight in sorted(weights.items()) if one != other)
    return 1.0 - (n - 1) * observed / expected


def kappa(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two people over what both answered; None where there is nothing, or nothing varies."""
    counted = Counter(pairs)
    n = counted.total()
    if not n:
        return None
    one: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for (left, right), number in counted.items():
        one[left] += number
        other[right] += number
    expected = sum(one[value] * other[value] for value in one) / (n * n)
    if expected >= 1.0 - 1e-12:
        return None
    observed = sum(number for (left, right), number in counted.items() if left == right) / n
    return (observed - expected) / (1.0 - expected)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people on one question: records that both answered, how many alike, and kappa."""

    question: str
    one: str
    other: str
    both: int
    alike: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All people on one question: records answered by two or more, people, and alpha."""

    question: str
    records: int
    people: int
    alpha: float | None


def measure(answers: Iterable[Answer]) -> tuple[list[Agreement], list[Pair]]:
    """Agreement on the verdict and on each label, from everybody's last answer as a reviewer.

    An arbiter has seen that others differed and is no independent rater; "unsure" is a missing answer, not a value.
    """
    said: dict[str, dict[RecordId, dict[str, str]]] = {"verdict": {}}
    for answer in latest(answers):
        if answer.role != "reviewer":
            continue
        if answer.verdict != "unsure":
            said["verdict"].setdefault(answer.record, {})[answer.reviewer] = answer.verdict
        for question, value in json.loads(answer.label or "{}").items():
            said.setdefault(question, {}).setdefault(answer.record, {})[answer.reviewer] = " ".join(str(value).lower().split())
    whole, pairs = [], []
    for question, units in sorted(said.items()):
        twice = [values for values in units.values() if len(values) > 1]
        if not twice and question != "verdict":
            continue
        people = sorted({person for values in twice for person in values})
        whole.append(Agreement(question, len(twice), len(people), alpha([list(values.values()) for values in twice])))
        for one, other in combinations(people, 2):
            shared = [(values[one], values[other]) for values in twice if one in values and other in values]
            if shared:
                pairs.append(Pair(question, one, other, len(shared), sum(a == b for a, b in shared), kappa(shared)))
    return whole, pairs
