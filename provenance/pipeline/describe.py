"""From what the ledger holds to what an event says: manifests become dataset facts, counted and pointed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from provenance.events import AssertionFacts, DatasetFacts, LedgerPointer, StepFacts
from provenance.ledger import Ledger, Manifest
from provenance.ledger.codec import SCHEMAS
from provenance.model.identity import BatchId, Digest
from provenance.model.origin import EvidenceGrade
from provenance.pipeline.context import Context

#: Batches listed in one event dataset; a run with more says several datasets, so that every batch is named.
_CHUNK = 1000
_COLUMNS = {"record": "the record's id", "origin": "origin class", "evidence": "evidence grade",
            "content_sha256": "sha256 of the content", "depth": "steps since a root",
            "parent_batch": "batch of a parent", "check": "name of the check", "outcome": "what the check said"}


def step_facts(context: Context, step: str, version: str, started_at: datetime, params: Mapping[str, Any],
               recipes: Iterable[Digest] = ()) -> StepFacts:
    """The run as an event names it."""
    return StepFacts(job_namespace=context.namespace, job_name=context.job, run_id=context.run_id, step=step,
                     step_version=version, started_at=started_at, nominal_at=context.nominal_at, parent=context.parent,
                     source_location=context.source_location, params=params, processing=context.processing,
                     recipes=tuple(str(digest) for digest in recipes))


def inputs(ledger: Ledger, batches: Iterable[BatchId]) -> tuple[DatasetFacts, ...]:
    """The batches that a step reads, one dataset for each step that made them."""
    by_step = _by_step(ledger.require(batch) for batch in sorted(set(batches)))
    return tuple(facts for step in sorted(by_step) for facts in _datasets(ledger, step, by_step[step], ()))


def outputs(ledger: Ledger, step: str, manifests: Sequence[Manifest],
            assertions: Sequence[AssertionFacts] = ()) -> tuple[DatasetFacts, ...]:
    """The batches that a step made or adopted, under the same names as its readers give them (see `inputs`)."""
    # Ingest also makes the snapshot: written under another name than it is read by, it would come from nowhere.
    by_step = _by_step(manifests) or {step: []}
    return tuple(facts for name, chosen in sorted(by_step.items())
                 for facts in _datasets(ledger, name, chosen, assertions if name == step else ()))


def _by_step(manifests: Iterable[Manifest]) -> dict[str, list[Manifest]]:
    by_step: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        by_step.setdefault(manifest.recipe.step, []).append(manifest)
    return by_step


def _datasets(ledger: Ledger, step: str, manifests: Sequence[Manifest],
              assertions: Sequence[AssertionFacts]) -> Iterator[DatasetFacts]:
    for start in range(0, max(len(manifests), 1), _CHUNK):
        chunk = manifests[start:start + _CHUNK]
        pointer = LedgerPointer.of(ledger.id, ledger.path.as_uri(), [str(manifest.batch) for manifest in chunk])
        origins: Counter[str] = Counter()
        languages: Counter[str] = Counter()
        for manifest in chunk:
            origins.update(manifest.summary.get("origins", {}))
            languages.update(manifest.summary.get("languages", {}))
        counted = _measure(ledger, chunk)
        table = _main_table(chunk)
        yield DatasetFacts(
            namespace="file", name=f"{ledger.path}/{step}" + (f"/{start // _CHUNK + 1}" if start else ""),
            version=pointer.digest, rows=sum(manifest.rows(table) for manifest in chunk),
            size=sum(part.size for manifest in chunk for part in manifest.parts.values()),
            fields=tuple((field.name, str(field.type), _COLUMNS.get(field.name, "")) for field in SCHEMAS[table]),
            origin_counts=dict(origins), languages=dict(languages), ledger=pointer,
            assertions=tuple(assertions) if start == 0 else (), **counted)


def _main_table(manifests: Sequence[Manifest]) -> str:
    """The table that says how many things a step made: its records, else its members, else its verdicts."""
    return next((name for name in ("records", "members", "decisions", "verdicts")
                 if any(name in manifest.parts for manifest in manifests)), "records")


def _measure(ledger: Ledger, manifests: Sequence[Manifest]) -> dict[str, Any]:
    """Depth, grades and human share over the records of some batches, one batch in memory at a time."""
    grades: Counter[str] = Counter()
    rows = depth_max = depth_sum = 0
    share = 0.0
    for manifest in manifests:
        if not manifest.records:
            continue
        records = ledger.table(manifest, "records")
        rows += records.num_rows
        depth_max = max(depth_max, pc.max(records.column("depth")).as_py())
        depth_sum += pc.sum(records.column("depth")).as_py()
        share += pc.sum(records.column("human_share").cast(pa.float64())).as_py()
        counts = pc.value_counts(records.column("evidence")).to_pylist()
        grades.update({EvidenceGrade(item["values"]).name: item["counts"] for item in counts})
    if not rows:
        return {}
    return {"grade_counts": dict(grades), "depth_max": depth_max, "depth_mean": depth_sum / rows,
            "human_share": min(1.0, share / rows)}
