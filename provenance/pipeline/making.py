"""The words that create records: ingest and augment."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from provenance.languages import all_languages
from provenance.languages.language import Tier
from provenance.languages.toolchain import SourceText
from provenance.ledger.codec import encode_records
from provenance.model.identity import BatchId, Digest, RecordId, Swhid, canonical_json
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import record_rows
from provenance.pipeline.masking import stood_in_digest, stood_in_for
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.shelf import Library, Shelf, members_digest
from provenance.pipeline.workshop import Workshop
from provenance.sources import open_source
from provenance.steps import augment as transforms_room
from provenance.steps import ingest as ingest_room
from provenance.steps.augment import Change, Program, Refusal, Transform
from provenance.steps.augment.cobol_listing import parse_listing
from provenance.steps.ingest import Entry, Options, Snapshot, bucket_params, buckets

AUGMENT_VERSION = "1"
#: Kinds of records that a transform may rewrite.
_PROGRAMS = frozenset({"program", "script", "body"})


@dataclass(frozen=True, slots=True)
class Source:
    """What to ingest: an address, a revision, and what the user says about it.

    Attributes:
        where: path, URL, bundle, folder, or Parquet/JSONL corpus.
        rev: revision (git only).
        name: overrides the repository's name.
        options: languages, paths, licence, claim and limits.
        show_authors: keep names instead of pseudonyms.
        allowed_signers: file of keys whose signatures count (git's format); empty: signatures are recorded, not verified.
    """

    where: str
    rev: str = "HEAD"
    name: str = ""
    options: Options = Options()
    show_authors: bool = False
    allowed_signers: str = ""


def ingest(context: Context, source: Source) -> StepResult:
    """Read a source into the ledger; the last batch of the result is the snapshot that ties a commit to its buckets.

    Raises:
        SourceError: the source cannot be read.
    """
    said = {"claim": source.options.claim, "licence": source.options.licence}
    with tempfile.TemporaryDirectory(prefix="provenance-") as workdir:
        return run_step(context, "ingest", ingest_room.VERSION, (), _ingest_works(context, source, Path(workdir), said), said)


def _ingest_works(context: Context, source: Source, workdir: Path, said: dict[str, str]) -> Iterator[Work]:
    snapshot = open_source(source.where, rev=source.rev, name=source.name, key=context.ledger.pseudonym_key(),
                           show_authors=source.show_authors, allowed_signers=source.allowed_signers or None,
                           workdir=workdir)
    said.update(repository=snapshot.repository, commit=snapshot.commit)
    groups = buckets(snapshot.entries())
    works = [_ingest_work(snapshot, shard, entries, source.options) for shard, entries in sorted(groups.items())]
    yield from works
    yield Work(Recipe("snapshot", ingest_room.VERSION, {
        "repository": snapshot.repository, "commit": snapshot.commit, "kind": snapshot.kind,
        "files": sum(len(entries) for entries in groups.values())}, tuple(work.recipe.batch for work in works)), Made, "")


def _ingest_work(snapshot: Snapshot, shard: str, entries: list[Entry], options: Options) -> Work:
    recipe = Recipe("ingest", ingest_room.VERSION, bucket_params(entries, options, snapshot.repository), shard=shard)

    def make() -> Made:
        records: list[Record] = []
        verdicts: list[Verdict] = []
        for found in ingest_room.ingest_snapshot(snapshot, entries, options):
            if found.record is None:
                verdicts.extend(found.verdicts)
                continue
            record = RecordId(recipe.batch.number, len(records))
            records.append(found.record)
            verdicts.extend(replace(verdict, record=record) for verdict in found.verdicts)
        tables = encode_records(recipe.batch, records)
        return Made(tables, verdicts, record_rows(recipe.batch, tables))

    return Work(recipe, make, "ingested")


def augment(context: Context, batches: Sequence[BatchId], snapshots: Sequence[BatchId], transforms: Sequence[Transform],
            workshop: Workshop, seed: int = 0, per_program: int = 0) -> StepResult:
    """Apply each transform to each program; one batch for each pair of parent batch and transform.

    A transform that does not apply leaves a verdict on the parent with its reason. Without a toolchain for its language
    every transform is refused for want of it.

    Args:
        per_program: most children of one program, drawn by seed among the transforms that apply to it; 0: no limit.
    """
    shelf = Shelf(context.ledger, snapshots)
    left_out = stood_in_for(context.ledger, batches)
    works = chain.from_iterable(_augment_works(context, batch, shelf, transforms, workshop, seed, per_program, left_out)
                                for batch in batches)
    return run_step(context, "augment", AUGMENT_VERSION, [*batches, *snapshots], works, {
        "transforms": ",".join(transform.name for transform in transforms), "seed": seed, "per_program": per_program,
        "toolchain": workshop.saying({transform.language for transform in transforms})})


@dataclass(frozen=True, slots=True)
class _Parent:
    """A program to be transformed, with what the compiler says of it."""

    record_id: RecordId
    record: Record
    program: Program | None
    refusal: str


def _augment_works(context: Context, batch: BatchId, shelf: Shelf, transforms: Sequence[Transform],
                   workshop: Workshop, seed: int, per_program: int, left_out: frozenset[RecordId]) -> Iterator[Work]:
    ledger = context.ledger
    manifest = ledger.require(batch)
    languages = {transform.language for transform in transforms} & set(manifest.summary.get("languages", {}))
    if not languages:
        return
    library = shelf.library_of(batch)
    programs = [(RecordId(batch.number, row), record) for row, record in enumerate(ledger.records(batch))
                if record.kind in _PROGRAMS and record.language in languages and RecordId(batch.number, row) not in left_out]
    if not programs:
        return
    copied = {record_id: library.members_of(record.text, record.language) for record_id, record in programs}
    used = {language: {library.record_of(text)[0].batch_id for record_id, record in programs
                       if record.language == language for text in copied[record_id].values()} for language in languages}
    beside = {record_id: copied[record_id] or library.around(shelf.origin_of(record_id, record), record.text)
              for record_id, record in programs}
    prepared: list[_Parent] = []

    def parents() -> list[_Parent]:
        # What the compiler says of a program is the same for every transform; asked once, and only if a batch is missing.
        if not prepared:
            for language in sorted(languages):
                workshop.prepare(language, (SourceText(record.name, record.text) for _, record in programs
                                            if record.language == language))
            with ThreadPoolExecutor(max_workers=2) as pool:
                prepared.extend(pool.map(lambda it: _prepare(it[0], it[1], copied[it[0]], beside[it[0]], workshop),
                                         programs))
        return prepared

    draw = _Draw(transforms, seed, per_program) if per_program else None
    for transform in transforms:
        language = transform.language
        if not any(record.language == language for _, record in programs):
            continue
        # Of COBOL's copybooks only those that are copied say anything.
        seen = copied if language == "cobol" else beside
        library_digest = members_digest(seen[record_id] for record_id, record in programs if record.language == language)
        recipe = Recipe("augment", AUGMENT_VERSION, {
            "transform": transform.name, "transform_version": transform.version, "options": transform.params(),
            "toolchain": workshop.said(language), "library": library_digest, **(draw.params() if draw else {}),
            **stood_in_digest(batch, left_out)},
            (batch, *sorted(used[language] - {batch})), seed)
        yield Work(recipe, partial(_apply, recipe, transform, parents, library, seed, draw), "derived")


class _Draw:
    """Which transforms a program gets where not all that apply may: the first ``most`` of a seeded order that do.

    Applying costs next to nothing beside compiling what comes of it, so what was not drawn is not kept.
    """

    def __init__(self, transforms: Sequence[Transform], seed: int, most: int) -> None:
        self._transforms, self._seed, self._most = transforms, seed, most
        self._drawn: dict[RecordId, frozenset[str]] = {}

    def params(self) -> dict[str, Any]:
        """What the recipe has to hold of it."""
        among = [[transform.name, transform.version, transform.params()] for transform in self._transforms]
        return {"per_program": self._most, "among": str(Digest.of_json(among))}

    def takes(self, transform: Transform, parent: _Parent) -> bool:
        """Whether this program gets this transform."""
        if parent.program is None:
            return True  # it has a refusal to say
        if parent.record_id not in self._drawn:
            order = sorted((each for each in self._transforms if each.language == parent.record.language),
                           key=lambda each: Digest.of_json([each.name, self._seed, str(parent.record_id)]).hex)
            found: list[str] = []
            for each in order:
                if len(found) == self._most:
                    break
                if isinstance(each.apply(parent.program, self._seed), Change):
                    found.append(each.name)
            self._drawn[parent.record_id] = frozenset(found)
        return transform.name in self._drawn[parent.record_id]


def _prepare(record_id: RecordId, record: Record, members: dict[str, str], beside: Mapping[str, str],
             workshop: Workshop) -> _Parent:
    toolchain = workshop.of(record.language)
    if toolchain is None and all_languages()[record.language].tier is Tier.TEXT:
        # Nothing on an ordinary machine could check it: what the rule makes is kept, and every check says skipped.
        return _Parent(record_id, record, Program(name=record.name, text=record.text, free_format=True), "")
    if toolchain is None:
        return _Parent(record_id, record, None, f"no-toolchain: {workshop.why(record.language)}")
    source = SourceText(record.name, record.text)
    answer = toolchain.check(source, beside)
    if answer.outcome is not Outcome.PASS:
        return _Parent(record_id, record, None, f"parent-does-not-compile: {answer.reason}")
    listing = toolchain.listing(source, beside, answer.dialect)
    return _Parent(record_id, record, Program(
        name=record.name, text=record.text, free_format=answer.dialect.endswith("free"),
        listing=parse_listing(listing) if listing else None,
        expanded=toolchain.expand(source, beside, answer.dialect), copybooks=members), "")


def _apply(recipe: Recipe, transform: Transform, parents: object, library: Library, seed: int, draw: _Draw | None) -> Made:
    children: list[Record] = []
    verdicts: list[Verdict] = []
    for parent in parents():  # type: ignore[operator]  # a closure; see _augment_works
        if parent.record.language != transform.language:
            continue
        change = transform.apply(parent.program, seed) if parent.program else None
        if isinstance(change, Change) and draw is not None and not draw.takes(transform, parent):
            change = Refusal("not-drawn: per_program")
        if isinstance(change, Change):
            children.append(_child(parent, change, transform, library))
            continue
        verdicts.append(Verdict(f"augment:{transform.name}", Outcome.SKIPPED, parent.record_id,
                                reason=change.reason if change else parent.refusal, tool=transform.name,
                                tool_version=transform.version))
    tables = encode_records(recipe.batch, children)
    return Made(tables, verdicts, record_rows(recipe.batch, tables))


def _child(parent: _Parent, change: Change, transform: Transform, library: Library) -> Record:
    assert parent.program is not None
    included = {library.record_of(parent.program.copybooks[name]) for name in change.included}
    ordered = sorted(included, key=lambda pair: pair[0])
    encoding = parent.record.encoding
    try:
        data = change.text.encode(encoding)
    except UnicodeEncodeError:
        encoding, data = "utf-8", change.text.encode()
    licences = dict.fromkeys([parent.record.licence, *(record.licence for _, record in ordered)])
    making = canonical_json({"transform": transform.name, "version": transform.version, "edits": change.edits}).decode()
    return Record(
        text=change.text, name=parent.record.name, language=parent.record.language, kind=parent.record.kind,
        licence=" AND ".join(f"({each})" if " OR " in each else each for each in licences), content=Digest.of(data),
        swhid=str(Swhid.of_content(data)), size=len(data), lines=change.text.count("\n") + (not change.text.endswith("\n")),
        ancestry=Ancestry.derive([parent.record.ancestry, *(record.ancestry for _, record in ordered)],
                                 OriginClass.SYNTHETIC_RULE),
        parents=(Parent(parent.record_id, "source"), *(Parent(record_id, "included") for record_id, _ in ordered)),
        evidence=(Evidence("making", making, OriginClass.SYNTHETIC_RULE, EvidenceGrade.E3),), encoding=encoding)


def default_transforms() -> tuple[Transform, ...]:
    """Every transform that ships, in a fixed order."""
    return transforms_room.ALL
