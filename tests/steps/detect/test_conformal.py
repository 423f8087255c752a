"""Ranks among known scores: their laws, and the shift of a source."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.detect.conformal import distance, distance_to_others, p_value, reachable, shift

_SCORES = st.lists(st.floats(-20, 20).map(lambda value: round(value, 2)), min_size=1, max_size=60)


@given(_SCORES, st.floats(0.01, 0.5))
def test_of_the_known_no_more_than_alpha_are_flagged(known: list[float], alpha: float) -> None:
    scores = np.sort(known)
    for high in (True, False):
        flagged = sum(p_value(scores, score, high=high, member=True) <= alpha for score in known)
        assert flagged <= alpha * len(known) + 1e-4


@given(_SCORES, st.floats(-30, 30), st.floats(0, 10))
def test_further_out_is_never_less_rare(known: list[float], score: float, further: float) -> None:
    scores = np.sort(known)
    assert p_value(scores, score + further) <= p_value(scores, score)
    assert p_value(scores, score - further, high=False) <= p_value(scores, score, high=False)
    assert 1 / (len(known) + 1) - 1e-6 <= p_value(scores, score) <= 1


@given(st.integers(0, 2_000), st.sampled_from([0.001, 0.01, 0.05, 0.1]))
def test_reachable_is_what_the_best_score_can_reach(count: int, alpha: float) -> None:
    assert reachable(count, alpha) == (p_value(np.zeros(count), 1.0) <= alpha)


def test_the_distance_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    draw = np.random.default_rng(1)
    known, scores = draw.normal(0, 1, 80), draw.normal(0.7, 1, 40)
    theirs = stats.ks_2samp(scores, known, alternative="less", method="asymp")
    found, p = distance(scores, np.sort(known))
    assert found == pytest.approx(theirs.statistic)
    assert 0.5 < p / theirs.pvalue < 2  # scipy corrects for continuity


def test_a_shift_is_one_sided_large_and_more_than_what_people_differ_by() -> None:
    draw = np.random.default_rng(2)
    known = np.sort(draw.normal(0, 1, 200))
    far, near, other = draw.normal(2, 1, 50), draw.normal(0, 1, 50), draw.normal(-2, 1, 50)
    assert shift(far, known, None, 0.01, 0.3).shifted
    assert not shift(near, known, None, 0.01, 0.3).shifted
    assert not shift(other, known, None, 0.01, 0.3).shifted
    assert not shift(far, known, 0.95, 0.01, 0.3).shifted, "known sources lie as far apart by themselves"
    assert distance(np.zeros(0), known) == (0.0, 1.0)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=20), st.lists(st.integers(-5, 5), min_size=1, max_size=20))
def test_the_distance_from_the_others_needs_no_second_sort(part: list[int], rest: list[int]) -> None:
    mine, others = np.array(part, float), np.sort(np.array(rest, float))
    slow = max(0.0, *(float((others <= at).mean() - (mine <= at).mean()) for at in range(-6, 7)))
    assert distance(mine, others)[0] == pytest.approx(slow)
    assert distance_to_others(mine, np.sort(np.concatenate([mine, others]))) == pytest.approx(slow)
    assert distance_to_others(mine, np.sort(mine)) == 0
