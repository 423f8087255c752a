"""A record's ancestry, back to its roots: a commit, or a model and a prompt.

    found = trace(Ledger("corpus"), RecordId.parse("rec:0123456789abcdef.42"))
    found.roots, found.gaps
    print(render.text(found))

A record's id names its batch's manifest, which names the files: ids are followed hop by hop, then the attributes of the
records found are read, and no file of any other batch is opened. What cannot be followed (an absent parent, an
unreadable file, a manifest that its child contradicts) is a `Gap` of the answer: nothing is left out in silence. With a
lens, the verdicts on every record of the trace come too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from provenance.errors import LedgerError, QueryError
from provenance.ledger import Ledger, Manifest
from provenance.lineage.catalogue import text_of
from provenance.lineage.lens import Lens
from provenance.lineage.parts import rows
from provenance.model.identity import BatchId, RecordId
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.record import SourceFacts
from provenance.model.verdict import Outcome, Verdict

_EDGE = ("row", "parent_batch", "parent_row", "role")
_ATTRIBUTES = ("row", "origin", "evidence", "language", "kind", "name", "depth", "human_share", "licence", "swhid",
               "content_sha256", "bytes", "lines")


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One record of a trace, with how it was made.

    ``evidence`` is the grade ("E2"); ``evidence_rows`` are the evidence. ``model`` and ``prompt`` are None where the
    step used none; ``source`` is None for what was made here; ``verdicts`` is empty where no lens was given.
    """

    record: RecordId
    origin: str
    evidence: str
    language: str
    kind: str
    name: str
    depth: int
    human_share: float
    licence: str
    swhid: str
    content_sha256: str
    bytes: int
    lines: int
    step: str
    step_version: str
    params: Mapping[str, Any]
    seed: int
    model: str | None
    prompt: str | None
    run: str
    job: str
    written_at: str
    source: SourceFacts | None = None
    evidence_rows: tuple[Evidence, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class TraceEdge:
    """``child`` was made from ``parent``, which played ``role``."""

    child: RecordId
    parent: RecordId
    role: str


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """What could not be followed: a record or batch, and why."""

    subject: str
    problem: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A record and all its ancestors: nodes by id (the asked one first), edges and gaps sorted."""

    record: RecordId
    nodes: tuple[TraceNode, ...]
    edges: tuple[TraceEdge, ...]
    roots: tuple[RecordId, ...]
    gaps: tuple[Gap, ...]

    def node(self, record: RecordId) -> TraceNode | None:
        """The node of a record, or None where it is a gap."""
        return next((node for node in self.nodes if node.record == record), None)


def trace(ledger: Ledger, record: RecordId, *, lens: Lens | None = None) -> Trace:
    """Follow a record back to its roots.

    Raises:
        QueryError: the record itself is not in the ledger.
        LedgerCorrupt: the record's own manifest or file cannot be read.
    """
    manifest = ledger.manifest(record.batch_id)
    if manifest is None or record.row >= manifest.records:
        raise QueryError(record, f"is not in the ledger {ledger.path}", "check the id, or the ledger's path")
    walk = _Walk(ledger, {record.batch: manifest})
    walk.follow(record)
    nodes = walk.describe()
    if record not in nodes:
        # The first file to be named in the error is the one that was asked for.
        rows(ledger, manifest, "records", {record.row})
        raise QueryError(record, "has no row in its batch's file", "run: provenance ledger verify")
    if lens is not None:
        nodes = _with_verdicts(lens, nodes)
    children = {edge.child for edge in walk.edges}
    ordered = sorted(nodes.values(), key=lambda node: (node.record != record, node.record))
    return Trace(record, tuple(ordered), tuple(sorted(walk.edges)),
                 tuple(sorted(key for key in nodes if key not in children)), tuple(sorted(walk.gaps)))


class _Walk:
    """The state of one trace: what was reached, and what could not be."""

    def __init__(self, ledger: Ledger, manifests: dict[int, Manifest]) -> None:
        self._ledger = ledger
        self._manifests: dict[int, Manifest | None] = dict(manifests)
        self.reached: set[RecordId] = set()
        self.edges: set[TraceEdge] = set()
        self.gaps: set[Gap] = set()

    def follow(self, record: RecordId) -> None:
        """Ids only, a generation at a time."""
        frontier = {record}
        while frontier:
            self.reached |= frontier
            found = self._read("edges", frontier, _EDGE)
            upward: set[RecordId] = set()
            for batch, items in found.items():
                for item in items:
                    edge = TraceEdge(RecordId(batch, item["row"]),
                                     RecordId(item["parent_batch"], item["parent_row"]), item["role"])
                    self.edges.add(edge)
                    if self._is_there(edge):
                        upward.add(edge.parent)
            frontier = upward - self.reached

    def describe(self) -> dict[RecordId, TraceNode]:
        """The attributes of all that was reached."""
        described = self._read("records", self.reached, _ATTRIBUTES)
        inner = {edge.child for edge in self.edges}
        sources = self._read("sources", self.reached - inner, None)
        evidence = self._read("evidence", self.reached, None)
        nodes = {}
        for batch, items in described.items():
            manifest = self._manifests[batch]
            if manifest is None:
                continue
            found_at = {row["row"]: _source(row) for row in sources.get(batch, [])}
            proofs: dict[int, list[Evidence]] = {}
            for row in evidence.get(batch, []):
                proofs.setdefault(row["row"], []).append(_evidence(row))
            for item in items:
                key = RecordId(batch, item["row"])
                nodes[key] = _node(key, item, manifest, found_at.get(key.row), tuple(proofs.get(key.row, ())))
        unreadable = {gap.subject for gap in self.gaps}
        for key in self.reached - set(nodes):
            if f"records of batch {key.batch_id}" not in unreadable:
                self.gaps.add(Gap(str(key), "has no row in its batch's file"))
        return nodes

    def _read(self, table: str, records: Iterable[RecordId],
              columns: tuple[str, ...] | None) -> dict[int, list[dict[str, Any]]]:
        wanted: dict[int, set[int]] = {}
        for record in records:
            wanted.setdefault(record.batch, set()).add(record.row)

        # In turn, not in threads: a file takes a millisecond, and handing it to another thread takes as long.
        answers: dict[int, list[dict[str, Any]]] = {}
        for batch in sorted(wanted):
            manifest = self._manifests[batch]
            try:
                answers[batch] = [] if manifest is None else rows(self._ledger, manifest, table, wanted[batch],
                                                                  columns=columns)
            except LedgerError as error:
                self.gaps.add(Gap(f"{table} of batch {BatchId(batch)}", error.problem))
        return answers

    def _is_there(self, edge: TraceEdge) -> bool:
        """Can the parent be followed? What is wrong with it is noted either way."""
        manifest = self._manifest(edge.parent.batch)
        if manifest is None:
            self.gaps.add(Gap(str(edge.parent), f"is not in the ledger: batch {edge.parent.batch_id} has no manifest"))
            return False
        if edge.parent.row >= manifest.records:
            self.gaps.add(Gap(str(edge.parent), f"is not in its batch, which has {manifest.records} records"))
            return False
        child = self._manifests[edge.child.batch]
        if child is not None and edge.parent.batch != edge.child.batch:
            named = child.parents.get(edge.parent.batch_id)
            if named is None:
                self.gaps.add(Gap(str(child.batch), f"does not name batch {edge.parent.batch_id} as a parent, "
                                                    "though its records do"))
            elif named != manifest.digest:
                self.gaps.add(Gap(str(edge.parent.batch_id), f"has changed since its child {child.batch} was written"))
        return True

    def _manifest(self, batch: int) -> Manifest | None:
        if batch not in self._manifests:
            try:
                self._manifests[batch] = self._ledger.manifest(BatchId(batch))
            except LedgerError as error:
                self._manifests[batch] = None
                self.gaps.add(Gap(str(BatchId(batch)), f"has a manifest that {error.problem}"))
        return self._manifests[batch]


def _node(record: RecordId, item: Mapping[str, Any], manifest: Manifest, source: SourceFacts | None,
          evidence: tuple[Evidence, ...]) -> TraceNode:
    recipe = manifest.recipe
    return TraceNode(
        record=record, origin=item["origin"], evidence=f"E{item['evidence']}", language=item["language"],
        kind=item["kind"], name=item["name"], depth=item["depth"], human_share=item["human_share"],
        licence=item["licence"], swhid=item["swhid"], content_sha256=item["content_sha256"], bytes=item["bytes"],
        lines=item["lines"], step=recipe.step, step_version=recipe.step_version, params=recipe.params,
        seed=recipe.seed, model=_word(recipe.params.get("model")), prompt=_word(recipe.params.get("prompt")),
        run=manifest.run, job=manifest.job, written_at=manifest.written_at, source=source, evidence_rows=evidence)


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


def _source(row: Mapping[str, Any]) -> SourceFacts:
    return SourceFacts(row["repository"], row["commit"], row["path"], row["blob"], tuple(row["authors"] or ()),
                       _time(row["first_commit_at"]), _time(row["last_commit_at"]), row["commits"] or 0,
                       row["signature"] or "none")


def _evidence(row: Mapping[str, Any]) -> Evidence:
    return Evidence(row["kind"], row["value"], OriginClass(row["points_to"]) if row["points_to"] else None,
                    EvidenceGrade(row["grade"]))


def _time(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat() if value else ""


def _with_verdicts(lens: Lens, nodes: dict[RecordId, TraceNode]) -> dict[RecordId, TraceNode]:
    said: dict[RecordId, list[Verdict]] = {}
    batches = {record.batch for record in nodes}
    numbers = {record.row for record in nodes}
    asked = {"batches": ",".join(map(str, sorted(batches))), "table": "verdicts"}
    for (batch,) in lens.query(text_of("internal", "said_of"), asked).rows:
        manifest = lens.ledger.require(BatchId(batch))
        for row in rows(lens.ledger, manifest, "verdicts", numbers, batches=batches):
            record = RecordId(row["batch"], row["row"])
            said.setdefault(record, []).append(Verdict(
                row["check"], Outcome(row["outcome"]), record, row["subject"] or "", row["value"] or "",
                row["reason"] or "", row["tool"] or "", row["tool_version"] or ""))
    return {record: replace(node, verdicts=tuple(said.get(record, ()))) for record, node in nodes.items()}
