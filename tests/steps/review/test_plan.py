"""Plans: drawn by seed whatever the order, every stratum seen, the highest score first, each record once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.model.identity import RecordId
from provenance.steps.review import HOW, Candidate, Reply, Take, Task, draw, faults_of, page

POOL = st.lists(st.builds(
    Candidate, st.builds(RecordId, st.integers(1, 3), st.integers(0, 40)), st.sampled_from(["cobol", "rexx"]),
    st.sampled_from(["human", "synthetic_rule"]), st.sampled_from(["", "m"]), st.integers(0, 2),
    st.none() | st.floats(0, 1), st.integers(0, 1), st.integers(0, 3)), max_size=40, unique_by=lambda each: each.record)
TAKES = st.lists(st.builds(Take, st.sampled_from(HOW), st.integers(1, 8)), min_size=1, max_size=3, unique_by=lambda t: t.how)


@given(POOL, TAKES, st.integers(0, 3), st.randoms())
def test_a_draw_does_not_depend_on_the_order_of_candidates(pool, takes, seed, random) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert draw(pool, takes, seed) == draw(shuffled, takes, seed)


@given(POOL, TAKES, st.integers(0, 3))
def test_a_draw_takes_what_is_there_and_fits(pool, takes, seed) -> None:
    drawn = draw(pool, takes, seed)
    by_record = {each.record: each for each in pool}
    assert len({each.record for each in drawn}) == len(drawn)
    for take in takes:
        mine = [each for each in drawn if each.why == take.how]
        fitting = [each for each in pool if each.score(take.how) is not None]
        assert all(by_record[each.record].score(take.how) is not None for each in mine)
        free = [each for each in fitting if each.record not in {d.record for d in drawn if d.why != take.how}]
        assert len(mine) == min(take.size, len(free)), "a way that has enough to draw draws all that it was asked for"


def test_a_rare_stratum_is_seen() -> None:
    pool = [Candidate(RecordId(1, row), "cobol", "human") for row in range(999)]
    pool.append(Candidate(RecordId(2, 0), "abap", "synthetic_model", "m"))
    assert RecordId(2, 0) in {each.record for each in draw(pool, [Take("random", 2)], seed=3)}


def test_the_highest_score_comes_first() -> None:
    pool = [Candidate(RecordId(1, row), "cobol", "human", risk=row % 5, novelty=row / 100) for row in range(100)]
    assert {each.record.row % 5 for each in draw(pool, [Take("risk", 10)], 0)} == {4}
    assert [each.record.row for each in draw(pool, [Take("novelty", 3)], 0)] == [97, 98, 99]


def test_another_seed_draws_others() -> None:
    pool = [Candidate(RecordId(1, row), "cobol", "human") for row in range(200)]
    assert draw(pool, [Take("random", 20)], 1) != draw(pool, [Take("random", 20)], 2)


@pytest.mark.parametrize(("how", "size"), [("guess", 1), ("random", 0), ("random", 100_001), ("gold", 5)])
def test_an_impossible_take_is_refused(how: str, size: int) -> None:
    with pytest.raises(PolicyError, match="Next:"):
        Take(how, size)


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=200))
def test_a_page_cannot_be_driven_by_a_record(text: str, name: str, parent: str) -> None:
    shown = page(Task("rec:0000000000000001.0", "p", name=name, text=text, language="cobol", parent="rec:1", parent_text=parent))
    assert all(character.isprintable() or character in "\n\t" for character in shown)
    assert not {"<", "[", "`"} & set(shown.partition("`")[0]), "a name outside a fence is no Markdown"


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = page(Task("rec:0000000000000001.0", text="MOVE A TO B.\n" * 2_000, language="cobol"), most=500)
    assert len(shown) < 900 and "cut: " in shown and "of 26000 characters" in shown


@pytest.mark.parametrize(("wrong", "said"), [
    ({"who": "  "}, "nobody is named"), ({"verdict": "yes"}, "none of approve"), ({"role": "chief"}, "none of reviewer"),
    ({"seconds": -1}, "took -1"), ({"comment": "x" * 20_001}, "more than 20000"), ({"label": {"": "x"}}, "without a fit name"),
    ({"comment": "\ud800"}, "no Unicode")])
def test_a_reply_at_fault_says_what_is_wrong(wrong, said) -> None:
    fine = {"place": "row 1", "record": "rec:0000000000000001.0", "who": "ada", "verdict": "approve"}
    assert faults_of(Reply(**fine)) == []
    assert said in " ".join(faults_of(Reply(**{**fine, **wrong})))
