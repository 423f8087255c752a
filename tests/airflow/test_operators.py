"""Operators one at a time: what they refuse, leave in XCom and tell OpenLineage, and what is never retried."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from provenance.errors import ExpectationFailed, GateClosed, LedgerError, PolicyError, SourceError, ToolMissing

pytestmark = pytest.mark.airflow
HELLO = ("       IDENTIFICATION DIVISION.\n       PROGRAM-ID. HELLO.\n       PROCEDURE DIVISION.\n"
         '           DISPLAY "hello".\n           STOP RUN.\n')
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def outside_a_task_runner(airflow_home, monkeypatch):
    from airflow.sdk.bases.operator import ExecutorSafeguard

    monkeypatch.setattr(ExecutorSafeguard, "test_mode", True)
    monkeypatch.delenv("PROVENANCE_LEDGER", raising=False)


@pytest.fixture
def ledger(tmp_path) -> Path:
    from provenance.ledger import Ledger

    return Ledger.init(tmp_path / "ledger").path


@pytest.fixture
def config(tmp_path) -> Path:
    """A build over a folder with one program."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "HELLO.cbl").write_text(HELLO)
    (tmp_path / "corpus.toml").write_text('name = "x"\npolicy = "explore"\n[[source]]\nwhere = "src"\n'
                                          'licence = "MIT"\nclaim = "human"\nby = "Ada"\n')
    return tmp_path / "corpus.toml"


def airflow(try_number=1, task="t", map_index=-1, events=None, conf=None):
    """As much of a task's context as operators use."""
    run = SimpleNamespace(logical_date=None, run_after=NOW, clear_number=0, conf=conf or {})
    instance = SimpleNamespace(dag_id="d", task_id=task, run_id="r", map_index=map_index, try_number=try_number,
                               get_template_context=lambda: {"dag_run": run}, dag_run=run)
    return {"ti": instance, "dag_run": run, "triggering_asset_events": events or {}, "outlet_events": {}}


def failing(error, operator=None, **arguments):
    """An operator whose word raises."""
    from provenance.airflow.task import ProvenanceOperator

    class Failing(operator or ProvenanceOperator):
        def say(self, context, airflow):
            raise error

    return Failing(task_id="t", **arguments)


# -- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [PolicyError("p", "has mistakes"), SourceError("s", "is not there"),
                                   ExpectationFailed("b", "failed"), GateClosed("d", "is denied")])
def test_what_a_retry_cannot_mend_is_not_retried(ledger, error):
    from airflow.sdk.exceptions import AirflowFailException

    with pytest.raises(AirflowFailException, match=error.problem):
        failing(error, ledger=str(ledger)).execute(airflow())


@pytest.mark.parametrize("error", [LedgerError("l", "has a full disk"), ToolMissing("cobc", "is missing"),
                                   OSError("torn")])
def test_what_may_be_mended_is_left_to_the_retries(ledger, error):
    with pytest.raises(type(error)) as raised:
        failing(error, ledger=str(ledger)).execute(airflow())
    assert type(raised.value) is type(error)


def test_a_source_on_the_network_may_answer_the_next_time(ledger, config):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow import IngestOperator

    config.write_text(config.read_text().replace('"src"', '"https://127.0.0.1:9/x.git"'))
    with pytest.raises(SourceError):
        IngestOperator(task_id="t", config=str(config), ledger=str(ledger)).execute(airflow())
    config.write_text(config.read_text().replace('"https://127.0.0.1:9/x.git"', '"nowhere"'))
    with pytest.raises(AirflowFailException, match="nowhere"):
        IngestOperator(task_id="t", config=str(config), ledger=str(ledger)).execute(airflow())


def test_no_ledger_is_said_and_only_a_build_makes_one(tmp_path, config):
    from provenance.airflow import IngestOperator, PlanOperator, VerifyLedgerOperator

    with pytest.raises(LedgerError, match="not configured"):
        PlanOperator(task_id="t", config=str(config)).execute(airflow())
    with pytest.raises(LedgerError, match="is not a ledger"):
        VerifyLedgerOperator(task_id="t", ledger=str(tmp_path / "new")).execute(airflow())
    assert not (tmp_path / "new").exists()
    IngestOperator(task_id="t", config=str(config), ledger=str(tmp_path / "new")).execute(airflow())
    assert (tmp_path / "new" / "ledger.json").exists()


# -- nothing to do, and results that are missing -------------------------------------------------------------------


def test_a_plan_without_sources_fails(ledger, config):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow import PlanOperator

    config.write_text('name = "x"\npolicy = "explore"\nsource = []\n')
    with pytest.raises(AirflowFailException, match="source is empty"):
        PlanOperator(task_id="t", config=str(config), ledger=str(ledger)).execute(airflow())


def test_sources_without_records_fail_before_anything_is_mapped_over_nothing(ledger, config):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow import IngestOperator, ShardOperator

    (config.parent / "src" / "HELLO.cbl").unlink()
    (config.parent / "src" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    try:
        ingested = IngestOperator(task_id="t", config=str(config), ledger=str(ledger)).execute(airflow())
    except AirflowFailException:
        return  # the source itself may refuse to be read as empty
    with pytest.raises(AirflowFailException, match="without a single record"):
        ShardOperator(task_id="t", config=str(config), ledger=str(ledger), ingested=[ingested]).execute(airflow())


@pytest.mark.parametrize("pieces", [None, [], [{"part": "2/2", "batches": []}], [None, {}]])
def test_mapped_work_that_is_missing_is_noticed(pieces):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow.operators import _whole

    with pytest.raises(AirflowFailException, match=r"verify.*left no result"):
        _whole(pieces, "verify")


def test_a_result_that_is_missing_is_said(ledger, config):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow import AssembleOperator, GateOperator

    common = {"task_id": "t", "config": str(config), "ledger": str(ledger)}
    part = {"part": "1/1", "batches": [], "snapshots": [], "verdicts": []}
    with pytest.raises(AirflowFailException, match="judge: has left no result"):
        AssembleOperator(shards=[part], judged=None, **common).execute(airflow())
    with pytest.raises(AirflowFailException, match="assemble: has left no result"):
        GateOperator(dataset=None, **common).execute(airflow())


# -- idempotence, XCom, OpenLineage --------------------------------------------------------------------------------


def test_a_second_try_gives_the_same_and_writes_nothing(ledger, config):
    from provenance.airflow import IngestOperator, ShardOperator
    from provenance.ledger import Ledger

    operator = IngestOperator(task_id="t", config=str(config), ledger=str(ledger))
    first = operator.execute(airflow())
    batches = Ledger(ledger).stats()["batches"]
    assert operator.execute(airflow(try_number=2)) == first
    assert Ledger(ledger).stats()["batches"] == batches
    assert len(json.dumps(first)) < 500
    pieces = ShardOperator(task_id="t", config=str(config), ledger=str(ledger), ingested=[first]).execute(airflow())
    assert [piece["part"] for piece in pieces] == ["1/1"]


def test_our_run_is_the_openlineage_providers_run(ledger, config):
    from airflow.providers.openlineage.plugins import macros

    from provenance.airflow import IngestOperator
    from provenance.ledger import Ledger

    root = {"openlineage": {"rootParentRunId": "3f5e83fa-3480-44ff-99c5-ff943904e5e8", "rootParentJobNamespace": "up",
                            "rootParentJobName": "stream"}}
    context = airflow(task="ingest", map_index=2, conf=root)
    operator = IngestOperator(task_id="ingest", config=str(config), ledger=str(ledger))
    operator.execute(context)
    events = [event for _, event in Ledger(ledger).outbox.waiting()]
    assert [event["eventType"] for event in events] == ["START", "COMPLETE"]
    for event in events:
        assert event["run"]["runId"] == macros.lineage_run_id(context["ti"])
        assert event["job"]["name"] == macros.lineage_job_name(context["ti"]) == "d.ingest"
        assert event["job"]["namespace"] == macros.lineage_job_namespace()
        parent = event["run"]["facets"]["parent"]
        assert parent["job"]["name"] == "d"
        assert parent["root"]["job"] == {"namespace": "up", "name": "stream"}
    # What the provider will put into its own COMPLETE event.
    told = operator.get_openlineage_facets_on_complete(context["ti"])
    assert [(out.namespace, out.name) for out in told.outputs] == [
        (out["namespace"], out["name"]) for out in events[1]["outputs"]]
    assert told.outputs[0].facets["provenance_recordOrigin"]["records"] == 1


def test_a_task_that_said_nothing_tells_openlineage_nothing(ledger):
    from provenance.airflow import SweepLedgerOperator

    operator = SweepLedgerOperator(task_id="t", ledger=str(ledger))
    assert operator.execute(airflow()) == 0
    assert operator.get_openlineage_facets_on_failure(None).outputs == []


def test_openlineage_settings_of_airflow_cfg_reach_our_forwarder(ledger, tmp_path, monkeypatch):
    import os

    from airflow.sdk.configuration import conf

    from provenance.airflow.speaking import context_of

    transport = json.dumps({"type": "file", "log_file_path": str(tmp_path / "out.jsonl"), "append": True})
    real = conf.get
    monkeypatch.setattr(conf, "get", lambda section, key, **rest: transport if key == "transport"
                        else real(section, key, **rest))
    before = dict(os.environ)
    assert context_of(airflow(), str(ledger)).forwarder.kind == "file"
    assert dict(os.environ) == before
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLED", "True")
    assert context_of(airflow(), str(ledger)).forwarder is None


# -- which training set a run is about -----------------------------------------------------------------------------


def event(dataset="a@1111111111111111", minutes=0, by="corpus_build", **extra):
    said = {"dataset": dataset, "manifest_sha256": "0" * 64, **extra}
    return SimpleNamespace(extra=said, timestamp=NOW + timedelta(minutes=minutes), source_dag_id=by,
                           source_task_id=by and "gate", source_run_id=by and "r")


def test_the_newest_of_several_events_is_meant():
    from provenance.airflow.training import _published

    newer = event("a@2222222222222222", 5, manifest_sha256="1" * 64)
    for events in ([event(), newer], [newer, event()]):
        found, digest = _published({"asset": events, "alias": events})
        assert (str(found), digest) == ("a@2222222222222222", "1" * 64)


def test_an_event_made_by_hand_names_nothing():
    from provenance.airflow.training import _published

    forged = event("b@3333333333333333", 9, by=None, from_rest_api=True)
    assert str(_published({"asset": [event(), forged]})[0]) == "a@1111111111111111"
    with pytest.raises(GateClosed, match="made by hand"):
        _published({"asset": [forged]})


@pytest.mark.parametrize("events", [{}, {"asset": []}, {"asset": [SimpleNamespace(
    extra=None, timestamp=NOW, source_dag_id="d", source_task_id="t", source_run_id="r")]}, {"asset": [SimpleNamespace(
        extra={"dataset": "a@1"}, timestamp=NOW, source_dag_id="d", source_task_id="t", source_run_id="r")]}])
def test_a_run_without_a_published_set_is_refused(events):
    from provenance.airflow.training import _published

    with pytest.raises(GateClosed, match="not started by a published training set"):
        _published(events)


def test_events_of_two_sets_are_refused():
    from provenance.airflow.training import _published

    with pytest.raises(GateClosed, match="more than one training set: a, b"):
        _published({"asset": [event(), event("b@2222222222222222")]})


@pytest.mark.parametrize("name", ["/tmp/mine", "../x", "", "a b", ["a"]])
def test_a_path_is_not_the_name_of_a_set(name):
    from provenance.airflow.training import _published

    with pytest.raises(GateClosed, match="not the name"):
        _published({"asset": [event(name)]})


# -- upkeep --------------------------------------------------------------------------------------------------------


def test_upkeep_forwards_verifies_and_sweeps(ledger, config, tmp_path, monkeypatch):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow import ForwardEventsOperator, IngestOperator, SweepLedgerOperator, VerifyLedgerOperator
    from provenance.events import NotForwarded
    from provenance.ledger import Ledger

    common = {"task_id": "t", "ledger": str(ledger)}
    IngestOperator(config=str(config), **common).execute(airflow())
    assert ForwardEventsOperator(**common).execute(airflow())["waiting"] == 2
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__TRANSPORT", json.dumps({"type": "http", "url": "http://127.0.0.1:9"}))
    with pytest.raises(NotForwarded):
        ForwardEventsOperator(**common).execute(airflow())
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__TRANSPORT",
                       json.dumps({"type": "file", "log_file_path": str(tmp_path / "o.jsonl"), "append": True}))
    counts = ForwardEventsOperator(**common).execute(airflow())
    assert (counts["sent_now"], counts["waiting"], len((tmp_path / "o.jsonl").read_text().splitlines())) == (2, 0, 2)

    assert VerifyLedgerOperator(**common).execute(airflow()) == 2
    assert SweepLedgerOperator(older_than_s="0", **common).execute(airflow()) == 0
    part = next(Ledger(ledger).path.glob("parts/records/*/*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    with pytest.raises(AirflowFailException, match=part.name[:16]):
        VerifyLedgerOperator(**common).execute(airflow())
