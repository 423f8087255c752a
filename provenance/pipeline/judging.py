"""The words that add verdicts: verify and judge. They never change a record."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from provenance.errors import ProvenanceError
from provenance.languages.toolchain import SourceText
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.recipe import Recipe
from provenance.model.record import Record
from provenance.model.verdict import Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import verdict_rows
from provenance.pipeline.judges import duplicates
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.shelf import Library, Shelf, members_digest
from provenance.pipeline.workshop import Workshop
from provenance.steps import verify as verify_room
from provenance.steps.verify import ParentSample, Sample, TestSample


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
    languages = sorted({record.language for record in records})
    samples = _samples(batch, records, shelf, library, masked=manifest.recipe.step == "mask")
    around = [library.around(shelf.origin_of(sample.record, record), record.text) if record.kind == "program" else {}
              for sample, record in zip(samples, records, strict=True)]
    # Of COBOL's copybooks only those that are copied say anything; for others it is all that lies beside.
    members = [library.members_of(record.text, "cobol") if record.language == "cobol" else beside
               for record, beside in zip(records, around, strict=True)]
    sources = {parent.record.batch_id for record in records for parent in record.parents if parent.role == "source"}
    recipe = Recipe("verify", verify_room.VERSION, {
        "toolchain": workshop.saying(languages), "library": members_digest(members), "tests": _tests_digest(samples)},
        tuple(sorted({batch, *sources, *(test.record.batch_id for sample in samples for test in sample.suites)})))

    def make() -> Made:
        verdicts: list[Verdict] = []
        # Programs with the same surroundings are looked at together, so that a parent is compiled once.
        groups: dict[tuple[str, str], tuple[Mapping[str, str], list[Sample]]] = {}
        for sample, record, beside in zip(samples, records, around, strict=True):
            key = (record.language, "" if record.language == "cobol" else str(Digest.of_json(sorted(beside))))
            groups.setdefault(key, (beside, []))[1].append(sample)
        for language in languages:
            workshop.prepare(language, (SourceText(sample.name, sample.text) for sample, record in
                                        zip(samples, records, strict=True)
                                        if record.language == language and record.kind == "program"))
        with ThreadPoolExecutor(max_workers=2) as pool:
            for (language, _), (beside, chosen) in sorted(groups.items(), key=lambda item: item[0]):
                verdicts.extend(verify_room.verify(chosen, workshop.of(language), beside, missing=workshop.why(language),
                                                   mapper=pool.map))
        return Made({}, verdicts, verdict_rows(verdicts))

    return Work(recipe, make, "verified")


def _samples(batch: BatchId, records: Sequence[Record], shelf: Shelf, library: Library, *, masked: bool) -> list[Sample]:
    samples = []
    for row, record in enumerate(records):
        record_id = RecordId(batch.number, row)
        source = next((parent.record for parent in record.parents if parent.role == "source"), None)
        original = shelf.record(source) if source is not None else None
        parent = None
        # A bug, a test or an instruction is no version of its program: what holds of pairs is proved where they are made.
        if source is not None and original is not None and (original.language, original.kind) == (record.language, record.kind):
            parent = ParentSample(source, original.name, original.text, _tests(library, shelf.origin_of(source, original)))
        samples.append(Sample(record_id, record.name, record.kind, record.text, parent, _tests(library, record_id), masked))
    return samples


def _tests(library: Library, record: RecordId) -> tuple[TestSample, ...]:
    return tuple(TestSample(test, found.name, found.text) for test, found in library.tests_of(record))


def _tests_digest(samples: Sequence[Sample]) -> str:
    """One digest over which tests judge which sample; empty where none do."""
    said = [[str(sample.record), *(str(test.record) for test in sample.suites)] for sample in samples if sample.suites]
    return str(Digest.of_json(said)) if said else ""


def judge(context: Context, batches: Sequence[BatchId], threshold: float = 0.85) -> StepResult:
    """Exact and near-duplicates and renamed copies over all records of some batches: the judge `duplicates`.

    Raises:
        PolicyError: the threshold is out of range.
        ToolMissing: rensa is not installed.
    """
    return duplicates.judge(context, batches, duplicates.Settings(near=threshold))
