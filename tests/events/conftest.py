"""Facts to build from, and a strict validator: core event, then every facet against its own schema, formats checked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from provenance.events import (
    AssertionFacts,
    DatasetFacts,
    LedgerPointer,
    ParentRun,
    RunRef,
    SourceLocation,
    StepFacts,
)

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "spec" / "facets"
SHARED = ROOT.parent / "shared" / "vectors" / "openlineage"
CORE_ID = "https://openlineage.io/spec/2-0-2/OpenLineage.json"
#: Enough of the core for our own facets to be checked where the shared schemas are not there.
STUB_CORE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": CORE_ID,
    "$defs": {
        "BaseFacet": {"type": "object", "required": ["_producer", "_schemaURL"],
                      "properties": {"_producer": {"type": "string", "format": "uri"},
                                     "_schemaURL": {"type": "string", "format": "uri"}}},
        "DatasetFacet": {"$ref": "#/$defs/BaseFacet"},
        "RunFacet": {"$ref": "#/$defs/BaseFacet"},
        "JobFacet": {"$ref": "#/$defs/BaseFacet"},
    },
}


class Schemas:
    """Schemas by file name. The wheel and the specification may differ in version, so a version never has to match."""

    def __init__(self, core: dict[str, Any], facets: dict[str, dict[str, Any]], complete: bool) -> None:
        self.complete = complete
        self._ids = {name: schema["$id"] for name, schema in facets.items()}
        registry: Registry[Any] = Registry().with_resources(
            (schema["$id"], Resource.from_contents(schema)) for schema in (core, *facets.values()))
        self._registry = registry

    def errors(self, reference: str, value: Any) -> list[str]:
        validator = Draft202012Validator({"$ref": reference}, registry=self._registry,
                                         format_checker=Draft202012Validator.FORMAT_CHECKER)
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def facet_errors(self, key: str, facet: dict[str, Any]) -> list[str]:
        url, _, fragment = facet["_schemaURL"].partition("#")
        name = url.rpartition("/")[2]
        if name not in self._ids:
            return [f"{key}: no schema named {name}"] if self.complete else []
        return [f"{key} {error}" for error in self.errors(f"{self._ids[name]}#{fragment}", facet)]

    def event_errors(self, event: dict[str, Any]) -> list[str]:
        out = self.errors(CORE_ID, event) if self.complete else []
        for key, facet in every_facet(event):
            out += self.facet_errors(key, facet)
        return out


def every_facet(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entity in (event["run"], event["job"], *event["inputs"], *event["outputs"]):
        for place in ("facets", "inputFacets", "outputFacets"):
            yield from entity.get(place, {}).items()


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*Facet.json"))}


@pytest.fixture(scope="session")
def own_schemas() -> Schemas:
    """Our facets over a stub of the core: always there."""
    return Schemas(STUB_CORE, _read(OURS), complete=False)


@pytest.fixture(scope="session")
def schemas(own_schemas: Schemas) -> Schemas:
    """The real core and all facets where the shared vectors are there, else our own over the stub."""
    if not SHARED.is_dir():
        return own_schemas
    core = json.loads((SHARED / "OpenLineage.json").read_text())
    return Schemas(core, {**_read(SHARED / "facets"), **_read(OURS)}, complete=True)


@pytest.fixture
def check(schemas: Schemas) -> Callable[[dict[str, Any]], None]:
    """Asserts that an event is strict JSON and valid in every part."""
    def run(event: dict[str, Any]) -> None:
        text = json.dumps(event, allow_nan=False)
        text.encode("utf-8")
        assert json.loads(text) == event
        assert schemas.event_errors(event) == []
    return run


@pytest.fixture
def full_schemas(schemas: Schemas) -> Schemas:
    if not schemas.complete:
        pytest.skip(f"the OpenLineage schemas are not at {SHARED}")
    return schemas


@pytest.fixture
def golden() -> Callable[[str, Any], None]:
    """Compares with tests/golden/events/NAME.json; UPDATE_GOLDENS=1 writes it."""
    def run(name: str, value: Any) -> None:
        path = ROOT / "tests" / "golden" / "events" / f"{name}.json"
        text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        if os.environ.get("UPDATE_GOLDENS") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no golden {path}; write it with UPDATE_GOLDENS=1"
        assert text == path.read_text(encoding="utf-8")
    return run


RECORD_FIELDS = (("record", "VARCHAR", "record id"), ("language", "VARCHAR", ""), ("parents", "INTEGER", "edges"))


@pytest.fixture
def step() -> StepFacts:
    return StepFacts(
        job_namespace="local", job_name="corpus_build.augment", run_id="0193595e-3a00-7000-8000-000000000001",
        step="augment", step_version="2", started_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        nominal_at=datetime(2026, 11, 22, 8, tzinfo=UTC),
        parent=ParentRun("local", "corpus_build.augment_task", "0193595e-3a00-7000-8000-000000000002",
                         RunRef("local", "corpus_build", "0193595e-3a00-7000-8000-000000000003")),
        source_location=SourceLocation("git@example.org:acme/corpus.git", "dags/corpus_build.py", "4fe1c2a"),
        params={"seed": 7, "transform": "rename-data-names", "temperature": 0.2, "max_tokens": 512},
        processing=("Apache Airflow", "3.3.2"), recipes=("sha256:" + "ab" * 32,),
        documentation="Derives records by program transforms.")


@pytest.fixture
def inputs() -> list[DatasetFacts]:
    return [DatasetFacts("file", "/srv/corpus/records", "0123456789abcdef", rows=4, size=4096, fields=RECORD_FIELDS,
                         origin_counts={"human": 4})]


@pytest.fixture
def outputs() -> list[DatasetFacts]:
    return [DatasetFacts(
        "file", "/srv/corpus/records", "76543210fedcba98", rows=10, size=9000, fields=RECORD_FIELDS,
        origin_counts={"synthetic_rule": 9, "unknown": 1}, grade_counts={"E0": 1, "E2": 9}, depth_max=3,
        depth_mean=1.5, human_share=0.9, languages={"cobol": 8, "pl1": 2},
        ledger=LedgerPointer.of("demo", "file:///srv/corpus", ["76543210fedcba98", "0123456789abcdef"]),
        assertions=(AssertionFacts("record-unique", True, "error", "record", "unique", "10 of 10"),
                    AssertionFacts("licence-known", False, "warn", "licence", "not NOASSERTION", "1 of 10")),
        description="Records derived in this run.")]


@pytest.fixture
def bare_environment(monkeypatch, tmp_path):
    """No configuration of the machine that runs the tests, and a folder without openlineage.yml."""
    for key in list(os.environ):
        if key.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE")):
            monkeypatch.delenv(key)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
