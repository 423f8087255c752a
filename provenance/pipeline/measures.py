"""Rows of the table ``measures``: what was measured of a group of records, as judges write it and verbs read it.

    group_of(specimen)                                   # Group(generator="coder-7b", language="cobol", depth=1)

A group is a generator (the model that was asked, else what made the record, else how it was found), a language and a depth.
People's own records are the group of no generator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from provenance.ledger import Ledger
from provenance.model.identity import BatchId
from provenance.model.recipe import Recipe
from provenance.pipeline.judge_step import STEP
from provenance.steps.novelty.metrics import Measured
from provenance.steps.specimen import Specimen


class Group(NamedTuple):
    """Records that are measured together."""

    generator: str
    language: str
    depth: int


#: Value and bounds of one measure.
Interval = tuple[float, float, float]


def group_of(specimen: Specimen) -> Group:
    """Where a record belongs."""
    if specimen.human:
        return Group("", specimen.language, 0)
    return Group(specimen.model or specimen.maker or f"ingest:{specimen.origin}", specimen.language, specimen.depth)


def interval(measured: Measured) -> Interval:
    """A measure as it is stored."""
    return measured.value, measured.low, measured.high


def rows_of(measured: int, side: str, group: Group, found: Mapping[str, Interval], records: int,
            tokens: int) -> list[dict[str, Any]]:
    """The rows of one group."""
    return [{"measured": measured, "side": side, "generator": group.generator, "language": group.language, "depth": group.depth,
             "metric": metric, "value": value, "low": low, "high": high, "records": records, "tokens": tokens}
            for metric, (value, low, high) in found.items()]


def measured_in(judge: str, version: str, params: Mapping[str, Any], batches: Sequence[BatchId]) -> BatchId:
    """The batch that the measures of a judge of a whole are stored in: its first (see `judge_whole`)."""
    return Recipe(STEP, version, {"judge": judge, **params}, tuple(sorted(batches)), shard="0").batch


def read_measures(ledger: Ledger, batches: Iterable[BatchId]) -> Iterator[dict[str, Any]]:
    """The rows that some batches of verdicts carry.

    Raises:
        LedgerCorrupt: a batch is absent or altered.
    """
    for batch in batches:
        manifest = ledger.require(batch)
        if manifest.rows("measures"):
            yield from ledger.table(manifest, "measures").to_pylist()
