"""What is sent is what is stored: over a file, over real HTTP, and not at all when the receiver is down."""

from __future__ import annotations

import copy
import http.server
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from provenance.errors import ProvenanceError
from provenance.events import (
    NotForwarded,
    complete,
    event_id,
    fail,
    forwarder_from_config,
    start,
)
from provenance.events.forward import HTTP_TIMEOUT_S, rebuild

AT = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("bare_environment")


class Backend:
    """A lineage server on loopback that answers with the given statuses, then 201."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.bodies: list[dict] = []
        self.headers: list[dict] = []
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                backend.bodies.append(json.loads(body))
                backend.headers.append({**self.headers, ":path": self.path})
                self.send_response(backend.statuses.pop(0) if backend.statuses else 201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def backend() -> Iterator[Backend]:
    made = Backend()
    yield made
    made.close()


@pytest.fixture
def dead_url() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def events(step, inputs, outputs):
    foreign = json.loads(json.dumps(complete(step, inputs, outputs, AT)))
    foreign["run"]["facets"]["acme_unknownThing"] = {"_producer": "urn:x", "_schemaURL": "urn:y", "deep": [{"a": [1]}]}
    foreign["run"]["facets"]["tags"] = {"_producer": "urn:x", "_schemaURL": "urn:y", "tags": [
        {"key": "team", "value": "cobol", "source": "USER"}]}
    foreign["job"]["facets"]["tags"] = {"_producer": "urn:x", "_schemaURL": "urn:y", "tags": [
        {"key": "tier", "value": "A", "source": "USER"}]}
    foreign["schemaURL"] = "https://openlineage.io/spec/2-0-1/OpenLineage.json#/$defs/RunEvent"
    return [start(step, inputs), complete(step, inputs, outputs, AT), fail(step, inputs, outputs, AT, "x", stack="y"),
            complete(step, [], outputs, AT), foreign]


def _without_client_tag(sent):
    sent = copy.deepcopy(sent)
    tags = sent["run"]["facets"]["tags"]
    tags["tags"] = [tag for tag in tags["tags"] if tag["key"] != "openlineage_client_version"]
    if not tags["tags"]:
        del sent["run"]["facets"]["tags"]
    return sent


def _use(monkeypatch, **transport):
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__TRANSPORT", json.dumps(transport))


def test_nothing_configured_is_none():
    assert forwarder_from_config() is None


@pytest.mark.parametrize("value", ["true", "TRUE", "1"])
def test_disabled_is_none(monkeypatch, tmp_path, value):
    _use(monkeypatch, type="file", log_file_path=str(tmp_path / "x"), append=True)
    monkeypatch.setenv("OPENLINEAGE_DISABLED", value)
    assert forwarder_from_config() is None
    monkeypatch.delenv("OPENLINEAGE_DISABLED")
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLED", value)
    assert forwarder_from_config() is None


def test_file_transport_writes_the_stored_event(monkeypatch, tmp_path, events):
    path = tmp_path / "events.jsonl"
    _use(monkeypatch, type="file", log_file_path=str(path), append=True)
    forwarder = forwarder_from_config()
    assert forwarder is not None and forwarder.kind == "file"
    before = copy.deepcopy(events)
    for event in events:
        forwarder.send(event)
    forwarder.close()
    assert events == before
    written = [json.loads(line) for line in path.read_text().splitlines()]
    assert [_without_client_tag(item) for item in written] == events
    assert [event_id(item) for item in written] == [event_id(item) for item in events]
    assert written[-1]["schemaURL"].split("/spec/")[1].startswith("2-0-1")


def test_rebuild_types_what_transports_reach_into(events):
    from openlineage.client.facet_v2 import parent_run
    assert isinstance(rebuild(events[0]).run.facets["parent"], parent_run.ParentRunFacet)
    assert rebuild(events[-1]).run.facets["tags"].tags[0].key == "team"


def test_http_transport_posts_the_stored_event(monkeypatch, backend, events):
    monkeypatch.setenv("OPENLINEAGE_URL", backend.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "s3cret")
    forwarder = forwarder_from_config()
    assert forwarder is not None and forwarder.kind == "http"
    for event in events:
        forwarder.send(event)
    forwarder.close()
    assert [_without_client_tag(body) for body in backend.bodies] == events
    assert backend.headers[0][":path"] == "/api/v1/lineage"
    assert backend.headers[0]["Authorization"] == "Bearer s3cret"
    # The client copies the address and the key into variables of its own; they are taken out again.
    assert not [key for key in os.environ if key.startswith("OPENLINEAGE__")]


def test_a_backend_that_is_down_raises_quickly(monkeypatch, dead_url, events):
    _use(monkeypatch, type="http", url=dead_url.replace("//", "//ana:hunter2@"))
    forwarder = forwarder_from_config()
    began = time.monotonic()
    with pytest.raises(NotForwarded) as caught:
        forwarder.send(events[0])
    assert time.monotonic() - began < HTTP_TIMEOUT_S
    assert isinstance(caught.value, ProvenanceError)
    assert "http transport" in str(caught.value) and "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("statuses", "posts"), [((500,), 2), ((503,), 2)])
def test_one_server_error_is_tried_again(monkeypatch, backend, events, statuses, posts):
    backend.statuses[:] = statuses
    _use(monkeypatch, type="http", url=backend.url)
    forwarder_from_config().send(events[0])
    assert len(backend.bodies) == posts
    assert backend.bodies[0] == backend.bodies[1]


@pytest.mark.parametrize("statuses", [(500, 500), (404,), (401,)])
def test_a_server_that_refuses_raises_and_the_next_try_succeeds(monkeypatch, backend, events, statuses):
    backend.statuses[:] = statuses
    _use(monkeypatch, type="http", url=backend.url)
    forwarder = forwarder_from_config()
    with pytest.raises(NotForwarded):
        forwarder.send(events[0])
    forwarder.send(events[0])
    assert _without_client_tag(backend.bodies[-1]) == events[0]


def test_async_http_is_made_synchronous(monkeypatch, backend, dead_url, events):
    _use(monkeypatch, type="async_http", url=backend.url, max_queue_size=5)
    forwarder = forwarder_from_config()
    assert forwarder.kind == "http"
    forwarder.send(events[0])
    assert len(backend.bodies) == 1
    _use(monkeypatch, type="async_http", url=dead_url)
    with pytest.raises(NotForwarded):
        forwarder_from_config().send(events[0])


def test_composite_with_one_dead_receiver_raises(monkeypatch, tmp_path, backend, dead_url, events):
    dead, alive = {"type": "http", "url": dead_url}, {"type": "http", "url": backend.url}
    _use(monkeypatch, type="composite", transports=[alive, dead])
    with pytest.raises(NotForwarded):
        forwarder_from_config().send(events[0])
    # Unless the user wants it so.
    _use(monkeypatch, type="composite", transports={"a": dead, "b": alive}, continue_on_failure=True)
    forwarder_from_config().send(events[0])
    assert len(backend.bodies) == 2


def test_openlineage_yml_wins_over_airflow(monkeypatch, tmp_path, events):
    (tmp_path / "openlineage.yml").write_text(
        f"transport:\n  type: file\n  append: true\n  log_file_path: {tmp_path / 'yml.jsonl'}\n"
        "filters:\n  - type: exact\n    match: not-this-one\n")
    _use(monkeypatch, type="http", url="http://127.0.0.1:1")
    forwarder_from_config().send(events[0])
    assert len((tmp_path / "yml.jsonl").read_text().splitlines()) == 1


def test_openlineage_variables(monkeypatch, tmp_path, events):
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(tmp_path / "env.jsonl"))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
    forwarder_from_config().send(events[0])
    assert (tmp_path / "env.jsonl").is_file()


@pytest.mark.parametrize("harm", [
    lambda event: event.pop("run") and event.pop("job"),
    lambda event: event.update(eventType="MAYBE"),
    lambda event: event.update(eventTime="now"),
    lambda event: event.update(extra=1),
    lambda event: event["outputs"][0].update(extra=1),
    lambda event: event["job"]["facets"].update(nothing=None),
])
def test_an_event_that_would_be_changed_is_not_sent(monkeypatch, tmp_path, events, harm):
    _use(monkeypatch, type="file", log_file_path=str(tmp_path / "x.jsonl"), append=True)
    harm(events[1])
    with pytest.raises(NotForwarded):
        forwarder_from_config().send(events[1])
    assert not (tmp_path / "x.jsonl").exists()


def test_job_and_dataset_events_go_too(monkeypatch, tmp_path, events):
    _use(monkeypatch, type="file", log_file_path=str(tmp_path / "x.jsonl"), append=True)
    top = {key: events[1][key] for key in ("eventTime", "producer")}
    spec = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
    job = {**top, "schemaURL": spec + "JobEvent", "job": {"namespace": "n", "name": "j", "facets": {}},
           "inputs": [], "outputs": []}
    dataset = {**top, "schemaURL": spec + "DatasetEvent", "dataset": {"namespace": "n", "name": "d", "facets": {}}}
    forwarder = forwarder_from_config()
    forwarder.send(job)
    forwarder.send(dataset)
    assert [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()] == [job, dataset]


def test_an_unwritable_file_raises(monkeypatch, tmp_path, events):
    _use(monkeypatch, type="file", log_file_path=str(tmp_path / "no" / "such" / "folder"), append=True)
    with pytest.raises(NotForwarded):
        forwarder_from_config().send(events[0])
