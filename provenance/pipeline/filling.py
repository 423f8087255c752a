"""The word that fills skeletons: programs around the record layouts of copybooks, written by rules and proved by running.

    result = fill(context, batches, snapshots, ["report", "control-break"], find_workshop(), seed=7, per_copybook=2)

One batch for each batch with copybooks and skeleton. What is kept compiled and ran to its end twice, alike, with status 0
and something said; all else is a reject with its reason: copybooks that do not fit at stage "subject", programs at the
stage where they failed. Without a toolchain nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from provenance.errors import PolicyError
from provenance.languages.toolchain import NO_INPUT, SourceText
from provenance.ledger.codec import encode_records, encode_rejects
from provenance.model.generation import Reject
from provenance.model.identity import BatchId, Digest, RecordId, Swhid, canonical_json
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import record_rows
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.shelf import Library, Shelf, members_digest
from provenance.pipeline.workshop import Workshop
from provenance.steps.generate.child import licence_of, named_apart
from provenance.steps.generate.mode import Proof, Status
from provenance.steps.generate.proof import attempt, differences, ends_well, failed
from provenance.steps.generate.skeletons import Layout, Skeleton, by_name, layouts_of
from provenance.steps.generate.vouch import vouch

FILL_VERSION = "1"
_LANGUAGE = "cobol"


@dataclass(frozen=True, slots=True)
class _Copybook:
    """A copybook, the name that COPY finds it by, its records or why it has none, and what it copies in turn."""

    record_id: RecordId
    record: Record
    member: str
    layouts: tuple[Layout, ...]
    refusal: str
    nested: tuple[tuple[RecordId, Record], ...] = ()


@dataclass(frozen=True, slots=True)
class _Try:
    """A program that was written and what the compiler and two runs said of it."""

    copybook: _Copybook
    layout: Layout
    draw: int
    text: str
    proof: Proof


def fill(context: Context, batches: Sequence[BatchId], snapshots: Sequence[BatchId], skeletons: Sequence[str],
         workshop: Workshop, seed: int = 0, per_copybook: int = 1) -> StepResult:
    """Write programs around the copybooks of some batches; one batch for each of them and each skeleton.

    Args:
        context: where to write and as whom to speak.
        batches: whose copybooks are used; those without any make nothing.
        snapshots: for what the copybooks copy in turn.
        skeletons: names (`provenance.steps.generate.skeletons.ALL`).
        workshop: the compiler that proves.
        seed: draws names, styles, fields and values.
        per_copybook: programs of each skeleton for each copybook.

    Raises:
        PolicyError: a skeleton is unknown, or ``per_copybook`` is below 1; nothing was made.
    """
    chosen = [by_name(name) for name in dict.fromkeys(skeletons)]
    if per_copybook < 1:
        raise PolicyError("fill", f"per_copybook is {per_copybook}, below 1", "ask for one program at least")
    works = _works(context, batches, Shelf(context.ledger, snapshots), chosen, workshop, seed, per_copybook)
    return run_step(context, "generate", FILL_VERSION, [*batches, *snapshots], works, {
        "skeletons": ",".join(skeleton.name for skeleton in chosen), "seed": seed, "per_copybook": per_copybook,
        "toolchain": workshop.saying([_LANGUAGE])})


def _works(context: Context, batches: Sequence[BatchId], shelf: Shelf, skeletons: Sequence[Skeleton], workshop: Workshop,
           seed: int, per_copybook: int) -> Iterator[Work]:
    for batch in dict.fromkeys(batches):
        # Only what was ingested has a place in its repository, by which COPY finds it.
        if not context.ledger.require(batch).records:
            continue
        library = shelf.library_of(batch)
        copybooks = [_copybook(RecordId(batch.number, row), record, library)
                     for row, record in enumerate(context.ledger.records(batch))
                     if record.kind == "copybook" and record.language == _LANGUAGE and record.source is not None]
        if not copybooks:
            continue
        # What a COPY of each finds, itself included: another member of its name would be another program.
        digest = members_digest(library.members_of(_copying(each.member), _LANGUAGE) for each in copybooks)
        besides = sorted({record_id.batch_id for each in copybooks for record_id, _ in each.nested} - {batch})
        for skeleton in skeletons:
            recipe = Recipe("generate", FILL_VERSION, {
                "skeleton": skeleton.name, "skeleton_version": skeleton.version, "per_copybook": per_copybook,
                "toolchain": workshop.said(_LANGUAGE), "library": digest}, (batch, *besides), seed)
            yield Work(recipe, partial(_make, recipe, skeleton, copybooks, library, workshop, seed, per_copybook), "derived")


def _copying(member: str) -> str:
    return f'           COPY "{member}".'


def _copybook(record_id: RecordId, record: Record, library: Library) -> _Copybook:
    assert record.source is not None
    member = PurePosixPath(record.source.path).stem
    found = library.members_of(_copying(member), _LANGUAGE)
    if found.get(member) != record.text:
        return _Copybook(record_id, record, member, (), f"shadowed-member: {member}" if found else f"no-member: {member}")
    first, _ = library.record_of(record.text)
    if first != record_id:
        return _Copybook(record_id, record, member, (), f"copy-of-another: {first}")
    layouts, refusal = layouts_of(member, record.text, library.texts)
    nested = {library.record_of(text) for name, text in found.items() if name != member}
    return _Copybook(record_id, record, member, layouts, refusal, tuple(sorted(nested, key=lambda pair: pair[0])))


def _make(recipe: Recipe, skeleton: Skeleton, copybooks: Sequence[_Copybook], library: Library, workshop: Workshop,
          seed: int, per_copybook: int) -> Made:
    records: list[Record] = []
    rejects: list[Reject] = []
    asked: list[tuple[_Copybook, Layout, int]] = []
    for copybook in copybooks:
        refusals = [copybook.refusal] if copybook.refusal else [skeleton.fit(layout) for layout in copybook.layouts]
        fitting = [layout for layout in copybook.layouts if not skeleton.fit(layout)]
        if workshop.of(_LANGUAGE) is None:
            rejects.append(Reject(skeleton.name, "subject", f"no-toolchain: {workshop.why(_LANGUAGE)}",
                                  subject=copybook.record_id))
        elif not fitting:
            rejects.append(Reject(skeleton.name, "subject", refusals[0], subject=copybook.record_id))
        else:
            asked += [(copybook, fitting[draw % len(fitting)], draw) for draw in range(per_copybook)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        tries = list(pool.map(lambda each: _try(skeleton, each[0], each[1], each[2], library, workshop, seed), asked))
    names: set[str] = set()
    texts: set[str] = set()
    for each in tries:
        if each.proof.status is not Status.PROVED:
            rejects.append(Reject(skeleton.name, each.proof.stage or "proof", each.proof.reason, each.text,
                                  each.copybook.record_id))
        elif each.text in texts:
            rejects.append(Reject(skeleton.name, "duplicate", "same-text", each.text, each.copybook.record_id))
        else:
            records.append(_record(skeleton, each, named_apart(f"{each.copybook.member}-{skeleton.name}.cbl", names), seed))
            names.add(records[-1].name)
            texts.add(each.text)
    tables = {**encode_records(recipe.batch, records), **encode_rejects(recipe.batch, rejects)}
    return Made(tables, list(vouch(recipe.batch, records)), record_rows(recipe.batch, tables))


def _try(skeleton: Skeleton, copybook: _Copybook, layout: Layout, draw: int, library: Library, workshop: Workshop,
         seed: int) -> _Try:
    text = skeleton.write(layout, seed, draw)
    source = SourceText(f"{copybook.member}-{skeleton.name}.cbl", text)
    return _Try(copybook, layout, draw, text, _proof(source, library, workshop))


def _proof(source: SourceText, library: Library, workshop: Workshop) -> Proof:
    members = library.members_of(source.text, _LANGUAGE)
    trial = attempt(workshop, _LANGUAGE, source, members, (NO_INPUT,), runs=2)
    if isinstance(trial, Proof):
        return trial
    proof = ends_well(trial)
    if proof.status is not Status.PROVED:
        return proof
    seen = trial.runs[0]
    if len(seen) < 2:
        return failed("proof", "ran-once", checks=trial.checks, tool=trial.tool)
    if found := differences(seen[0], seen[1]):
        return failed("proof", f"nondeterministic: {', '.join(found)}", checks=trial.checks, tool=trial.tool)
    if not seen[0].stdout_bytes:
        return failed("run", "says-nothing", checks=trial.checks, tool=trial.tool)
    # A file that could not be opened ends no program that looks at its status; the run-time system still says so.
    if seen[0].errors.strip():
        return failed("run", f"run-time-message: {seen[0].errors.strip()[:200]}", checks=trial.checks, tool=trial.tool)
    return proof


def _record(skeleton: Skeleton, made: _Try, name: str, seed: int) -> Record:
    copybook, text = made.copybook, made.text
    assert copybook.record.source is not None
    data = text.encode()
    parents = [(copybook.record_id, copybook.record), *copybook.nested]
    making = canonical_json({
        "skeleton": skeleton.name, "version": skeleton.version, "seed": seed, "draw": made.draw,
        "copybook": copybook.record.source.path, "record": made.layout.record,
        "proof": {"status": str(made.proof.status), "checks": dict(made.proof.checks), "tool": made.proof.tool}}).decode()
    return Record(
        text=text, name=name, language=_LANGUAGE, kind="program",
        licence=licence_of([record.licence for _, record in parents]), content=Digest.of(data),
        swhid=str(Swhid.of_content(data)), size=len(data), lines=text.count("\n"),
        ancestry=Ancestry.derive([record.ancestry for _, record in parents], OriginClass.SYNTHETIC_RULE),
        parents=tuple(Parent(record_id, "included") for record_id, _ in parents),
        evidence=(Evidence("making", making, OriginClass.SYNTHETIC_RULE, EvidenceGrade.E3),))
