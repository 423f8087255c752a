"""All that came of a record, a source, a model, a licence, a prompt or a person.

    found = impact(lens, "model", "starcoder-x")
    found.records, found.by_step, [d.version for d in found.datasets], found.models

For a model, a source and a licence the manifests' summaries say how many rows of which batch have it among their
ancestors, of which class; and how many members of a training set do. That is the answer, and only the first batches are
opened, for the examples. Where a summary does not say (more sources in a batch than it counts), the batch is opened;
where it cannot be relied on (a record's list was cut at its cap), the edges are followed instead, and ``note`` says so.
For a record, a prompt and a person the edges are followed down, generation by generation, through the batches that name
the last ones as parents.

Counts include the thing itself (the record; the roots of a source). An impact of nothing is an answer, not an error,
but the note says that nothing names the target: mind the spelling.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provenance.errors import QueryError
from provenance.lineage.catalogue import text_of
from provenance.lineage.lens import Lens
from provenance.model.identity import BatchId, RecordId

#: Kinds that the ancestry summaries know, and their list.
_LISTS = {"model": "generators", "licence": "licences", "source": "sources"}
KINDS = ("record", *_LISTS, "prompt", "person")
_TABLES = ("impact_ids", "impact_whole", "impact_keys", "impact_last", "impact_next")


@dataclass(frozen=True, slots=True, order=True)
class DatasetImpact:
    """A version of a training set with affected members."""

    dataset: str
    version: str
    members: int
    size: int


@dataclass(frozen=True, slots=True)
class Impact:
    """What came of a target.

    Attributes:
        kind, target: what was asked.
        records: how many records, itself included; ``by_step``, ``by_origin``, ``by_language`` split them.
        examples: the first of them by id.
        batches: batch -> how many of its records, by id.
        datasets: versions of training sets with members among them.
        decisions: (decision, dataset@version, outcome) on these versions.
        models: (model, run, dataset@version) trained on these versions.
        complete: False where the ledger lacks parent batches, so that there may be more.
        note: how the answer was found where that matters, and why it may be incomplete.
    """

    kind: str
    target: str
    records: int
    by_step: dict[str, int]
    by_origin: dict[str, int]
    by_language: dict[str, int]
    examples: tuple[RecordId, ...]
    batches: dict[str, int]
    datasets: tuple[DatasetImpact, ...]
    decisions: tuple[tuple[str, str, str], ...]
    models: tuple[tuple[str, str, str], ...]
    complete: bool
    note: str


def impact(lens: Lens, kind: str, target: str, *, examples: int = 10) -> Impact:
    """Find all that came of ``target``.

    Args:
        lens: the ledger.
        kind: one of `KINDS`.
        target: a record id, a repository, a model name, an SPDX licence id, a prompt name, or an author as in
            ``sources.authors``.
        examples: how many record ids to give.

    Raises:
        QueryError: an unknown kind, or a record that is not in the ledger.
        InvalidId: a record id that is not one.
    """
    if kind not in KINDS:
        raise QueryError(kind, "is not a kind of impact", f"ask one of: {', '.join(KINDS)}")
    with lens.lock:
        try:
            found = _by_summary(lens, kind, target, examples) if kind in _LISTS else _by_edges(lens, kind, target)
            return _answer(lens, kind, target, found, examples)
        finally:
            lens.drop(*_TABLES)


@dataclass(slots=True)
class _Found:
    """What the manifests alone say; what had to be opened is in ``impact_ids``, what is affected whole in
    ``impact_whole``. ``datasets`` is None where members have to be looked at."""

    notes: list[str]
    batches: dict[int, int] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    datasets: list[tuple[int, str | None, int | None, int]] | None = None


def _by_summary(lens: Lens, kind: str, target: str, examples: int) -> _Found:
    """Count by the manifests' summaries, and fill ``impact_whole`` and ``impact_ids`` with what they leave open."""
    name = _LISTS[kind]
    pointer = "/" + target.replace("~", "~0").replace("/", "~1")
    candidates = lens.query(text_of("internal", "impact_candidates").replace("$list", name), {
        "pointer": pointer, "target": target, "model": target if kind == "model" else None}).dicts()
    cut = [row["batch"] for row in candidates if row["cut"] and row["named"] < row["rows"]]
    found = _Found([])
    if not cut:
        members = lens.query(text_of("internal", "impact_member_counts").replace("$list", name), {"pointer": pointer})
        if all(row[4] for row in members.rows):
            found.datasets = [row[:4] for row in members.rows if row[3]]
    # Descendants of what is cut, and members, are found by the ids of all that is affected: then nothing is only counted.
    counted = _count(found, candidates, examples) if found.datasets is not None else set()
    whole = [row["batch"] for row in candidates if row["named"] == row["rows"]]
    partly = [row["batch"] for row in candidates if row["named"] < row["rows"] and row["batch"] not in counted]
    made = [row["batch"] for row in candidates if row["made"]]
    lens.keep("impact_whole", text_of("internal", "impact_whole"), {"batches": _joined(whole)})
    _listed(lens, partly, {"target": target, "list": name, "made": _joined(made)})
    if cut:
        edges, records = _files(lens, "edges", cut), _files(lens, "records", cut)
        # What was cut may be the parent of what was cut: until nothing is added.
        while edges and lens.keep("impact_next", text_of("internal", "impact_cut"),
                                  {"edges": edges, "records": records}):
            lens.keep("impact_ids", "FROM impact_ids UNION ALL FROM impact_next")
        found.notes.append(f"ancestry lists were cut in {len(cut)} batches; their edges were followed instead")
    return found


def _count(found: _Found, candidates: list[dict[str, Any]], examples: int) -> set[int]:
    """Take from the summaries what they tell of batches that are affected in part; returns these batches.

    The first of them are left, to be opened for the examples.
    """
    shown = 0
    for row in candidates:
        split = _split(row) if row["named"] < row["rows"] else None
        if split is None:
            continue
        if shown < examples:
            shown += row["named"]
            continue
        found.batches[row["batch"]] = row["named"]
        found.counts.setdefault("step", Counter())[row["step"]] += row["named"]
        for (origin, language), number in split.items():
            found.counts.setdefault("origin", Counter())[origin] += number
            found.counts.setdefault("language", Counter())[language] += number
    return set(found.batches)


def _split(row: Mapping[str, Any]) -> dict[tuple[str, str], int] | None:
    """(origin, language) -> named records of a batch; None where its summary does not say."""
    origins, languages = (list(json.loads(row[name] or "{}")) for name in ("origins", "languages"))
    if not row["counted"]:
        return None
    if len(origins) == len(languages) == 1:
        return {(origins[0], languages[0]): row["named"]}
    split: dict[tuple[str, str], int] = {}
    for item in row["split"] or ():
        origin, _, language = item["class"].partition(" ")
        if item["records"]:
            split[origin, language] = item["records"]
    return split if sum(split.values()) == row["named"] else None


def _listed(lens: Lens, batches: list[int], asked: dict[str, str]) -> None:
    paths = _files(lens, "records", batches)
    if paths:
        lens.keep("impact_ids", text_of("internal", "impact_listed"), {"paths": paths, **asked})
    else:
        _none(lens, "impact_ids")


def _by_edges(lens: Lens, kind: str, target: str) -> _Found:
    """Fill ``impact_ids`` with the descendants of a few records; ``impact_whole`` stays empty."""
    asked: dict[str, object] = {"target": target}
    if kind == "record":
        record = RecordId.parse(target)
        known = lens.query(text_of("internal", "batch_rows"), {"batch": record.batch}).rows
        if not known or record.row >= known[0][0]:
            raise QueryError(target, f"is not in the ledger {lens.ledger.path}", "check the id, or the ledger's path")
        asked = {"batch": record.batch, "row": record.row}
    lens.keep("impact_last", text_of("internal", f"impact_seed_{kind}"), asked)
    lens.keep("impact_keys", "FROM impact_last")
    while paths := "\n".join(row[0] for row in lens.query(text_of("internal", "impact_children")).rows):
        if not lens.keep("impact_next", text_of("internal", "impact_hop"), {"paths": paths}):
            break
        lens.keep("impact_keys", "FROM impact_keys UNION ALL FROM impact_next")
        lens.keep("impact_last", "FROM impact_next")
    batches = [row[0] for row in lens.query("SELECT DISTINCT batch FROM impact_keys").rows]
    if paths := _files(lens, "records", batches):
        lens.keep("impact_ids", text_of("internal", "impact_attributes"), {"paths": paths})
    else:
        _none(lens, "impact_ids")
    lens.keep("impact_whole", text_of("internal", "impact_whole"), {"batches": ""})
    return _Found([])


def _answer(lens: Lens, kind: str, target: str, found: _Found, examples: int) -> Impact:
    notes = found.notes
    counts = {what: found.counts.get(what, Counter()) for what in ("step", "origin", "language")}
    for what, value, number in lens.query(text_of("internal", "impact_counts")).rows:
        counts[what][value] += number
    opened = lens.query(text_of("internal", "impact_batches")).rows
    batches = sorted([*found.batches.items(), *opened])
    some = lens.query(text_of("internal", "impact_examples"), {"most": examples}).rows
    datasets = found.datasets
    if datasets is None:
        datasets = lens.query(text_of("internal", "impact_datasets")).rows if batches else []
    versions = {number: f"{name}@{BatchId(number)}" for number, name, _, _ in datasets}
    later = lens.query(text_of("internal", "impact_decisions"), {"datasets": _joined(list(versions))}).rows
    absent = lens.query(text_of("internal", "absent_parents")).rows[0][0]
    if absent:
        notes.append(f"{absent} parent batches are not in the ledger, so there may be more (ask: @gaps)")
    if not batches:
        notes.append(f"nothing in this ledger comes of this {kind}")
    return Impact(
        kind=kind, target=target, records=sum(number for _, number in batches), by_step=_ranked(counts["step"]),
        by_origin=_ranked(counts["origin"]), by_language=_ranked(counts["language"]),
        examples=tuple(RecordId(batch, row) for batch, row in some),
        batches={str(BatchId(batch)): number for batch, number in batches},
        datasets=tuple(DatasetImpact(name or "", str(BatchId(number)), members, size or 0)
                       for number, name, size, members in datasets),
        decisions=tuple((subject, versions[number], detail) for what, number, subject, detail, _ in later
                        if what == "decision"),
        models=tuple((subject, detail, versions[number]) for what, number, subject, detail, _ in later
                     if what == "model"),
        complete=not absent, note="; ".join(notes))


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _files(lens: Lens, table: str, batches: list[int]) -> str:
    asked = {"table": table, "batches": _joined(batches)}
    return "\n".join(row[0] for row in lens.query(text_of("internal", "impact_files"), asked).rows)


def _none(lens: Lens, name: str) -> None:
    lens.keep(name, "SELECT batch, row, origin, language FROM raw_records WHERE false")


def _joined(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))
