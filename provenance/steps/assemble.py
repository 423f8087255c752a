"""Assemble: choose which candidates become a training set, and into which split each goes.

    >>> rows = [Candidate(RecordId(1, 0), "human", 10, "a" * 64),
    ...         Candidate(RecordId(2, 0), "synthetic_rule", 9, "b" * 64)]
    >>> selection = choose(rows, edges=[(RecordId(2, 0), RecordId(1, 0))], shares={"train": 0.5, "test": 0.5}, seed=1)
    >>> len({member.split for member in selection})     # parent and child are never in different splits
    1

Splits go by component: records that share an ancestor, chosen or not, or the very same content go to the same split, so
that nothing in a test split has a parent, a child, a sibling or a copy in the train split. The order of components is
drawn from the seed, and each goes where most is missing. This step chooses among what passed; it judges nothing
(`provenance.gate` does).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from provenance.errors import PolicyError
from provenance.model.dataset import SPLITS, Member
from provenance.model.identity import Digest, RecordId

VERSION = "2"


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """What assemble needs to know of a record: id, origin class, length in bytes, sha256 of its content (hex)."""

    record: RecordId
    origin: str
    size: int
    content_sha256: str


def choose(candidates: Iterable[Candidate], edges: Iterable[tuple[RecordId, RecordId]],
           shares: Mapping[str, float], seed: int = 0) -> list[Member]:
    """Give every candidate a split; members come back sorted by record.

    Args:
        candidates: the records to take.
        edges: (child, parent) over the candidates and all their ancestors, chosen or not; others are left out, for
            two programs are not related by a sample of both that was dropped.
        shares: split -> share of the records, adding up to 1.
        seed: draws the order of components.

    Raises:
        PolicyError: shares name an unknown split, are negative, or do not add up to 1.
    """
    check_shares(shares)
    chosen = sorted(set(candidates))
    groups = _Components()
    for child, parent in _above(chosen, edges):
        groups.union(child, parent)
    # The same text by two roads is two records without a common ancestor, and still must not be trained and tested on.
    bearer: dict[str, RecordId] = {}
    for candidate in chosen:
        groups.union(candidate.record, bearer.setdefault(candidate.content_sha256, candidate.record))
    sizes: dict[RecordId, list[Candidate]] = {}
    for candidate in chosen:
        sizes.setdefault(groups.find(candidate.record), []).append(candidate)
    quota = {split: shares.get(split, 0.0) * len(chosen) for split in SPLITS}
    members: list[Member] = []
    for component in sorted(sizes, key=lambda key: _drawn(key, seed)):
        # Where most is missing; on a tie the first of SPLITS, so that a tiny set is all train.
        split = max((name for name in SPLITS if shares.get(name, 0.0) > 0), key=quota.__getitem__)
        quota[split] -= len(sizes[component])
        members.extend(Member(candidate.record, split) for candidate in sizes[component])
    return sorted(members)


def check_shares(shares: Mapping[str, float]) -> None:
    """Refuse shares that cannot be met."""
    if unknown := sorted(set(shares) - set(SPLITS)):
        raise PolicyError("splits", f"names unknown splits {', '.join(unknown)}", f"use {', '.join(SPLITS)}")
    # Written so that NaN, of which every comparison is false, is refused too.
    if not all(share >= 0 for share in shares.values()) or not abs(sum(shares.values()) - 1) <= 1e-9:
        raise PolicyError("splits", f"has shares that are negative or do not add up to 1 ({dict(shares)})",
                          "for instance train = 0.9, validation = 0.05, test = 0.05")


def root_of(members: Iterable[tuple[Member, str]]) -> Digest:
    """Digest over a whole training set: sha256 of one line a member, ``<record> <content sha256> <split>``, sorted.

    Binds ids, contents and splits; order of input does not matter.
    """
    digest = hashlib.sha256(b"corpus-provenance-dataset-root 1\n")
    for member, content in sorted(members):
        digest.update(f"{member.record} {content} {member.split}\n".encode())
    return Digest(digest.hexdigest())


def _above(chosen: Iterable[Candidate],
           edges: Iterable[tuple[RecordId, RecordId]]) -> Iterator[tuple[RecordId, RecordId]]:
    """The edges from the chosen up to their roots."""
    parents: dict[RecordId, list[RecordId]] = {}
    for child, parent in edges:
        parents.setdefault(child, []).append(parent)
    waiting = [candidate.record for candidate in chosen]
    while waiting:
        child = waiting.pop()
        for parent in parents.pop(child, ()):
            waiting.append(parent)
            yield child, parent


def _drawn(record: RecordId, seed: int) -> bytes:
    return hashlib.sha256(f"split {seed} {record}".encode()).digest()


class _Components:
    """Union-find with path halving; a component's key is its smallest record, so it does not depend on input order."""

    def __init__(self) -> None:
        self._parent: dict[RecordId, RecordId] = {}

    def find(self, record: RecordId) -> RecordId:
        parent = self._parent
        while (up := parent.get(record, record)) != record:
            parent[record] = parent.get(up, up)
            record = parent[record]
        return record

    def union(self, left: RecordId, right: RecordId) -> None:
        first, second = sorted((self.find(left), self.find(right)))
        if first != second:
            self._parent[second] = first
