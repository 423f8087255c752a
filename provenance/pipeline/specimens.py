"""Records as judges see them, read from a ledger batch by batch; and the texts of records that are asked for again.

    for specimen in specimens(ledger, batches):
        ...

Batches are read one at a time, so memory is that of the largest batch and not of the corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from provenance.errors import LedgerCorrupt
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId
from provenance.model.record import Record
from provenance.steps.specimen import Specimen


def specimens(ledger: Ledger, batches: Iterable[BatchId]) -> Iterator[Specimen]:
    """Every record of some batches, in the order given and then by row.

    Raises:
        LedgerCorrupt: a batch is absent or altered.
    """
    for batch in batches:
        yield from specimens_of(ledger, batch)


def specimens_of(ledger: Ledger, batch: BatchId) -> list[Specimen]:
    """The records of one batch, in order of row."""
    manifest = ledger.require(batch)
    if not manifest.records:
        return []
    recipe = manifest.recipe
    maker, model = ("", "") if recipe.step == "ingest" else (recipe.maker, str(recipe.params.get("model", "")))
    return [_specimen(RecordId(batch.number, row), record, maker, model)
            for row, record in enumerate(ledger.records(batch))]


def _specimen(record_id: RecordId, record: Record, maker: str, model: str) -> Specimen:
    source = record.source
    return Specimen(
        record=record_id, language=record.language, kind=record.kind, name=record.name, text=record.text,
        origin=str(record.ancestry.origin), evidence=int(record.ancestry.grade), depth=record.ancestry.depth,
        human_share=record.ancestry.human_share, generators=record.ancestry.generators, sources=record.ancestry.sources,
        maker=maker, model=record.generation.model if record.generation else model, parents=record.parents,
        path=source.path if source else "", authors=source.authors if source else (),
        first_commit_at=source.first_commit_at if source else "")


class Cabinet:
    """Specimens by record id, keeping a bounded number of batches: for parents and twins that a judge asks for."""

    def __init__(self, ledger: Ledger, keep: int = 32) -> None:
        @lru_cache(maxsize=keep)
        def read(batch: int) -> list[Specimen]:
            return specimens_of(ledger, BatchId(batch))

        self._read = read

    def of(self, record: RecordId) -> Specimen:
        """One record.

        Raises:
            LedgerCorrupt: its batch is absent or altered, or has no such row.
        """
        found = self._read(record.batch)
        if record.row >= len(found):
            raise LedgerCorrupt(record, "is not in its batch", "run: provenance ledger verify")
        return found[record.row]
