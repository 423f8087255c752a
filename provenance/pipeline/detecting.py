"""Fitting the detectors of a ledger's own languages and corpora, and the batches in which they are kept.

    census = take(ledger, batches, teaching)     # see `provenance.pipeline.census`
    fitted = fit(context, census, teaching)      # (language, corpus) -> batch, or why there is none

A detector is a batch like any other: its recipe names the records that taught it, the settings and the libraries, its
parents are their batches, and the same recipe is adopted and not fitted again. It refuses to fit where a class has too
few records, and to score what it saw. Of texts only those that teach one detector are looked at together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from provenance.errors import LedgerCorrupt
from provenance.ledger import Ledger
from provenance.ledger.codec import table
from provenance.model.identity import BatchId, Digest
from provenance.model.recipe import Recipe
from provenance.pipeline.census import Cell, Census, Teaching
from provenance.pipeline.context import Context
from provenance.pipeline.run_step import Made, Work, run_step
from provenance.steps import detect
from provenance.steps.detect import stored
from provenance.steps.detect.detector import VERSION

STEP = "detect"


@dataclass(frozen=True, slots=True)
class Fitted:
    """The batch of a detector, or why there is none."""

    batch: BatchId | None = None
    why: str = ""


def texts(ledger: Ledger, batch: BatchId) -> list[str]:
    """The texts of a batch in order of row.

    Raises:
        LedgerCorrupt: a record has none.
    """
    manifest = ledger.require(batch)
    found = ledger.table(manifest, "texts").sort_by("row")
    if found.column("row").to_pylist() != list(range(manifest.records)):
        raise LedgerCorrupt(batch, "does not have one text for each record", "run: provenance ledger verify")
    return list(found.column("text").to_pylist())


def load(ledger: Ledger, batch: BatchId) -> detect.Detector:
    """The detector that a batch holds.

    Raises:
        LedgerCorrupt: it holds none, or not all of it.
    """
    return stored.read(ledger.table(ledger.require(batch), "detectors").to_pylist())


def fit(context: Context, census: Census, teaching: Teaching) -> dict[Cell, Fitted]:
    """Fit or adopt a detector for every language and corpus that has enough records of known origin.

    Raises:
        ToolMissing: one is to be fitted and scikit-learn is not installed.
    """
    found = {cell: Fitted(why=_why_not(census, number, teaching)) for number, cell in enumerate(census.cells)}
    able = [(number, cell) for number, cell in enumerate(census.cells) if not found[cell].why]
    if not able:
        return found
    works = [_work(context.ledger, census, number, cell, teaching) for number, cell in able]
    run_step(context.child(STEP), STEP, VERSION, sorted({batch for work in works for batch in work.recipe.parents}), works)
    return found | {cell: Fitted(work.recipe.batch) for (_, cell), work in zip(able, works, strict=True)}


def _why_not(census: Census, number: int, teaching: Teaching) -> str:
    here = census.cell == number
    human, made = (int(np.count_nonzero(here & (census.label == label))) for label in (0, 1))
    if min(human, made) < teaching.least:
        return f"few-labelled: {human} known human and {made} known synthetic, {teaching.least} of each are needed"
    if not census.grouped[number]:
        return f"few-families: the known records are of too few families to hold {teaching.plan.folds} parts apart"
    return ""


def _work(ledger: Ledger, census: Census, number: int, cell: Cell, teaching: Teaching) -> Work:
    mine = (census.cell == number) & census.teaches
    batches = [batch for batch, place in census.places.items() if mine[place].any()]
    taught = [[str(batch), row, int(census.label[start + row]), int(census.fold[start + row])]
              for batch in batches for start in (census.places[batch].start,)
              for row in np.flatnonzero(mine[census.places[batch]]).tolist()]
    recipe = Recipe(STEP, VERSION, {
        "language": cell[0], "corpus": cell[1], "training": str(Digest.of_json(taught)), "records": len(taught),
        "grouped_by": census.grouped[number], "strength": teaching.plan.strength, "domain": teaching.plan.domain,
        "folds": teaching.plan.folds, **detect.libraries()}, tuple(batches), seed=teaching.plan.seed)

    def make() -> Made:
        fitted = detect.fit(list(_samples(ledger, census, batches, mine, cell[0])), teaching.plan)
        fitted = replace(fitted, said={**fitted.said, "grouped_by": census.grouped[number]})
        return Made({"detectors": table("detectors", [{**row, "detector": recipe.batch.number}
                                                      for row in stored.rows(fitted, *cell)])})

    return Work(recipe, make, "")


def _samples(ledger: Ledger, census: Census, batches: Sequence[BatchId], mine: npt.NDArray[np.bool_],
             language: str) -> Iterator[detect.Sample]:
    for batch in batches:
        start = census.places[batch].start
        for row, text in enumerate(texts(ledger, batch)):
            if mine[start + row]:
                yield detect.Sample(detect.look(text, language), int(census.label[start + row]), int(census.fold[start + row]))
