"""A ledger in which programs were written by people, and then by generators, generation after generation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from provenance.ledger import Ledger
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from tests.lineage.small_ledger import REPOSITORY, Writer, record

HUMAN = Ancestry.of_root(OriginClass.HUMAN, "MIT", REPOSITORY, EvidenceGrade.E2)


class Corpus:
    """Writes people's programs, and what is said to be made of them."""

    def __init__(self, where: Path) -> None:
        self._write = Writer(where)
        self.known: dict[RecordId, Record] = {}

    @property
    def ledger(self) -> Ledger:
        return self._write.ledger

    def _commit(self, recipe: Recipe, records: Sequence[Record]) -> BatchId:
        batch = self._write.records(recipe, records)
        self.known.update({RecordId(batch.number, row): each for row, each in enumerate(records)})
        return batch

    def people(self, texts: Sequence[str], commit: str = "0") -> BatchId:
        return self._commit(Recipe("ingest", "1", {"repository": REPOSITORY, "commit": commit, "n": len(texts)}),
                            [record(text, HUMAN, name=f"P{number}.cbl") for number, text in enumerate(texts)])

    def found(self, texts: Sequence[str]) -> BatchId:
        """Ingested, of nobody knows whom."""
        unknown = Ancestry.of_root(OriginClass.UNKNOWN, "MIT", REPOSITORY, EvidenceGrade.E0)
        return self._commit(Recipe("ingest", "1", {"repository": REPOSITORY, "commit": "unknown", "n": len(texts)}),
                            [record(text, unknown) for text in texts])

    def made(self, texts: Sequence[str], parents: BatchId, model: str = "", role: str = "shown",
             rows: Sequence[int] = ()) -> BatchId:
        """By a model, or by a transform where none is named; each text of one record of a batch."""
        above = sorted(each for each in self.known if each.batch == parents.number)
        chosen = [above[rows[place] if rows else place % len(above)] for place in range(len(texts))]
        making = OriginClass.SYNTHETIC_MODEL if model else OriginClass.SYNTHETIC_RULE
        params = {"mode": "version", "model": model} if model else {"transform": "layout"}
        texts_digest = str(Digest.of_json(list(texts)))
        recipe = Recipe("generate" if model else "augment", "1", {**params, "texts": texts_digest}, (parents,))
        return self._commit(recipe, [
            record(text, Ancestry.derive([self.known[parent].ancestry], making, [model] if model else []),
                   name=f"M{number}.cbl", parents=(Parent(parent, role),))
            for number, (text, parent) in enumerate(zip(texts, chosen, strict=True))])

    def verdicts(self, batches: Sequence[BatchId]) -> dict[RecordId, dict[str, str]]:
        """What some batches of verdicts say, by record."""
        said = {}
        for batch in batches:
            for row in self.ledger.table(self.ledger.require(batch), "verdicts").to_pylist():
                said[RecordId(row["batch"], row["row"])] = row
        return said
