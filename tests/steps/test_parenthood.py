"""Parenthood: laws of likeness, what chance gives, who is nearer, and what follows."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome
from provenance.steps.parenthood import Chance, Fingerprints, Likeness, Rival, Sample, chance, grams_of, judged, likeness

CHILD, PARENT, OTHER = RecordId(2, 0), RecordId(1, 0), RecordId(1, 1)
texts = st.text(alphabet="ABC .-1\n", max_size=60)
ALIKE = Likeness(0.8, 0.8, 0.8, 0.8, 0.8)
UNLIKE = Likeness(0.1, 0.1, 0.1, 0.1, 0.1)


def program(seed: int, statements: int = 40) -> str:
    """A text that shares hardly a run with that of another seed, names masked or not."""
    draw = random.Random(seed)
    words = ("MOVE", "ADD", "DIVIDE", "COMPUTE", "(", ")", "+", "*", "=", "GIVING", "TO", "IF", "ELSE", "PERFORM", "UNTIL")
    return "\n".join("           " + " ".join(
        draw.choice((*words, f"N-{draw.randrange(99)}", str(draw.randrange(99)))) for _ in range(6)) + "."
        for _ in range(statements))


@given(texts, texts)
def test_likeness_is_within_bounds_and_one_only_for_the_same_runs(one, other):
    left, right = grams_of([one, other], "rexx")
    like = likeness(left, right)
    assert all(0 <= value <= 1 for value in (like.raw, like.contained, like.contains, like.masked, like.masked_contained))
    assert likeness(right, left).raw == like.raw and likeness(right, left).contained == like.contains
    assert (like.score == 1) == (len(left.raw) > 0 and np.array_equal(left.raw, right.raw))
    assert likeness(left, left).score == (1.0 if len(left.raw) else 0.0)


@given(texts)
def test_case_and_layout_do_not_count(text):
    one, other = grams_of([text, "  " + text.lower().replace("\n", "\n\n  ")], "rexx")
    assert np.array_equal(one.raw, other.raw) and np.array_equal(one.masked, other.masked)


def test_a_renamed_copy_is_alike_by_its_masked_runs_and_a_stranger_is_not():
    text = program(1)
    renamed = text.replace("N-", "ITEM-")
    one, other, stranger = grams_of([text, renamed, program(2)], "cobol")
    assert likeness(other, one).masked == 1.0 > likeness(other, one).raw
    assert likeness(other, one).score > likeness(other, stranger).score


@given(st.permutations(range(12)), st.integers(0, 3))
@settings(max_examples=25)
def test_a_sample_and_its_chance_do_not_depend_on_the_order(order, seed):
    grams = grams_of([program(number, 4) for number in range(12)], "cobol")
    drawn = []
    for sequence in (range(12), order):
        sample = Sample(8, seed)
        for number in sequence:
            sample.offer(RecordId(1, number), grams[number])
        drawn.append(sample.chosen())
    assert [id(each) for each in drawn[0]] == [id(each) for each in drawn[1]] and len(drawn[0]) == 8
    found = [chance(each, seed, 20, 0.99, 0.6, 10, 5, 0.4) for each in drawn]
    assert found[0] == found[1] and found[0].measured and found[0].pairs <= 20


def test_copies_say_nothing_of_strangers_and_too_few_pairs_nothing_at_all():
    copies = grams_of([program(1)] * 20, "cobol")
    assert chance(copies, 7, 2000, 0.99, 0.6, 100, 45, 0.4) == Chance(0.4, 0, False)
    assert chance([], 7, 2000, 0.99, 0.6, 100, 45, 0.4) == Chance(0.4, 0, False)
    strangers = grams_of([program(number) for number in range(20)], "cobol")
    found = chance(strangers, 7, 2000, 0.99, 0.6, 100, 45, 0.4)
    assert found.pairs == 190 and found.measured and 0 < found.threshold < 0.6
    assert chance(strangers, 7, 2000, 0.5, 0.6, 100, 45, 0.4).threshold < found.threshold
    assert chance([*strangers, *copies], 7, 2000, 0.99, 0.6, 100, 45, 0.4).threshold < 0.6


def test_of_some_pairs_the_most_alike_is_the_threshold_and_of_fewer_nothing():
    strangers = grams_of([program(number) for number in range(12)], "cobol")
    found = chance(strangers, 7, 2000, 0.99, 0.6, 100, 45, 0.4)
    every = [likeness(strangers[a], strangers[b]).score for a in range(12) for b in range(a + 1, 12)]
    assert found == Chance(max(every), 66, False)
    assert chance(strangers[:8], 7, 2000, 0.99, 0.6, 100, 45, 0.4) == Chance(0.4, 28, False)


def test_every_pair_is_drawn_once():
    from provenance.steps.parenthood import _pair

    assert sorted(_pair(number, 7) for number in range(21)) == [(a, b) for a in range(7) for b in range(a + 1, 7)]


def test_fingerprints_find_who_a_text_comes_from_and_not_its_parent():
    grams = grams_of([program(number) for number in range(30)], "cobol")
    prints = Fingerprints()
    for number, each in enumerate(grams):
        prints.add(RecordId(1, number), each.raw)
    assert prints.near(grams[4].raw, RecordId(1, 5), 3) == [RecordId(1, 4)]
    assert prints.near(grams[4].raw, RecordId(1, 4), 3) == []
    assert prints.near(grams[4].raw, RecordId(9, 9), 3)[0] == RecordId(1, 4)  # a parent that is no root
    assert prints.near(grams_of(["X"], "cobol")[0].raw, RecordId(1, 4), 3) == []
    assert Fingerprints().near(grams[4].raw, PARENT, 3) == []


def test_runs_that_everybody_has_find_nobody():
    prints = Fingerprints()
    runs = grams_of(["SAME TEXT FOR ALL OF THEM"], "cobol")[0].raw
    for number in range(Fingerprints.COMMON + 1):
        prints.add(RecordId(1, number), runs)
    assert prints.near(runs, RecordId(9, 9), 5) == []


@pytest.mark.parametrize(("like", "known", "rivals", "outcome", "reason"), [
    (ALIKE, Chance(0.3, 500, True), [], Outcome.PASS, ""),
    (ALIKE, Chance(0.3, 500, True), [Rival(OTHER, 0.85)], Outcome.PASS, ""),
    (ALIKE, Chance(0.3, 500, True), [Rival(OTHER, 0.95)], Outcome.WARN, f"nearer-to: {OTHER}"),
    (UNLIKE, Chance(0.3, 500, True), [], Outcome.FAIL, f"unlike-parent: {PARENT}"),
    (UNLIKE, Chance(0.3, 500, True), [Rival(OTHER, 0.9)], Outcome.FAIL, f"nearer-to: {OTHER}"),
    (UNLIKE, Chance(0.3, 500, True), [Rival(OTHER, 0.25)], Outcome.FAIL, f"unlike-parent: {PARENT}"),
    (UNLIKE, Chance(0.4, 3, False), [], Outcome.ABSTAIN, "too-few-pairs: 3"),
    (UNLIKE, Chance(0.4, 3, False), [Rival(OTHER, 0.2)], Outcome.FAIL, f"unlike-parent: {PARENT}"),
    (ALIKE, Chance(0.4, 3, False), [], Outcome.PASS, ""),
    (Likeness(0.3, 0.3, 0.3, 0.3, 0.3), Chance(0.3, 500, True), [], Outcome.FAIL, f"unlike-parent: {PARENT}"),
])
def test_what_follows(like, known, rivals, outcome, reason):
    verdict = judged(CHILD, PARENT, like, known, rivals, 0.1)
    assert (verdict.outcome, verdict.reason, verdict.record, verdict.check) == (outcome, reason, CHILD, "declared_parent")
    value = json.loads(verdict.value)
    assert set(value) == {"likeness", "raw", "contained", "masked", "threshold", "pairs", "rank"}
    assert value["rank"] == 1 + sum(rival.score > like.score for rival in rivals)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), max_size=4), st.floats(0.01, 0.9), st.booleans())
def test_only_what_exceeds_chance_passes_whoever_else_is_near(score, others, threshold, measured):
    like = Likeness(score, score, score, score, score)
    rivals = [Rival(RecordId(1, number + 1), other) for number, other in enumerate(others)]
    verdict = judged(CHILD, PARENT, like, Chance(threshold, 500, measured), rivals, 0.1)
    assert verdict.outcome is not Outcome.PASS or like.score > threshold
    more = judged(CHILD, PARENT, like, Chance(threshold, 500, measured), [*rivals, Rival(RecordId(1, 9), 1.0)], 0.1)
    assert not (more.outcome is Outcome.PASS and verdict.outcome is not Outcome.PASS)
