"""Relatives stay together, and a record is never scored by what saw one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.detect import folds

_TIES = st.integers(1, 40).flatmap(lambda count: st.tuples(
    st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=60)))


@given(_TIES)
def test_families_are_those_of_a_plain_union(case: tuple[int, list[tuple[int, int]]]) -> None:
    count, ties = case
    family = list(range(count))
    for left, right in ties:
        one, two = family[left], family[right]
        family = [min(one, two) if each in (one, two) else each for each in family]
    assert folds.related(count, np.array(ties, np.int64).reshape(-1, 2)).tolist() == family


@given(_TIES, st.integers(2, 6), st.integers(0, 2**31 - 1), st.data())
def test_a_family_goes_into_one_fold_and_every_fold_exists(case: tuple[int, list[tuple[int, int]]], parts: int, seed: int,
                                                           data: st.DataObject) -> None:
    count, ties = case
    labels = np.array(data.draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=count, max_size=count)), np.int8)
    group = folds.related(count, np.array(ties, np.int64).reshape(-1, 2))
    fold = folds.deal(group, labels, folds.keys(np.full(count, 7), np.arange(count), seed), parts)
    assert ((fold >= 0) & (fold < parts)).all()
    for least in np.unique(group):
        assert len(set(fold[group == least].tolist())) == 1


def test_equal_families_are_dealt_out_evenly_by_class() -> None:
    labels = np.array([0] * 50 + [1] * 50, np.int8)
    fold = folds.deal(np.arange(100), labels, folds.keys(np.zeros(100, np.int64), np.arange(100), 1), 5)
    assert [int(np.sum((fold == part) & (labels == label))) for part in range(5) for label in (0, 1)] == [10] * 10
    assert folds.teachable(fold, labels, 5, 40) and not folds.teachable(fold, labels, 5, 41)


def test_one_family_cannot_be_held_apart() -> None:
    labels = np.array([0, 1] * 20, np.int8)
    fold = folds.deal(np.zeros(40, np.int64), labels, folds.keys(np.zeros(40, np.int64), np.arange(40), 1), 5)
    assert not folds.teachable(fold, labels, 5, 1)


def test_who_is_chosen_does_not_depend_on_what_stands_beside() -> None:
    labels = np.zeros(30, np.int8)
    order = folds.keys(np.full(30, 3), np.arange(30), 9)
    taken = folds.chosen(labels, order, 10)
    assert taken.sum() == 10 and order[taken].max() < order[~taken].min()
    assert (folds.chosen(np.where(np.arange(30) < 20, labels, -1).astype(np.int8), order, 30)[:20]).all()
