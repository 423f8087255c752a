"""The copy of a copy through a ledger: sharpening and drift are refused, what people wrote and what is as good is not."""

from __future__ import annotations

import json
import random
import re
from collections import Counter

import pytest

from benchmarks.measure_collapse import written
from provenance.errors import PolicyError
from provenance.pipeline import Context
from provenance.pipeline.heldout import Apart
from provenance.pipeline.judges.collapse import CHECKS, Settings, judge
from provenance.pipeline.measures import read_measures
from tests.pipeline.copies import Corpus
from tests.steps.novelty.people import programs

SMALL = Settings(budget=12_000, least_tokens=4_000, draws=20)


def sharpened(texts, seed):
    """A model of the texts writes what is likeliest ever more often."""
    return written(texts, 0.5, 14_000, seed)


def drifted(texts, seed):
    """Ever more names that nobody uses."""
    draw = random.Random(seed)

    def name(found):
        return "".join(draw.choices("BCDFGHKLMNPQRSTVWXYZ", k=9)) if draw.random() < 0.4 else found[0]

    return [re.sub(r"\b[A-Z]+-[A-Z-]+\b|\b(?:PAY|TAX|LOAN|CARD|ITEM|RATE|FUND|SHIP|BILL|UNIT|DEPT|PLAN)[A-Z]+\b", name, text)
            for text in texts]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """People, three generations of two generators that learn only of each other, and a third that is as varied as people."""
    with pytest.MonkeyPatch.context() as patch:
        from tests.pipeline.small_pipeline import RUN_STEP

        patch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))
        corpus = Corpus(tmp_path_factory.mktemp("copies") / "ledger")
        texts = programs(90)
        people = corpus.people(texts)
        batches = {("", 0): people}
        for model, write in (("sharp", sharpened), ("drifting", drifted)):
            above, past = people, texts
            for depth in (1, 2, 3):
                past = write(past, depth)
                above = batches[model, depth] = corpus.made(past, above, model)
        batches["varied", 1] = corpus.made(programs(80, seed=5), people, "varied")
        batches["augment:layout", 1] = corpus.made([text.replace("MOVE", "MOVE ") for text in texts], people, role="source")
        batches["tiny", 1] = corpus.made(programs(5, seed=6), people, "tiny")
        context = Context(corpus.ledger, "test.collapse")
        result = judge(context, list(batches.values()), SMALL)
        return {"corpus": corpus, "batches": batches, "result": result, "context": context,
                "said": corpus.verdicts(result.batches)}


def outcomes(judged, model, depth):
    batch = judged["batches"][model, depth]
    return Counter((row["outcome"], row["reason"].split(":")[0]) for record, row in judged["said"].items()
                   if record.batch == batch.number)


def test_every_record_gets_one_verdict(judged):
    assert len(judged["said"]) == len(judged["corpus"].known) == judged["result"].verdicts
    assert {row["check"] for row in judged["said"].values()} == set(CHECKS)


def test_people_are_what_is_compared_with(judged):
    assert set(outcomes(judged, "", 0)) == {("skipped", "human")}


def test_what_is_as_varied_as_people_passes(judged):
    for model in ("varied", "augment:layout"):
        assert set(outcomes(judged, model, 1)) == {("pass", "")}, model


def test_sharpening_is_refused(judged):
    for depth in (2, 3):
        assert set(outcomes(judged, "sharp", depth)) == {("fail", "sharpening")}


def test_drift_is_refused(judged):
    assert set(outcomes(judged, "drifting", 3)) == {("fail", "drift")}


def test_too_little_is_not_judged_and_still_measured(judged):
    assert set(outcomes(judged, "tiny", 1)) == {("abstain", "too-little")}
    rows = [row for row in read_measures(judged["corpus"].ledger, judged["result"].batches) if row["generator"] == "tiny"]
    assert {row["side"] for row in rows} == {"made", "human"}


def test_a_value_names_the_group_and_what_failed(judged):
    batch = judged["batches"]["sharp", 3]
    row = next(row for record, row in judged["said"].items() if record.batch == batch.number)
    value = json.loads(row["value"])
    assert (value["generator"], value["language"], value["depth"], value["mode"]) == ("sharp", "cobol", 3, "sharpening")
    ratio, low, high = value["signs"]["distinct_5"]
    assert low <= ratio <= high < 1 and "distinct_5" in row["reason"]


def test_measures_lie_beside_the_human_ones_at_one_budget(judged):
    ledger, result = judged["corpus"].ledger, judged["result"]
    rows = list(read_measures(ledger, result.batches))
    assert {row["measured"] for row in rows} == {result.batches[0].number}
    sides = {(row["generator"], row["depth"], row["side"]): row["tokens"] for row in rows}
    for (generator, depth, side), tokens in sides.items():
        if side == "made":
            assert sides[generator, depth, "human"] == tokens <= SMALL.budget
    assert sides["", 0, "human"] == SMALL.budget and ("", 0, "made") not in sides
    assert all(row["low"] <= row["high"] for row in rows)
    by = {(row["generator"], row["depth"], row["side"]): row["value"] for row in rows if row["metric"] == "own_bits"}
    # The naive quality: it improves while the corpus collapses, so nothing is judged by it.
    assert by["sharp", 3, "made"] < by["sharp", 3, "human"]


def test_the_same_question_is_adopted_and_its_answer_does_not_depend_on_the_order(judged):
    again = judge(judged["context"], list(judged["batches"].values())[::-1], SMALL)
    assert again.made == 0 and again.batches == judged["result"].batches


def test_what_came_of_a_held_out_record_is_held_out_too(judged):
    apart, batches, known = Apart(judged["corpus"].ledger, 20, 0), judged["batches"], judged["corpus"].known
    roots = apart.of(batches["", 0])
    assert 0 < roots.sum() < len(roots)
    for (model, depth), batch in batches.items():
        flags = apart.of(batch)
        for record, one in known.items():
            if record.batch == batch.number and one.parents:
                parent = one.parents[0].record
                assert flags[record.row] == apart.of(parent.batch_id)[parent.row], (model, depth)


def test_without_people_there_is_no_judgement(tmp_path, quick):
    corpus = Corpus(tmp_path / "ledger")
    found = corpus.found(programs(30))
    result = judge(Context(corpus.ledger, "test"), [found], SMALL)
    assert {(row["outcome"], row["reason"]) for row in corpus.verdicts(result.batches).values()} == {
        ("abstain", "no-human-reference")}


@pytest.mark.parametrize("wrong", [{"budget": 10}, {"least_tokens": 300_000}, {"heldout": 0}, {"distinct_5": 1.5}, {"risen": 0.9},
                                   {"vendi": float("nan")}, {"draws": 1}, {"heldout_bits": 0.5}])
def test_nonsense_is_refused(wrong):
    with pytest.raises(PolicyError, match=rf"judge\.collapse\.{next(iter(wrong))}"):
        Settings(**wrong)
