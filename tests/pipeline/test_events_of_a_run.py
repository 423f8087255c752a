"""What a real run says: valid by every schema, true to the ledger, and sent in order when somebody listens."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from provenance.cli import main
from provenance.ledger import Ledger
from provenance.model.identity import BatchId
from provenance.model.recipe import Recipe
from provenance.pipeline import Context, Made, Work, run_step
from tests.events.conftest import OURS, SHARED, STUB_CORE, Schemas, _read


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    if not SHARED.is_dir():
        return Schemas(STUB_CORE, _read(OURS), complete=False)
    core = json.loads((SHARED / "OpenLineage.json").read_text())
    return Schemas(core, {**_read(SHARED / "facets"), **_read(OURS)}, complete=True)


@pytest.fixture
def events(built):
    return [event for _, event in built["ledger"].outbox.waiting()]


def test_every_event_of_a_real_run_is_valid(events, schemas):
    assert Counter(event["eventType"] for event in events) == {"START": 6, "COMPLETE": 6}
    for event in events:
        assert json.loads(json.dumps(event, allow_nan=False)) == event
        assert schemas.event_errors(event) == []


def test_steps_are_children_of_one_run(events, built):
    parents = {event["run"]["facets"]["parent"]["run"]["runId"] for event in events}
    assert parents == {built["run"].context.run_id}
    starts = [event["job"]["name"] for event in events if event["eventType"] == "START"]
    assert starts == [f"small.{step}" for step in ("ingest", "augment", "verify", "judge-duplicates", "assemble", "gate")]


def test_counts_in_the_events_are_the_ledgers(events, built):
    ledger = built["ledger"]
    completes = [event for event in events if event["eventType"] == "COMPLETE"]
    named = []
    for event in completes:
        for out in event["outputs"]:
            pointer = out["facets"]["provenance_ledger"]
            manifests = [ledger.require(BatchId.parse(batch)) for batch in pointer["batches"]]
            named += pointer["batches"]
            assert pointer["batchCount"] == len(manifests) and pointer["ledgerId"] == ledger.id
            stated = out["outputFacets"]["outputStatistics"]
            table = next((name for name in ("records", "members", "decisions", "verdicts")
                          if any(name in m.parts for m in manifests)), "records")
            assert stated["rowCount"] == sum(ledger.table(m, table).num_rows for m in manifests)
            if not any("records" in m.parts for m in manifests):
                assert "provenance_recordOrigin" not in out["facets"]
                continue
            origin = out["facets"]["provenance_recordOrigin"]
            rows = [row for m in manifests for row in ledger.table(m, "records").to_pylist()]
            assert origin["records"] == len(rows)
            assert {k: n for k, n in origin["origins"].items() if n and not k.startswith("_")} == Counter(
                row["origin"] for row in rows)
            assert origin["grades"] == Counter(f"E{row['evidence']}" for row in rows)
            assert origin["depthMax"] == max(row["depth"] for row in rows)
    assert sorted(named) == sorted(str(m.batch) for m in ledger.manifests())


def test_no_text_and_no_person_is_in_an_event(events):
    said = json.dumps(events)
    for secret in ("DISPLAY", "Ada Lovelace", "ada@example.org"):
        assert secret not in said


def test_inputs_of_a_step_are_the_outputs_of_those_before(events):
    last = {event["job"]["name"]: event for event in events if event["eventType"] == "COMPLETE"}
    made = {out["name"] for event in last.values() for out in event["outputs"]}
    for name in ("augment", "verify", "judge-duplicates", "assemble", "gate"):
        read = {item["name"] for item in last[f"small.{name}"]["inputs"]}
        assert read and read <= made


class Receiver:
    """An OpenLineage backend on loopback that keeps what it is given."""

    def __init__(self, status: int = 201) -> None:
        self.got: list[dict] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                receiver.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def test_a_backend_that_is_down_costs_one_warning_and_events_wait_until_forwarded(
        tmp_path, monkeypatch, caplog, capsys, copied, quick):
    ledger = copied["ledger"]
    waiting = ledger.outbox.counts()["waiting"]
    gone = Receiver()
    gone.close()
    monkeypatch.setenv("OPENLINEAGE_URL", gone.url)
    with caplog.at_level(logging.WARNING, "provenance"):
        result = run_step(Context.local(ledger, "late"), "demo", "1", (), [Work(Recipe("demo", "1", {}), Made, "")])
    assert result.made == 1
    assert len([r for r in caplog.records if r.name.startswith("provenance")]) == 1
    assert ledger.outbox.counts()["waiting"] == waiting + 2
    # Nobody is there: the verb says so, and nothing is lost.
    assert main(["events", "forward", "-l", str(ledger.path)]) == 2
    told = capsys.readouterr().err.strip()
    assert len(told.splitlines()) == 1 and "check the receiver" in told
    assert ledger.outbox.counts() == {"waiting": waiting + 2, "sent": 0, "received": 0}


def test_forward_sends_all_in_order_and_a_damaged_file_does_not_block(copied, monkeypatch, receiver, capsys):
    ledger = copied["ledger"]
    files = sorted((ledger.path / "events" / "waiting").glob("*.json"))
    stored = [json.loads(path.read_text()) for path in files]
    files[3].write_bytes(files[3].read_bytes()[:100])
    monkeypatch.setenv("OPENLINEAGE_URL", receiver.url)
    assert main(["events", "forward", "-l", str(ledger.path)]) == 2
    out, err = capsys.readouterr()
    assert f"{len(files) - 1} events sent" in out
    assert files[3].name in err and len(err.strip().splitlines()) == 1
    assert [(e["eventTime"], e["eventType"], e["run"]["runId"]) for e in receiver.got] == [
        (e["eventTime"], e["eventType"], e["run"]["runId"]) for n, e in enumerate(stored) if n != 3]
    assert ledger.outbox.counts() == {"waiting": 1, "sent": len(files) - 1, "received": 0}
    # Without the damaged one all is well, and nothing is sent twice.
    files[3].unlink()
    assert main(["events", "forward", "-l", str(ledger.path)]) == 0
    assert len(receiver.got) == len(files) - 1


def test_the_gate_finds_the_events_wherever_they_lie(copied, monkeypatch, receiver, capsys):
    """Sent events still prove that every batch was said: forwarding closes no gate."""
    monkeypatch.setenv("OPENLINEAGE_URL", receiver.url)
    path = str(copied["ledger"].path)
    assert main(["events", "forward", "-l", path]) == 0
    monkeypatch.delenv("OPENLINEAGE_URL")
    assert main(["gate", "small", "--policy", str(copied["policy"]), "-l", path]) == 0
    assert "allow" in capsys.readouterr().out


def test_an_event_that_was_lost_closes_the_gate(copied, capsys):
    for path in (copied["ledger"].path / "events" / "waiting").glob("*.json"):
        if json.loads(path.read_text())["job"]["name"] == "small.augment":
            path.unlink()
    assert main(["gate", "small", "--policy", str(copied["policy"]), "-l", str(copied["ledger"].path)]) == 1
    assert "is named by no COMPLETE event" in capsys.readouterr().out
    assert Ledger(copied["ledger"].path).outbox.counts()["waiting"] > 0


def test_the_code_location_is_said_where_the_deployment_gives_it(ledger, monkeypatch):
    monkeypatch.setenv("PROVENANCE_CODE_URL", "https://example.org/dags.git")
    monkeypatch.setenv("PROVENANCE_CODE_VERSION", "0" * 40)
    run_step(Context.local(ledger, "located"), "demo", "1", (), [])
    facets = [event["job"]["facets"] for _, event in ledger.outbox.waiting() if event["job"]["name"] == "located"]
    assert len(facets) == 2
    for each in facets:
        assert each["sourceCodeLocation"]["repoUrl"] == "https://example.org/dags.git"
        assert each["sourceCodeLocation"]["version"] == "0" * 40
