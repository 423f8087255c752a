"""Builds OpenLineage run events, as plain JSON-ready dicts, from plain facts.

    >>> from datetime import UTC, datetime
    >>> step = StepFacts("local", "corpus_build.ingest", "0193595e-3a00-7000-8000-000000000000", "ingest", "1",
    ...                  datetime(2026, 11, 22, 9, tzinfo=UTC))
    >>> event = start(step, inputs=[])
    >>> event["eventType"], event["eventTime"]
    ('START', '2026-11-22T09:00:00.000000Z')

The OpenLineage classes write the event, so that versions and ``_schemaURL`` are theirs; the result is canonical (the
same facts give the same bytes), without None, without NaN, and fit for strict readers (`provenance.events.sanitise`).
Nothing is stored or sent here.

Refused with `ProvenanceError`: a time without a zone, a count or a mean out of range. Not refused: strange text, which
is cleaned instead, because an event must not be lost over a file name.

Choices, and why:

* **Terminal events repeat what START said.** A receiver that sees only the terminal event still has the whole run.
* **Assertions.** In OpenLineage 1.54 ``dataQualityAssertions`` is an input facet, made for a test job that reads the
  dataset. Our inspection belongs to the run that *writes* the data, before the commit. To list the output as an input
  too would draw a loop in every lineage graph and say something untrue. So an output carries the facet under
  ``facets`` only, as Airflow's common-sql operators do; an input carries it under ``inputFacets`` and ``facets``, as
  dbt does. Upstream is moving the facet to ``facets`` (OpenLineage#1876), and a facet's shape is the same in all.
* **No inputs.** An output made from nothing that is tracked (a repository that is no dataset, a model's own text) says
  so with the experimental ``lineage`` job facet: an entry with ``inputs: []``. Absence would mean "not known".
* **Columns.** Only what is certain: the column that names parents comes from the inputs' ``record``; rows that speak of
  a record (verdicts, members) take ``record`` over as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openlineage.client import event_v2
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    data_quality_assertions_dataset,
    dataset_version_dataset,
    documentation_dataset,
    documentation_job,
    error_message_run,
    execution_parameters_run,
    input_statistics_input_dataset,
    job_type_job,
    lineage,
    nominal_time_run,
    output_statistics_output_dataset,
    parent_run,
    processing_engine_run,
    schema_dataset,
    source_code_location_job,
)
from openlineage.client.serde import Serde

from provenance.events import facets as own
from provenance.events.facets import PRODUCER
from provenance.events.facts import DatasetFacts, LedgerPointer, StepFacts
from provenance.events.sanitise import (
    VALUE_LIMIT,
    as_uri,
    clean,
    clean_name,
    instant,
    mean,
    parameter,
    without_userinfo,
)
from provenance.model.identity import Digest, canonical_json

#: The ``integration`` of the jobType facet.
INTEGRATION = "CORPUS_PROVENANCE"
#: Longest lists written; each says how many there were in all.
LANGUAGE_CAP, PARAMETER_CAP = 200, 200


def start(step: StepFacts, inputs: Sequence[DatasetFacts] = ()) -> dict[str, Any]:
    """The START event, at ``step.started_at``."""
    return _event("START", step, inputs, (), step.started_at)


def complete(step: StepFacts, inputs: Sequence[DatasetFacts], outputs: Sequence[DatasetFacts],
             at: datetime) -> dict[str, Any]:
    """The COMPLETE event: what is committed, or adopted."""
    return _event("COMPLETE", step, inputs, outputs, at)


def fail(step: StepFacts, inputs: Sequence[DatasetFacts], outputs: Sequence[DatasetFacts], at: datetime,
         message: str, *, stack: str = "") -> dict[str, Any]:
    """The FAIL event. ``outputs`` are what was inspected and not committed: without a version."""
    error = error_message_run.ErrorMessageRunFacet(
        message=clean(without_userinfo(message)), programmingLanguage="python",
        stackTrace=clean(without_userinfo(stack)) or None, producer=PRODUCER)
    return _event("FAIL", step, inputs, outputs, at, more={"errorMessage": error})


def _event(state: str, step: StepFacts, inputs: Sequence[DatasetFacts], outputs: Sequence[DatasetFacts],
           at: datetime, *, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    job_facets = _job_facets(step)
    if state == "COMPLETE" and outputs and not inputs:
        job_facets["lineage"] = lineage.LineageJobFacet(
            entries=[lineage.LineageDatasetEntry(clean_name(out.namespace), clean_name(out.name), "DATASET", inputs=[])
                     for out in outputs],
            producer=PRODUCER)
    event = event_v2.RunEvent(
        eventType=event_v2.RunState[state],
        eventTime=instant(at, "at"),
        run=event_v2.Run(step.run_id, facets={**_run_facets(step), **(more or {})}),
        job=event_v2.Job(clean_name(step.job_namespace), clean_name(step.job_name), facets=job_facets),
        inputs=[_input(facts) for facts in inputs],
        outputs=[_output(facts, inputs) for facts in outputs],
        producer=PRODUCER)
    # Through canonical JSON and back: sorted, integral floats as integers, and anything unfit refused here, not later.
    canonical: dict[str, Any] = json.loads(canonical_json(_fit(Serde.to_dict(event))))
    return canonical


def _fit(value: Any) -> Any:
    """Every text cleaned once more, keys included: no road into an event leads past this."""
    if isinstance(value, str):
        return clean(value, 10 * VALUE_LIMIT + 100)
    if isinstance(value, dict):
        return {clean(key): _fit(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fit(item) for item in value]
    return value


def _run_facets(step: StepFacts) -> dict[str, Any]:
    out: dict[str, Any] = {
        "provenance_recipe": own.ProvenanceRecipeRunFacet(  # type: ignore[call-arg]  # openlineage is skipped
            step=clean_name(step.step), stepVersion=clean_name(step.step_version), recipeCount=len(set(step.recipes)),
            recipesDigest=recipes_digest(step.recipes) if step.recipes else None, producer=PRODUCER)}
    if step.processing:
        name, version = step.processing
        out["processing_engine"] = processing_engine_run.ProcessingEngineRunFacet(
            version=clean_name(version), name=clean_name(name), openlineageAdapterVersion=own.ADAPTER_VERSION,
            producer=PRODUCER)
    if step.nominal_at is not None:
        out["nominalTime"] = nominal_time_run.NominalTimeRunFacet(
            nominalStartTime=instant(step.nominal_at, "nominal_at"), producer=PRODUCER)
    if parent := step.parent:
        root = None
        if parent.root:
            root = parent_run.Root(
                parent_run.RootRun(parent.root.run_id, facets=None),
                parent_run.RootJob(clean_name(parent.root.namespace), clean_name(parent.root.name), facets=None))
        out["parent"] = parent_run.ParentRunFacet(
            run=parent_run.Run(parent.run_id, facets=None),
            job=parent_run.Job(clean_name(parent.namespace), clean_name(parent.name), facets=None),
            root=root, producer=PRODUCER)
    if step.params:
        names = sorted(step.params, key=str)
        listed = [execution_parameters_run.ExecutionParameter(
            key=clean_name(str(name)), value=parameter(str(name), step.params[name])) for name in names[:PARAMETER_CAP]]
        if len(names) > PARAMETER_CAP:
            listed.append(execution_parameters_run.ExecutionParameter(
                key="(cut)", value=f"{len(names)} parameters in all"))
        out["executionParameters"] = execution_parameters_run.ExecutionParametersRunFacet(
            parameters=listed, producer=PRODUCER)
    return out


def recipes_digest(recipes: Sequence[str]) -> str:
    """The digest of a set of recipe digests, under a tag of its own."""
    return str(Digest.of_json({"corpus-provenance-recipes": 1, "recipes": sorted(set(recipes))}))


def _job_facets(step: StepFacts) -> dict[str, Any]:
    out: dict[str, Any] = {"jobType": job_type_job.JobTypeJobFacet(
        processingType="BATCH", integration=INTEGRATION, jobType="STEP",
        emissionPattern=job_type_job.EmissionPattern("EVENT_BASED", "ACCUMULATIVE"), producer=PRODUCER)}
    if step.documentation:
        out["documentation"] = documentation_job.DocumentationJobFacet(
            description=clean(step.documentation), contentType="text/plain", producer=PRODUCER)
    if (where := step.source_location) and (where.url or where.repo_url):
        out["sourceCodeLocation"] = source_code_location_job.SourceCodeLocationJobFacet(
            type=clean_name(where.type), url=as_uri(where.url or where.repo_url),
            repoUrl=without_userinfo(clean_name(where.repo_url)) or None, path=clean_name(where.path) or None,
            version=clean_name(where.version) or None, tag=clean_name(where.tag) or None,
            branch=clean_name(where.branch) or None, producer=PRODUCER)
    return out


def _input(facts: DatasetFacts) -> event_v2.InputDataset:
    input_facets: dict[str, Any] = {}
    facets = _dataset_facets(facts)
    if facts.rows is not None or facts.size is not None:
        input_facets["inputStatistics"] = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rowCount=facts.rows, size=facts.size, producer=PRODUCER)
    if "dataQualityAssertions" in facets:
        input_facets["dataQualityAssertions"] = facets["dataQualityAssertions"]
    return event_v2.InputDataset(clean_name(facts.namespace), clean_name(facts.name), input_facets, facets=facets)


def _output(facts: DatasetFacts, inputs: Sequence[DatasetFacts]) -> event_v2.OutputDataset:
    output_facets: dict[str, Any] = {}
    facets = _dataset_facets(facts)
    if facts.rows is not None or facts.size is not None:
        output_facets["outputStatistics"] = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=facts.rows, size=facts.size, producer=PRODUCER)
    if columns := _columns(facts, inputs):
        facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(fields=columns, producer=PRODUCER)
    return event_v2.OutputDataset(clean_name(facts.namespace), clean_name(facts.name), output_facets, facets=facets)


def _dataset_facets(facts: DatasetFacts) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if facts.fields:
        out["schema"] = schema_dataset.SchemaDatasetFacet(
            fields=[schema_dataset.SchemaDatasetFacetFields(
                clean_name(name), clean_name(kind) or None, clean(text, VALUE_LIMIT) or None, position, fields=None)
                for position, (name, kind, text) in enumerate(facts.fields, 1)],
            producer=PRODUCER)
    if facts.version:
        out["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(clean_name(facts.version),
                                                                            producer=PRODUCER)
    if facts.description:
        out["documentation"] = documentation_dataset.DocumentationDatasetFacet(
            clean(facts.description), contentType="text/plain", producer=PRODUCER)
    if facts.assertions:
        out["dataQualityAssertions"] = _assertions(facts)
    if facts.origin_counts:
        out["provenance_recordOrigin"] = _origin(facts)
    if facts.ledger:
        out["provenance_ledger"] = _ledger(facts.ledger)
    return out


def _assertions(facts: DatasetFacts) -> data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet:
    listed = [data_quality_assertions_dataset.Assertion(
        assertion=clean_name(item.assertion or item.name), success=item.success, severity=item.severity,
        name=clean_name(item.name), column=clean_name(item.column) or None,
        expected=clean(item.expected, VALUE_LIMIT) or None, actual=clean(item.actual, VALUE_LIMIT) or None,
        description=clean(item.description, VALUE_LIMIT) or None, params=None) for item in facts.assertions]
    return data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(listed, producer=PRODUCER)


def _origin(facts: DatasetFacts) -> own.ProvenanceRecordOriginDatasetFacet:
    languages = sorted(facts.languages.items(), key=lambda pair: (-pair[1], pair[0]))
    return own.ProvenanceRecordOriginDatasetFacet(  # type: ignore[call-arg]  # openlineage is skipped
        origins=own.OriginCounts(**{str(key): value for key, value in facts.origin_counts.items()}),
        records=sum(facts.origin_counts.values()),
        grades=dict(facts.grade_counts),
        languages=[own.LanguageCount(clean_name(name), number) for name, number in languages[:LANGUAGE_CAP]],
        languageCount=len(languages) if languages else None,
        depthMax=facts.depth_max, depthMean=mean(facts.depth_mean, "depth_mean", 255),
        humanShare=mean(facts.human_share, "human_share", 1), producer=PRODUCER)


def _ledger(pointer: LedgerPointer) -> own.ProvenanceLedgerDatasetFacet:
    return own.ProvenanceLedgerDatasetFacet(  # type: ignore[call-arg]  # openlineage is skipped
        ledgerId=clean_name(pointer.ledger_id), location=without_userinfo(clean_name(pointer.location)),
        batches=list(pointer.batches), batchCount=pointer.batch_count, batchesDigest=pointer.digest,
        truncated=pointer.batch_count > len(pointer.batches), formatVersion=clean_name(pointer.format_version),
        producer=PRODUCER)


def _columns(facts: DatasetFacts, inputs: Sequence[DatasetFacts]) -> dict[str, column_lineage_dataset.Fields]:
    names = {name for name, _, _ in facts.fields}
    sources = [item for item in inputs if any(name == "record" for name, _, _ in item.fields)]
    if not sources:
        return {}
    if kinship := names & {"parent", "parents"}:
        relations = {name: "IDENTITY" if name == "parent" else "AGGREGATION" for name in sorted(kinship)}
    else:
        relations = {"record": "IDENTITY"} if "record" in names else {}
    return {column: column_lineage_dataset.Fields([
        column_lineage_dataset.InputField(
            clean_name(item.namespace), clean_name(item.name), "record",
            [column_lineage_dataset.Transformation("DIRECT", relation)]) for item in sources])
        for column, relation in relations.items()}
