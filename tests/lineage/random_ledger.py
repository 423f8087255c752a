"""Random ledgers with what is true of them worked out naively, record by record: the oracle of trace and impact."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from provenance.ledger import Draft, Ledger, codec
from provenance.model.identity import BatchId, RecordId
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, SourceFacts
from tests.lineage.small_ledger import record

#: (model or 0, records) a batch; a record is its parents, as numbers modulo all earlier records. The first are roots.
Shape = list[tuple[int, list[list[int]]]]
_ROWS = st.lists(st.lists(st.integers(0, 50), max_size=3), min_size=1, max_size=4)
SHAPES = st.lists(st.tuples(st.integers(0, 4), _ROWS), min_size=1, max_size=7)
LICENCES = ("MIT", "CC0-1.0", "GPL-3.0-only")


@dataclass
class World:
    """A ledger and, for every record, the whole truth."""

    ledger: Ledger
    parents: dict[RecordId, list[RecordId]] = field(default_factory=dict)
    models: dict[RecordId, set[str]] = field(default_factory=dict)
    sources: dict[RecordId, set[str]] = field(default_factory=dict)
    licences: dict[RecordId, set[str]] = field(default_factory=dict)
    prompts: dict[RecordId, set[str]] = field(default_factory=dict)
    people: dict[RecordId, set[str]] = field(default_factory=dict)
    batches: list[BatchId] = field(default_factory=list)

    def ancestors(self, record: RecordId) -> set[RecordId]:
        """Itself included."""
        seen, stack = set(), [record]
        while stack:
            if (here := stack.pop()) not in seen:
                seen.add(here)
                stack += self.parents[here]
        return seen

    def descendants(self, record: RecordId) -> set[RecordId]:
        return {other for other in self.parents if record in self.ancestors(other)}


def build(path: Path, shape: Shape) -> World:
    world = World(Ledger.init(path))
    known: list[tuple[RecordId, Ancestry]] = []
    for number, (model, rows) in enumerate(shape):
        earlier = list(known)
        chosen = [[earlier[i % len(earlier)] for i in row] if earlier else [] for row in rows]
        read = sorted({BatchId(parent.batch) for row in chosen for parent, _ in row})
        params: dict[str, Any] = {"n": number}
        if model:
            params |= {"model": f"m/{model}~", "prompt": f"p{model % 2}"}
        recipe = Recipe("generate" if model else "augment", "1", params, tuple(read))
        making = OriginClass.SYNTHETIC_MODEL if model else OriginClass.SYNTHETIC_RULE
        generators = [f"m/{model}~"] if model else []
        made = []
        for row, parents in enumerate(chosen):
            key = RecordId(recipe.batch.number, row)
            repository, licence = f"https://r/{(number + row) % 3}", LICENCES[(number + row) % 3]
            person = f"person:{row}"
            if parents:
                ancestry, facts = Ancestry.derive([a for _, a in parents], making, generators), None
            else:
                origin = making if model else OriginClass.HUMAN
                ancestry = Ancestry.of_root(origin, licence, repository, EvidenceGrade.E1, generators)
                facts = SourceFacts(repository, "c" * 40, f"{row}.cbl", "b" * 40, (person,))
            edges = tuple(Parent(p) for p, _ in parents)
            made.append(record(f"{number} {row}\n", ancestry, parents=edges, source=facts))
            world.parents[key] = [p for p, _ in parents]
            known.append((key, ancestry))
            for truth, own in ((world.models, set(generators)), (world.prompts, {params["prompt"]} if model else set()),
                               (world.sources, set() if parents else {repository}),
                               (world.licences, set() if parents else {licence}),
                               (world.people, set() if parents else {person})):
                truth[key] = own.union(*(truth[p] for p, _ in parents))
        world.ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, made)), run="r", job="j")
        world.batches.append(recipe.batch)
    return world
