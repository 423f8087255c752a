"""The screen over a small ledger: one verdict a check, findings without values, and nothing passes that was not looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import PolicyError, ToolMissing
from provenance.ledger import Draft, Ledger, codec
from provenance.ledger.upkeep import verify
from provenance.lineage import Lens, ask
from provenance.model.identity import BatchId
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry
from provenance.pipeline import Context
from provenance.pipeline.judges import load, screen
from provenance.pipeline.judges.screen import CHECKS, Settings, judge
from provenance.steps.screen import Finding
from tests.lineage.small_ledger import record

SECRET = "HUNTER22"
TEXTS = {
    "CLEAN": "       STOP RUN.\n",
    "SECRET": f"       STOP RUN.\n       01 WS-PASSWORD PIC X(8) VALUE '{SECRET}'.\n",
    "NAMED": "      * 12/03/1998 J. SMITH   NEW TABLE\n       STOP RUN.\n",
    "HIDDEN": "       DISPLAY 'a\u202eb'.\n",
    "GUESS": f"      * password := 'sesame'.\n      * {SECRET}\n       MOVE '{SECRET}' TO WS-PASSWORD.\n",
}


class Scanner:
    """Finds the word TOKEN, or breaks."""

    version = "0.fake"
    problem = ""

    def scan(self, text: str) -> tuple[list[Finding], str]:
        at = text.find("TOKEN")
        found = [] if at < 0 or self.problem else [Finding(at, at + 5, "secrets", "kingfisher/fake", "token", True)]
        return found, self.problem


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch, quick: None) -> Scanner:
    fake = Scanner()
    monkeypatch.setattr(screen, "_scanner", lambda: fake)
    return fake


def plant(ledger: Ledger, texts: dict[str, str], shard: str = "0", **more: Any) -> BatchId:
    ancestry = Ancestry.of_root(OriginClass.HUMAN, "MIT", "https://example.org/payroll", EvidenceGrade.E2)
    recipe = Recipe("ingest", "1", {"files": sorted(texts)}, shard=shard)
    records = [replace(record(text, ancestry, name=name), **more) for name, text in texts.items()]
    ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, records)), run="00000000-0000-7000-8000-000000000001",
                  job="test")
    return recipe.batch


@pytest.fixture
def batch(ledger: Ledger) -> BatchId:
    return plant(ledger, TEXTS)


def said(ledger: Ledger, batches: Any) -> dict[tuple[int, str], tuple[str, str, Any]]:
    rows: dict[tuple[int, str], tuple[str, str, Any]] = {}
    for batch in batches:
        manifest = ledger.require(batch)
        for row in ledger.table(manifest, "verdicts").to_pylist():
            if row["batch"] is not None:
                rows[row["row"], row["check"]] = row["outcome"], row["reason"], json.loads(row["value"])
    return rows


def findings(ledger: Ledger, batches: Any) -> list[dict[str, Any]]:
    return [row for batch in batches if "findings" in ledger.require(batch).parts
            for row in ledger.table(ledger.require(batch), "findings").to_pylist()]


def test_it_is_a_judge_like_the_others() -> None:
    assert load("screen").CHECKS == CHECKS == ("secrets", "personal_data", "hidden_text")


def test_every_record_gets_one_verdict_a_check(ledger: Ledger, context: Context, batch: BatchId, scanner: Scanner) -> None:
    result = judge(context, [batch], Settings())
    rows = said(ledger, result.batches)
    assert set(rows) == {(row, check) for row in range(len(TEXTS)) for check in CHECKS} and result.verdicts == len(rows)
    assert {key: value[:2] for key, value in rows.items() if value[0] != "pass"} == {
        (1, "secrets"): ("fail", "cobol-password: line 2"), (2, "personal_data"): ("warn", "change-log: line 1"),
        (3, "hidden_text"): ("fail", "bidi-control: line 1"), (4, "secrets"): ("fail", "cobol-password: line 3")}
    assert rows[4, "secrets"][2] == {"rules": {"cobol-password": 1, "password-assigned": 1}}


def test_nothing_of_a_value_is_in_the_ledger_but_in_the_text_itself(ledger: Ledger, context: Context, batch: BatchId,
    scanner: Scanner) -> None:
    result = judge(context, [batch], Settings())
    tables = [ledger.table(ledger.require(made),
    name).to_pylist() for made in result.batches for name in ledger.require(made).parts]
    told = repr(tables) + "".join(path.read_text("utf-8",
    "replace") for path in (ledger.path / "outbox").rglob("*") if path.is_file())
    assert "cobol-password" in told
    assert SECRET not in told and "SMITH" not in told and "sesame" not in told


def test_findings_say_where_and_the_same_value_has_the_same_mark(ledger: Ledger, context: Context, batch: BatchId,
    scanner: Scanner) -> None:
    rows = findings(ledger, judge(context, [batch], Settings()).batches)
    texts = list(TEXTS.values())
    assert [(row["row"], row["rule"], row["line"], texts[row["row"]][row["start"]:row["end"]]) for row in rows] == [
        (1, "cobol-password", 2, SECRET), (2, "change-log", 1, "J. SMITH"), (3, "bidi-control", 1, "\u202e"),
        (4, "password-assigned", 1, "sesame"), (4, "cobol-password", 3, SECRET)]
    assert rows[0]["hash"] == rows[4]["hash"] != rows[3]["hash"]
    with Lens(ledger) as lens:
        answer = ask(lens, "findings").dicts()
        assert answer[0] == {"check": "secrets", "rule": "cobol-password", "hash": rows[0]["hash"], "records": 2, "places": 2,
                             "first": f"rec:{batch}.1", "line": 2}
        assert [row["rule"] for row in ask(lens, "findings", rule="change-log").dicts()] == ["change-log"]
        assert len(ask(lens, "findings", most=2).rows) == 2


def test_what_is_allowed_is_counted_and_is_no_fault(ledger: Ledger, context: Context, batch: BatchId, scanner: Scanner) -> None:
    known = findings(ledger, judge(context, [batch], Settings()).batches)[0]["hash"]
    rows = said(ledger, judge(context, [batch], Settings(allow=(known, "change-log"))).batches)
    assert rows[1, "secrets"] == ("pass", "", {"allowed": 1, "rules": {}})
    assert rows[2, "personal_data"] == ("pass", "", {"allowed": 1, "rules": {}})
    assert rows[4, "secrets"][:2] == ("warn", "password-assigned: line 1")


def test_under_another_key_it_is_another_batch_with_other_marks(ledger: Ledger, context: Context, batch: BatchId,
    scanner: Scanner,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    first = judge(context, [batch], Settings())
    assert judge(context, [batch], Settings()).adopted == 1
    monkeypatch.setenv("PROVENANCE_PSEUDONYM_KEY", "another")
    second = judge(context, [batch], Settings())
    assert second.batches != first.batches
    assert findings(ledger, first.batches)[0]["hash"] != findings(ledger, second.batches)[0]["hash"]
    assert list(verify(ledger)) == []


def test_a_scanner_is_asked_and_ours_come_with_it(ledger: Ledger, context: Context, scanner: Scanner) -> None:
    batch = plant(ledger, {"A": "TOKEN\n", "B": f"TOKEN\nMOVE '{SECRET}' TO WS-PASSWORD.\n"})
    assert said(ledger, judge(context, [batch], Settings()).batches)[1, "secrets"][2] == {"rules": {"cobol-password": 1,
    "kingfisher/fake": 1}}
    assert said(ledger, judge(context, [batch], Settings(kingfisher=False)).batches)[0, "secrets"][0] == "pass"
    assert said(ledger, judge(context, [batch], Settings(allow=("kingfisher/fake",))).batches)[0, "secrets"][0] == "pass"


@pytest.mark.parametrize(("problem", "outcome"), [("", "skipped"), ("scanner-failed: TimeoutError", "error")])
def test_without_a_scanner_nothing_passes_and_ours_still_fail(ledger: Ledger, context: Context, batch: BatchId, scanner: Scanner,
                                                             monkeypatch: pytest.MonkeyPatch, problem: str, outcome: str) -> None:
    scanner.problem = problem
    if not problem:
        monkeypatch.setattr(screen, "_scanner", lambda: None)
    rows = said(ledger, judge(context, [batch], Settings()).batches)
    reason = problem or "tool-missing: kingfisher"
    assert [rows[row, "secrets"][:2] for row in range(5)] == [
        (outcome, reason), ("fail", "cobol-password: line 2"), (outcome, reason), (outcome, reason), ("fail",
        "cobol-password: line 3")]
    assert rows[0, "personal_data"][0] == "pass"


def test_without_the_table_of_twins_hidden_text_is_skipped_where_it_matters(ledger: Ledger, context: Context, scanner: Scanner,
                                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ToolMissing("confusable-homoglyphs", "is not installed")

    monkeypatch.setattr("provenance.steps.screen.hidden._latin_twin", lambda sign: missing())
    batch = plant(ledger, {"A": "p\u0430y\n", "B": "pay\n", "C": "p\u0430y \u202e\n"})
    rows = said(ledger, judge(context, [batch], Settings()).batches)
    assert [rows[row, "hidden_text"][:2] for row in range(3)] == [
        ("skipped", "tool-missing: confusable-homoglyphs"), ("pass", ""), ("fail", "bidi-control: line 1")]


def test_what_is_not_asked_is_skipped(ledger: Ledger, context: Context, batch: BatchId, scanner: Scanner) -> None:
    rows = said(ledger, judge(context, [batch], Settings(personal=False, hidden=False)).batches)
    assert {rows[row, check][:2] for row in range(5) for check in CHECKS[1:]} == {("skipped", "not-asked")}
    assert rows[1, "secrets"][0] == "fail"


def test_an_ebcdic_text_keeps_its_controls(ledger: Ledger, context: Context, scanner: Scanner) -> None:
    texts = {"A": "       MOVE 'a\x01\x1bb' TO A.\n"}
    born = said(ledger, judge(context, [plant(ledger, texts, encoding="cp037")], Settings()).batches)
    told = said(ledger, judge(context, [plant(ledger, texts, shard="1")], Settings()).batches)
    assert (born[0, "hidden_text"][0], told[0, "hidden_text"][0]) == ("pass", "fail")


def test_a_setting_that_names_nothing_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"judge\.screen\.allow: is cobol-pasword"):
        Settings(allow=("cobol-pasword",))
    assert Settings(allow=("hmac:" + "0" * 32, "e-mail", "kingfisher/x.y")).allow


def test_the_page_names_every_check_rule_setting_and_reason() -> None:
    page = (Path(__file__).parents[2] / "docs" / "screening.md").read_text("utf-8")
    named = [*CHECKS, *(rule for rules in screen.RULES.values() for rule in rules), *Settings.__dataclass_fields__,
             "not-asked", "tool-missing", "scanner-failed"]
    assert [name for name in named if f"`{name}" not in page] == []
