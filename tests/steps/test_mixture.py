"""The mixture: limits hold whatever the order, ingested records are never dropped by them, weights draw a share."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.model.identity import RecordId
from provenance.steps.mixture import Item, Mixture, mix

MAKERS = ("augment:a", "augment:b", "generate:version:m1", "generate:version:m2")


@st.composite
def corpora(draw):
    """Roots, children and grandchildren with one or two parents each."""
    roots = [RecordId(1, n) for n in range(draw(st.integers(1, 5)))]
    items = [Item(root, draw(st.sampled_from(["cobol", "java"]))) for root in roots]
    known = list(roots)
    for n in range(draw(st.integers(0, 25))):
        parents = tuple(draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True)))
        maker = draw(st.sampled_from(MAKERS))
        record = RecordId(2, n)
        items.append(Item(record, draw(st.sampled_from(["cobol", "java"])), maker, parents,
                          maker.rsplit(":", 1)[1] if maker.startswith("generate") else ""))
        known.append(record)
    return items


def roots_of(record, parents):
    above = parents.get(record, ())
    return set().union(*(roots_of(parent, parents) for parent in above)) if above else {record}


limits = st.integers(0, 4)


@given(corpora(), limits, limits, limits, st.integers(0, 9))
def test_no_limit_is_exceeded_and_nothing_is_lost(items, per_root, per_transform, per_generator, seed):
    mixture = Mixture(per_root, per_transform, per_generator)
    kept, left = mix(items, mixture, seed)
    assert sorted([*kept, *left]) == sorted(item.record for item in items)
    listed = {item.record: item for item in items}
    parents = {item.record: item.parents for item in items}
    made = [listed[record] for record in kept if listed[record].maker]
    assert {item.record for item in items if not item.maker} <= set(kept)
    roots = Counter(root for item in made for root in roots_of(item.record, parents))
    if per_root:
        assert all(count <= per_root for count in roots.values())
    if per_transform:
        assert all(count <= per_transform for count in Counter(i.maker for i in made if not i.model).values())
    if per_generator:
        assert all(count <= per_generator for count in Counter(i.model for i in made if i.model).values())
    if not mixture:
        assert not left


@given(corpora(), st.integers(0, 9), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_means_nothing(items, seed, rng):
    shuffled = list(items)
    rng.shuffle(shuffled)
    mixture = Mixture(per_root=2, per_transform=3)
    assert mix(items, mixture, seed) == mix(shuffled, mixture, seed)


def test_what_is_left_out_names_the_limit_and_another_seed_takes_others():
    items = [Item(RecordId(1, 0), "cobol"), *(Item(RecordId(2, n), "cobol", "augment:a", (RecordId(1, 0),)) for n in range(40))]
    kept, left = mix(items, Mixture(per_root=5), 1)
    assert len(kept) == 6 and set(left.values()) == {"mixture: per_root 5"}
    assert mix(items, Mixture(per_root=5), 2)[0] != kept


def test_roots_are_found_above_records_that_are_no_candidates():
    root, middle = RecordId(1, 0), (RecordId(2, 0), RecordId(2, 1))
    items = [Item(RecordId(3, n), "cobol", "augment:a", (middle[n % 2],)) for n in range(6)]
    kept, _ = mix(items, Mixture(per_root=3), 0, dict.fromkeys(middle, (root,)))
    assert len(kept) == 3


def test_a_weight_draws_about_its_share_and_grows_with_it():
    items = [Item(RecordId(1, n), "java") for n in range(2000)]
    half, left = mix(items, Mixture(weights={"java": 0.5}), 3)
    assert 900 < len(half) < 1100 and set(left.values()) == {"mixture: weight 0.5 of java"}
    assert set(half) <= set(mix(items, Mixture(weights={"java": 0.7}), 3)[0])
    assert mix(items, Mixture(weights={"java": 0.0}), 3)[0] == []
    assert len(mix(items, Mixture(weights={"cobol": 0.0}), 3)[0]) == 2000


def test_ten_thousand_generations_are_no_trouble():
    items = [Item(RecordId(1, 0), "cobol"),
             *(Item(RecordId(2, n), "cobol", "augment:a", (RecordId(2, n - 1) if n else RecordId(1, 0),)) for n in range(10_000))]
    assert len(mix(items, Mixture(per_root=7), 0)[0]) == 8


@pytest.mark.parametrize(("values", "name"), [({"per_root": -1}, "mix.per_root"),
                                              ({"weights": {"java": 1.5}}, "mix.weights.java"),
                                              ({"weights": {"java": float("nan")}}, "mix.weights.java")])
def test_impossible_limits_are_refused(values, name):
    with pytest.raises(PolicyError, match=name):
        Mixture(**values)
