"""Named questions: each runs, says what it promised, and answers rightly on the small ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from provenance.errors import InvalidId, QueryError
from provenance.ledger import Ledger, codec
from provenance.lineage import Lens, ask, load, names
from provenance.model.identity import RecordId
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent
from provenance.model.verdict import Outcome, Verdict
from tests.lineage.small_ledger import NOW, Writer, record

EXPECTED = {"origin_mix", "depth", "gaps", "duplicates", "refused", "checks", "conflicts", "licences", "sources_list",
            "generators", "transforms", "reviewers", "descendants", "roots", "refused_files"}


def _required(name: str, corpus: dict[str, Any]) -> dict[str, str]:
    return {param.name: f"rec:{corpus['roots']}.0" for param in load(name).params if param.required}


def test_the_questions_that_are_promised_exist() -> None:
    assert set(names()) >= EXPECTED


@pytest.mark.parametrize("name", names())
def test_a_question_has_a_header_and_keeps_to_it(lens: Lens, corpus: dict[str, Any], name: str) -> None:
    question = load(name)
    assert question.header.endswith("?")
    assert question.columns
    assert ask(lens, name, **_required(name, corpus)).columns == tuple(column for column, _ in question.columns)


@pytest.mark.parametrize("name", [name for name in names() if not any(p.required for p in load(name).params)])
def test_an_empty_ledger_has_an_empty_answer(tmp_path: Path, name: str) -> None:
    with Lens(Ledger.init(tmp_path / "empty")) as empty:
        assert ask(empty, name).rows == []


def test_answers(lens: Lens, corpus: dict[str, Any]) -> None:
    assert [row[:3] for row in ask(lens, "origin_mix").rows] == [
        ("synthetic_model", "cobol", 3), ("human", "cobol", 2), ("synthetic_rule", "cobol", 1)]
    assert [row[2] for row in ask(lens, "origin_mix", dataset="pay").rows] == [2, 1, 1]
    assert [row[:2] for row in ask(lens, "depth").rows] == [(0, 3), (1, 2), (2, 1)]
    assert ask(lens, "licences", dataset=f"pay@{corpus['dataset']}").rows[0][:2] == ("MIT", 4)
    assert ask(lens, "gaps").rows == []
    duplicates = ask(lens, "duplicates").dicts()
    assert [(row["duplicate"], row["records"], row["detail"]) for row in duplicates] == [
        ("same_content", 2, ""), ("near_duplicate", 1, "warn 0.93")]
    assert ask(lens, "refused").rows == [("not-text", 1, "src/LOGO.cbl", "not-text: NUL bytes")]
    assert {(row["check"], row["pass"], row["warn"], row["fail"]) for row in ask(lens, "checks").dicts()} == {
        ("ingest", 0, 0, 1), ("syntax", 4, 0, 0), ("differential", 1, 0, 1), ("near_duplicate", 0, 1, 0),
        ("origin", 0, 1, 0)}
    assert {row["found_in"] for row in ask(lens, "conflicts").dicts()} == {"evidence", "verdict"}
    assert ask(lens, "sources_list").dicts()[0]["people"] == 2
    assert ask(lens, "generators").rows == [("model-x", 1, 1, 1, 3), ("model-y", 1, 1, 1, 1)]
    assert ask(lens, "transforms").rows == [("rename", 2, 1, 0, 1, 0, 0)]
    assert ask(lens, "reviewers").dicts()[0]["reviews"] == 1
    assert [row[:3] for row in ask(lens, "descendants", record=f"rec:{corpus['roots']}.1").rows] == [
        (f"rec:{corpus['varied']}.1", 1, "augment"), (f"rec:{corpus['turned']}.0", 2, "translate")]
    roots = ask(lens, "roots", record=f"rec:{corpus['turned']}.0").dicts()
    assert {(row["record"], row["model"]) for row in roots} == {
        (f"rec:{corpus['roots']}.0", None), (f"rec:{corpus['roots']}.1", None),
        (f"rec:{corpus['generated']}.0", "model-x")}


def test_a_transform_is_counted_by_its_evidence(tmp_path: Path) -> None:
    write = Writer(tmp_path / "ledger")
    human = Ancestry.of_root(OriginClass.HUMAN, "MIT", "https://example.org/payroll", EvidenceGrade.E2)
    roots = write.records(Recipe("ingest", "1", {}), [record("MOVE A TO B.\n", human)])
    parents = (Parent(RecordId(roots.number, 0)),)
    values = ['{"evidence":"run","files":0}', "", '{"evidence":"generated-code","run":"x"}',
              '{"evidence":"machine-code","run":"x"}', '{"evidence":"what is not known yet"}']
    made = write.records(Recipe("augment", "2", {"transform": "rename"}, (roots,)), [
        record(f"MOVE A{row} TO B.\n", Ancestry.derive([human]), parents=parents) for row in range(len(values))])
    verify = Recipe("verify", "3", {}, (made,))
    said = [Verdict("differential", Outcome.PASS, RecordId(made.number, row), value=value)
            for row, value in enumerate(values)]
    write.commit(verify, codec.encode_verdicts(verify.batch, said, NOW))
    with Lens(write.ledger) as lens:
        assert ask(lens, "transforms").rows == [("rename", 5, 2, 3, 0, 0, 0)]


def test_wrong_use_is_told_what_there_is(lens: Lens) -> None:
    with pytest.raises(QueryError, match="origin_mix"):
        ask(lens, "nonsense")
    with pytest.raises(QueryError, match="needs the parameter record"):
        ask(lens, "roots")
    with pytest.raises(QueryError, match="has no parameter x"):
        ask(lens, "depth", x=1)
    with pytest.raises(QueryError, match=r"ask for one of: pay@"):
        ask(lens, "depth", dataset="other")
    with pytest.raises(QueryError, match="is not a dataset"):
        ask(lens, "depth", dataset="' OR 1=1")
    with pytest.raises(QueryError, match="whole number"):
        ask(lens, "duplicates", most="many")
    with pytest.raises(QueryError, match="is not in the ledger"):
        ask(lens, "roots", record="rec:0000000000000001.0")
    with pytest.raises(InvalidId):
        ask(lens, "roots", record="1")
    assert ask(lens, "duplicates", most="1", limit=1).truncated
