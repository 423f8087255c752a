"""Who is related to whom by lineage: one made from the other, or both from something third.

    kin = Kinship(ledger, batches)
    kin.related(one, other)                               # numbers: place of the batch << 32 | row

Two records are related where they share an ancestor, each being its own: then they share a root as well. It goes by the
edges of the ledger and not by what texts say. Memory: 16 bytes an edge; ancestors in other batches are looked up too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from provenance.ledger import Ledger
from provenance.model.identity import BatchId

Numbers = npt.NDArray[np.int64]


class Kinship:
    """The edges of some batches and of all batches that their records come from."""

    def __init__(self, ledger: Ledger, batches: Sequence[BatchId]) -> None:
        """A batch is numbered by its place in ``batches``; further ones follow.

        Raises:
            LedgerCorrupt: a part of a batch is absent or altered.
        """
        waiting = list(batches)
        number = {batch.number: place for place, batch in enumerate(waiting)}
        children, parents = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for place, batch in enumerate(waiting):  # grows while it is walked
            manifest = ledger.manifest(batch)
            if manifest is None or "edges" not in manifest.parts:
                continue  # an absent parent is the gate's business (`gaps`); here it is an ancestor without a past
            edges = ledger.table(manifest, "edges")
            above = edges.column("parent_batch").to_numpy()
            known, which = np.unique(above, return_inverse=True)
            for each in known.tolist():
                if each not in number:
                    number[each] = len(waiting)
                    waiting.append(BatchId(each))
            places = np.array([number[each] for each in known.tolist()], np.int64)
            children.append(edges.column("row").to_numpy().astype(np.int64) | place << 32)
            parents.append(edges.column("parent_row").to_numpy().astype(np.int64) | places[which] << 32)
        every = np.concatenate(children)
        order = np.argsort(every, kind="stable")
        self._children, self._parents = every[order], np.concatenate(parents)[order]
        self._roots = lru_cache(maxsize=65_536)(self._walked)

    def related(self, one: int, other: int) -> bool:
        """Whether two records share an ancestor; a record is its own."""
        return not self._roots(one).isdisjoint(self._roots(other))

    def _walked(self, record: int) -> frozenset[int]:
        roots: set[int] = set()
        seen = {record}
        waiting = [record]
        while waiting:
            here = waiting.pop()
            begin, end = np.searchsorted(self._children, (here, here + 1)).tolist()
            if begin == end:
                roots.add(here)
            for parent in self._parents[begin:end].tolist():
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return frozenset(roots)
