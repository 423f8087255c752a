"""The family of a record: the root that it descends from, by the parent that it is a version of.

    families = Families(ledger)
    families.root_of(record)

Twelve bytes a record are held, batch by batch as they are asked for; no text is read. Where a record has several
parents the one with the role "source" leads on, else the first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId

_Parents = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]


class Families:
    """See the module."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._parents: dict[int, _Parents] = {}

    def root_of(self, record: RecordId) -> RecordId:
        """The record without parents at the end of the chain; itself for a root.

        Raises:
            LedgerCorrupt: a batch on the way is absent or altered.
        """
        batch, row = record.batch, record.row
        while True:
            batches, rows = self._of(batch)
            if batches[row] < 0:
                return RecordId(batch, row)
            batch, row = int(batches[row]), int(rows[row])

    def _of(self, batch: int) -> _Parents:
        found = self._parents.get(batch)
        if found is None:
            found = self._parents[batch] = self._read(batch)
        return found

    def _read(self, batch: int) -> _Parents:
        manifest = self._ledger.require(BatchId(batch))
        # No batch has a number below 0: -1 is "no parent".
        batches, rows = np.full(manifest.records, -1, np.int64), np.zeros(manifest.records, np.int32)
        edges = self._ledger.table(manifest, "edges")
        leads = np.zeros(manifest.records, np.bool_)
        columns = (edges.column(name).to_pylist() for name in ("row", "parent_batch", "parent_row", "role"))
        for row, parent_batch, parent_row, role in zip(*columns, strict=True):
            if batches[row] < 0 or (role == "source" and not leads[row]):
                batches[row], rows[row], leads[row] = parent_batch, parent_row, role == "source"
        return batches, rows
