"""The judge of declared origin on a small ledger of two hands: both words, the reasons to say nothing, and no origin changed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.lineage import Lens, ask
from provenance.model.identity import BatchId, RecordId
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.pipeline import Context
from provenance.pipeline.census import take
from provenance.pipeline.detecting import load
from provenance.pipeline.judges import origin
from provenance.steps import detect
from tests.pipeline.two_hands import OLD, found, generate, ingest, terse, wordy

SETTINGS = origin.Settings(least=60, folds=3, alpha=0.02)
CLAIM = EvidenceGrade.E1


def said(ledger: Ledger, batches: tuple[BatchId, ...]) -> dict[RecordId, dict[str, Any]]:
    rows = [row for batch in batches for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()]
    return {RecordId(row["batch"], row["row"]): {**row, "value": json.loads(row["value"] or "{}"),
                                                 "code": row["reason"].split(":")[0]} for row in rows}


def everything(ledger: Ledger, columns: list[str]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for manifest in ledger.manifests() if manifest.records
            for row in ledger.table(manifest, "records").select(columns).to_pylist()]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Read-only. Known history, a model's output, and four kinds of claims."""
    with pytest.MonkeyPatch.context() as patch:
        from tests.pipeline.small_pipeline import RUN_STEP
        patch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))
        ledger = Ledger.init(tmp_path_factory.mktemp("judged") / "ledger")
        batches = {
            "old": ingest(ledger, "old", [found(terse(seed), seed) for seed in range(80)]),
            "claims": ingest(ledger, "claims", [found(terse(500 + seed), 500 + seed, source="claims", grade=CLAIM)
                                                for seed in range(12)]),
            "smuggled": ingest(ledger, "smuggled", [found(wordy(500 + seed), 600 + seed, source="smuggled", grade=CLAIM)
                                                    for seed in range(12)]),
            "odd": ingest(ledger, "odd", [
                found("MOVE A TO B.", 700, grade=CLAIM), found("lorem ipsum dolor sit amet " * 20, 701, grade=CLAIM),
                found(terse(702), 702, origin=OriginClass.UNKNOWN, grade=EvidenceGrade.E0),
                found(terse(703), 703, origin=OriginClass.AI_ASSISTED),
                found("A. B. C. " * 40, 704, grade=CLAIM, kind="copybook")]),
            "made": generate(ledger, "fresh", [wordy(seed) for seed in range(80)]),
            "memorised": generate(ledger, "memorised", [terse(900)])}
        before = everything(ledger, ["batch", "row", "origin", "evidence"])
        result = origin.judge(Context(ledger, "t"), list(batches.values()), SETTINGS)
        again = origin.judge(Context(ledger, "t"), list(reversed(batches.values())), SETTINGS)
        return {"ledger": ledger, **batches, "all": list(batches.values()), "before": before, "result": result, "again": again,
                "said": said(ledger, result.batches)}


def words(judged: dict[str, Any], name: str) -> Counter[tuple[str, str]]:
    return Counter((row["outcome"], row["code"]) for record, row in judged["said"].items() if record.batch_id == judged[name])


def test_every_record_has_one_verdict_and_no_origin_is_changed(judged: dict[str, Any]) -> None:
    assert set(judged["said"]) == {RecordId(batch, row) for batch, row, *_ in judged["before"]}
    assert {row["check"] for row in judged["said"].values()} == set(origin.CHECKS) == {"declared_origin"}
    assert everything(judged["ledger"], ["batch", "row", "origin", "evidence"]) == judged["before"]
    assert "fail" not in {row["outcome"] for row in judged["said"].values()}


def test_what_was_smuggled_as_human_is_put_before_a_person(judged: dict[str, Any]) -> None:
    assert words(judged, "smuggled")["warn", "inconsistent"] >= 10
    assert words(judged, "claims")["pass", "consistent"] >= 10


def test_what_a_model_repeated_of_people_is_put_before_a_person_too(judged: dict[str, Any]) -> None:
    assert words(judged, "memorised") == {("warn", "inconsistent"): 1}
    assert words(judged, "made")["pass", "consistent"] >= 75


def test_of_known_history_no_more_than_alpha_is_flagged(judged: dict[str, Any]) -> None:
    assert words(judged, "old")["warn", "inconsistent"] <= 0.02 * 80


def test_where_there_is_no_ground_it_says_so(judged: dict[str, Any]) -> None:
    assert [(row["outcome"], row["code"]) for record, row in sorted(judged["said"].items())
            if record.batch_id == judged["odd"]] == [
        ("abstain", "short-text"), ("abstain", "outside-domain"), ("skipped", "nothing-declared"),
        ("skipped", "hybrid-origin"), ("abstain", "few-labelled")]


def test_a_value_names_the_detector_and_what_was_measured(judged: dict[str, Any]) -> None:
    row = judged["said"][RecordId(judged["smuggled"].number, 0)]
    value = row["value"]
    assert {"origin_score", "conformal_p", "calibration", "n", "view", "raw", "normalised", "against"} <= set(value)
    assert (value["n"], value["against"], value["known_of_source"]) == (80, "human", 0)
    assert judged["said"][RecordId(judged["old"].number, 0)]["value"]["known_of_source"] == 80
    detector = judged["ledger"].require(BatchId.parse(value["calibration"]))
    assert (detector.recipe.step, detector.recipe.params["language"], detector.recipe.params["corpus"]) == (
        "detect", "cobol", "program")
    assert set(detector.recipe.parents) == {judged["old"], judged["made"], judged["memorised"]}
    verdicts = judged["ledger"].require(judged["result"].batches[0])
    assert detector.batch in verdicts.parents and set(judged["all"]) <= set(verdicts.parents)


def test_a_verdict_can_be_made_again_from_the_ledger_alone(judged: dict[str, Any]) -> None:
    ledger, record = judged["ledger"], RecordId(judged["smuggled"].number, 3)
    value = judged["said"][record]["value"]
    census = take(ledger, judged["all"], SETTINGS.teaching)
    detector = load(ledger, BatchId.parse(value["calibration"]))
    scored = detector.score(detect.look(ledger.records(record.batch_id)[record.row].text, "cobol"),
                            int(census.fold[census.places[record.batch_id].start + record.row]))
    assert round(scored.both, 4) == value["origin_score"]
    assert round(detect.p_value(detector.scores["human", "both"], scored.both), 4) == value["conformal_p"]


def test_asked_again_in_another_order_nothing_is_made(judged: dict[str, Any]) -> None:
    assert judged["again"].batches == judged["result"].batches and judged["again"].made == 0
    assert sum(manifest.recipe.step == "detect" for manifest in judged["ledger"].manifests()) == 1


def test_the_question_shows_the_rarest_first(judged: dict[str, Any]) -> None:
    with Lens(judged["ledger"]) as lens:
        rows = ask(lens, "origin_check", most=15).dicts()
        assert ask(lens, "origin_check", language="java").rows == []
        assert lens.query("SELECT count(*) FROM detectors WHERE language = 'cobol' AND part LIKE 'weights:%'").rows == [(6,)]
    assert [row["outcome"] for row in rows[:10]] == ["warn"] * 10
    assert {row["declared"] for row in rows[:10]} <= {"human", "synthetic_model"}
    assert [row["conformal_p"] for row in rows if row["outcome"] == "warn"] == sorted(
        row["conformal_p"] for row in rows if row["outcome"] == "warn")


@pytest.mark.usefixtures("quick")
def test_a_source_that_is_shifted_as_a_whole_warns_of_all_its_records(ledger: Ledger, context: Context) -> None:
    """Half a step towards the model: no single text is rare, all together are."""
    def between(seed: int) -> str:
        text = terse(seed)
        extra = "      * Calculate the total value.\n           COMPUTE WS-TOTAL-NET-VALUE = WS-TOTAL-NET-VALUE + 1\n"
        return text.replace("       PROCEDURE DIVISION.\n", "       PROCEDURE DIVISION.\n" + extra)

    batches = [ingest(ledger, "old", [found(terse(seed), seed) for seed in range(60)]
                      + [found(between(seed), seed) for seed in range(2000, 2004)]),
               ingest(ledger, "new", [found(between(800 + seed), 800 + seed, source="new", grade=CLAIM) for seed in range(50)]),
               ingest(ledger, "other", [found(terse(900 + seed), 900 + seed, source="other", grade=CLAIM) for seed in range(30)]),
               generate(ledger, "fresh", [wordy(seed) for seed in range(60)])]
    verdicts = said(ledger, origin.judge(context, batches, replace(SETTINGS, domain=0.0)).batches)
    new = [row for record, row in verdicts.items() if record.batch_id == batches[1] and row["outcome"] != "abstain"]
    assert {row["outcome"] for row in new} == {"warn"} and {row["code"] for row in new} <= {"source-shift", "inconsistent"}
    alone = [row["value"] for row in new if row["code"] == "source-shift"]
    assert len(alone) >= 10 and min(value["conformal_p"] for value in alone) > SETTINGS.alpha
    assert alone[0]["source_shift"]["shifted"] is True and alone[0]["source_shift"]["source"] == "new"
    other = [row for record, row in verdicts.items() if record.batch_id == batches[2]]
    assert "source-shift" not in {row["code"] for row in other}
    assert {row["value"]["source_shift"]["shifted"] for row in other} == {False}


@pytest.mark.usefixtures("quick")
def test_a_child_is_never_scored_by_what_saw_its_parent(ledger: Ledger) -> None:
    old = ingest(ledger, "old", [found(terse(seed), seed) for seed in range(40)])
    made = generate(ledger, "from", [wordy(seed) for seed in range(40)], [RecordId(old.number, seed) for seed in range(40)])
    census = take(ledger, [made, old], SETTINGS.teaching)
    assert (census.fold[census.places[old]] == census.fold[census.places[made]]).all()
    assert len(set(census.fold.tolist())) == SETTINGS.folds


@pytest.mark.usefixtures("quick")
def test_one_author_of_all_leaves_lineage_and_one_family_leaves_nothing(ledger: Ledger, context: Context) -> None:
    one = ingest(ledger, "one", [found(terse(seed), seed, author="person:one") for seed in range(60)])
    made = generate(ledger, "from", [wordy(seed) for seed in range(60)], [RecordId(one.number, seed) for seed in range(60)])
    assert take(ledger, [one, made], SETTINGS.teaching).grouped == {0: "lineage and content"}
    tied = generate(ledger, "tied", [wordy(seed) for seed in range(60)], [RecordId(one.number, 0)] * 60)
    few = said(ledger, origin.judge(context, [one, tied], SETTINGS).batches)
    assert {row["code"] for row in few.values()} == {"few-families"}


@pytest.mark.usefixtures("quick")
def test_with_too_few_records_of_known_origin_nothing_is_fitted(ledger: Ledger, context: Context) -> None:
    batches = [ingest(ledger, "old", [found(terse(seed), seed) for seed in range(5)]),
               generate(ledger, "fresh", [wordy(seed) for seed in range(5)])]
    rows = said(ledger, origin.judge(context, batches, origin.Settings()).batches)
    assert {(row["outcome"], row["reason"]) for row in rows.values()} == {
        ("abstain", "few-labelled: 5 known human and 5 known synthetic, 200 of each are needed")}
    assert not [manifest for manifest in ledger.manifests() if manifest.recipe.step == "detect"]
    empty = origin.judge(context, [], origin.Settings())
    assert (empty.batches, empty.verdicts) == ((), 0)


def test_a_corpus_may_be_one_source(judged: dict[str, Any]) -> None:
    census = take(judged["ledger"], judged["all"], origin.Settings(by_source=True).teaching)
    assert ("cobol", f"program of {OLD}") in census.cells and ("cobol", "program of no source") in census.cells


@pytest.mark.parametrize("wrong", [{"least": 5}, {"alpha": 0.0}, {"alpha": float("nan")}, {"folds": 1}, {"view": "both "},
                                   {"most": 100}, {"evidence": 0}, {"domain": 0.9}, {"least_shift": 1.5}, {"seed": -1}])
def test_nonsense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match=f"judge.origin.{next(iter(wrong))}"):
        origin.Settings(**wrong)
