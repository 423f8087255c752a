"""Who declares what, who may teach a detector, and who is related to whom: every record of some batches, as columns.

    census = take(ledger, batches, Teaching())
    census.declares(census.places[batch].start + row)

Some fifty bytes a record while it is taken, twelve afterwards, and no text is looked at. It decides nothing on its own:
labels come from `provenance.steps.detect.labels`, folds from `provenance.steps.detect.folds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from provenance.ledger import Ledger, Manifest
from provenance.model.identity import BatchId
from provenance.model.origin import EvidenceGrade
from provenance.steps import detect
from provenance.steps.detect import folds as folding
from provenance.steps.detect.labels import Declared

#: (language, corpus): what one detector speaks of.
Cell = tuple[str, str]
_DECLARED: tuple[Declared, ...] = tuple(Declared)
#: How relatives are tied, the strictest first.
_BY_AUTHOR, _BY_LINEAGE = "lineage, content and author", "lineage and content"


@dataclass(frozen=True, slots=True)
class Teaching:
    """Who teaches; see the settings of `provenance.pipeline.judges.origin`.

    Attributes:
        least: records of known origin that each class needs.
        most: records of each class that are looked at; of more those with the lowest hash of their id.
        evidence: least grade of what was found and not made here.
        assisted: whether ``ai_assisted`` roots teach what synthetic is.
        by_source: a corpus is a kind of file of one source, and not of all.
        plan: how it is fitted.
    """

    least: int = 200
    most: int = 4_000
    evidence: int = EvidenceGrade.E2
    assisted: bool = False
    by_source: bool = False
    plan: detect.Plan = field(default_factory=detect.Plan)


@dataclass(frozen=True, slots=True)
class Census:
    """Every record of some batches, in order of id.

    Attributes:
        places: batch -> where its records are.
        cells: the pairs of language and corpus; ``cell`` is a place in it.
        sources: names of sources; ``source`` is a place in it, -1 for none or several.
        declared: place in `Declared`.
        label: 0 known human, 1 known synthetic, -1 neither.
        teaches: of those with a label the chosen ones.
        fold: which model scores it.
        grouped: place of a cell -> what ties relatives; empty where no way leaves enough of each class for each fold.
    """

    places: Mapping[BatchId, slice]
    cells: tuple[Cell, ...]
    sources: tuple[str, ...]
    cell: npt.NDArray[np.int32]
    source: npt.NDArray[np.int32]
    declared: npt.NDArray[np.int8]
    label: npt.NDArray[np.int8]
    teaches: npt.NDArray[np.bool_]
    fold: npt.NDArray[np.int8]
    grouped: Mapping[int, str]

    def declares(self, place: int) -> Declared:
        """What the record at a place declares."""
        return _DECLARED[int(self.declared[place])]


def take(ledger: Ledger, batches: Iterable[BatchId], teaching: Teaching) -> Census:
    """Look at every record of some batches, but at no text.

    Raises:
        LedgerCorrupt: a batch is absent or altered.
    """
    manifests = [ledger.require(batch) for batch in sorted(set(batches))]
    sizes = [manifest.records for manifest in manifests]
    ends = np.cumsum([0, *sizes]).tolist()
    places = {manifest.batch: slice(start, end) for manifest, start, end in zip(manifests, ends, ends[1:], strict=False)}
    columns = _Columns.of(ends[-1])
    for manifest in manifests:
        columns.read(ledger, manifest, places[manifest.batch].start, teaching)
    order = folding.keys(np.repeat(np.array([manifest.batch.number for manifest in manifests], np.int64), sizes),
                         np.concatenate([np.zeros(0, np.int64), *(np.arange(size) for size in sizes)]), teaching.plan.seed)
    lineage, authors = _ties(ledger, manifests, places, columns.content)
    ties = {_BY_AUTHOR: folding.related(ends[-1], np.concatenate([lineage, authors])),
            _BY_LINEAGE: folding.related(ends[-1], lineage)}
    fold = np.zeros(ends[-1], np.int8)
    teaches = np.zeros(ends[-1], np.bool_)
    grouped = {}
    for number in range(len(columns.cells)):
        here = np.flatnonzero(columns.cell == number)
        teaches[here] = folding.chosen(columns.label[here], order[here], teaching.most)
        labels = np.where(teaches[here], columns.label[here], -1).astype(np.int8)
        fold[here], grouped[number] = _dealt(ties, here, labels, order, teaching)
    return Census(places, tuple(columns.cells), tuple(columns.sources), columns.cell, columns.source, columns.declared,
                  columns.label, teaches, fold, grouped)


def _dealt(ties: Mapping[str, npt.NDArray[np.int64]], here: npt.NDArray[np.int64], labels: npt.NDArray[np.int8],
           order: npt.NDArray[np.uint64], teaching: Teaching) -> tuple[npt.NDArray[np.int8], str]:
    """Folds of the records of one cell, by the strictest way of tying relatives that leaves enough to learn from."""
    fold = np.zeros(len(here), np.int8)
    for name, group in ties.items():
        # A family reaches over languages and corpora; here it is named by its least member of this one.
        _, least, member = np.unique(group[here], return_index=True, return_inverse=True)
        fold = folding.deal(least[member], labels, order[here], teaching.plan.folds)
        if folding.teachable(fold, labels, teaching.plan.folds, teaching.least // 2):
            return fold, name
    return fold, ""


@dataclass(frozen=True, slots=True)
class _Columns:
    """The census while it is taken; names in the order in which they were met."""

    cell: npt.NDArray[np.int32]
    source: npt.NDArray[np.int32]
    declared: npt.NDArray[np.int8]
    label: npt.NDArray[np.int8]
    content: npt.NDArray[np.uint64]
    cells: dict[Cell, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, count: int) -> _Columns:
        return cls(np.zeros(count, np.int32), np.full(count, -1, np.int32), np.zeros(count, np.int8),
                   np.full(count, -1, np.int8), np.zeros(count, np.uint64))

    def read(self, ledger: Ledger, manifest: Manifest, start: int, teaching: Teaching) -> None:
        if not manifest.records:
            return
        recipe = manifest.recipe
        made = recipe.step != "ingest"
        asked = set(ledger.table(manifest, "generations").column("row").to_pylist())
        model = made and bool(recipe.params.get("model"))
        records = ledger.table(manifest, "records").sort_by("row")
        for row, (language, kind, origin, evidence, content, sources) in enumerate(zip(*(
                records.column(name).to_pylist()
                for name in ("language", "kind", "origin", "evidence", "content_sha256", "sources")), strict=True)):
            place = start + row
            by_model = model or row in asked
            corpus = f"{kind} of {' + '.join(sources) or 'no source'}" if teaching.by_source else kind
            self.cell[place] = self.cells.setdefault((language, corpus), len(self.cells))
            if len(sources) == 1:
                self.source[place] = self.sources.setdefault(sources[0], len(self.sources))
            self.declared[place] = _DECLARED.index(detect.declared(origin, made=made, by_model=by_model))
            label = detect.label(origin, evidence, made=made, by_model=by_model, assisted=teaching.assisted,
                                 grade=teaching.evidence)
            self.label[place] = -1 if label is None else label
            self.content[place] = int(content[:16], 16)


def _ties(ledger: Ledger, manifests: Iterable[Manifest], places: Mapping[BatchId, slice],
          content: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pairs of places: by edge and equal content, and by author."""
    starts = {batch.number: place.start for batch, place in places.items()}
    strangers: dict[tuple[int, int], int] = {}
    people: dict[str, int] = {}
    edges, authors = [np.zeros((0, 2), np.int64)], [np.zeros((0, 2), np.int64)]
    for manifest in manifests:
        start = starts[manifest.batch.number]
        found = ledger.table(manifest, "edges")
        # A parent outside of these batches still makes its children relatives: they are tied by the first of them.
        edges.append(_pairs((start + row, starts[batch] + parent if batch in starts
                             else strangers.setdefault((batch, parent), start + row))
                            for row, batch, parent in zip(*(found.column(name).to_pylist()
                                                            for name in ("row", "parent_batch", "parent_row")), strict=True)))
        found = ledger.table(manifest, "sources")
        authors.append(_pairs((start + row, people.setdefault(name, start + row))
                              for row, names in zip(found.column("row").to_pylist(), found.column("authors").to_pylist(),
                                                    strict=True) for name in names or ()))
    order = np.argsort(content, kind="stable")
    same = np.flatnonzero(content[order][1:] == content[order][:-1])
    copies = np.stack([order[same], order[same + 1]], axis=1)
    return np.concatenate([*edges, copies.astype(np.int64)]), np.concatenate(authors)


def _pairs(found: Iterable[tuple[int, int]]) -> npt.NDArray[np.int64]:
    return np.array(list(found), np.int64).reshape(-1, 2)
