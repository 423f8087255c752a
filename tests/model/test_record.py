"""The ancestry summary: what derivation may and may never do to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.record import DEPTH_CAP, LIST_CAP, Ancestry, first_of, licence_ids
from tests.strategies import ancestries, grades, origins

families = st.lists(ancestries(), min_size=1, max_size=4)


@given(families, origins)
def test_deriving_never_looks_more_human_nor_better_proven_than_any_parent(parents, making):
    child = Ancestry.derive(parents, making)
    assert child.origin.rank >= max(making.rank, *(p.origin.rank for p in parents))
    assert child.grade <= min(p.grade for p in parents)
    assert 0 <= child.human_share <= max(p.human_share for p in parents) + 1e-12 and child.human_share <= 1
    assert child.depth == min(DEPTH_CAP, max(p.depth for p in parents) + 1)


@given(families, origins, st.lists(st.sampled_from(["m1", "m2"])))
def test_deriving_keeps_every_model_licence_and_source(parents, making, models):
    child = Ancestry.derive(parents, making, models)
    assert set(child.generators) == {m for p in parents for m in p.generators} | set(models)
    assert set(child.licences) == {m for p in parents for m in p.licences}
    assert set(child.sources) == {m for p in parents for m in p.sources}
    for listed in (child.generators, child.licences, child.sources):
        assert list(listed) == sorted(set(listed))


@given(families, st.randoms())
def test_the_order_of_parents_does_not_count(parents, random):
    shuffled = list(parents)
    random.shuffle(shuffled)
    one, other = Ancestry.derive(parents), Ancestry.derive(shuffled)
    assert one.human_share == pytest.approx(other.human_share)
    assert (one.origin, one.grade, one.depth, one.generators, one.licences, one.sources, one.overflow) == (
        other.origin,
        other.grade,
        other.depth,
        other.generators,
        other.licences,
        other.sources,
        other.overflow,
    )


@given(families)
def test_overflow_is_never_forgotten(parents):
    child = Ancestry.derive(parents)
    assert child.overflow == any(p.overflow for p in parents)
    assert Ancestry.derive([child]).overflow == child.overflow


@given(st.sets(st.integers(0, 400), max_size=150), st.sets(st.integers(0, 400), max_size=150))
def test_a_list_that_is_cut_says_so_and_is_cut_alike_by_every_road(left, right):
    def root(numbers, name):
        return Ancestry.of_root(OriginClass.UNKNOWN, "MIT", name, generators=[f"m{n:03}" for n in numbers])

    a, b = root(left, "a"), root(right, "b")
    child = Ancestry.derive([a, b])
    whole = sorted(f"m{n:03}" for n in left | right)
    assert child.generators == tuple(whole[:LIST_CAP])
    assert child.overflow == (len(whole) > LIST_CAP)
    assert max(len(a.generators), len(b.generators), len(child.generators)) <= LIST_CAP
    assert first_of([child.generators, a.generators, b.generators])[0] == child.generators


@given(origins, grades)
def test_a_root_is_wholly_human_or_not_at_all(origin, grade):
    root = Ancestry.of_root(origin, "MIT OR (Apache-2.0 WITH LLVM-exception)", "repo", grade)
    assert root.human_share == (1.0 if origin is OriginClass.HUMAN else 0.0)
    assert (root.depth, root.overflow, root.grade) == (0, False, grade)
    assert root.licences == ("Apache-2.0", "LLVM-exception", "MIT")


def test_a_licence_expression_of_very_many_ids_overflows_too():
    root = Ancestry.of_root(OriginClass.HUMAN, " AND ".join(f"L{n:03}" for n in range(LIST_CAP + 1)), "repo")
    assert len(root.licences) == LIST_CAP and root.overflow


def test_depth_stops_at_the_cap():
    deep = Ancestry(OriginClass.HUMAN, EvidenceGrade.E2, DEPTH_CAP, 1.0)
    assert Ancestry.derive([deep]).depth == DEPTH_CAP


def test_no_parents_is_no_derivation():
    with pytest.raises(ValueError, match="at least one parent"):
        Ancestry.derive([])


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("", ()),
        ("MIT", ("MIT",)),
        ("NOASSERTION", ("NOASSERTION",)),
        ("MIT and MIT", ("MIT",)),
        ("((MIT)OR(ISC))", ("ISC", "MIT")),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ("Classpath-exception-2.0", "GPL-2.0-only")),
    ],
)
def test_licence_ids(expression, ids):
    assert licence_ids(expression) == ids
