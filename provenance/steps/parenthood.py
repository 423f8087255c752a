"""Does a child resemble the parent that it claims? Likeness, what chance gives, and what follows from both.

    >>> one, other = grams_of(["MOVE A TO B. ADD 1 TO C.", "MOVE A TO B. ADD 1 TO D."], "cobol")
    >>> likeness(one, one).score, 0 < likeness(one, other).score < 1
    (1.0, True)

`likeness` is the mean of five measures of runs of five tokens: Jaccard and both containments of the plain tokens, Jaccard
and containment of the tokens with every name and number masked. No single one does: a renaming leaves only the masked
ones, inlining leaves only a containment, and masked ones alone make strangers alike (`docs/parents.md` has the numbers).

It refuses to say that a child was made from its parent: resemblance is consistent with that and is no proof of it.
"""

from __future__ import annotations

import heapq
import random
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from provenance.model.identity import Digest, RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.shingles import Hashes, comparable, masked, shingle, tokenise

CHECK = "declared_parent"
VERSION = "1"
#: Tokens in a run: about one COBOL statement.
WIDTH = 5


#: Masked Jaccard from which child and parent are the same code with other names.
SAME = 0.95


@dataclass(frozen=True, slots=True)
class Grams:
    """Distinct runs of tokens of one text, sorted: plain and masked; and how many tokens it has."""

    raw: Hashes
    masked: Hashes
    tokens: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a child and a parent are, each 0..1.

    Attributes:
        raw: Jaccard similarity. contained, contains: share of the child's runs that the parent has, and the other way.
        masked, masked_contained: Jaccard similarity, and share of the child's runs, with names and numbers masked.
    """

    raw: float
    contained: float
    contains: float
    masked: float
    masked_contained: float

    @property
    def score(self) -> float:
        """The mean of the five."""
        return (self.raw + self.contained + self.contains + self.masked + self.masked_contained) / 5


@dataclass(frozen=True, slots=True)
class Chance:
    """What two texts of one language and kind have in common by chance, in one corpus.

    Attributes:
        threshold: likeness that a child has to exceed.
        pairs: pairs of unrelated texts that it was measured on.
        measured: False where there were too few pairs for a quantile: likeness below the threshold then proves nothing.
    """

    threshold: float
    pairs: int
    measured: bool


@dataclass(frozen=True, slots=True)
class Rival:
    """A record that is as good a parent as the declared one, or better; and its likeness to the child."""

    record: RecordId
    score: float


def grams_of(texts: Sequence[str], language: str) -> list[Grams]:
    """The runs of some texts of one language."""
    plain = [comparable(text, language) for text in texts]
    tokens = tokenise(plain)
    raw, hidden = shingle(tokens, WIDTH), shingle(masked(plain, language), WIDTH)
    return [Grams(raw.distinct(at), hidden.distinct(at), int(size)) for at, size in enumerate(tokens.sizes)]


def likeness(child: Grams, parent: Grams) -> Likeness:
    """How alike two texts are; nothing is like an empty text."""
    raw, contained, contains = _shared(child.raw, parent.raw)
    hidden, hidden_contained, _ = _shared(child.masked, parent.masked)
    return Likeness(raw, contained, contains, hidden, hidden_contained)


def _shared(left: Hashes, right: Hashes) -> tuple[float, float, float]:
    if not len(left) or not len(right):
        return 0.0, 0.0, 0.0
    both = len(np.intersect1d(left, right, assume_unique=True))
    return both / (len(left) + len(right) - both), both / len(left), both / len(right)


class Sample:
    """A seeded sample of a bounded number of records, the same in whatever order they come."""

    def __init__(self, size: int, seed: int) -> None:
        self._size, self._seed = size, seed
        self._heap: list[tuple[int, RecordId, Grams]] = []

    def offer(self, record: RecordId, grams: Grams) -> None:
        """Take a record if its draw is low enough."""
        drawn = int(Digest.of_json([self._seed, str(record)]).hex[:15], 16)
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, (-drawn, record, grams))
        elif drawn < -self._heap[0][0]:
            heapq.heapreplace(self._heap, (-drawn, record, grams))

    def chosen(self) -> list[Grams]:
        """What was taken, in order of the records."""
        return [grams for _, _, grams in sorted(self._heap, key=lambda item: item[1])]


def chance(sample: Sequence[Grams], seed: int, pairs: int, quantile: float, related: float, least_pairs: int,
           ranked_pairs: int, few: float) -> Chance:
    """What chance gives: a quantile of the likeness of random pairs of a sample.

    Args:
        sample: texts of one language and kind, in a fixed order.
        pairs: most pairs to draw, without repeats.
        related: pairs this alike are copies or relatives of each other, not strangers, and are left out.
        least_pairs: with fewer pairs left there is no quantile to speak of.
        ranked_pairs: with at least these, the threshold then is the most alike of them: by chance a child exceeds all of
            ``n`` such pairs once in ``n + 1`` times.
        few: the threshold with fewer still.
    """
    count = len(sample)
    total = count * (count - 1) // 2
    draw = random.Random(f"{CHECK}/{seed}")  # noqa: S311  (drawn again, not secret)
    numbers = range(total) if total <= pairs else sorted(draw.sample(range(total), pairs))
    scores = [score for number in numbers
              if (score := likeness(*(sample[at] for at in _pair(number, count))).score) < related]
    if len(scores) < least_pairs:
        return Chance(max(scores) if len(scores) >= ranked_pairs else few, len(scores), False)
    return Chance(float(np.quantile(np.array(scores), quantile)), len(scores), True)


def _pair(number: int, count: int) -> tuple[int, int]:
    """The pair of a number, 0..count*(count-1)/2."""
    first = 0
    while number >= count - 1 - first:
        number -= count - 1 - first
        first += 1
    return first, first + 1 + number


def judged(record: RecordId, parent: RecordId, like: Likeness, by_chance: Chance, rivals: Iterable[Rival],
           margin: float) -> Verdict:
    """The verdict on a child that has a declared parent of its own language and kind.

    Args:
        rivals: other records that it could come from; no ancestors of it.
        margin: by how much another has to be nearer to be called so.
    """
    nearer = sorted((rival for rival in rivals if rival.score > like.score), key=lambda rival: (-rival.score, rival.record))
    nearest = nearer[0] if nearer and nearer[0].score > max(like.score + margin, by_chance.threshold) else None
    value = canonical_json({
        "likeness": _rounded(like.score), "raw": _rounded(like.raw), "contained": _rounded(like.contained),
        "masked": _rounded(like.masked), "threshold": _rounded(by_chance.threshold), "pairs": by_chance.pairs,
        "rank": 1 + len(nearer)}).decode()
    # The same code but for names is alike whatever pairs of the language are: in scripts of one form chance is high.
    alike = like.score > by_chance.threshold or like.masked >= SAME
    if nearest is not None:
        outcome = Outcome.WARN if alike else Outcome.FAIL
        return Verdict(CHECK, outcome, record, value=value, reason=f"nearer-to: {nearest.record}")
    if alike:
        return Verdict(CHECK, Outcome.PASS, record, value=value)
    if not by_chance.measured and not nearer:
        return Verdict(CHECK, Outcome.ABSTAIN, record, value=value, reason=f"too-few-pairs: {by_chance.pairs}")
    return Verdict(CHECK, Outcome.FAIL, record, value=value, reason=f"unlike-parent: {parent}")


def passed_over(record: RecordId, reason: str) -> Verdict:
    """The verdict where there is nothing to compare."""
    return Verdict(CHECK, Outcome.SKIPPED, record, reason=reason)


def too_short(record: RecordId, tokens: int) -> Verdict:
    """The verdict on a text in which likeness means nothing."""
    value = canonical_json({"tokens": tokens}).decode()
    return Verdict(CHECK, Outcome.ABSTAIN, record, value=value, reason=f"too-short: {tokens} tokens")


def _rounded(number: float) -> float:
    return round(number, 4)


class Fingerprints:
    """For every record its eight lowest runs: finds those that a text may come from, without reading any text.

    Memory: about 100 bytes a record. Runs that more than `COMMON` records share find nobody and are dropped.
    """

    KEPT = 8
    COMMON = 256

    def __init__(self) -> None:
        self._batches, self._rows, self._sizes, self._runs = array("q"), array("i"), array("b"), array("Q")

    def add(self, record: RecordId, runs: Hashes) -> None:
        """Note a record with the sorted runs of its text; once each, in any order, before anything is asked."""
        lowest = runs[:self.KEPT]
        self._batches.append(record.batch)
        self._rows.append(record.row)
        self._sizes.append(len(lowest))
        self._runs.frombytes(lowest.astype(np.uint64).tobytes())

    @cached_property
    def _index(self) -> tuple[Hashes, Hashes, npt.NDArray[np.int32]]:
        """Runs that few share, once each; all of them, sorted; and whose each is."""
        hashes = np.frombuffer(self._runs, np.uint64)
        owners = np.repeat(np.arange(len(self._sizes), dtype=np.int32), np.frombuffer(self._sizes, np.int8))
        order = np.lexsort((owners, hashes))
        distinct, counts = np.unique(hashes, return_counts=True)
        few = np.repeat(counts <= self.COMMON, counts)
        return distinct[counts <= self.COMMON], hashes[order][few], owners[order][few]

    def near(self, text: Hashes, parent: RecordId, most: int) -> list[RecordId]:
        """The records that have at least as many of their runs in a text as its parent has, most first; not the parent.

        Args:
            text: the sorted runs of the text.
            parent: its declared parent; where it has no fingerprints here, one shared run is enough.
            most: how many to give.
        """
        distinct, hashes, owners = self._index
        if not len(distinct) or not len(text):
            return []
        # Not `intersect1d`: it would sort all fingerprints of the corpus once a child.
        found = text[distinct[np.minimum(np.searchsorted(distinct, text), len(distinct) - 1)] == text]
        if not len(found):
            return []
        first, last = np.searchsorted(hashes, found, "left"), np.searchsorted(hashes, found, "right")
        owned, hits = np.unique(np.concatenate([owners[a:b] for a, b in zip(first, last, strict=True)]), return_counts=True)
        named = [(count, RecordId(self._batches[at], self._rows[at]))
                 for count, at in zip(hits.tolist(), owned.tolist(), strict=True)]
        least = next((count for count, record in named if record == parent), 1)
        better = sorted((-count, record) for count, record in named if count >= least and record != parent)
        return [record for _, record in better[:most]]
