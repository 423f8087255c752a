"""The index of runs against sets of runs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from provenance.model.identity import RecordId
from provenance.steps.novelty.postings import Gathering, sampled

SETS = st.lists(st.sets(st.integers(0, 60), max_size=30), min_size=1, max_size=12)


def runs(numbers):
    return np.array(sorted(numbers), np.uint64)


def gathered(sets, order=None, most=1 << 30):
    index = Gathering(most)
    for place in order if order is not None else range(len(sets)):
        index.add(RecordId(1, place), 0, runs(sets[place]))
    return index.settle()


@given(SETS, st.sets(st.integers(0, 70), max_size=30), st.sampled_from([0.5, 0.9, 1.0]))
def test_it_says_what_sets_say(sets, asked, share):
    index, mine = gathered(sets), runs(asked)
    assert index.holders(mine).tolist() == [sum(run in each for each in sets) for run in sorted(asked)]
    first = [next((place for place, each in enumerate(sets) if run in each), -1) for run in sorted(asked)]
    assert index.first(mine).tolist() == first
    near = [(len(asked & each) / len(asked), place) for place, each in enumerate(sets)] if asked else []
    wanted = sorted(((held, place) for held, place in near if held >= share), key=lambda each: (-each[0], each[1]))
    assert [(round(held, 9), record.row) for held, record in index.nearest(mine, share)] == \
        [(round(held, 9), place) for held, place in wanted]
    for held, place in near:
        assert abs(index.share_in(mine, RecordId(1, place)) - held) < 1e-9


@given(SETS.flatmap(lambda sets: st.tuples(st.just(sets), st.permutations(range(len(sets))))), st.integers(1, 40))
def test_the_order_of_records_does_not_matter_even_where_a_sample_is_kept(case, most):
    sets, order = case
    one, two = gathered(sets, most=most), gathered(sets, order, most)
    assert one.scale == two.scale and len(one.hashes) <= max(most, sum(0 in each for each in sets))
    assert one.hashes.tolist() == two.hashes.tolist() and one.owners.tolist() == two.owners.tolist()
    assert [one.record(owner) for owner in range(len(one))] == [two.record(owner) for owner in range(len(two))]


def test_a_sample_keeps_the_same_runs_of_every_record():
    hashes = np.random.default_rng(0).integers(0, 1 << 63, 4_000, dtype=np.uint64)
    index = Gathering(600)
    for row in range(4):
        index.add(RecordId(1, row), 0, np.unique(hashes[row * 500:row * 500 + 2_000]))
    settled = index.settle()
    assert settled.scale > 1 and len(settled.hashes) <= 600
    mine = np.unique(hashes[:2_000])
    assert settled.share_in(mine, RecordId(1, 0)) == 1.0 and len(settled.holders(mine)) == len(sampled(mine, settled.scale))
    assert abs(settled.share_in(mine, RecordId(1, 2)) - 0.5) < 0.2


def test_an_empty_index_answers():
    index = Gathering().settle()
    mine = runs({1, 2})
    assert index.holders(mine).tolist() == [0, 0] and index.first(mine).tolist() == [-1, -1]
    assert index.nearest(mine, 0.9) == [] and index.share_in(mine, RecordId(1, 0)) == 0.0
