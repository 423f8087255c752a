"""What is new in a made record, and whose program it is over again."""

from __future__ import annotations

import json

import pytest

from provenance.errors import PolicyError
from provenance.model.identity import RecordId
from provenance.pipeline import Context
from provenance.pipeline.judges.novelty import CHECKS, Settings, judge
from provenance.pipeline.measures import read_measures
from tests.pipeline.copies import Corpus
from tests.steps.novelty.people import programs

TEXTS = programs(12)
FRESH = programs(12, seed=3)


def half(one: str, other: str) -> str:
    """The first half of one program and the second of another."""
    first, second = one.splitlines(keepends=True), other.splitlines(keepends=True)
    return "".join([*first[:len(first) // 2], *second[len(second) // 2:]])


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        from tests.pipeline.small_pipeline import RUN_STEP

        patch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))
        corpus = Corpus(tmp_path_factory.mktemp("novel") / "ledger")
        # The last one is a twin of the first, in another repository as it were.
        people = corpus.people([*TEXTS, TEXTS[0].replace("P0X0", "TWIN")])
        batches = {
            "people": people,
            "fresh": corpus.made([*FRESH[:3], FRESH[0]], people, "coder"),
            "copied": corpus.made([TEXTS[5].replace("P0X5", "MINE")], people, "coder", rows=[2]),
            "shown": corpus.made([TEXTS[5].replace("P0X5", "MINE")], people, "coder", rows=[5]),
            "wrong": corpus.made([TEXTS[5].replace("P0X5", "MINE")], people, "coder", role="source", rows=[2]),
            "mixed": corpus.made([half(TEXTS[1], TEXTS[2])], people, "coder", rows=[1]),
            "version": corpus.made([half(TEXTS[1], FRESH[4])], people, "coder", role="source", rows=[1]),
            "rule": corpus.made([TEXTS[0].lower(), TEXTS[3]], people, role="source", rows=[0, 3]),
            "short": corpus.made(["       STOP RUN.\n"], people, "coder"),
            "found": corpus.found([FRESH[9]])}
        batches["again"] = corpus.made([TEXTS[0].replace("PROCEDURE", "procedure")], batches["rule"], role="source", rows=[0])
        context = Context(corpus.ledger, "test.novelty")
        result = judge(context, list(batches.values()), Settings())
        return {"corpus": corpus, "batches": batches, "result": result, "context": context, "people": people,
                "said": corpus.verdicts(result.batches)}


def said(judged, name, row=0):
    found = judged["said"][RecordId(judged["batches"][name].number, row)]
    return found["outcome"], found["reason"], json.loads(found["value"] or "{}")


def rec(judged, row):
    return f"rec:{judged['people']}.{row}"


def test_every_record_gets_one_verdict(judged):
    assert len(judged["said"]) == len(judged["corpus"].known) == judged["result"].verdicts
    assert {row["check"] for row in judged["said"].values()} == set(CHECKS)


def test_people_and_what_was_found_are_not_judged(judged):
    assert said(judged, "people")[:2] == ("skipped", "human")
    outcome, reason, value = said(judged, "found")
    assert (outcome, reason) == ("skipped", "found") and value["novelty"] > 0.8


def test_what_is_new_passes_and_what_an_earlier_one_has_is_not_unseen(judged):
    outcome, reason, value = said(judged, "fresh")
    assert (outcome, reason) == ("pass", "") and 0.8 < value["unseen"] <= value["novelty"]
    assert "parent" not in value
    twin = said(judged, "fresh", 3)[2]
    assert twin["novelty"] == value["novelty"] and twin["unseen"] == 0


def test_one_person_s_program_over_again_is_refused_and_named(judged):
    for name in ("copied", "shown", "wrong"):
        outcome, reason, value = said(judged, name)
        # An example that was shown is no parent that a version may repeat.
        assert (outcome, reason) == ("fail", f"copied-from: {rec(judged, 5)}"), name
        assert value["copied"] >= 0.9


def test_a_mixture_of_two_people_is_little_novelty_and_no_copy(judged):
    assert said(judged, "mixed")[:2] == ("fail", "little-novelty")


def test_versions_are_measured_against_their_parent_and_are_no_copies_of_it_or_its_twins(judged):
    outcome, reason, value = said(judged, "version")
    assert (outcome, reason) == ("pass", "") and 0.3 < value["parent"] < 0.7
    for name, row in (("rule", 0), ("rule", 1), ("again", 0)):
        outcome, reason, value = said(judged, name, row)
        assert (outcome, reason) == ("pass", "") and value["parent"] > 0.9 and value["novelty"] < 0.05


def test_too_short_is_no_ground(judged):
    assert said(judged, "short")[:2] == ("abstain", "too-short")


def test_limits_of_their_own_for_versions(judged, quick):
    strict = Settings(least_version=0.9, least_rule=0.5)
    result = judge(judged["context"], list(judged["batches"].values()), strict)
    told = judged["corpus"].verdicts(result.batches)
    for name in ("version", "rule"):
        row = next(each for record, each in told.items() if record.batch == judged["batches"][name].number)
        assert (row["outcome"], row["reason"]) == ("fail", "little-novelty")


def test_means_by_group_lie_beside_people_s_own(judged):
    rows = list(read_measures(judged["corpus"].ledger, judged["result"].batches))
    assert {row["measured"] for row in rows} == {judged["result"].batches[0].number}
    by = {(row["side"], row["generator"], row["depth"], row["metric"]): row for row in rows}
    people = by["human", "", 0, "novelty"]
    # Of people: what no other person's record has; the twins lower it.
    assert 0.5 < people["value"] < 1 and people["records"] == 13 and people["low"] < people["value"] < people["high"]
    assert by["made", "coder", 1, "novelty"]["value"] < 0.8 and by["made", "augment:layout", 2, "parent"]["value"] > 0.9


def test_a_sample_of_the_runs_says_nearly_the_same(judged, quick):
    result = judge(judged["context"], list(judged["batches"].values()), Settings(most_runs=1_500, least_runs=10))
    told = judged["corpus"].verdicts(result.batches)
    for record, full in judged["said"].items():
        if full["outcome"] == "pass":
            value, exact = json.loads(told[record]["value"]), json.loads(full["value"])
            assert value["looked_at"] < value["runs"] and abs(value["novelty"] - exact["novelty"]) < 0.15
        if full["reason"].startswith("copied-from"):
            assert told[record]["reason"] == full["reason"]
    assert any(row["outcome"] == "pass" for row in told.values())


def test_the_same_question_is_adopted(judged):
    again = judge(judged["context"], list(judged["batches"].values())[::-1], Settings())
    assert again.made == 0 and again.batches == judged["result"].batches


def test_without_people_there_is_nothing_to_be_new_to(tmp_path, quick):
    corpus = Corpus(tmp_path / "ledger")
    found = corpus.found(FRESH[:2])
    made = corpus.made(FRESH[2:4], found, "coder")
    told = corpus.verdicts(judge(Context(corpus.ledger, "test"), [found, made], Settings()).batches)
    assert {(row["outcome"], row["reason"]) for record, row in told.items() if record.batch == made.number} == {
        ("abstain", "no-human-reference")}


@pytest.mark.parametrize("wrong", [{"least_novelty": -0.1}, {"least_version": 2}, {"least_rule": float("nan")}, {"copied": 0.1},
                                   {"least_runs": 0}, {"most_runs": 0}])
def test_nonsense_is_refused(wrong):
    with pytest.raises(PolicyError, match=rf"judge\.novelty\.{next(iter(wrong))}"):
        Settings(**wrong)
