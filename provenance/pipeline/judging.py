"""The words that add verdicts: verify and judge. They never change a record."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import pyarrow as pa

from provenance.errors import ProvenanceError
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Record
from provenance.model.verdict import Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import verdict_rows
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.shelf import Shelf, members_digest
from provenance.pipeline.workshop import Workshop
from provenance.steps import dedup as dedup_room
from provenance.steps import verify as verify_room
from provenance.steps.verify import ParentSample, Sample

JUDGE_VERSION = "1"


def verify(context: Context, batches: Sequence[BatchId], snapshots: Sequence[BatchId], workshop: Workshop) -> StepResult:
    """Compile and run every record of some batches, children against their parents; one batch of verdicts for each.

    Every record gets one verdict for each check, ``skipped`` where there is no compiler for its language.
    """
    shelf = Shelf(context.ledger, snapshots)
    works = (work for batch in batches if (work := _verify_work(context, batch, shelf, workshop)))
    return run_step(context, "verify", verify_room.VERSION, [*batches, *snapshots], works,
                    {"toolchain": workshop.saying(_languages(context.ledger, batches))})


def _languages(ledger: Ledger, batches: Sequence[BatchId]) -> set[str]:
    """The languages of some batches, by their manifests; a batch that cannot be read is the step's to fail on."""
    found: set[str] = set()
    for batch in batches:
        with contextlib.suppress(ProvenanceError):
            found |= set(ledger.require(batch).summary.get("languages", {}))
    return found


def _verify_work(context: Context, batch: BatchId, shelf: Shelf, workshop: Workshop) -> Work | None:
    ledger = context.ledger
    manifest = ledger.require(batch)
    if not manifest.records:
        return None
    library = shelf.library_of(batch)
    records = ledger.records(batch)
    members = [library.members_of(record.text, record.language) for record in records]
    languages = sorted({record.language for record in records})
    sources = {parent.record.batch_id for record in records for parent in record.parents if parent.role == "source"}
    recipe = Recipe("verify", verify_room.VERSION, {
        "toolchain": workshop.saying(languages), "library": members_digest(members)}, (batch, *sorted(sources)))

    def make() -> Made:
        verdicts: list[Verdict] = []
        samples = _samples(ledger, batch, records)
        with ThreadPoolExecutor(max_workers=2) as pool:
            for language in languages:
                chosen = [sample for sample, record in zip(samples, records, strict=True) if record.language == language]
                verdicts.extend(verify_room.verify(chosen, workshop.of(language), library.texts,
                                                   missing=workshop.why(language), mapper=pool.map))
        return Made({}, verdicts, verdict_rows(verdicts))

    return Work(recipe, make, "verified")


def _samples(ledger: Ledger, batch: BatchId, records: Sequence[Record]) -> list[Sample]:
    @lru_cache(maxsize=8)
    def read(number: int) -> list[Record]:
        return ledger.records(BatchId(number))

    samples = []
    for row, record in enumerate(records):
        source = next((parent.record for parent in record.parents if parent.role == "source"), None)
        parent = None
        if source is not None:
            original = read(source.batch)[source.row]
            parent = ParentSample(source, original.name, original.text)
        samples.append(Sample(RecordId(batch.number, row), record.name, record.kind, record.text, parent))
    return samples


def judge(context: Context, batches: Sequence[BatchId], threshold: float = 0.85) -> StepResult:
    """Exact and near-duplicates over all records of some batches; one batch of verdicts.

    Of a group of copies the record nearest to a person is kept: least depth, then lowest origin class, then id.
    """
    ledger = context.ledger
    chosen = sorted({batch for batch in batches if ledger.require(batch).records})
    recipe = Recipe("judge", JUDGE_VERSION, dedup_room.parameters(threshold), tuple(chosen))

    def make() -> Made:
        texts = _Texts(ledger)
        verdicts = list(dedup_room.dedup(((record, texts.of(record)) for record in _in_order(ledger, chosen)), threshold,
                                         fetch=texts.of))
        return Made({}, verdicts, verdict_rows(verdicts))

    return run_step(context, "judge", JUDGE_VERSION, chosen, [Work(recipe, make, "verified")],
                    {"near_duplicate_threshold": threshold})


def _in_order(ledger: Ledger, batches: Sequence[BatchId]) -> Iterator[RecordId]:
    """Ids by depth, origin class and id; only four small columns of all records are held."""
    parts = []
    for batch in batches:
        records = ledger.table(ledger.require(batch), "records").select(["depth", "origin", "batch", "row"])
        ranks = pa.array([OriginClass(origin).rank for origin in records.column("origin").to_pylist()], pa.int8())
        parts.append(records.set_column(1, "rank", ranks))
    if not parts:
        return
    ordered = pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("depth", "rank", "batch", "row")])
    for chunk in ordered.to_batches(max_chunksize=65_536):
        yield from map(RecordId, chunk.column("batch").to_pylist(), chunk.column("row").to_pylist())


class _Texts:
    """Texts by record id, keeping a bounded number of batches."""

    def __init__(self, ledger: Ledger) -> None:
        @lru_cache(maxsize=32)
        def read(batch: int) -> dict[int, str]:
            table = ledger.table(ledger.require(BatchId(batch)), "texts")
            return dict(zip(table.column("row").to_pylist(), table.column("text").to_pylist(), strict=True))

        self._read = read

    def of(self, record: RecordId) -> str:
        return self._read(record.batch)[record.row]
