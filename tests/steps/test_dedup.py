"""Copies against brute force: never a false one, hardly ever one missed, and nothing that grows with a square."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import PolicyError, ToolMissing
from provenance.steps import dedup_bands, dedup_sketch
from provenance.steps.dedup import LEAST_RENAMED, LEAST_THRESHOLD, first_of_equals, greedy
from provenance.steps.dedup_bands import MISSED, buckets, combinations, missed_by_pairs, missed_by_singles
from provenance.steps.dedup_sketch import MASKED, RAW, band_keys, grams, parameters, signatures, sketch
from provenance.steps.shingles import Grams, jaccard

WORDS = [f"W-{n}" for n in range(300)]


def mutated(words, draw, changes):
    """A copy with some words replaced, some taken out and some put in."""
    words = list(words)
    for _ in range(changes):
        place = draw.randrange(len(words))
        kind = draw.random()
        if kind < 0.5:
            words[place] = draw.choice(WORDS)
        elif kind < 0.75 and len(words) > 10:
            del words[place]
        else:
            words.insert(place, draw.choice(WORDS))
    return words


def families(seed, count, length=120):
    """Texts with relatives of every degree, shuffled."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        words = [draw.choice(WORDS) for _ in range(length)]
        made.extend([words, *(mutated(words, draw, draw.randrange(6)) for _ in range(3))])
    draw.shuffle(made)
    return [" ".join(words) for words in made]


def oracle(sets, threshold):
    """Each record and the first kept one that is as similar, by comparing with every kept one."""
    kept, twins = [], []
    for number, mine in enumerate(sets):
        twin = next((other for other in kept if jaccard(mine, sets[other]) >= threshold), -1)
        twins.append(twin)
        if twin < 0:
            kept.append(number)
    return twins


def judged(texts, threshold=0.85, view=RAW, language="cobol"):
    """What the judge does, without a ledger."""
    made = sketch(texts, language, view)
    _, runs = grams(texts, language, view)
    sets = [runs.distinct(number) for number in range(len(texts))]
    alike = buckets(lambda band: made.bands[:, band], combinations(view, threshold), view.bands)
    return greedy(alike, made.shingles, threshold, sets.__getitem__), sets


@pytest.mark.parametrize("threshold", [LEAST_THRESHOLD, 0.8, 0.85, 0.95])
def test_every_copy_is_one_and_almost_none_is_missed(threshold):
    pairs = found = 0
    for seed in range(4):
        twins, sets = judged(families(seed, 40), threshold)
        for record, twin in enumerate(twins.twin.tolist()):
            if twin >= 0:
                assert jaccard(sets[record], sets[twin]) == twins.similarity[record] >= threshold
        wanted = oracle(sets, threshold)
        pairs += sum(twin >= 0 for twin in wanted)
        found += sum(a == b >= 0 for a, b in zip(wanted, twins.twin.tolist(), strict=True))
    assert pairs > 50
    assert found / pairs >= 0.999


def random_sets(draw):
    """Sets of numbers, of which some are others with a few changes: of similarities around every threshold."""
    sets = []
    for _ in range(draw.randrange(2, 14)):
        if sets and draw.random() < 0.6:
            changed = set(draw.choice(sets))
            for _ in range(draw.randrange(8)):
                changed.add(draw.randrange(1 << 62))
                if draw.random() < 0.5:
                    changed.discard(draw.choice(sorted(changed)))
            sets.append(changed)
        else:
            sets.append({draw.randrange(1 << 62) for _ in range(draw.choice([0, 1, 2, 5, 20, 40, 60]))})
    return [np.array(sorted(each), np.uint64) for each in sets]


def on_small_corpora(count, view, threshold, limit=dedup_bands.LIMIT):
    """Copies that there are, and how many corpora are judged otherwise than by the exact rule; none falsely."""
    draw = random.Random(f"{view.name} {threshold}")
    twins = wrong = 0
    for _ in range(count):
        sets = random_sets(draw)
        flat = Grams(np.concatenate(sets), np.cumsum([0, *map(len, sets)]))
        keys = band_keys(signatures(flat), view)
        alike = buckets(lambda band, keys=keys: keys[:, band], combinations(view, threshold), view.bands, limit)
        said = greedy(alike, flat.sizes, threshold, sets.__getitem__, limit=limit)
        for record, twin in enumerate(said.twin.tolist()):
            assert twin < record and (twin < 0 or jaccard(sets[record], sets[twin]) >= threshold)
        wanted = oracle(sets, threshold)
        twins += sum(twin >= 0 for twin in wanted)
        wrong += wanted != said.twin.tolist()
    return twins, wrong


@pytest.mark.parametrize(("view", "threshold"), [(RAW, LEAST_THRESHOLD), (RAW, 0.85), (RAW, 1.0), (MASKED, 0.95)])
def test_on_many_small_corpora_it_is_the_exact_rule(view, threshold):
    twins, wrong = on_small_corpora(500, view, threshold)
    assert twins > 250
    assert wrong <= 1  # a pair in ten thousand may share no bucket


def test_where_buckets_are_split_early_it_is_hardly_ever_another():
    twins, wrong = on_small_corpora(500, RAW, LEAST_THRESHOLD, 3)
    assert twins > 250 and wrong <= 10


SETS = st.lists(st.sets(st.integers(0, 9), max_size=8), max_size=9)


@settings(max_examples=600, deadline=None)
@given(SETS, st.sampled_from([0.3, 0.5, 0.75, 1.0]))
def test_with_all_in_one_bucket_it_is_the_exact_rule_at_every_threshold(sets, threshold):
    arrays = [np.array(sorted(each), np.uint64) for each in sets]
    alike = buckets(lambda band: np.zeros(len(sets), np.int64), ((0,),))
    said = greedy(alike, np.array([len(each) for each in sets], np.int64), threshold, arrays.__getitem__)
    assert said.twin.tolist() == oracle(arrays, threshold)


@settings(max_examples=300)
@given(SETS, st.sets(st.integers(0, 8)))
def test_a_relative_is_no_twin_and_hides_none(sets, family):
    arrays = [np.array(sorted(each), np.uint64) for each in sets]
    alike = buckets(lambda band: np.zeros(len(sets), np.int64), ((0,),))
    said = greedy(alike, np.array([len(each) for each in sets], np.int64), 0.5, arrays.__getitem__,
                  lambda one, other: {one, other} <= family)
    kept = []
    for record, twin in enumerate(said.twin.tolist()):
        others = [o for o in kept if not {o, record} <= family and jaccard(arrays[record], arrays[o]) >= 0.5]
        assert twin == (others[0] if others else -1)
        if twin < 0:
            kept.append(record)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_the_first_of_equal_digests(pairs):
    halves = np.array(pairs, np.int64).reshape(-1, 2)
    assert first_of_equals(halves[:, 0], halves[:, 1]).tolist() == [pairs.index(pair) for pair in pairs]


@settings(max_examples=300)
@given(st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), max_size=20))
def test_who_shares_keys_shares_a_bucket_and_nobody_else(rows):
    keys = np.array(rows, np.int64).reshape(-1, 4)
    found = buckets(lambda band: keys[:, band], ((0, 1), (2,)))
    of = {member: set(found.groups_of(place).tolist()) for place, member in enumerate(found.members.tolist())}
    assert sorted(of) == found.members.tolist()
    for one in range(len(rows)):
        for other in range(one):
            shared = (rows[one][:2] == rows[other][:2]) + (rows[one][2] == rows[other][2])
            assert len(of.get(one, set()) & of.get(other, set())) == shared


def test_a_bucket_of_many_is_split_and_a_copy_in_it_still_found():
    draw = np.random.default_rng(1)
    keys = draw.integers(0, 1 << 62, (4000, 32))
    keys[:, :4] = 7  # boilerplate: all share four bands, two of them copies of each other
    keys[3999] = keys[17]
    found = buckets(lambda band: keys[:, band], combinations(RAW, 0.85), 32)
    assert np.bincount(found.groups).max() <= dedup_bands.LIMIT
    at = {member: set(found.groups_of(place).tolist()) for place, member in enumerate(found.members.tolist())}
    assert at[17] & at[3999]


def test_what_no_band_splits_does_not_grow_with_its_square():
    count, limit = 2000, 8  # one signature and nothing alike: no real text does this, and every pair would be compared
    found = buckets(lambda band: np.zeros(count, np.int64), combinations(RAW, 0.85), 32, limit)
    sets = [np.array([number], np.uint64) for number in range(count)]
    assert greedy(found, np.ones(count, np.int64), 0.85, sets.__getitem__, limit=limit).compared <= count * limit


def test_copies_of_one_text_are_compared_once_each():
    texts = [" ".join(["A", *WORDS[:80]])] + [" ".join([*WORDS[:80], f"Z-{n}"]) for n in range(1500)]
    twins, _ = judged(texts)
    assert set(twins.twin[1:].tolist()) == {0}
    assert twins.compared == 1500


def test_of_a_group_the_first_given_is_kept_and_no_two_kept_are_alike():
    for texts in (families(9, 20), families(9, 20)[::-1]):
        twins, sets = judged(texts)
        assert all(twin < record for record, twin in enumerate(twins.twin.tolist()))
        kept = [sets[record] for record in np.flatnonzero(twins.twin < 0)]
        assert not any(jaccard(a, b) >= 0.85 for n, a in enumerate(kept) for b in kept[:n])
        assert set(twins.twin[twins.twin >= 0].tolist()) <= set(np.flatnonzero(twins.twin < 0).tolist())


def test_empty_texts_are_copies_of_each_other_and_of_nothing_else():
    assert judged(["", " \n", "STOP RUN."])[0].twin.tolist() == [-1, 0, -1]
    assert judged([])[0].twin.tolist() == []


def test_layout_and_case_do_not_count_and_a_hyphen_does():
    texts = ["MOVE A TO B.", "move a\n   to b .", "MOVE A-1 TO B.", "MOVE A - 1 TO B."]
    assert judged(texts, language="java")[0].twin.tolist() == [-1, 0, -1, -1]


def test_a_renamed_copy_with_other_comments_is_found_in_the_masked_view_only():
    one = "       MOVE {0} TO {1}.\n       ADD {0} TO {1}.\n       IF {1} > 3\n           DISPLAY {0}\n       END-IF.\n" * 3
    texts = [one.format("WS-A", "WS-B"), "      * taken from nowhere\n" + one.format("MY-X", "MY-Y")]
    assert judged(texts, 0.95, MASKED)[0].twin.tolist() == [-1, 0]
    assert judged(texts)[0].twin.tolist() == [-1, -1]


def test_masked_sketches_of_different_languages_share_no_band():
    made = [sketch(["x = y + z;"] * 2, language, MASKED).bands for language in ("java", "apex")]
    assert (made[0][0] == made[0][1]).all() and not (made[0][0] == made[1][0]).any()
    with pytest.raises(PolicyError, match="jcl"):
        sketch(["//A DD *"], "jcl", MASKED)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12), st.integers(1, 5))
def test_a_sketch_is_of_the_text_alone(texts, together):
    whole = sketch(texts, "cobol", RAW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dedup_sketch, "_TEXTS", together)
        cut = sketch(texts, "cobol", RAW)
    _, runs = grams(texts, "cobol", RAW)
    for one in (whole, cut):
        assert one.shingles.tolist() == [len(runs.distinct(number)) for number in range(len(texts))]
        assert one.bands.tolist() == whole.bands.tolist()


def test_signatures_estimate_the_exact_similarity():
    _, runs = grams(families(1, 30), "cobol", RAW)
    signed = signatures(runs)
    errors = [(signed[a] == signed[b]).mean() - jaccard(runs.distinct(a), runs.distinct(b)) for a in range(60) for b in range(a)]
    assert abs(np.mean(errors)) < 0.01 and np.abs(errors).max() < 0.25


def test_signatures_of_this_version_never_change():
    """Stored sketches rest on them: where rensa changes them, `dedup_sketch.VERSION` is raised."""
    signed = signatures(Grams(np.arange(1, 6, dtype=np.uint64), np.array([0, 3, 5])))
    assert (signed[:, :4].tolist(), parameters()["algorithm"], dedup_sketch.VERSION) == (GOLDEN_SIGNATURES, 2, "1")
    assert band_keys(signed, RAW)[:, 0].tolist() == GOLDEN_KEYS


GOLDEN_SIGNATURES = [[3477457119, 3270666351, 3719124704, 3274856436], [3373429996, 3272962641, 3266120372, 3339713992]]
GOLDEN_KEYS = [7303332424019109379, 2094310929240468195]


def test_thresholds_are_those_at_which_next_to_nothing_is_missed():
    assert missed_by_singles(RAW, LEAST_THRESHOLD) < MISSED < missed_by_singles(RAW, 0.7)
    assert missed_by_singles(MASKED, LEAST_RENAMED) < 2e-4
    assert combinations(RAW, LEAST_THRESHOLD) == tuple((band,) for band in range(32))
    assert len(combinations(RAW, 0.85)) == 48 and missed_by_pairs(RAW, 0.85, 4) < MISSED


def test_without_rensa_nothing_is_judged_rather_than_passed(monkeypatch):
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(ToolMissing, match="rensa"):
        sketch([], "cobol", RAW)
