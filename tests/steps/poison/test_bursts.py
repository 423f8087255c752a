"""Triggers are found, house style and families of copies are not, and no order of texts matters."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.model.verdict import Outcome
from provenance.steps.poison.bursts import STAGES, Limits, Search, sheet
from provenance.steps.poison.limits import Brought, Quota, verdict_on

LIMITS = Limits(least=10, bits=16)
WORDS = [f"word{number}" for number in range(150)]


def text(draw, trigger="", length=60):
    words = [draw.choice(WORDS) for _ in range(length)]
    if trigger:
        words.insert(draw.randrange(length), trigger)
    return " ".join(words)


def searched(sheets, groups=("a", "b"), languages=("cobol", "cobol"), limits=LIMITS):
    search = Search(groups, languages, limits)
    for stage in STAGES:
        for each in sheets:
            search.feed(stage, each)
        search.finish(stage)
    return search


def corpus(seed, carriers, trigger="zq vortex lantern seven", families=None, elsewhere=0):
    draw = random.Random(seed)
    rows = [(0, text(draw, trigger if number < carriers else "")) for number in range(40)]
    rows += [(1, text(draw, trigger if number < elsewhere else "")) for number in range(120)]
    return [sheet(group, number, words, families(number) if families else None) for number, (group, words) in enumerate(rows)]


@pytest.mark.parametrize("carriers", [10, 20, 40])
def test_a_trigger_is_found_with_those_that_carry_it(carriers):
    found = searched(corpus(1, carriers)).bursts
    assert [(each.group, each.families, each.sheets) for each in found if each.length == 4] == [
        (0, carriers, tuple(range(carriers)))]


def test_too_few_too_common_and_families_are_no_burst():
    assert searched(corpus(1, 9)).bursts == []
    assert searched(corpus(1, 20, elsewhere=30)).bursts == []
    # Eight children of five roots are five families.
    assert searched(corpus(1, 40, families=lambda number: number // 8)).bursts == []


def test_words_that_the_house_uses_elsewhere_are_its_style():
    assert searched(corpus(1, 20, trigger="word1 word2 word3 word4")).bursts == []


def test_what_a_parent_has_is_not_the_childs_own():
    draw = random.Random(3)
    rows = [text(draw, "zq vortex lantern seven") for _ in range(20)]
    children = [sheet(0, number, words, parents=[words]) for number, words in enumerate(rows)]
    others = [sheet(1, 100 + number, text(draw)) for number in range(120)]
    assert searched(children + others).bursts == []
    assert searched([sheet(0, number, words, parents=["x"]) for number, words in enumerate(rows)] + others).bursts != []


def test_without_others_in_the_language_nothing_is_said():
    search = searched(corpus(1, 20), languages=("cobol", "java"))
    assert search.bursts == [] and not search.grounded(0)
    assert searched(corpus(1, 20)).grounded(0)
    assert searched([]).bursts == searched([sheet(0, 0, "")]).bursts == []


def test_a_long_copied_passage_is_no_trigger():
    passage = " ".join(f"zq{number}" for number in range(101))
    assert searched(corpus(1, 20, trigger=passage)).bursts == []


@settings(max_examples=8)
@given(st.randoms(use_true_random=False))
def test_no_order_of_texts_matters(draw):
    sheets = corpus(1, 15)
    shuffled = list(sheets)
    draw.shuffle(shuffled)
    assert searched(shuffled).bursts == searched(sheets).bursts


@settings(max_examples=8)
@given(st.integers(10, 20))
def test_a_crowded_table_loses_nothing(bits):
    found = searched(corpus(1, 15), limits=Limits(least=10, bits=bits)).bursts
    assert found == searched(corpus(1, 15), limits=LIMITS).bursts


@given(st.integers(0, 300), st.integers(0, 20), st.integers(0, 3))
def test_limits_by_count_and_review(records, approved, rejected):
    quota = Quota(100, 10, 0)
    outcome, reason, _ = verdict_on([Brought("source", "s", records, approved, rejected)], quota, False, False)
    fine = not rejected and (records <= 100 or approved >= 10)
    assert (outcome is Outcome.PASS) is fine and bool(reason) is not fine


@given(st.integers(0, 300), st.integers(0, 20), st.integers(0, 20))
def test_one_more_approval_never_closes(records, approved, more):
    quota = Quota(100, 10, 0)
    if quota.complaint(Brought("author", "a", records, approved)) is None:
        assert quota.complaint(Brought("author", "a", records, approved + more)) is None


def test_nobody_and_too_many():
    quota = Quota(100, 10, 0)
    assert verdict_on([], quota, False, False)[1].startswith("no-source")
    assert verdict_on([], quota, False, True)[0] is Outcome.PASS
    assert verdict_on([Brought("source", "s", 1)], quota, True, True)[1].startswith("sources-cut")
    assert verdict_on([Brought("trusted", "s", 1000)], quota, False, True)[0] is Outcome.PASS
