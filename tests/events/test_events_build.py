"""Every event that we build is valid in every part, the same for the same facts, and true."""

from __future__ import annotations

import dataclasses
import json
import math
from datetime import UTC, datetime, timedelta, timezone

import attr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.errors import InvalidId, ProvenanceError
from provenance.events import (
    AssertionFacts,
    DatasetFacts,
    LedgerPointer,
    ParentRun,
    SourceLocation,
    StepFacts,
    complete,
    event_id,
    fail,
    run_uuid,
    start,
)
from provenance.events import facets as own
from provenance.events.facts import BATCH_CAP
from provenance.events.sanitise import as_uri, clean, parameter, without_userinfo
from provenance.model.identity import canonical_json

AT = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
#: Airflow's task SDK masks every attribute and key that holds one of these (openlineage.md section 2).
MASKED = ("token", "secret", "password", "passwd", "proxy", "dsn", "bearer", "authorization", "api_key", "apikey",
          "private_key", "connection_string", "service_account", "passphrase", "access_key", "keyfile")


def _three(step, inputs, outputs):
    return {"start": start(step, inputs), "complete": complete(step, inputs, outputs, AT),
            "fail": fail(step, inputs, [dataclasses.replace(outputs[0], version="")], AT, "broke", stack="Trace")}


@pytest.mark.parametrize("name", ["start", "complete", "fail"])
def test_events_are_valid_and_golden(name, step, inputs, outputs, check, golden):
    event = _three(step, inputs, outputs)[name]
    check(event)
    # The producer carries our version, which changes with every release.
    golden(name, json.loads(json.dumps(event).replace(own.PRODUCER, "PRODUCER").replace(
        f'"openlineageAdapterVersion": "{own.ADAPTER_VERSION}"', '"openlineageAdapterVersion": "VERSION"')))


def test_the_validator_is_strict(step, inputs, outputs, full_schemas):
    event = complete(step, inputs, outputs, AT)
    event["eventTime"] = "yesterday"
    event["run"]["runId"] = "no-uuid"
    event["outputs"][0]["facets"]["provenance_recordOrigin"]["origins"]["human"] = -1
    event["outputs"][0]["facets"]["provenance_ledger"]["batches"] = ["nope"]
    event["job"]["facets"]["sourceCodeLocation"]["url"] = "not a uri"
    text = "\n".join(full_schemas.event_errors(event))
    for part in ("eventTime", "runId", "human", "batches", "url"):
        assert part in text


@pytest.mark.parametrize("mend", [
    lambda facet: facet["origins"].pop("unknown"),
    lambda facet: facet["origins"].update(alien=1),
    lambda facet: facet.update(humanShare=1.5),
    lambda facet: facet.update(depthMax=256),
    lambda facet: facet["grades"].update(E6=1),
    lambda facet: facet.pop("records"),
    lambda facet: facet.pop("_producer"),
])
def test_our_schema_refuses(mend, step, inputs, outputs, own_schemas):
    facet = complete(step, inputs, outputs, AT)["outputs"][0]["facets"]["provenance_recordOrigin"]
    assert own_schemas.facet_errors("provenance_recordOrigin", facet) == []
    mend(facet)
    assert own_schemas.facet_errors("provenance_recordOrigin", facet)


def test_our_facets_validate_over_the_stub_core(step, inputs, outputs, own_schemas):
    for event in _three(step, inputs, outputs).values():
        assert own_schemas.event_errors(event) == []
        assert "provenance_recipe" in event["run"]["facets"]


def test_schema_files_and_classes_agree(own_schemas):
    classes = [own.ProvenanceRecordOriginDatasetFacet, own.ProvenanceLedgerDatasetFacet, own.ProvenanceRecipeRunFacet]
    assert sorted(own_schemas._ids) == sorted(f"{cls.__name__}.json" for cls in classes)
    for cls in classes:
        url, _, fragment = cls._get_schema().partition("#")
        assert own_schemas._ids[f"{cls.__name__}.json"] == url
        assert fragment == f"/$defs/{cls.__name__}"
        schema = own_schemas._registry[url].contents
        (key,) = schema["properties"]
        assert key.startswith("provenance_")
        properties = schema["$defs"][cls.__name__]["allOf"][1]["properties"]
        assert set(properties) == {a.name for a in attr.fields(cls)} - {"_producer", "_schemaURL", "_deleted"}
        for name in [key, *properties]:
            assert not [word for word in MASKED if word in name.lower()]


def test_no_event_key_is_masked_by_airflow(step, inputs, outputs):
    def keys(value):
        if isinstance(value, dict):
            for key, item in value.items():
                yield key
                yield from keys(item)
        elif isinstance(value, list):
            for item in value:
                yield from keys(item)
    for event in _three(step, inputs, outputs).values():
        assert not [key for key in keys(event) for word in MASKED if word in key.lower()]


def test_events_are_canonical_and_deterministic(step, inputs, outputs):
    first, second = complete(step, inputs, outputs, AT), complete(step, inputs, outputs, AT)
    assert canonical_json(first) == canonical_json(second)
    assert event_id(first) == event_id(second)
    assert event_id(first) != event_id(complete(step, inputs, outputs, AT + timedelta(seconds=1)))
    assert event_id(first) != event_id(fail(step, inputs, outputs, AT, "x"))


def test_the_producer_is_never_set_for_the_whole_process(step):
    from openlineage.client.generated import base
    start(step)
    assert "corpus-provenance" not in base.PRODUCER


def test_assertions_stand_where_they_are_true(step, inputs, outputs):
    judged = [dataclasses.replace(inputs[0], assertions=(AssertionFacts("a", True),))]
    event = complete(step, judged, outputs, AT)
    out, into = event["outputs"][0], event["inputs"][0]
    assert [a["success"] for a in out["facets"]["dataQualityAssertions"]["assertions"]] == [True, False]
    assert [a["severity"] for a in out["facets"]["dataQualityAssertions"]["assertions"]] == ["error", "warn"]
    assert into["inputFacets"]["dataQualityAssertions"] == into["facets"]["dataQualityAssertions"]
    # No loop: the output is not listed as an input of the run that wrote it.
    assert [item["facets"]["version"]["datasetVersion"] for item in event["inputs"]] == ["0123456789abcdef"]


def test_no_input_is_said_out_loud(step, outputs, check):
    event = complete(step, [], outputs, AT)
    check(event)
    assert event["job"]["facets"]["lineage"]["entries"][0]["inputs"] == []
    assert "lineage" not in start(step, [])["job"]["facets"]


def test_columns(step, inputs, outputs):
    made = complete(step, inputs, outputs, AT)["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert list(made) == ["parents"]
    assert made["parents"]["inputFields"][0]["transformations"][0]["subtype"] == "AGGREGATION"
    verdicts = dataclasses.replace(outputs[0], fields=(("record", "VARCHAR", ""), ("check", "VARCHAR", "")))
    spoken = complete(step, inputs, [verdicts], AT)["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert spoken["record"]["inputFields"][0]["transformations"][0]["subtype"] == "IDENTITY"
    blind = [dataclasses.replace(inputs[0], fields=(("path", "VARCHAR", ""),))]
    assert "columnLineage" not in complete(step, blind, outputs, AT)["outputs"][0]["facets"]


def test_ledger_pointer_caps_the_list_and_digests_all():
    every = [f"{number:016x}" for number in range(BATCH_CAP + 500)]
    pointer = LedgerPointer.of("demo", "s3://key:pass@bucket/x", reversed(every))
    assert (len(pointer.batches), pointer.batch_count) == (BATCH_CAP, BATCH_CAP + 500)
    assert pointer.digest != LedgerPointer.of("demo", "s3://bucket/x", every[:BATCH_CAP]).digest
    step_facts = StepFacts("n", "j", run_uuid(AT, "x"), "ingest", "1", AT)
    facet = complete(step_facts, [], [DatasetFacts("f", "d", ledger=pointer)], AT)["outputs"][0]["facets"][
        "provenance_ledger"]
    assert facet["truncated"] and facet["batchCount"] == BATCH_CAP + 500
    assert facet["location"] == "s3://bucket/x"


@pytest.mark.parametrize("make", [
    lambda: StepFacts("n", "j", "nope", "s", "1", AT),
    lambda: StepFacts("n", "j", run_uuid(AT, ""), "s", "1", datetime(2026, 1, 1)),
    lambda: StepFacts("n", "j", run_uuid(AT, ""), "s", "1", AT, nominal_at=datetime(2026, 1, 1)),
    lambda: StepFacts("n", "j", run_uuid(AT, ""), "s", "1", AT, recipes=("md5:x",)),
    lambda: ParentRun("n", "j", ""),
    lambda: DatasetFacts("f", "d", rows=-1),
    lambda: DatasetFacts("f", "d", rows=2**53 + 1),
    lambda: DatasetFacts("f", "d", rows=True),
    lambda: DatasetFacts("f", "d", origin_counts={"alien": 1}),
    lambda: DatasetFacts("f", "d", grade_counts={"E9": 1}),
    lambda: DatasetFacts("f", "d", human_share=1.1),
    lambda: DatasetFacts("f", "d", depth_mean=math.inf),
    lambda: LedgerPointer("l", "x", ("xyz",), "sha256:" + "0" * 64),
    lambda: LedgerPointer("l", "x", (), "sha256:0"),
    lambda: LedgerPointer("l", "x", ("0" * 16,), "sha256:" + "0" * 64, 0),
    lambda: AssertionFacts("a", True, "fatal"),  # type: ignore[arg-type]
    lambda: run_uuid(datetime(2026, 1, 1), "x"),
])
def test_facts_that_cannot_be_true_are_refused(make):
    with pytest.raises((ProvenanceError, InvalidId)):
        make()


def test_a_time_in_another_zone_is_written_in_utc(step):
    east = dataclasses.replace(step, started_at=datetime(2026, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5.5))))
    assert start(east)["eventTime"] == "2026-01-01T00:00:00.000000Z"


def test_run_uuid_is_the_same_for_the_same_moment_in_any_zone():
    east = AT.astimezone(timezone(timedelta(hours=3)))
    assert run_uuid(AT, "corpus_build.ingest") == run_uuid(east, "corpus_build.ingest") != run_uuid(AT, "other")


def test_event_id_leaves_the_clients_tags_aside(step, inputs):
    event = start(step, inputs)
    sent = json.loads(json.dumps(event))
    tag = {"key": "openlineage_client_version", "value": "1.54.0", "source": "OPENLINEAGE_CLIENT"}
    sent["run"]["facets"]["tags"] = {"_producer": "x", "_schemaURL": "y", "tags": [tag]}
    assert event_id(sent) == event_id(event)
    sent["run"]["facets"]["tags"]["tags"].append({"key": "team", "value": "a", "source": "USER"})
    assert event_id(sent) != event_id(event)


def test_event_id_takes_foreign_numbers_and_text():
    odd = {"run": {"facets": {"x": [1e-9, 10**40, math.inf, "\ud800", None, True]}}}
    assert event_id(odd) == event_id(json.loads(json.dumps(odd)))


def test_secrets_do_not_travel(step, inputs, outputs):
    leaky = dataclasses.replace(
        step, params={"api_key": "hunter2", "hf_token": "hunter2", "endpoint": "https://u:hunter2@h/v1",
                      "nested": {"url": "https://u:hunter2@h/v1"}},
        source_location=SourceLocation("https://u:hunter2@example.org/r.git"))
    event = fail(leaky, inputs, outputs, AT, "no answer from https://u:hunter2@h/v1",
                 stack="https://u:hunter2@h/v1")
    assert "hunter2" not in json.dumps(event)
    assert parameter("max_tokens", 5) == "5" and parameter("tokenizer", "bpe") == "bpe"


@pytest.mark.parametrize(("text", "uri"), [
    ("https://example.org/r.git", "https://example.org/r.git"),
    ("git@example.org:a/b.git", "ssh://git@example.org/a/b.git"),
    ("ssh://git@example.org/a/b.git", "ssh://git@example.org/a/b.git"),
    ("/srv/my repo", "file:///srv/my%20repo"),
    ("file:///srv/x", "file:///srv/x"),
    ("payroll.bundle", "x-source:payroll.bundle"),
    ("C:\\repo", "x-source:C%3A%5Crepo"),
])
def test_as_uri(text, uri):
    assert as_uri(text) == uri


def test_userinfo_is_cut_only_from_addresses():
    assert without_userinfo("mail ana@example.org, see https://a:b@h/x and ssh://git:pw@h/y") == (
        "mail ana@example.org, see https://h/x and ssh://git@h/y")
    assert clean("x" * 30, 10) == "x" * 10 + " [cut: 30 characters]"


TEXT = st.text(alphabet=st.characters(codec=None), max_size=60) | st.sampled_from(
    ["", "\x00", "\ud800", "http://[::1", "a:b:c", "%", "git@h:", "ssh://x@", "file:", "\u202e", "x" * 1500])
COUNT = st.integers(0, 2**53)
ANY = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
                   lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6)


@st.composite
def datasets(draw):
    return DatasetFacts(
        draw(TEXT), draw(TEXT), draw(TEXT), draw(st.none() | COUNT), draw(st.none() | COUNT),
        tuple(draw(st.lists(st.tuples(TEXT | st.sampled_from(["record", "parent"]), TEXT, TEXT), max_size=3))),
        draw(st.dictionaries(st.sampled_from(["human", "unknown", "synthetic_model"]), st.integers(0, 10**9))), {},
        draw(st.none() | st.integers(0, 255)), draw(st.none() | st.just(math.nan) | st.floats(0, 255)),
        draw(st.none() | st.just(math.nan) | st.floats(0, 1)), draw(st.dictionaries(TEXT, COUNT, max_size=3)),
        draw(st.none() | st.builds(LedgerPointer.of, TEXT, TEXT, st.just(["0" * 16]), TEXT)),
        tuple(draw(st.lists(st.builds(AssertionFacts, TEXT, st.booleans(), st.sampled_from(["error", "warn"]), TEXT,
                                      TEXT, TEXT, TEXT, TEXT), max_size=2))), draw(TEXT))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture,
                                                                  HealthCheck.too_slow])
@given(data=st.data())
def test_strange_facts_never_make_an_invalid_event(data, check):
    draw = data.draw
    moment = st.datetimes(timezones=st.just(UTC))
    facts = StepFacts(
        draw(TEXT), draw(TEXT), str(draw(st.uuids())), draw(TEXT), draw(TEXT), draw(moment), draw(st.none() | moment),
        draw(st.none() | st.builds(ParentRun, TEXT, TEXT, st.uuids().map(str))),
        draw(st.none() | st.builds(SourceLocation, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)),
        draw(st.dictionaries(TEXT, ANY, max_size=3)), draw(st.none() | st.tuples(TEXT, TEXT)), (), draw(TEXT))
    into, out = draw(st.lists(datasets(), max_size=2)), draw(st.lists(datasets(), max_size=2))
    at = draw(moment)
    for event in (start(facts, into), complete(facts, into, out, at), fail(facts, into, out, at, draw(TEXT),
                                                                          stack=draw(TEXT))):
        check(event)
        event_id(event)


@given(TEXT)
@settings(deadline=None)
def test_as_uri_is_always_a_uri(text):
    from jsonschema import Draft202012Validator
    Draft202012Validator.FORMAT_CHECKER.check(as_uri(text), "uri")


def test_parameters_that_no_one_can_write_are_described():
    assert "bits" in parameter("n", 10**5000)
    assert "cannot be written" in parameter("n", [10**5000])
    assert parameter("n", math.nan) == "NaN"
