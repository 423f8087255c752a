"""Tasks and answers in the forms of four tools: golden files, round trips, and what is refused."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import SourceError
from provenance.sources.review_files import FORMS, read_replies, write_replies, write_tasks
from provenance.steps.review import Reply, Task

GOLDEN = Path(__file__).parents[1] / "golden" / "review"
TASKS = [
    Task("rec:0000000000000001.0", "march", "reviewer", ("defect", "summary"), "cobol", "program", "PAY.cbl",
         "       MOVE A TO B.\n", ("compile pass", "syntax pass")),
    Task("rec:0000000000000002.3", "march", "reviewer", ("defect", "summary"), "cobol", "program", "PAY \"<2>\".cbl",
         "       MOVE A1 TO B.\n       DISPLAY 'ä & <b>'.\n", ("compile pass",), "rec:0000000000000001.0",
         "       MOVE A TO B.\n"),
]
AT = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("form", ["jsonl", "label-studio", "argilla"])
def test_tasks_are_written_as_the_golden_files_have_them(tmp_path: Path, form: str) -> None:
    out = tmp_path / f"tasks.{form}"
    write_tasks(out, TASKS, form)
    for written in sorted(tmp_path.iterdir()):
        golden = GOLDEN / written.name
        if os.environ.get("UPDATE_GOLDENS") == "1":
            golden.write_bytes(written.read_bytes())
        assert written.read_text("utf-8") == golden.read_text("utf-8"), f"UPDATE_GOLDENS=1 writes {golden}"


@pytest.mark.parametrize("form", FORMS)
def test_tasks_that_nobody_answered_hold_no_answer(tmp_path: Path, form: str) -> None:
    write_tasks(tmp_path / "tasks", TASKS, form)
    assert read_replies(tmp_path / "tasks", form, by="ada") == []
    with pytest.raises(SourceError, match="is there already"):
        write_tasks(tmp_path / "tasks", TASKS, form)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_gives_away_how_a_record_was_drawn(tmp_path: Path, form: str) -> None:
    write_tasks(tmp_path / "tasks", TASKS, form)
    text = (tmp_path / "tasks").read_bytes()
    assert b"gold" not in text and b'"why"' not in text


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_task_that_was_filled_in_is_an_answer(tmp_path: Path, form: str) -> None:
    write_tasks(tmp_path / "tasks", TASKS, form)
    filled = {"reviewer": "ada", "verdict": "Approve", "label": {"defect": "none", "free": "yes"}, "comment": " fine ",
              "seconds": 12.4, "reviewed_at": "2026-11-02T09:30:00+01:00"}
    if form == "jsonl":
        lines = [json.loads(line) for line in (tmp_path / "tasks").read_text("utf-8").splitlines()]
        (tmp_path / "tasks").write_text("\n".join(json.dumps({**line, **filled, "unknown": [1]}) for line in lines) + "\n\n")
    else:
        rows = [{**row, **filled, "label": json.dumps(filled["label"]), "unknown": 1} for row in
                pq.read_table(tmp_path / "tasks").to_pylist()]
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "tasks")
    first, second = read_replies(tmp_path / "tasks", form)
    assert first == Reply(first.place, TASKS[0].record, "ada", "approve", {"defect": "none", "free": "yes"}, "fine", 12, AT,
                          "march", "reviewer")
    assert second.record == TASKS[1].record


TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.fixed_dictionaries({
    "record": st.just("rec:0000000000000001.0"), "reviewer": TEXTS, "verdict": st.sampled_from(["approve", "reject", "unsure"]),
    "label": st.dictionaries(TEXTS, TEXTS, max_size=2), "comment": TEXTS, "seconds": st.none() | st.integers(0, 9999),
    "reviewed_at": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC).isoformat()),
    "plan": st.just("march"), "role": st.sampled_from(["reviewer", "arbiter"])}), max_size=4),
       st.sampled_from(["jsonl", "parquet"]))
def test_answers_go_out_and_come_back(tmp_path_factory, rows, form) -> None:
    where = tmp_path_factory.mktemp("answers") / "answers"
    write_replies(where, rows, form)
    back = read_replies(where, form)
    assert [{"record": r.record, "reviewer": r.who, "verdict": r.verdict, "label": dict(r.label), "comment": r.comment,
             "seconds": r.seconds, "reviewed_at": r.at.isoformat() if r.at else "", "plan": r.plan, "role": r.role}
            for r in back] == rows


def test_the_labelling_configuration_is_xml_with_every_box(tmp_path: Path) -> None:
    write_tasks(tmp_path / "t.json", TASKS, "label-studio")
    root = ElementTree.fromstring((tmp_path / "t.json.xml").read_text("utf-8"))
    (choices,) = root.iter("Choices")
    assert [choice.get("value") for choice in choices] == ["approve", "reject", "unsure"] and choices.get("required") == "true"
    assert [area.get("name") for area in root.iter("TextArea")] == ["summary", "defect", "comment"]
    shown = {element.get("value", "").removeprefix("$") for element in root.iter() if element.get("value", "").startswith("$")}
    assert shown <= set(json.loads((tmp_path / "t.json").read_text("utf-8"))[0]["data"])


def test_a_label_studio_export_is_read(tmp_path: Path) -> None:
    replies = read_replies(GOLDEN / "label-studio-export.json", "label-studio")
    assert [(r.record, r.who, r.verdict, r.comment, dict(r.label), r.seconds, r.at) for r in replies] == [
        (TASKS[0].record, "ada@example.org", "approve", "reads well", {"summary": "moves A"}, 12, AT),
        (TASKS[0].record, "user:7", "reject", "", {}, None, datetime(2026, 11, 2, 9, tzinfo=UTC)),
        (TASKS[1].record, "bob@example.org", "unsure", "", {"defect": "one\ntwo"}, 4, AT)]
    assert {r.plan for r in replies} == {"march"}


def test_an_argilla_export_is_read(tmp_path: Path) -> None:
    replies = read_replies(GOLDEN / "argilla-export.json", "argilla")
    ada, bob = "user:11111111-1111-4111-8111-111111111111", "user:22222222-2222-4222-8222-222222222222"
    assert [(r.record, r.who, r.verdict, r.comment, dict(r.label), r.at) for r in replies] == [
        (TASKS[0].record, ada, "approve", "reads well", {"summary": "moves A"}, AT),
        (TASKS[1].record, bob, "reject", "", {}, None)]


@pytest.mark.parametrize(("form", "text", "said"), [
    ("jsonl", '{"record": "x"\n', "line 1"),
    ("jsonl", '[1]\n', "no JSON object"),
    ("jsonl", '{"verdict": "approve", "record": 7}\n', "line 1 has record 7, which is no text"),
    ("jsonl", '{"verdict": "approve", "record": "r", "seconds": "long"}\n', "line 1 has seconds 'long'"),
    ("jsonl", '{"verdict": "approve", "record": "r", "reviewed_at": "yesterday"}\n', "no time of ISO 8601"),
    ("jsonl", '{"verdict": "approve", "record": "r", "label": "[1]"}\n', "no mapping"),
    ("label-studio", '{"data": {}}', "a list of tasks"),
    ("label-studio", '[{"data": {}, "annotations": 3}]', "annotations that are no list"),
    ("argilla", "[3]", "a list of records"),
    ("argilla", '[{"metadata": {}, "responses": {"verdict": [{"value": "approve", "user_id": "u"}]}}]', "it may be a draft"),
    ("argilla", '[{"data": {}, "annotations": []}]', "none of its 1 records has fields or responses"),
    ("label-studio", '[{"fields": {}, "responses": []}]', "none of its 1 tasks has data or annotations"),
    ("jsonl", '{"data": {}, "annotations": []}\n', "none of its 1 rows has a record or a verdict"),
    ("parquet", "PAR0", "is not parquet")])
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, form: str, text: str, said: str) -> None:
    (tmp_path / "answers").write_text(text)
    with pytest.raises(SourceError, match="Next: ") as raised:
        read_replies(tmp_path / "answers", form)
    assert said in str(raised.value)


def test_every_row_at_fault_is_named_and_none_is_taken(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text('{"verdict": "approve", "record": 1}\n{"verdict": "approve", "record": "r"}\n'
                                      '{"verdict": "approve", "record": 3}\n')
    with pytest.raises(SourceError, match=r"2 answers at fault: line 1 .*; line 3 .*nothing of it was kept"):
        read_replies(tmp_path / "answers", "jsonl")


def test_files_that_are_not_there_or_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_replies(tmp_path / "none", "jsonl")
    (tmp_path / "latin").write_bytes(b'{"comment": "\xe4"}')
    with pytest.raises(SourceError, match="is not UTF-8"):
        read_replies(tmp_path / "latin", "jsonl")
    with pytest.raises(SourceError, match="is no form"):
        read_replies(tmp_path / "latin", "csv")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
                        ["data", "annotations", "result", "value", "choices", "from_name", "responses", "verdict", "metadata",
                         "completed_by", "values", "status", "created_at", "lead_time"]), inner, max_size=4), max_leaves=12),
       st.sampled_from(["label-studio", "argilla", "jsonl"]))
def test_whatever_a_file_holds_is_read_or_refused(tmp_path_factory, value, form) -> None:
    where = tmp_path_factory.mktemp("any") / "answers"
    where.write_text(json.dumps([value] if form != "jsonl" else value), "utf-8")
    try:
        replies = read_replies(where, form)
    except SourceError as error:
        assert "Next: " in str(error)
    else:
        assert all(reply.verdict for reply in replies)
