"""Near-duplicates against brute force: never a false one, hardly ever one missed."""

import json
import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import PolicyError, ToolMissing
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome
from provenance.steps.dedup import LEAST_THRESHOLD, dedup, jaccard, parameters, shingles, tokens

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
    return [(RecordId(1, row), " ".join(words)) for row, words in enumerate(made)]


def brute(texts, threshold):
    """Each record and its first kept near-duplicate, by comparing with every kept one."""
    kept, twins = [], {}
    for record, text in texts:
        mine = shingles(text)
        twins[record] = next((other for other, theirs in kept if jaccard(mine, theirs) >= threshold), None)
        if twins[record] is None:
            kept.append((record, mine))
    return twins


def near(verdicts):
    return {v.record: v for v in verdicts if v.check == "near_duplicate"}


@pytest.mark.parametrize("threshold", [LEAST_THRESHOLD, 0.85, 0.95])
def test_every_fail_is_true_and_almost_none_is_missed(threshold):
    pairs = found = 0
    for seed in range(4):
        texts = families(seed, 40)
        of = dict(texts)
        said = near(dedup(texts, threshold))
        for record, verdict in said.items():
            if verdict.outcome is Outcome.FAIL:
                value = json.loads(verdict.value)
                exact = jaccard(shingles(of[record]), shingles(of[RecordId.parse(value["of"])]))
                assert exact >= threshold and round(exact, 4) == value["jaccard"]
        for record, twin in brute(texts, threshold).items():
            pairs += twin is not None
            found += twin is not None and said[record].outcome is Outcome.FAIL
    assert pairs > 50
    assert found / pairs >= 0.99


def test_of_a_group_the_first_given_is_kept():
    texts = families(9, 20)
    for order in (texts, texts[::-1]):
        place = {record: n for n, (record, _) in enumerate(order)}
        for record, verdict in near(dedup(order)).items():
            if verdict.outcome is Outcome.FAIL:
                assert place[RecordId.parse(json.loads(verdict.value)["of"])] < place[record]


def test_what_is_kept_has_no_near_duplicate_among_what_is_kept():
    texts = families(5, 30)
    said = near(dedup(texts))
    kept = [shingles(text) for record, text in texts if said[record].outcome is Outcome.PASS]
    assert not any(jaccard(a, b) >= 0.85 for n, a in enumerate(kept) for b in kept[:n])


def test_fetching_texts_again_gives_what_holding_them_gives():
    texts = families(3, 30)
    assert list(dedup(texts, fetch=dict(texts).__getitem__)) == list(dedup(texts)) == list(dedup(iter(texts)))


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), max_size=8), st.sampled_from([LEAST_THRESHOLD, 0.85, 1.0]))
def test_every_record_gets_one_verdict_of_each_check_whatever_its_text(texts, threshold):
    given_texts = [(RecordId(1, row), text) for row, text in enumerate(texts)]
    said = list(dedup(given_texts, threshold))
    assert [(v.record.row, v.check) for v in said] == [
        (row, check) for row in range(len(texts)) for check in ("exact_duplicate", "near_duplicate")
    ]
    for row, text in enumerate(texts):
        first = texts.index(text)
        exact, near_ = said[2 * row : 2 * row + 2]
        assert exact.outcome is (Outcome.FAIL if first < row else Outcome.PASS)
        if first < row:
            assert exact.reason == f"duplicate-of: {RecordId(1, first)}" and near_.outcome is Outcome.FAIL
    assert {r: v.outcome is Outcome.FAIL for r, v in near(said).items() if texts.index(texts[r.row]) == r.row} == {
        r: twin is not None for r, twin in brute(given_texts, threshold).items() if texts.index(texts[r.row]) == r.row
    }


def test_empty_texts_are_duplicates_of_each_other_and_of_nothing_else():
    said = near(dedup([(RecordId(1, 0), ""), (RecordId(1, 1), " \n"), (RecordId(1, 2), "STOP RUN.")]))
    assert [v.outcome.value for v in said.values()] == ["pass", "fail", "pass"]


def test_layout_and_case_do_not_count_and_a_hyphen_does():
    assert tokens("move  Ws-A\n to b.") == ["move", "ws-a", "to", "b", "."]
    assert shingles("MOVE A TO B.") == shingles("move a\n   to b .")
    assert shingles("MOVE A-1 TO B.") != shingles("MOVE A - 1 TO B.")


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.7, 1.01, float("nan"), -1])
def test_a_threshold_at_which_pairs_would_be_missed_is_refused(threshold):
    with pytest.raises(PolicyError):
        list(dedup([], threshold))


def test_all_that_decides_is_in_the_parameters():
    assert {"threshold", "shingle", "permutations", "bands", "seed", "library", "algorithm"} == set(parameters(0.85))


def test_without_rensa_nothing_is_judged_rather_than_passed(monkeypatch):
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(ToolMissing, match="rensa"):
        list(dedup([(RecordId(1, 0), "A.")]))
