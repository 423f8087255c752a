"""Which records people's held-out code reached: what is held out teaches nothing, and neither does what came of it.

    apart = Apart(ledger, percent=20, seed=0)
    apart.of(batch)                                      # for each row: held out itself, or of an ancestor of its own kind

A seeded hash of the content decides, so the twin of a held-out record is held out too. An ancestor in any role counts, if
it is of the record's own kind: what is read at the end are held-out programs for programs, copybooks for copybooks. Two
texts that are nearly alike are two texts to it.
"""

from __future__ import annotations

import numpy as np

from provenance.ledger import Ledger
from provenance.model.identity import BatchId
from provenance.model.origin import OriginClass
from provenance.steps.novelty.sample import Flags, Integers, draw_key


class Apart:
    """Looks batches up once; one number (eight bytes) a record is kept."""

    def __init__(self, ledger: Ledger, percent: int, seed: int) -> None:
        self._ledger = ledger
        self._percent = percent
        self._seed = seed
        self._bit: dict[str, int] = {}
        self._known: dict[int, tuple[Integers, Integers]] = {}

    def of(self, batch: BatchId) -> Flags:
        """Which rows of a batch are held out or come of what is.

        Raises:
            LedgerCorrupt: a batch or one that it came of is absent or altered.
        """
        masks, own = self._masks(batch.number)
        reached: Flags = (masks & own) != 0
        return reached

    def _masks(self, batch: int) -> tuple[Integers, Integers]:
        """For each row the kinds (as bits) of its held-out ancestors and itself, and its own kind."""
        waiting = [batch]
        # A generation at a time and not by recursion: lineage may be deeper than Python's stack.
        while waiting:
            number = waiting[-1]
            if number in self._known:
                waiting.pop()
                continue
            edges = self._ledger.table(self._ledger.require(BatchId(number)), "edges")
            parents = sorted(set(edges.column("parent_batch").to_pylist()) - set(self._known) - {number})
            if parents:
                waiting.extend(parents)
                continue
            self._known[number] = self._worked_out(number)
            waiting.pop()
        return self._known[batch]

    def _worked_out(self, number: int) -> tuple[Integers, Integers]:
        manifest = self._ledger.require(BatchId(number))
        records = self._ledger.table(manifest, "records").select(["row", "origin", "kind", "content_sha256"]).to_pydict()
        own = np.array([1 << self._bit.setdefault(kind, min(len(self._bit), 62)) for kind in records["kind"]], np.int64)
        masks = np.zeros(len(own), np.int64)
        for place, (origin, content) in enumerate(zip(records["origin"], records["content_sha256"], strict=True)):
            if origin == OriginClass.HUMAN and draw_key(self._seed, "held-out", content) % 100 < self._percent:
                masks[place] = own[place]
        edges = self._ledger.table(manifest, "edges")
        rows = edges.column("row").to_numpy()
        parents, parent_rows = edges.column("parent_batch").to_numpy(), edges.column("parent_row").to_numpy()
        for parent in np.unique(parents).tolist():
            take = parents == parent
            theirs = masks if parent == number else self._known[parent][0]
            np.bitwise_or.at(masks, rows[take], theirs[parent_rows[take]])
        return masks, own
