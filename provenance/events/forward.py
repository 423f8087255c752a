"""Hands stored events to whatever the standard OpenLineage configuration names: an HTTP backend, Kafka, a file ...

    >>> forwarder = forwarder_from_config()                                     # doctest: +SKIP
    >>> if forwarder:                                                           # doctest: +SKIP
    ...     forwarder.send(event)       # returns when the transport took it, else raises NotForwarded

The outbox in the ledger is the queue, so everything here is synchronous, gives up quickly and says so; the caller keeps
the event and tries again later. Delivery is at least once: a receiver may see an event twice.

Where the configuration comes from, first found: ``openlineage.yml`` (``OPENLINEAGE_CONFIG``, the working folder,
``~/.openlineage``) with ``OPENLINEAGE__*`` variables; ``OPENLINEAGE_URL``; Airflow's
``AIRFLOW__OPENLINEAGE__TRANSPORT``. Nothing configured, or disabled: `forwarder_from_config` returns None and events
wait. (The client itself would print them to the log and call that sent.)

Changed on the way from configuration to transport, wherever the user has not set the value:

* ``http``: 3 s timeout, no second try on a refused connection, one on 500/502/503/504. The client's own default blocks
  for 9 s an event while a backend is down.
* ``async_http`` becomes ``http``: its queue is in memory and lost at exit, so "sent" would mean nothing.
* ``composite``: ``continue_on_failure`` false; else one dead receiver among two is only a log line.

Refused: a broken configuration (`PolicyError`, at start and not at the first event), an event that the client's classes
would change (`NotForwarded`): an event goes out as it is stored, plus the client's own tags, or not at all. Kafka's
delivery errors are only logged by the client, and a filter or transformer that the user configured may drop an event;
both count as sent.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping
from typing import Any

from openlineage.client import OpenLineageClient, event_v2
from openlineage.client.facet_v2 import parent_run, tags_job, tags_run
from openlineage.client.serde import Serde
from openlineage.client.transport import Transport, get_default_factory
from openlineage.client.transport.noop import NoopConfig, NoopTransport

from provenance.errors import PolicyError, ProvenanceError
from provenance.events.sanitise import without_userinfo

HTTP_TIMEOUT_S = 3.0
HTTP_RETRY = {"total": 1, "connect": 0, "read": 0, "backoff_factor": 0.1}
_TRUE = ("true", "1", "t", "yes")


class NotForwarded(ProvenanceError):
    """An event did not reach its receiver. It stays in the outbox; forward again when the receiver is back."""


class Forwarder:
    """Sends stored events, one at a time. Not safe to share between threads; cheap to make once a batch."""

    def __init__(self, client: OpenLineageClient) -> None:
        self._client = client

    @property
    def kind(self) -> str:
        """The transport's kind ("http", "file" ...)."""
        return str(self._client.transport.kind)

    def send(self, event: Mapping[str, Any]) -> None:
        """Sends one event; returns when the transport has taken it. ``event`` is not changed.

        Raises:
            NotForwarded: for whatever reason. The event is to be kept.
        """
        name = _name(event)
        try:
            typed = rebuild(event)
            same = Serde.to_dict(typed) == event
        except Exception as error:  # the classes raise what they like on a malformed event
            raise NotForwarded(name, f"cannot be rebuilt ({_said(error)})", "look at it in the outbox") from error
        if not same:
            raise NotForwarded(name, "has parts that the OpenLineage client would change or leave out",
                               "look at it in the outbox; it is not sent in another form than it is stored")
        try:
            self._client.emit(typed)
        except Exception as error:  # each transport raises its own kinds
            raise NotForwarded(name, f"was not taken by the {self.kind} transport ({_said(error)})",
                               "check the receiver, then: provenance events forward") from error

    def close(self) -> None:
        """Lets the transport finish.

        Raises:
            NotForwarded: it still holds events that it could not deliver.
        """
        if not self._client.close(HTTP_TIMEOUT_S):
            raise NotForwarded(f"the {self.kind} transport", "was closed with events undelivered", "forward them again")


def forwarder_from_config() -> Forwarder | None:
    """A forwarder as configured; None where nothing is configured or OpenLineage is disabled.

    Raises:
        PolicyError: the configuration is there and cannot be used.
    """
    if _true("OPENLINEAGE_DISABLED"):
        return None
    transport = _transport_config()
    if transport is None or transport.get("type") == "noop":
        return None
    try:
        made = get_default_factory().create(_hardened(transport))
        return Forwarder(_client(made))
    except ProvenanceError:
        raise
    except Exception as error:  # factories, imports and config classes raise their own kinds
        raise PolicyError(f"OpenLineage transport {transport.get('type')!r}", f"cannot be made ({_said(error)})",
                          "see docs/events.md for the settings of each transport") from error


def namespace_from_config(default: str = "default") -> str:
    """The job namespace: ``OPENLINEAGE_NAMESPACE``, else ``AIRFLOW__OPENLINEAGE__NAMESPACE``, else ``default``."""
    return os.environ.get("OPENLINEAGE_NAMESPACE") or os.environ.get("AIRFLOW__OPENLINEAGE__NAMESPACE") or default


def rebuild(event: Mapping[str, Any]) -> event_v2.RunEvent | event_v2.JobEvent | event_v2.DatasetEvent:
    """The client's event object for a stored dict. Facets stay raw dicts, so that unknown ones survive.

    Only ``tags`` and ``parent`` are typed, because the client and its Kafka transport reach into them.
    """
    stored = copy.deepcopy(dict(event))  # emit() changes what it is given
    if "run" in stored:
        out: Any = event_v2.RunEvent(
            eventTime=stored["eventTime"], producer=stored["producer"],
            eventType=event_v2.RunState(stored["eventType"]) if "eventType" in stored else None,
            run=event_v2.Run(stored["run"]["runId"], facets=_typed(stored["run"].get("facets"), tags_run)),
            job=_job(stored["job"]), inputs=_datasets(stored, "inputs"), outputs=_datasets(stored, "outputs"))
    elif "job" in stored:
        out = event_v2.JobEvent(
            eventTime=stored["eventTime"], producer=stored["producer"], job=_job(stored["job"]),
            inputs=_datasets(stored, "inputs"), outputs=_datasets(stored, "outputs"))
    else:
        data = stored["dataset"]
        out = event_v2.DatasetEvent(
            eventTime=stored["eventTime"], producer=stored["producer"],
            dataset=event_v2.StaticDataset(data["namespace"], data["name"], facets=data.get("facets")))
    # An event stored by an older client keeps the schema version that it was written to.
    out.schemaURL = stored["schemaURL"]
    return out


def _job(job: Mapping[str, Any]) -> event_v2.Job:
    return event_v2.Job(job["namespace"], job["name"], facets=_typed(job.get("facets"), tags_job))


def _datasets(event: Mapping[str, Any], key: str) -> list[Any] | None:
    if key not in event:
        return None
    if key == "inputs":
        return [event_v2.InputDataset(item["namespace"], item["name"], item.get("inputFacets"),
                                      facets=item.get("facets")) for item in event[key]]
    return [event_v2.OutputDataset(item["namespace"], item["name"], item.get("outputFacets"),
                                   facets=item.get("facets")) for item in event[key]]


def _typed(facets: dict[str, Any] | None, tags_module: Any) -> dict[str, Any] | None:
    if facets is None:
        return None
    out = dict(facets)
    if tags := facets.get("tags"):
        facet_class = tags_run.TagsRunFacet if tags_module is tags_run else tags_job.TagsJobFacet
        field_class = tags_run.TagsRunFacetFields if tags_module is tags_run else tags_job.TagsJobFacetFields
        facet: Any = facet_class([field_class(**tag) for tag in tags.get("tags") or ()],
                                 producer=tags["_producer"])
        facet._schemaURL = tags["_schemaURL"]
        out["tags"] = facet
    if parent := facets.get("parent"):
        root = parent.get("root")
        typed = parent_run.ParentRunFacet(
            run=parent_run.Run(parent["run"]["runId"], facets=parent["run"].get("facets")),
            job=parent_run.Job(parent["job"]["namespace"], parent["job"]["name"], facets=parent["job"].get("facets")),
            root=root and parent_run.Root(
                parent_run.RootRun(root["run"]["runId"], facets=root["run"].get("facets")),
                parent_run.RootJob(root["job"]["namespace"], root["job"]["name"], facets=root["job"].get("facets"))),
            producer=parent["_producer"])
        typed._schemaURL = parent["_schemaURL"]
        # A parent that says more than the class knows stays raw rather than lose it.
        out["parent"] = typed if Serde.to_dict(typed) == parent else parent
    return out


def _transport_config() -> dict[str, Any] | None:
    named = os.environ.get("OPENLINEAGE_CONFIG", "")
    if named and not (os.path.isfile(named) and os.access(named, os.R_OK)):
        raise PolicyError(named, "is named by OPENLINEAGE_CONFIG and cannot be read", "correct the path or unset it")
    try:
        # A client with a transport given resolves none: no console fallback, no connection, no thread.
        config = _client(NoopTransport(NoopConfig())).config
    except Exception as error:
        raise PolicyError("OpenLineage configuration", f"cannot be used ({_said(error)})",
                          "correct openlineage.yml or the OPENLINEAGE__ variables") from error
    if config.transport and config.transport.get("type"):
        return dict(config.transport)
    if url := os.environ.get("OPENLINEAGE_URL"):
        out: dict[str, Any] = {"type": "http", "url": url}
        if endpoint := os.environ.get("OPENLINEAGE_ENDPOINT"):
            out["endpoint"] = endpoint
        if key := os.environ.get("OPENLINEAGE_API_KEY"):
            out["auth"] = {"type": "api_key", "apiKey": key}
        return out
    if named:
        raise PolicyError(named, "names no transport with a type",
                          "add a transport section, or unset OPENLINEAGE_CONFIG")
    return _airflow_transport()


def _client(transport: Transport) -> OpenLineageClient:
    before = set(os.environ)
    try:
        return OpenLineageClient(transport=transport)
    finally:
        # The client writes OPENLINEAGE_URL and its key into the environment a second time; children need no copy.
        for key in set(os.environ) - before:
            if key.startswith("OPENLINEAGE__"):
                del os.environ[key]


def _airflow_transport() -> dict[str, Any] | None:
    text = os.environ.get("AIRFLOW__OPENLINEAGE__TRANSPORT", "").strip()
    if not text or _true("AIRFLOW__OPENLINEAGE__DISABLED"):
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise PolicyError("AIRFLOW__OPENLINEAGE__TRANSPORT", f"is not JSON ({error})",
                          'write, for example, {"type": "http", "url": "http://localhost:5000"}') from error
    if not isinstance(value, dict) or (value and not isinstance(value.get("type"), str)):
        raise PolicyError("AIRFLOW__OPENLINEAGE__TRANSPORT", "is not a JSON object with a type",
                          'write, for example, {"type": "http", "url": "http://localhost:5000"}')
    return value or None


def _hardened(transport: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with the defaults of this module's docstring; the factory takes keys out of what it is given."""
    out: dict[str, Any] = copy.deepcopy(dict(transport))
    kind = out.get("type")
    if kind == "async_http":
        out = {key: value for key, value in out.items() if key not in ("max_queue_size", "max_concurrent_requests")}
        kind = out["type"] = "http"
    if kind == "http":
        out.setdefault("timeout", HTTP_TIMEOUT_S)
        out["retry"] = {**HTTP_RETRY, **(out.get("retry") or {})}
    elif kind == "composite":
        out.setdefault("continue_on_failure", False)
        inner = out.get("transports")
        if isinstance(inner, Mapping):
            out["transports"] = {name: _hardened(item) for name, item in inner.items() if item}
        elif isinstance(inner, list):
            out["transports"] = [_hardened(item) for item in inner]
    elif kind == "transform" and isinstance(out.get("transport"), Mapping):
        out["transport"] = _hardened(out["transport"])
    return out


def _true(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in _TRUE


def _name(event: Mapping[str, Any]) -> str:
    run, job = event.get("run"), event.get("job")
    run_id = run.get("runId", "?") if isinstance(run, Mapping) else "-"
    job_name = job.get("name", "?") if isinstance(job, Mapping) else "-"
    return f"event {event.get('eventType', '?')} of {job_name} (run {run_id})"


def _said(error: BaseException) -> str:
    # Transports put addresses into their messages, and an address may hold a password.
    return without_userinfo(f"{type(error).__name__}: {error}")[:500]
