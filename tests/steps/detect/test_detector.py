"""A detector: fitted by folds, kept as numbers, the same when read back."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from provenance.errors import LedgerCorrupt, ToolMissing
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome
from provenance.steps import detect
from provenance.steps.detect import stored
from provenance.steps.detect.detector import VERSION, auroc
from tests.pipeline.two_hands import terse, wordy

PLAN = detect.Plan(folds=3)


def samples(count: int = 60) -> list[detect.Sample]:
    return [detect.Sample(detect.look(write(seed), "cobol"), label, seed % 3)
            for label, write in enumerate((terse, wordy)) for seed in range(count)]


@pytest.fixture(scope="module")
def fitted() -> detect.Detector:
    return detect.fit(samples(), PLAN)


def test_it_tells_two_hands_apart_in_both_views(fitted: detect.Detector) -> None:
    assert fitted.said["human"] == fitted.said["synthetic"] == 60
    assert min(fitted.said["auroc"].values()) > 0.95
    unseen = fitted.score(detect.look(wordy(900), "cobol"), 0)
    assert detect.p_value(fitted.scores["human", "both"], unseen.both) < 0.02
    assert unseen.both == pytest.approx((unseen.raw + unseen.normalised) / 2, abs=1e-6)


def test_a_fold_is_scored_by_what_never_saw_it(fitted: detect.Detector) -> None:
    """Other texts in fold 0 change every model but that of fold 0."""
    others = [detect.Sample(detect.look(terse(700 + place), "cobol"), each.label, 0) if each.fold == 0 else each
              for place, each in enumerate(samples())]
    again = detect.fit(others, PLAN)
    for view in ("raw", "normalised"):
        same = [np.array_equal(one.weights, two.weights) and np.array_equal(one.known, two.known)
                for one, two in zip(fitted.models[view], again.models[view], strict=True)]
        assert same == [True, False, False]


def test_read_back_it_is_the_same_to_the_last_digit(fitted: detect.Detector) -> None:
    kept = stored.rows(fitted, "cobol", "program")
    again = stored.read(reversed(kept))
    assert again.said == fitted.said and again.least_known == fitted.least_known
    for seed in range(30):
        seen = detect.look(terse(seed) if seed % 2 else wordy(seed), "cobol")
        assert again.score(seen, seed % 3) == fitted.score(seen, seed % 3)
    assert all(np.array_equal(again.scores[key], fitted.scores[key]) for key in fitted.scores)
    assert {type(value) for row in kept for value in row["numbers"]} == {float}
    assert {type(value) for row in kept for value in row["integers"]} == {int}


def test_fitted_again_it_is_the_same(fitted: detect.Detector) -> None:
    assert stored.rows(detect.fit(samples(), PLAN), "cobol", "program") == stored.rows(fitted, "cobol", "program")


def test_a_part_that_is_absent_is_no_detector(fitted: detect.Detector) -> None:
    kept = [row for row in stored.rows(fitted, "cobol", "program") if row["part"] != "known:1"]
    with pytest.raises(LedgerCorrupt, match="known:1"):
        stored.read(kept)


def test_another_language_is_outside(fitted: detect.Detector) -> None:
    java = detect.look("class A { int b(int c) { return c * 31 + 7; } } // " + "word " * 40, "java")
    assert "normalised runs known" in fitted.outside(fitted.score(java, 0))
    assert fitted.outside(fitted.score(detect.look(terse(3), "cobol"), 0)) == ""


def test_without_scikit_learn_nothing_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ToolMissing, match="scikit-learn"):
        detect.libraries()
    with pytest.raises(ToolMissing, match="scikit-learn"):
        detect.fit(samples(3), PLAN)


def test_libraries_name_what_decides_the_weights() -> None:
    assert set(detect.libraries()) == {"sklearn", "numpy", "features", "detector"}
    assert detect.libraries()["detector"] == VERSION


def test_auroc() -> None:
    assert auroc(np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1])) == 1
    assert auroc(np.array([1.0, 1, 1, 1]), np.array([0, 0, 1, 1])) == 0.5
    assert auroc(np.array([1.0]), np.array([0])) == 0.5


@pytest.mark.parametrize(("origin", "made", "by_model", "declares"), [
    ("human", False, False, "human"), ("synthetic_model", False, False, "synthetic"),
    ("synthetic_model", True, True, "synthetic"), ("synthetic_model", True, False, "rule"),
    ("synthetic_rule", True, False, "rule"), ("ai_assisted", False, False, "hybrid"),
    ("human_edited_synthetic", True, False, "hybrid"), ("unknown", False, False, "nothing"), ("unknown", True, True, "nothing")])
def test_what_is_declared(origin: str, made: bool, by_model: bool, declares: str) -> None:
    assert detect.declared(origin, made=made, by_model=by_model) == declares


@pytest.mark.parametrize(("origin", "evidence", "more", "label"), [
    ("human", 2, {}, 0), ("human", 1, {}, None), ("human", 2, {"grade": 3}, None), ("synthetic_model", 2, {}, 1),
    ("synthetic_model", 1, {}, None), ("ai_assisted", 2, {}, None), ("ai_assisted", 2, {"assisted": True}, 1),
    ("unknown", 5, {}, None), ("synthetic_rule", 5, {}, None)])
def test_who_teaches(origin: str, evidence: int, more: dict[str, int], label: int | None) -> None:
    assert detect.label(origin, evidence, made=False, by_model=False, **more) == label
    assert detect.label(origin, 0, made=True, by_model=True) == 1
    assert detect.label(origin, 5, made=True, by_model=False) is None


RECORD = RecordId(1, 0)


def said(fitted: detect.Detector, text: str, declared: detect.Declared, **more: object) -> tuple[Outcome, str, str]:
    seen = detect.look(text, "cobol")
    asked = detect.Asked(RECORD, declared, fitted.score(seen, 0), seen.length, **more)  # type: ignore[arg-type]
    one = detect.speak(asked, fitted, "cal", "", detect.Bar(alpha=0.02))
    return one.outcome, one.reason.split(":")[0], one.value


def test_words(fitted: detect.Detector) -> None:
    human, made = detect.Declared.HUMAN, detect.Declared.SYNTHETIC
    assert said(fitted, terse(800), human)[:2] == (Outcome.PASS, "consistent")
    assert said(fitted, wordy(800), human)[:2] == (Outcome.WARN, "inconsistent")
    assert said(fitted, terse(800), made)[:2] == (Outcome.WARN, "inconsistent")
    assert said(fitted, wordy(800), made)[:2] == (Outcome.PASS, "consistent")
    assert said(fitted, "MOVE A TO B.", human)[:2] == (Outcome.ABSTAIN, "short-text")
    assert said(fitted, "lorem ipsum " * 40, human)[:2] == (Outcome.ABSTAIN, "outside-domain")
    shifted = detect.Shift(0.8, 0.0, 40, 0.1, True)
    outcome, reason, value = said(fitted, terse(800), human, shift=shifted, source="s")
    assert (outcome, reason) == (Outcome.WARN, "source-shift") and '"source_shift":{"distance":0.8' in value


def test_there_is_no_ground_without_enough_known_records(fitted: detect.Detector) -> None:
    seen = detect.look(wordy(800), "cobol")
    asked = detect.Asked(RECORD, detect.Declared.HUMAN, fitted.score(seen, 0), seen.length)
    one = detect.speak(asked, fitted, "cal", "", detect.Bar(alpha=0.01))
    assert (one.outcome, one.reason.split(":")[0]) == (Outcome.ABSTAIN, "alpha-unreachable")
    rule = detect.speak(detect.Asked(RECORD, detect.Declared.RULE), fitted, "cal", "", detect.Bar())
    assert (rule.outcome, rule.reason.split(":")[0]) == (Outcome.SKIPPED, "rule-made")
    bar = detect.Bar(alpha=0.05, least_own=1)
    assert detect.speak(asked, fitted, "cal", "", bar).reason.split(":")[0] == "strange-source"
    assert detect.speak(replace(asked, known_of_source=1), fitted, "cal", "", bar).reason.split(":")[0] == "inconsistent"
    none = detect.speak(asked, None, "", "few-labelled: 1 of 2", detect.Bar())
    assert (none.outcome, none.reason, none.value) == (Outcome.ABSTAIN, "few-labelled: 1 of 2", "")
    with pytest.raises(ValueError, match="was to be scored"):
        detect.speak(detect.Asked(RECORD, detect.Declared.HUMAN, None, 500), fitted, "cal", "", detect.Bar())
