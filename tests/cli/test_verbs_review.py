"""People from the command line: plan, list, show, say, export, import, settle, agreement, edit; and one line for bad input."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.pipeline.people import corpus
from tests.pipeline.small_pipeline import RUN_STEP


@pytest.fixture(autouse=True)
def wired(monkeypatch):
    """The verb is there whether or not the command line declares it yet."""
    from provenance.cli import main, verbs_review, verbs_upkeep

    if "verbs_review" not in Path(sys.modules[main.__module__].__file__).read_text("utf-8"):
        declared = verbs_upkeep.add
        monkeypatch.setattr(verbs_upkeep, "add", lambda verb: (declared(verb), verbs_review.add(verb)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))
        yield corpus(tmp_path_factory.mktemp("people")).path


@pytest.fixture
def ledger(made, tmp_path, quick, monkeypatch) -> Path:
    monkeypatch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))
    shutil.copytree(made, tmp_path / "ledger")
    monkeypatch.setenv("PROVENANCE_LEDGER", str(tmp_path / "ledger"))
    return tmp_path / "ledger"


@pytest.fixture
def queue(cli, ledger):
    """Records of a plan, in order."""
    status, out, err = cli("review", "plan", "march", "--take", "random=3", "--take", "disagreement=2", "--ask", "summary")
    assert status == 0, err
    assert "plan march: 3 records (3 random)" in out
    rows = json.loads(cli("review", "list", "--format", "json")[1])
    assert {row["state"] for row in rows} == {"open"} and {row["needed"] for row in rows} == {2}
    return [row["record"] for row in rows]


def test_two_people_say_what_they_think(cli, queue):
    first, second, _ = queue
    shown = [cli("review", "show", record)[1] for record in queue]
    assert all("```cobol" in out and "Also asked: summary" in out for out in shown)
    for who, verdict in (("ada", "approve"), ("bob", "approve")):
        status, out, err = cli("review", "say", first, verdict, "--by", who, "--label", "summary=adds one", "--seconds", 30)
        assert status == 0, err
    assert "answers: 1 new, 0 known already; records: 1 pass" in out
    cli("review", "say", second, "approve", "--by", "ada")
    assert "1 abstain" in cli("review", "say", second, "reject", "--by", "bob", "--comment", "prints twice")[1]
    states = {row["record"]: row["state"] for row in json.loads(cli("review", "list", "--format", "json")[1])}
    assert (states[first], states[second]) == ("passed", "differ")
    assert "1 pass" in cli("review", "say", second, "approve", "--by", "cyd", "--arbiter")[1]
    assert "records: nothing new" in cli("review", "settle")[1]
    rows = json.loads(cli("review", "agreement", "--format", "json")[1])
    assert [(row["what"], row["question"], row["records"], row["alike"]) for row in rows] == [
        ("alpha", "summary", 1, None), ("alpha", "verdict", 2, None), ("kappa", "summary", 1, 1), ("kappa", "verdict", 2, 1)]


@pytest.mark.parametrize("form", ["jsonl", "parquet", "label-studio", "argilla"])
def test_tasks_go_out_in_every_form(cli, queue, tmp_path, form):
    where = tmp_path / f"ask.{form}"
    status, out, err = cli("review", "export", where, "--form", form)
    assert status == 0, err
    assert "3 tasks written" in out and where.stat().st_size > 500
    assert (tmp_path / "ask.label-studio.xml").exists() == (form == "label-studio")
    assert "answers: 0 new" in cli("review", "import", where, "--form", form)[1]


def test_a_file_that_was_filled_in_comes_back_once(cli, queue, tmp_path):
    ask = tmp_path / "ask.jsonl"
    cli("review", "export", ask, "--form", "jsonl")
    lines = [{**json.loads(line), "verdict": "approve"} for line in ask.read_text("utf-8").splitlines()]
    ask.write_text("\n".join(map(json.dumps, lines)))
    assert "nobody is named who answers for it" in cli.refused("review", "import", ask)
    assert "answers: 3 new" in cli("review", "import", ask, "--by", "ada")[1]
    assert "answers: 0 new, 3 known already; records: nothing new" in cli("review", "import", ask, "--by", "ada")[1]
    status, out, err = cli("review", "export", tmp_path / "kept.parquet", "--form", "parquet", "--answers")
    assert status == 0 and "3 answers written" in out, err
    assert "answers: 0 new, 3 known already" in cli("review", "import", tmp_path / "kept.parquet")[1]


def test_a_tools_number_is_nobody_until_somebody_says_who(cli, queue, tmp_path):
    where = tmp_path / "export.json"
    where.write_text(json.dumps([{"data": {"record": queue[0], "plan": "march"}, "annotations": [
        {"completed_by": 7, "created_at": "2026-10-01T08:00:00Z", "result": [
            {"from_name": "verdict", "type": "choices", "value": {"choices": ["approve"]}}]}]}]))
    assert "--person 7=NAME" in cli.refused("review", "import", where, "--form", "label-studio")
    assert "answers: 1 new" in cli("review", "import", where, "--form", "label-studio", "--person", "7=ada")[1]


def test_gold_questions_come_from_a_file(cli, queue, tmp_path):
    (tmp_path / "gold.jsonl").write_text(json.dumps({"record": queue[0], "verdict": "reject"}) + "\n")
    out = cli("review", "plan", "gold", "--take", "random=1", "--gold", tmp_path / "gold.jsonl")[1]
    assert "2 records (1 gold, 1 random)" in out
    out = cli("review", "say", queue[0], "approve", "--by", "eve", "--gold-least", 1)[1]
    assert "not counted: person:" in out and "gold 0 of 1" in out


def test_a_person_mends_a_record(cli, queue, tmp_path):
    (tmp_path / "new.cbl").write_text("       IDENTIFICATION DIVISION.\n       PROGRAM-ID. NEW.\n")
    status, out, err = cli("review", "edit", queue[0], "--file", tmp_path / "new.cbl", "--by", "ada")
    assert status == 0, err
    record = out.split("rec:")[1].split()[0]
    assert "PROGRAM-ID. NEW." in cli("review", "show", f"rec:{record}")[1]
    assert "human_edited_synthetic" in cli("sql", f"SELECT origin FROM records WHERE record = 'rec:{record}'")[1]


@pytest.mark.parametrize(("words", "said"), [
    (("plan", "x", "--take", "random"), "HOW=SIZE"), (("plan", "x", "--take", "guess=3"), "is no way to draw"),
    (("plan", "x y"), "is no name of a plan"), (("plan", "x", "--gold", "nowhere"), "cannot be read"),
    (("plan", "x", "--needed", "0"), "not in 1..100"), (("show", "rec:0000000000000001.0"), "no record of this ledger"),
    (("say", "nonsense", "approve", "--by", "ada"), "names a record"), (("list", "--nonsense"), "unrecognized"),
    (("say", "rec:0000000000000001.0", "approve", "--by", " "), "nobody is named"),
    (("import", "answers.csv"), "names no form"),
    (("export", "x", "--form", "label-studio", "--answers"), "is no form of answers"),
    (("export", "x", "--form", "jsonl", "--plan", "none"), "is not there"),
    (("edit", "rec:1", "--file", "x", "--by", "a"), "cannot be read"),
    ((), "required")])
def test_bad_input_gets_one_line(cli, ledger, words, said):
    message = cli.refused("review", *words)
    assert said in message or (said == "not in 1..100" and "not 1..100" in message)
