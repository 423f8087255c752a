"""A recipe decides its batch: nothing else does, and everything in it does."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import InvalidId
from provenance.model.identity import BatchId, Digest
from provenance.model.recipe import Recipe
from tests.strategies import recipes

BASE = Recipe("augment", "1", {"transform": "rename", "n": [1, 2]}, (BatchId(1), BatchId(2)), 7, "bucket 1")


@given(recipes)
def test_a_recipe_survives_json(recipe):
    again = Recipe.from_json(json.loads(json.dumps(recipe.to_json())))
    assert again.digest == recipe.digest and again.batch == recipe.batch
    assert set(again.parents) == set(recipe.parents)


@given(recipes, st.randoms())
def test_order_of_parents_repeats_and_order_of_keys_do_not_count(recipe, random):
    parents, items = [*recipe.parents, *recipe.parents[:1]], list(recipe.params.items())
    random.shuffle(parents)
    random.shuffle(items)
    assert replace(recipe, parents=tuple(parents), params=dict(items)).digest == recipe.digest


@given(recipes, recipes)
def test_two_recipes_share_a_digest_only_where_they_say_the_same(left, right):
    assert (left.digest == right.digest) == (Digest.of_json(left.to_json()) == Digest.of_json(right.to_json()))


@pytest.mark.parametrize(
    "change",
    [
        {"step": "translate"},
        {"step_version": "2"},
        {"params": {"transform": "rename"}},
        {"seed": 8},
        {"shard": ""},
        {"params": {"transform": "rename", "n": [2, 1]}},
        {"params": {"transform": "rename", "n": ["1", 2]}},
        {"parents": (BatchId(1),)},
        {"parents": (BatchId(1), BatchId(3))},
        {"parents": ()},
        {"seed": -7},
    ],
)
def test_every_field_counts(change):
    assert replace(BASE, **change).batch != BASE.batch


def test_a_recipes_digest_is_not_that_of_its_plain_json():
    assert BASE.digest != Digest.of_json(BASE.to_json())


def test_a_fixed_recipe_has_a_fixed_batch():
    # If this changes, every ledger in the world loses what it could have adopted.
    assert str(BASE.batch) == "15c758c1c454a818"


@pytest.mark.parametrize("params", [{"x": float("nan")}, {"x": object()}, {"x": "\ud800"}, {1: 2}, {"x": 2**60}])
def test_what_json_cannot_say_is_refused(params):
    with pytest.raises(InvalidId):
        Recipe("s", "1", params).batch  # noqa: B018
