"""Which records people are asked about: drawn by seed, stratified over language, origin and generator.

    >>> pool = [Candidate(RecordId(1, row), "cobol", "human") for row in range(100)]
    >>> [str(each.record) for each in draw(pool, [Take("random", 2)], seed=7)] == [
    ...     str(each.record) for each in draw(reversed(pool), [Take("random", 2)], seed=7)]
    True

A draw takes in turn from each stratum, so that a rare one is seen too, and within it the highest score first; seed and
record id decide between equals, so the order in which candidates come decides nothing. No candidate is kept in memory
that cannot be drawn.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from provenance.errors import PolicyError
from provenance.model.identity import RecordId

VERSION = "1"
#: How a record can be drawn; a gold question is given and not drawn.
HOW = ("random", "disagreement", "novelty", "detector", "risk")
LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be drawn.

    Attributes:
        language, origin, generator: its stratum; generator is empty where no model was asked.
        disagreement: how many checks contradict each other about it, and reviewers too.
        novelty: measured novelty, 0..1; None where no check measured it.
        detector: how many checks find its declared origin odd.
        risk: how many checks of risk found something to look at.
    """

    record: RecordId
    language: str
    origin: str
    generator: str = ""
    disagreement: int = 0
    novelty: float | None = None
    detector: int = 0
    risk: int = 0

    def score(self, how: str) -> float | None:
        """How much it should be drawn by one way; None where that way does not draw it."""
        if how == "random":
            return 0.0
        if how == "novelty":
            return self.novelty
        found = {"disagreement": self.disagreement, "detector": self.detector, "risk": self.risk}[how]
        return float(found) if found else None


@dataclass(frozen=True, slots=True)
class Take:
    """So many records by one way.

    Raises:
        PolicyError: no such way, or not 1..100000 records.
    """

    how: str
    size: int

    def __post_init__(self) -> None:
        if self.how not in HOW:
            raise PolicyError(f"review plan: {self.how}", "is no way to draw", f"use one of {', '.join(HOW)}")
        if not 1 <= self.size <= LARGEST:
            raise PolicyError(f"review plan: {self.how}", f"takes {self.size} records, not 1..{LARGEST}",
                              "ask people for what they can read")


@dataclass(frozen=True, slots=True, order=True)
class Drawn:
    """A record and how it was drawn."""

    record: RecordId
    why: str


def draw(candidates: Iterable[Candidate], takes: Sequence[Take], seed: int) -> list[Drawn]:
    """The records of a plan, each once, in order of record.

    A record that two ways would draw counts for the one that is named first; the other takes the next one in its place.
    """
    # A way may lose as many of its best to the ways before it as those draw in all.
    most = sum(take.size for take in takes)
    pools: list[dict[tuple[str, str, str], list[tuple[float, int, RecordId]]]] = [{} for _ in takes]
    for each in candidates:
        stratum = (each.language, each.origin, each.generator)
        for take, pool in zip(takes, pools, strict=True):
            score = each.score(take.how)
            if score is None:
                continue
            heap = pool.setdefault(stratum, [])
            # The heap's least is the next to go: lowest score, then the highest lot.
            item = (score, -_lot(seed, take.how, each.record), each.record)
            if len(heap) < most:
                heapq.heappush(heap, item)
            else:
                heapq.heappushpop(heap, item)
    drawn: dict[RecordId, str] = {}
    for take, pool in zip(takes, pools, strict=True):
        left = take.size
        for record in _in_turn(pool, seed):
            if not left:
                break
            if record not in drawn:
                drawn[record] = take.how
                left -= 1
    return [Drawn(record, drawn[record]) for record in sorted(drawn)]


def _in_turn(pool: dict[tuple[str, str, str], list[tuple[float, int, RecordId]]], seed: int) -> Iterator[RecordId]:
    """The best of each stratum, then the second best of each, and so on; which stratum is first is drawn."""
    strata = sorted(pool, key=lambda stratum: _hash(f"{seed} {stratum}"))
    lines = [sorted(pool[stratum], reverse=True) for stratum in strata]
    for turn in range(max(map(len, lines), default=0)):
        for line in lines:
            if turn < len(line):
                yield line[turn][2]


def _lot(seed: int, how: str, record: RecordId) -> int:
    return _hash(f"{seed} {how} {record}")


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
