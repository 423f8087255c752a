"""All that came of a record, a source, a model, a licence, a prompt or a person.

    found = impact(lens, "model", "starcoder-x")
    found.records, found.by_step, [d.version for d in found.datasets], found.models

For a model, a source and a licence the manifests' summaries say how many rows of which batch have it among their
ancestors: a batch that has it in every row is counted unopened, and one that does not have it is never opened. Where a
summary cannot be relied on (a record's list was cut at its cap), the edges are followed instead, and ``note`` says so.
For a record, a prompt and a person the edges are followed down, generation by generation, through the batches that name
the last ones as parents.

Counts include the thing itself (the record; the roots of a source). An impact of nothing is an answer, not an error,
but the note says that nothing names the target: mind the spelling.
"""

from __future__ import annotations

from dataclasses import dataclass

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
            notes = _by_summary(lens, kind, target) if kind in _LISTS else _by_edges(lens, kind, target)
            return _answer(lens, kind, target, notes, examples)
        finally:
            lens.drop(*_TABLES)


def _by_summary(lens: Lens, kind: str, target: str) -> list[str]:
    """Fill ``impact_whole`` and ``impact_ids`` from summaries and the records' own lists."""
    name = _LISTS[kind]
    escaped = target.replace("~", "~0").replace("/", "~1")
    candidates = lens.query(text_of("internal", "impact_candidates"), {
        "pointer": f"/{name}/{escaped}", "list": name, "model": target if kind == "model" else None}).dicts()
    whole = [row["batch"] for row in candidates if row["named"] == row["rows"]]
    partly = [row["batch"] for row in candidates if row["named"] < row["rows"]]
    made = [row["batch"] for row in candidates if row["made"]]
    lens.keep("impact_whole", text_of("internal", "impact_whole"), {"batches": _joined(whole)})
    _listed(lens, partly, {"target": target, "list": name, "made": _joined(made)})
    cut = [row["batch"] for row in candidates if row["opened"] and row["named"] < row["rows"]]
    if not cut:
        return []
    edges, records = _files(lens, "edges", cut), _files(lens, "records", cut)
    # What was cut may be the parent of what was cut: until nothing is added.
    while edges and lens.keep("impact_next", text_of("internal", "impact_cut"), {"edges": edges, "records": records}):
        lens.keep("impact_ids", "FROM impact_ids UNION ALL FROM impact_next")
    return [f"ancestry lists were cut in {len(cut)} batches; their edges were followed instead"]


def _listed(lens: Lens, batches: list[int], asked: dict[str, str]) -> None:
    paths = _files(lens, "records", batches)
    if paths:
        lens.keep("impact_ids", text_of("internal", "impact_listed"), {"paths": paths, **asked})
    else:
        _none(lens, "impact_ids")


def _by_edges(lens: Lens, kind: str, target: str) -> list[str]:
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
    return []


def _answer(lens: Lens, kind: str, target: str, notes: list[str], examples: int) -> Impact:
    counts: dict[str, dict[str, int]] = {"step": {}, "origin": {}, "language": {}}
    for what, value, number in lens.query(text_of("internal", "impact_counts")).rows:
        counts[what][value] = number
    batches = lens.query(text_of("internal", "impact_batches")).rows
    some = lens.query(text_of("internal", "impact_examples"), {"most": examples}).rows
    datasets = lens.query(text_of("internal", "impact_datasets")).rows if batches else []
    versions = {number: f"{name}@{BatchId(number)}" for number, name, _, _ in datasets}
    later = lens.query(text_of("internal", "impact_decisions"), {"datasets": _joined(list(versions))}).rows
    absent = lens.query(text_of("internal", "absent_parents")).rows[0][0]
    if absent:
        notes.append(f"{absent} parent batches are not in the ledger, so there may be more (ask: @gaps)")
    if not batches:
        notes.append(f"nothing in this ledger comes of this {kind}")
    return Impact(
        kind=kind, target=target, records=sum(number for _, number in batches), by_step=counts["step"],
        by_origin=counts["origin"], by_language=counts["language"],
        examples=tuple(RecordId(batch, row) for batch, row in some),
        batches={str(BatchId(batch)): number for batch, number in batches},
        datasets=tuple(DatasetImpact(name or "", str(BatchId(number)), members, size or 0)
                       for number, name, size, members in datasets),
        decisions=tuple((subject, versions[number], detail) for what, number, subject, detail, _ in later
                        if what == "decision"),
        models=tuple((subject, detail, versions[number]) for what, number, subject, detail, _ in later
                     if what == "model"),
        complete=not absent, note="; ".join(notes))


def _files(lens: Lens, table: str, batches: list[int]) -> str:
    asked = {"table": table, "batches": _joined(batches)}
    return "\n".join(row[0] for row in lens.query(text_of("internal", "impact_files"), asked).rows)


def _none(lens: Lens, name: str) -> None:
    lens.keep(name, "SELECT batch, row, origin, language FROM raw_records WHERE false")


def _joined(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))
