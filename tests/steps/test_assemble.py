"""Splits: nothing leaks across them, and they depend on nothing but the records, the edges, the shares and the seed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.model.dataset import SPLITS, Member
from provenance.model.identity import RecordId
from provenance.steps.assemble import Candidate, check_shares, choose, root_of
from tests.strategies import hex64, record_ids

HALVES = {"train": 0.5, "test": 0.5}


@st.composite
def problems(draw):
    """Candidates, edges of a random DAG over them and over records that were not chosen, shares and a seed."""
    count = draw(st.integers(1, 40))
    ids = [RecordId(draw(st.integers(0, 2**63 - 1)), n) for n in range(count)]
    edges = [
        (ids[child], ids[draw(st.integers(0, child - 1))])
        for child in draw(st.lists(st.integers(1, max(1, count - 1)), max_size=25))
        if 0 < child < count
    ]
    contents = st.integers(0, 60).map("{:064x}".format)
    chosen = [Candidate(i, "human", 1, draw(contents)) for i in ids if draw(st.booleans()) or i is ids[0]]
    weights = draw(st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any))
    shares = {split: weight / sum(weights) for split, weight in zip(SPLITS, weights, strict=True)}
    return chosen, edges, shares, draw(st.integers(-3, 3))


def components(candidates, edges):
    """Groups that must stay together, found by spreading labels until nothing changes."""
    # Naively: an edge counts where its child is a candidate or an ancestor of one.
    above = {candidate.record for candidate in candidates}
    while more := {parent for child, parent in edges if child in above} - above:
        above |= more
    edges = [(child, parent) for child, parent in edges if child in above]
    label = {r: r for r in {c.record for c in candidates} | {r for edge in edges for r in edge}}
    links = [
        *edges,
        *((a.record, b.record) for a in candidates for b in candidates if a.content_sha256 == b.content_sha256),
    ]
    changed = True
    while changed:
        changed = False
        for left, right in links:
            low = min(label[left], label[right])
            if label[left] != low or label[right] != low:
                label[left] = label[right] = low
                changed = True
    groups = {}
    for candidate in candidates:
        groups.setdefault(label[candidate.record], set()).add(candidate.record)
    return list(groups.values())


@given(problems())
def test_no_relative_and_no_copy_is_in_another_split(problem):
    candidates, edges, shares, seed = problem
    split = {m.record: m.split for m in choose(candidates, edges, shares, seed)}
    for group in components(candidates, edges):
        assert len({split[record] for record in group}) == 1


@given(problems())
def test_each_candidate_is_taken_exactly_once(problem):
    candidates, edges, shares, seed = problem
    members = choose([*candidates, *candidates[:2]], edges, shares, seed)
    assert [m.record for m in members] == sorted(c.record for c in candidates)
    assert {m.split for m in members} <= {split for split, share in shares.items() if share > 0}


@given(problems(), st.randoms())
def test_the_order_of_what_is_given_does_not_count(problem, random):
    candidates, edges, shares, seed = problem
    before = choose(candidates, edges, shares, seed)
    candidates, edges = list(candidates), list(edges)
    random.shuffle(candidates)
    random.shuffle(edges)
    assert choose(iter(candidates), iter(edges), dict(reversed(shares.items())), seed) == before


@given(problems())
def test_shares_are_met_within_the_largest_component(problem):
    candidates, edges, shares, seed = problem
    members = choose(candidates, edges, shares, seed)
    largest = max(map(len, components(candidates, edges)))
    used = sum(share > 0 for share in shares.values())
    for split in SPLITS:
        missing = shares[split] * len(members) - sum(m.split == split for m in members)
        # Too many by less than one component; too few by what the other splits have too many.
        assert -largest < missing + 1e-6 and missing - 1e-6 < largest * max(1, used - 1)


def test_another_seed_draws_other_splits():
    candidates = [Candidate(RecordId(1, n), "human", 1, f"{n:064x}") for n in range(100)]
    drawn = {seed: [m.split for m in choose(candidates, [], HALVES, seed)] for seed in range(3)}
    assert drawn[0] != drawn[1] != drawn[2]
    assert all(splits.count("train") == 50 for splits in drawn.values())


def test_siblings_meet_through_a_parent_that_was_not_chosen():
    parent = RecordId(1, 0)
    siblings = [Candidate(RecordId(2, n), "synthetic_rule", 1, f"{n:064x}") for n in range(20)]
    members = choose(siblings, [(c.record, parent) for c in siblings], HALVES)
    assert len({m.split for m in members}) == 1


def test_a_long_chain_is_one_component_and_quick():
    ids = [RecordId(1, n) for n in range(20_000)]
    candidates = [Candidate(i, "human", 1, f"{n:064x}") for n, i in enumerate(ids)]
    for edges in (zip(ids[1:], ids, strict=False), zip(ids[:0:-1], ids[-2::-1], strict=True)):
        assert len({m.split for m in choose(candidates, edges, HALVES)}) == 1


def test_nothing_gives_nothing():
    assert choose([], [], HALVES) == []


@pytest.mark.parametrize(
    "shares",
    [
        {},
        {"train": 0.9},
        {"train": 1.1},
        {"train": 1.5, "test": -0.5},
        {"dev": 1.0},
        {"train": 0.5, "dev": 0.5},
        {"train": math.nan},
        {"train": 1.0, "test": math.nan},
        {"train": math.inf},
        {"train": 0.0},
    ],
)
def test_impossible_shares_are_refused(shares):
    with pytest.raises(PolicyError):
        check_shares(shares)
    with pytest.raises(PolicyError):
        choose([], [], shares)


@given(st.dictionaries(record_ids, st.tuples(st.sampled_from(SPLITS), hex64), min_size=1, max_size=6), st.randoms())
def test_the_root_binds_ids_contents_and_splits_and_not_their_order(rows, random):
    members = [(Member(record, split), content) for record, (split, content) in rows.items()]
    root = root_of(members)
    shuffled = list(members)
    random.shuffle(shuffled)
    assert root_of(shuffled) == root
    (member, content), *rest = members
    other = SPLITS[(SPLITS.index(member.split) + 1) % 3]
    assert root_of([(Member(member.record, other), content), *rest]) != root
    assert root_of([(member, content[::-1] + "0"), *rest]) != root
    assert root_of(rest) != root and root_of([*members, members[0]]) != root
