"""Which records hold which runs of tokens: what is new in a record, and which one record has nearly all of it.

    >>> from provenance.steps.shingles import shingle, tokenise
    >>> def runs(text): return shingle(tokenise([text]), 5).distinct(0)
    >>> gathered = Gathering()
    >>> gathered.add(RecordId(1, 0), 0, runs("MOVE A TO B. ADD 1 TO C. STOP RUN."))
    >>> index = gathered.settle()
    >>> copy = runs("ADD 1 TO C. STOP RUN.")
    >>> float(index.holders(copy).mean()), index.nearest(copy, 0.9)
    (1.0, [(1.0, RecordId(batch=1, row=0))])

One sorted array of run hashes and one of record numbers: twelve bytes a run. Above ``most`` runs only those whose hash ends
in so many zero bits are kept (FracMinHash; Brown and Irber, sourmash), the same ones of every record and whatever the order
in which records come; shares are then estimates over the runs that are looked at. It says where text also occurs, not who
had it first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from provenance.model.identity import RecordId
from provenance.steps.novelty.sample import Integers
from provenance.steps.shingles import Hashes

#: Longest list of records that one run is followed to: what is in more says little of any.
LONGEST = 1_000
#: Records that are compared in full for one that is asked about, those first that have most of its rarest runs.
CANDIDATES = 32
_CHUNK = 4_096
_MOST_SCALE = 1 << 40
Numbers = npt.NDArray[np.uint32]


class Gathering:
    """Collects the runs of records; `settle` makes the index."""

    def __init__(self, most: int = 20_000_000) -> None:
        self.most = most
        self.scale = 1
        self._size = 0
        self._chunks: list[_Chunk] = []
        self._runs: list[Hashes] = []
        self._records: list[tuple[int, int, int]] = []

    def add(self, record: RecordId, rank: int, runs: Hashes) -> None:
        """One record's sorted distinct runs; of records that have a run the first by (rank, record) is named."""
        kept = sampled(runs, self.scale)
        self._records.append((rank, record.batch, record.row))
        self._runs.append(kept)
        self._size += len(kept)
        if len(self._runs) >= _CHUNK:
            self._pack()
        while self._size > self.most and self.scale < _MOST_SCALE:
            self._pack()
            self.scale *= 2
            self._chunks = [chunk.sampled(self.scale) for chunk in self._chunks]
            self._size = sum(len(chunk.hashes) for chunk in self._chunks)

    def _pack(self) -> None:
        """What was added, as three arrays: an array for each record would cost more than what is in it."""
        if self._runs:
            sizes = np.array([len(each) for each in self._runs], np.int64)
            self._chunks.append(_Chunk(np.concatenate(self._runs), sizes, np.array(self._records, np.int64)))
            self._runs, self._records = [], []

    def settle(self) -> Postings:
        """The index over everything that was added."""
        self._pack()
        if not self._chunks:
            return Postings(np.zeros(0, np.uint64), np.zeros(0, np.uint32), np.zeros((0, 3), np.int64), self.scale)
        records = np.concatenate([chunk.records for chunk in self._chunks])
        order = np.lexsort((records[:, 2], records[:, 1], records[:, 0]))
        rank = np.empty(len(order), np.uint32)
        rank[order] = np.arange(len(order), dtype=np.uint32)
        owners = np.repeat(rank, np.concatenate([chunk.sizes for chunk in self._chunks]))
        hashes = np.concatenate([chunk.hashes for chunk in self._chunks])
        by_hash = np.lexsort((owners, hashes))
        return Postings(hashes[by_hash], owners[by_hash], records[order], self.scale)


@dataclass(frozen=True)
class _Chunk:
    """Runs of some records, how many each has, and their (rank, batch, row)."""

    hashes: Hashes
    sizes: Integers
    records: Integers

    def sampled(self, scale: int) -> _Chunk:
        owner = np.repeat(np.arange(len(self.sizes)), self.sizes)
        keep = (self.hashes & np.uint64(scale - 1)) == 0
        return _Chunk(self.hashes[keep], np.bincount(owner[keep], minlength=len(self.sizes)).astype(np.int64), self.records)


def sampled(runs: Hashes, scale: int) -> Hashes:
    """The runs that an index of this scale knows of."""
    return runs if scale == 1 else runs[(runs & np.uint64(scale - 1)) == 0]


@dataclass(frozen=True)
class Postings:
    """The index: hash and owner of every run, sorted by hash and then by the owner's rank.

    Attributes:
        records: rank, batch, row of each owner.
        scale: one in so many runs is looked at.
    """

    hashes: Hashes
    owners: Numbers
    records: Integers
    scale: int = 1

    def __len__(self) -> int:
        return len(self.records)

    def record(self, owner: int) -> RecordId:
        """The id of an owner."""
        return RecordId(int(self.records[owner, 1]), int(self.records[owner, 2]))

    def holders(self, runs: Hashes) -> Integers:
        """How many records hold each of some runs (of those that are looked at)."""
        low, high = self._ranges(sampled(runs, self.scale))
        return high - low

    def first(self, runs: Hashes) -> Integers:
        """The owner of least rank of each run (of those that are looked at), or -1."""
        if not len(self.hashes):
            return np.full(len(sampled(runs, self.scale)), -1, np.int64)
        low, high = self._ranges(sampled(runs, self.scale))
        owners = self.owners[np.minimum(low, len(self.owners) - 1)].astype(np.int64)
        return np.where(high > low, owners, -1)

    def nearest(self, runs: Hashes, share: float) -> list[tuple[float, RecordId]]:
        """Records that hold at least this share of some runs: most first, then by rank.

        A record that holds a share s of n runs misses at most n - ceil(s n) of them, so it holds one of any n - ceil(s n) + 1:
        only the records of that many of the rarest runs are compared (prefix filtering).
        """
        runs = sampled(runs, self.scale)
        low, high = self._ranges(runs)
        needed = int(np.ceil(share * len(runs) - 1e-9))
        if not len(runs) or int((high > low).sum()) < needed:
            return []
        rarest = np.argsort(high - low, kind="stable")[:len(runs) - needed + 1]
        lists = [self.owners[start:min(stop, start + LONGEST)] for start, stop in zip(low[rarest], high[rarest], strict=True)]
        owners, counts = np.unique(np.concatenate(lists), return_counts=True)
        chosen = np.sort(owners[np.argsort(-counts, kind="stable")][:CANDIDATES])
        shares = self._shares(low, high, chosen)
        found = [(float(held), int(owner)) for held, owner in zip(shares, chosen, strict=True) if held >= share - 1e-9]
        return [(held, self.record(owner)) for held, owner in sorted(found, key=lambda each: (-each[0], each[1]))]

    def share_in(self, runs: Hashes, record: RecordId) -> float:
        """How much of some runs one record holds; 0 where it is not in the index."""
        runs = sampled(runs, self.scale)
        owner = np.flatnonzero((self.records[:, 1] == record.batch) & (self.records[:, 2] == record.row))
        if not len(owner) or not len(runs):
            return 0.0
        low, high = self._ranges(runs)
        return float(self._shares(low, high, owner.astype(np.uint32))[0])

    def _shares(self, low: Integers, high: Integers, chosen: Numbers) -> npt.NDArray[np.float64]:
        if not len(self.owners):
            return np.zeros(len(chosen))
        # All pairs of run and record at once, by bisection inside the run's own list.
        left, right = np.repeat(low[:, None], len(chosen), 1), np.repeat(high[:, None], len(chosen), 1)
        while (open_ := left < right).any():
            middle = (left + right) >> 1
            below = open_ & (self.owners[np.where(open_, middle, 0)] < chosen)
            left, right = np.where(below, middle + 1, left), np.where(open_ & ~below, middle, right)
        there = (left < high[:, None]) & (self.owners[np.minimum(left, len(self.owners) - 1)] == chosen)
        shares: npt.NDArray[np.float64] = there.sum(axis=0) / max(1, len(low))
        return shares

    def _ranges(self, runs: Hashes) -> tuple[Integers, Integers]:
        return np.searchsorted(self.hashes, runs, "left"), np.searchsorted(self.hashes, runs, "right")
