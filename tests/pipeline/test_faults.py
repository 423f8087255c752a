"""Killed, doubled, refused: what is left in the ledger when a pipeline does not run in peace."""

from __future__ import annotations

import copy

import pytest

from benchmarks import kill_pipeline
from provenance.checks import inspect
from provenance.errors import ExpectationFailed, ToolMissing
from provenance.ledger.upkeep import verify
from provenance.model.recipe import Recipe
from provenance.pipeline import Made, Work, run_step
from tests.pipeline.small_pipeline import RUN_STEP

GOOD = {"record": ["rec:0123456789abcdef.0", "rec:0123456789abcdef.1"], "check": ["syntax"] * 2,
        "outcome": ["pass"] * 2, "value": [""] * 2,
        "reason": [""] * 2, "tool": ["cobc"] * 2, "tool_version": ["3.2"] * 2}


def test_killed_at_random_moments_nothing_is_lost_doubled_or_torn(tmp_path):
    found = kill_pipeline.kill_often(tmp_path, kills=5, seed=20261122)
    assert {name: found[name] for name in ("lost", "doubled", "torn", "unsaid")} == dict.fromkeys(
        ("lost", "doubled", "torn", "unsaid"), 0), found
    assert found["killed"] == 5
    assert found["reference"]["records"] > 30 and found["reference"]["members"] > 10
    # The judge is not blind: a batch without its event, a lost file, a changed one.
    where = tmp_path / "reference"
    before = kill_pipeline.state(where)
    for path in (where / "events" / "waiting").glob("*.json"):
        path.unlink()
    assert kill_pipeline.unsaid(where) == found["reference"]["batches"]
    next((where / "parts" / "verdicts").rglob("*.parquet")).unlink()
    assert kill_pipeline.faults(where)
    manifest = next(path for path in (where / "batches").rglob("*.json") if b'"ingest"' in path.read_bytes())
    manifest.unlink()
    ledger = kill_pipeline.Ledger(where)
    assert sum(1 for _ in ledger.manifests()) == sum(before["batches"].values()) - 1


def test_two_runs_at_once_on_one_ledger_leave_what_one_leaves(tmp_path):
    kill_pipeline.repositories(tmp_path)
    (tmp_path / "killed.toml").write_text(kill_pipeline.POLICY)
    both = [kill_pipeline.start(tmp_path / "shared", tmp_path) for _ in range(2)]
    for process in both:
        kill_pipeline.finish(process)
    kill_pipeline.finish(kill_pipeline.start(tmp_path / "alone", tmp_path))
    assert kill_pipeline.state(tmp_path / "shared") == kill_pipeline.state(tmp_path / "alone")
    assert kill_pipeline.faults(tmp_path / "shared") == []
    assert kill_pipeline.unsaid(tmp_path / "shared") == 0
    ledger = kill_pipeline.Ledger(tmp_path / "shared")
    events = [event for _, event in ledger.outbox.waiting()]
    runs = {event["run"]["runId"] for event in events}
    # Each run has its beginning and its end, and every batch one writer.
    assert sorted(event["eventType"] for event in events) == ["COMPLETE"] * len(runs) + ["START"] * len(runs)
    assert {manifest.run for manifest in ledger.manifests()} <= runs


def _work(rows) -> Work:
    return Work(Recipe("verify", "1", {"n": len(rows["record"])}), lambda: Made({}, [], rows), "verified")


def test_a_critical_expectation_fails_the_step_names_records_and_commits_nothing(context, ledger):
    wrong = copy.deepcopy(GOOD)
    wrong["outcome"][1] = "splendid"
    with pytest.raises(ExpectationFailed) as caught:
        run_step(context, "verify", "1", (), [_work(wrong)])
    assert "rec:0123456789abcdef.1" in str(caught.value) and "rec:0123456789abcdef.0" not in str(caught.value)
    assert "nothing of this batch was committed" in str(caught.value)
    assert not list(ledger.manifests()) and not list(ledger.layout.parts.rglob("*.parquet"))
    fail = [event for _, event in ledger.outbox.waiting()][-1]
    assert fail["eventType"] == "FAIL" and "rec:0123456789abcdef.1" in fail["run"]["facets"]["errorMessage"]["message"]
    # An event is no evidence that something was inspected and held.
    assert not any("dataQualityAssertions" in out["facets"] for out in fail["outputs"])


def test_a_warning_becomes_a_verdict_and_an_assertion(context, ledger):
    weak = copy.deepcopy(GOOD)
    weak["outcome"] = ["error", "error"]
    warned = [item.name for item in inspect("verified", weak).warnings]
    assert warned, "the suite has a warning on the share of errors"
    result = run_step(context, "verify", "1", (), [_work(weak)])
    rows = ledger.table(ledger.require(result.batches[0]), "verdicts").to_pylist()
    assert {row["outcome"] for row in rows} == {"pass", "warn"}
    told = next(row for row in rows if row["outcome"] == "warn")
    assert told["check"].startswith(f"expectation:verified:{warned[0]}") and told["reason"]
    assert told["tool"] == "great-expectations" and told["tool_version"]
    assertions = [event for _, event in ledger.outbox.waiting()][-1]["outputs"][0]["facets"]["dataQualityAssertions"]
    failed = [item for item in assertions["assertions"] if not item["success"]]
    assert [item["severity"] for item in failed] == ["warn"]
    assert not list(verify(ledger))


def test_an_assertion_that_fails_for_one_batch_of_a_run_fails_in_the_event(context, ledger):
    weak = copy.deepcopy(GOOD)
    weak["outcome"] = ["error", "error"]
    good = copy.deepcopy(GOOD)
    for name in good:
        good[name] = good[name] * 2
    good["record"] = [f"rec:0123456789abcdef.{n}" for n in range(4)]
    run_step(context, "verify", "1", (), [_work(weak), _work(good)])
    facet = [event for _, event in ledger.outbox.waiting()][-1]["outputs"][0]["facets"]["dataQualityAssertions"]
    assert [item["success"] for item in facet["assertions"]].count(False) == 1


def test_without_great_expectations_nothing_is_committed_unseen(context, ledger, monkeypatch):
    def missing(suite, rows):
        raise ToolMissing("Great Expectations", "cannot be imported", "pip install 'corpus-provenance[quality]'")

    import provenance.pipeline.inspection as room

    monkeypatch.setattr(room, "inspect", missing)
    assert RUN_STEP.examine is room.examine
    with pytest.raises(ToolMissing, match=r"pip install"):
        run_step(context, "verify", "1", (), [_work(GOOD)])
    assert not list(ledger.manifests())
