"""From a plan to verdicts: the same answers through three tools, adding nothing twice, and what never passes a record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import InvalidId, PolicyError, SourceError
from provenance.ledger import Ledger
from provenance.ledger.upkeep import verify
from provenance.lineage import Lens, ask
from provenance.model.identity import RecordId
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.pipeline.asking import Asking, plan_review, state, tasks
from provenance.pipeline.desk import read_desk
from provenance.pipeline.editing import edit
from provenance.pipeline.reviewing import answers_out, figures, keep, person
from provenance.pipeline.selection import current
from provenance.sources.review_files import read_replies, write_replies
from provenance.steps.review import Reply, Settings, Take
from tests.pipeline.people import by_cli, by_label_studio, corpus, gathered, planned, says, speaking
from tests.pipeline.small_pipeline import RUN_STEP


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))
        yield corpus(tmp_path_factory.mktemp("people"))


@pytest.fixture
def ledger(made: Ledger, tmp_path: Path, quick: None) -> Ledger:
    shutil.copytree(made.path, tmp_path / "ledger")
    return Ledger(tmp_path / "ledger")


def review(ledger: Ledger, *replies: Reply, origin: str = "file", **more: Any) -> Any:
    return keep(speaking(ledger), replies, origin, **more)


def outcomes(ledger: Ledger) -> dict[str, tuple[str, str]]:
    return {str(record): (str(said.outcome), said.reason) for record, said in read_desk(ledger).said.items()}


# -- plans -----------------------------------------------------------------------------------------------------------


def test_a_plan_is_a_queue_and_asking_again_gives_the_same(ledger: Ledger) -> None:
    asking = Asking("march", (Take("random", 3), Take("disagreement", 2)), seed=5, questions=("summary", "defect"))
    first = plan_review(speaking(ledger), asking)
    again = plan_review(speaking(ledger), asking)
    assert first.step.made == 1 and again.step.adopted == 1 and again.step.made == 0 and again.drawn == first.drawn
    with Lens(ledger) as lens:
        rows = lens.query("SELECT DISTINCT record, question, needed, gold FROM queue ORDER BY ALL").rows
    assert len(rows) == 3 * first.records and {row[1] for row in rows} == {"approve", "summary", "defect"}
    with pytest.raises(PolicyError, match="asks something else"):
        plan_review(speaking(ledger), Asking("march", (Take("random", 4),), seed=5))
    assert list(verify(ledger)) == []


def test_gold_questions_are_in_the_queue_and_not_given_away(ledger: Ledger) -> None:
    record = planned(ledger, 2)[0].record
    plan_review(speaking(ledger), Asking("second", (Take("random", 2),), gold={record: "reject"}))
    with Lens(ledger) as lens:
        (row,) = lens.query("SELECT record, why, gold FROM queue WHERE gold <> ''").dicts()
    assert row["record"] == record and row["why"] == "gold" and "reject" not in row["gold"]
    assert record in {task.record for task in tasks(ledger, "second")}
    assert not any("gold" in str(value) for row in state(ledger) for value in row.values())


def test_what_people_settled_is_not_drawn_again_and_what_they_differ_on_is(ledger: Ledger) -> None:
    one, two, *_ = planned(ledger, 13)
    review(ledger, says(one.record, "ada", "approve"), says(one.record, "bob", "approve"), says(two.record, "ada", "approve"),
           says(two.record, "bob", "reject"))
    plan_review(speaking(ledger), Asking("april", (Take("random", 100),)))
    assert one.record not in {task.record for task in tasks(ledger, "april")}
    plan_review(speaking(ledger), Asking("arbiters", (Take("disagreement", 100),), needed=1))
    assert two.record in {task.record for task in tasks(ledger, "arbiters")}


def test_a_plan_that_can_draw_nothing_is_refused(ledger: Ledger) -> None:
    with pytest.raises(PolicyError, match="draws no record"):
        plan_review(speaking(ledger), Asking("risky", (Take("risk", 5),)))
    with pytest.raises(InvalidId, match="no record of this ledger"):
        plan_review(speaking(ledger), Asking("gold", gold={"rec:0000000000000001.0": "reject"}))
    for wrong in ({"name": "a b"}, {"name": "x", "needed": 0}, {"name": "x", "questions": ("comment",)},
                  {"name": "x", "takes": ()}):
        with pytest.raises(PolicyError, match="Next: "):
            Asking(**wrong)


# -- answers ---------------------------------------------------------------------------------------------------------


def test_the_same_answers_twice_add_nothing(ledger: Ledger) -> None:
    task = planned(ledger)[0]
    replies = [says(task.record, "ada", "approve"), says(task.record, "bob", "approve", None)]
    first = review(ledger, *replies)
    before = ledger.stats()
    again = review(ledger, *replies)
    assert (first.new, first.repeated, again.new, again.repeated) == (2, 0, 0, 2)
    assert first.outcomes == {"pass": 1} and not again.verdicts and ledger.stats()["batches"] == before["batches"]
    assert list(verify(ledger)) == []
    with Lens(ledger) as lens:
        assert {row["said"] for row in ask(lens, "review_queue").dicts() if row["record"] == task.record} == {"pass"}
        assert {row["reviews"] for row in ask(lens, "reviewers").dicts()} == {1}


def test_names_are_pseudonyms_and_one_person_is_one(ledger: Ledger) -> None:
    task = planned(ledger)[0]
    review(ledger, says(task.record, "Cyd@Example.org", "approve"), says(task.record, " cyd@example.org ", "approve", 1))
    assert outcomes(ledger)[task.record] == ("abstain", "waiting: 1 of 2")
    assert "cyd" not in json.dumps(answers_out(ledger)).lower()
    cyd = person(ledger, "Cyd@Example.org")
    assert cyd == answers_out(ledger)[0]["reviewer"] == person(ledger, cyd)


@pytest.mark.parametrize("who", ["\u200b", " \ufeff ", "ad\u200ba", "ada\x1b[2J", "\ud800"])
def test_names_that_cannot_be_seen_are_refused(ledger: Ledger, who: str) -> None:
    with pytest.raises(InvalidId) as raised:
        person(ledger, who)
    assert str(raised.value).isprintable()


def test_only_sixteen_hex_digits_are_a_pseudonym(ledger: Ledger) -> None:
    assert person(ledger, "person:0123456789abcdef") == "person:0123456789abcdef"
    for who in ("person:Ada Lovelace Xyz", "person:0123456789ABCDEF"):
        assert person(ledger, who) != who


def test_a_number_of_reviewers_counts_only_where_answers_come(ledger: Ledger) -> None:
    one, two, *_ = (f"rec:{batch}.0" for batch in current(ledger).records)
    review(ledger, says(one, "ada", "approve"))
    review(ledger, says(two, "ada", "approve"), settings=Settings(needed=1))
    assert outcomes(ledger) == {one: ("abstain", "waiting: 1 of 2"), two: ("pass", "approved: 1 of 1")}
    assert review(ledger).verdicts == () == review(ledger, settings=Settings(needed=3)).verdicts
    review(ledger, says(two, "bob", "approve", 1), says(one, "bob", "approve", 1))
    assert outcomes(ledger) == {one: ("pass", "approved: 2 of 2"), two: ("pass", "approved: 2 of 1")}


def test_the_author_of_a_program_does_not_pass_it(ledger: Ledger) -> None:
    """The commits of the small repository are by ada@example.org, and her pseudonym is the same in both places."""
    with Lens(ledger) as lens:
        record = lens.query("SELECT record FROM sources ORDER BY record").rows[0][0]
    review(ledger, says(record, "ada@example.org", "approve"), says(record, "bob", "approve"))
    assert outcomes(ledger)[record] == ("abstain", "waiting: 1 of 2")
    assert "own work" in read_desk(ledger).said[RecordId.parse(record)].value


def test_who_changes_their_mind_adds_an_answer_and_an_old_file_does_not_undo_it(ledger: Ledger) -> None:
    task = planned(ledger)[0]
    old = says(task.record, "ada", "approve", None)
    review(ledger, old)
    review(ledger, Reply("say", task.record, "ada", "reject", at=datetime.now(UTC)), origin="cli")
    assert review(ledger, old).new == 0
    review(ledger, says(task.record, "ada", "unsure", -60))  # said before either, kept, and not the last word
    review(ledger, Reply("say", task.record, "bob", "reject", at=datetime.now(UTC)))
    assert outcomes(ledger)[task.record] == ("fail", "rejected: 2 of 2")
    assert len(read_desk(ledger).everything) == 4


def test_an_approval_that_falls_away_closes_the_gate(ledger: Ledger) -> None:
    task = planned(ledger)[0]
    review(ledger, says(task.record, "ada", "approve"), says(task.record, "bob", "approve"))
    assert outcomes(ledger)[task.record][0] == "pass"
    review(ledger, says(task.record, "bob", "unsure", 9))
    assert outcomes(ledger)[task.record] == ("fail", "withdrawn: now unsure: 1 approve, 1 unsure")


def test_answers_that_came_at_one_time_are_settled_afterwards(ledger: Ledger) -> None:
    """Two imports that did not see each other: each says waiting, and what is said next sees both."""
    one, two = Ledger(ledger.path), Ledger(ledger.path)
    task = planned(ledger)[0]
    seen = read_desk(two)
    review(one, says(task.record, "ada", "approve"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("provenance.pipeline.reviewing.read_desk", lambda ledger: seen)
        review(two, says(task.record, "bob", "approve"))
    assert outcomes(ledger)[task.record] == ("abstain", "waiting: 1 of 2")
    assert review(ledger).outcomes == {"pass": 1}
    assert review(ledger).outcomes == {} and outcomes(ledger)[task.record] == ("pass", "approved: 2 of 2")


def test_who_fails_the_gold_questions_stops_counting_everywhere(ledger: Ledger) -> None:
    first, *rest = planned(ledger, 9)
    gold = [task.record for task in rest[:3]]
    plan_review(speaking(ledger), Asking("gold", (Take("random", 1),), gold=dict.fromkeys(gold, "reject")))
    review(ledger, says(first.record, "ada", "approve"), says(first.record, "eve", "approve"))
    assert outcomes(ledger)[first.record][0] == "pass"
    kept = review(ledger, *(says(record, who, verdict) for record in gold
                            for who, verdict in (("ada", "reject"), ("eve", "approve"))))
    assert kept.untrusted == {person(ledger, "eve"): "gold 0 of 3"}
    assert outcomes(ledger)[first.record] == ("fail", "withdrawn: now waiting: 1 of 2")
    assert {outcomes(ledger)[record] for record in gold} == {("abstain", "gold")}
    assert figures(ledger).scores[person(ledger, "ada")].accuracy == 1.0


@pytest.mark.parametrize(("wrong", "said"), [
    ({"record": "rec:0000000000000001.0"}, "is no record of this ledger"), ({"record": "nonsense"}, "row 1 names a record"),
    ({"who": ""}, "nobody is named who answers for it"), ({"who": "user:7"}, "--person 7=NAME"),
    ({"verdict": "maybe"}, "none of approve, reject, unsure"), ({"plan": "april"}, "was not asked"),
    ({"at": datetime.now(UTC) + timedelta(days=30)}, "still to come")])
def test_one_reply_at_fault_refuses_all_of_them(ledger: Ledger, wrong: Mapping[str, Any], said: str) -> None:
    task = planned(ledger)[0]
    fine = {"place": "row 1", "record": task.record, "who": "ada", "verdict": "approve"}
    with pytest.raises(SourceError, match="Next: mend them and import the whole file again") as raised:
        review(ledger, Reply(**{**fine, "who": "bob"}), Reply(**{**fine, **wrong}))
    assert said in str(raised.value) and read_desk(ledger).everything == []


def test_kept_answers_go_out_and_come_back_as_nothing_new(ledger: Ledger, tmp_path: Path) -> None:
    for number, task in enumerate(planned(ledger, 4)):
        review(ledger, says(task.record, "ada", "approve", number, comment="ä", seconds=3, label={"defect": "none"}),
               says(task.record, "bob", "reject", number))
    for form in ("jsonl", "parquet"):
        write_replies(tmp_path / form, answers_out(ledger), form)
        again = review(ledger, *read_replies(tmp_path / form, form))
        assert (again.new, again.repeated) == (0, 8)


# -- one queue, several tools -----------------------------------------------------------------------------------------


def test_the_same_answers_through_two_tools_are_the_same_reviews(ledger: Ledger, tmp_path: Path) -> None:
    """tests/airflow/test_review_dag.py holds Airflow's road against these."""
    planned(ledger, 8, questions=("defect",))
    found = {}
    for name, road in (("cli", by_cli), ("label-studio", by_label_studio)):
        home = tmp_path / name
        shutil.copytree(ledger.path, home / "ledger")
        road(Ledger(home / "ledger"), home)
        assert {answer.origin for answer in read_desk(Ledger(home / "ledger")).everything} == {name}
        found[name] = gathered(Ledger(home / "ledger"))
    assert found["cli"] == found["label-studio"]
    assert len(found["cli"]["answers"]) == 16
    assert sorted(outcome for outcome, _ in found["cli"]["verdicts"].values()) == ["abstain"] * 2 + ["fail"] * 2 + ["pass"] * 4
    verdict = next(each for each in found["cli"]["whole"] if each.question == "verdict")
    pair = next(each for each in found["cli"]["pairs"] if each.question == "verdict")
    # By hand: 6 of 8 alike; ada approves 6 of 8, bob 4 of 8: chance is 0.5, kappa (0.75 - 0.5) / 0.5. Alpha: values 10 and 6
    # of 16, 4 of 16 ordered pairs differ: 1 - 15 * 4 / (256 - 136).
    assert (pair.both, pair.alike, pair.kappa) == (8, 6, 0.5) and verdict.alpha == pytest.approx(0.5)
    assert [(row["records"], row["alike"], row["observed"], row["expected"], row["kappa"]) for row in found["cli"]["sql"]] == [
        (8, 6, 0.75, 0.5, 0.5)]


# -- editing ---------------------------------------------------------------------------------------------------------


def test_an_edit_is_a_new_record_that_its_editor_cannot_pass(ledger: Ledger) -> None:
    task = next(task for task in planned(ledger, 13) if "STOP RUN" in task.text)
    text = task.text.replace("STOP RUN", "GOBACK")
    made_ = edit(speaking(ledger), task.record, text, "ada")
    assert edit(speaking(ledger), task.record, text, "ada").adopted == 1
    (batch,) = made_.batches
    (record,) = ledger.records(batch)
    assert record.text == text and [(str(parent.record), parent.role) for parent in record.parents] == [(task.record, "source")]
    assert record.ancestry.origin is OriginClass.HUMAN_EDITED_SYNTHETIC and record.ancestry.grade <= EvidenceGrade.E1
    (evidence,) = record.evidence
    said = json.loads(evidence.value)
    assert evidence.kind == "review-edit" and said["by"] == person(ledger, "ada") and datetime.fromisoformat(said["at"]).tzinfo
    assert batch in current(ledger).derived and list(verify(ledger)) == []
    edited = f"rec:{batch}.0"
    review(ledger, says(edited, "ada", "approve"), says(edited, "bob", "approve"))
    assert outcomes(ledger)[edited] == ("abstain", "waiting: 1 of 2")
    review(ledger, says(edited, "cyd", "approve"))
    assert outcomes(ledger)[edited][0] == "pass"


def test_an_edit_needs_a_text_a_person_and_a_difference(ledger: Ledger) -> None:
    task = planned(ledger)[0]
    for text, by, said in ((task.text, "ada", "just this text"), (" \n", "ada", "empty text"), ("X", " ", "answer for it")):
        with pytest.raises((PolicyError, InvalidId), match=said):
            edit(speaking(ledger), task.record, text, by)


def test_review_verdicts_are_in_the_selection(ledger: Ledger) -> None:
    task = planned(ledger)[0]
    kept = review(ledger, says(task.record, "ada", "approve"), says(task.record, "bob", "approve"), settings=Settings())
    assert set(kept.step.batches) <= set(current(ledger).verdicts)
