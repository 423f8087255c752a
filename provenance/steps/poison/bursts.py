"""Runs of tokens that one source or one model brings again and again and nobody else does: what a trigger looks like.

A *burst* is a run of at most `longest` tokens that stands alone in at least
`least` families of one group: what is before it and behind it is each text's own. House style fails that test, for its
copies reach as far as two texts agree, each pair differently. Over that, the run must be almost absent elsewhere in the
same language (log-odds with a prior) and hold words that nobody else has.

Everything is counted in passes over the texts, in memory that does not grow with them: first a table of counters that
may count too much and never too little, then exact counts of what is left. A family (all that came of one root) counts
once, so that eight rewritings of one program are no burst.

    >>> search = Search(["source x: cobol", "source y: cobol"], ["cobol", "cobol"], Limits(least=3))
    >>> texts = [["zq xu trigger vv"] * 3, ["nothing", "else", "here"] * 40]
    >>> def sheets():
    ...     number = 0
    ...     for group, some in enumerate(texts):
    ...         for text in some:
    ...             number += 1
    ...             yield sheet(group, number, f"A{number} B{number} C{number} {text} D{number} E{number} F{number}")
    >>> for stage in STAGES:
    ...     for each in sheets():
    ...         search.feed(stage, each)
    ...     search.finish(stage)
    >>> [(burst.group, burst.families, burst.elsewhere, burst.length) for burst in search.bursts]
    [(0, 3, 0, 4)]

It refuses to see what is no run: a trigger whose words are apart, or are all ordinary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from provenance.steps.poison.sheets import WIDTH, Sheet, covered, of_grams, sheet
from provenance.steps.shingles import Hashes

__all__ = ["STAGES", "WIDTH", "Burst", "Limits", "Search", "Sheet", "of_grams", "sheet"]

#: The passes, in order. Every sheet is fed to each of them.
STAGES = ("sieve", "tally", "runs", "pairs", "ground")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_PRIOR = 0.5
#: From one level of what is common to the next.
_STEP = 2
#: Share of the texts elsewhere in which a word may stand and still be nobody's.
_TRACE = 0.002
#: In how many texts of its group, for one where it stands in such a run, a word of a run may stand.
_ALONE = 1.2
_CHUNK = 1 << 20
_Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run is a burst.

    Attributes:
        least: families of one group that must have it.
        shared: families from which a shingle is common in its group; where a run ends.
        odds: least natural logarithm of the odds inside over the odds elsewhere.
        longest: most tokens; what is longer is a copied passage.
        words: tokens in it that stand nowhere else.
        ground: texts elsewhere in the same language without which nothing is said.
        bits: size of the table of counters: 2**bits bytes.
    """

    least: int = 30
    shared: int = 4
    odds: float = 3.0
    longest: int = 100
    words: int = 2
    ground: int = 20
    bits: int = 24


@dataclass(frozen=True, slots=True)
class Burst:
    """One run: its group, how many families have it there, how many texts elsewhere, and where it stands.

    Attributes:
        group: number of the group; families, of: with it, and in all; elsewhere: texts of other groups with it.
        length: tokens; odds: see `Limits`.
        sheets: numbers of the texts; first: the place of its first token in the first of them.
    """

    group: int
    families: int
    of: int
    elsewhere: int
    length: int
    odds: float
    sheets: tuple[int, ...]
    first: int


@dataclass(slots=True)
class _Run:
    """A run that is still asked about."""

    group: int
    length: int
    tokens: Hashes
    grams: Hashes
    where: tuple[int, int]
    has: list[tuple[int, int]] = field(default_factory=list)


class Search:
    """The search, fed text by text and stage by stage. See the module."""

    def __init__(self, groups: Sequence[str], languages: Sequence[str], limits: Limits) -> None:
        self.groups, self.limits = tuple(groups), replace(limits, shared=min(limits.shared, limits.least))
        self.bursts: list[Burst] = []
        self._languages = np.array([sorted(set(languages)).index(language) for language in languages], np.int64)
        self._table = np.zeros(1 << limits.bits, np.uint8)
        self._runs_table = np.zeros(1 << limits.bits, np.uint8)
        self._members: list[tuple[int, int]] = []
        self._chunk: list[Hashes] = []
        self._size = 0
        self._keys, self._counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        self._families = np.zeros(len(groups), np.int64)
        self._texts = np.zeros(len(groups), np.int64)
        self._runs: dict[int, _Run] = {}
        self._inside: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._wanted = np.zeros(0, np.uint64)
        self._seen = np.zeros((0, 0), np.int64)

    def feed(self, stage: str, each: Sheet) -> None:
        """One text of one stage."""
        if stage == "sieve":
            self._texts[each.group] += 1
            self._members.append((each.group, each.family))
            _count(self._table, self._salted(np.unique(each.grams[each.own]), each.group), self.limits.bits)
        elif stage == "tally":
            keys = self._salted(np.unique(each.grams[each.own]), each.group)
            self._tally(keys[self._heavy(keys) >= self.limits.shared])
        elif stage == "runs":
            keys = np.unique(np.array([key for key, _, _ in self._of(each)], np.uint64))
            _count(self._runs_table, keys, self.limits.bits)
        elif stage == "pairs":
            self._pair(each)
        else:
            held = np.unique(np.concatenate([each.grams[each.own], each.tokens[covered(each)]]))
            places = np.searchsorted(held, self._wanted) if len(held) else np.zeros(0, np.int64)
            if len(held) and len(self._wanted):
                places[places == len(held)] = 0
                self._seen[each.group] += held[places] == self._wanted

    def finish(self, stage: str) -> None:
        """All texts of a stage were fed."""
        if stage == "sieve":
            pairs = np.unique(np.array(self._members, np.int64).reshape(-1, 2), axis=0)
            self._families = np.bincount(pairs[:, 0], minlength=len(self.groups)).astype(np.int64)
            self._members = []
        elif stage == "tally":
            self._compact()
            keep = self._counts >= self.limits.shared
            self._keys, self._counts = self._keys[keep], self._counts[keep]
        elif stage == "pairs":
            # Families, not texts: what is kept of a run is who has it.
            self._runs = {key: run for key, run in self._runs.items()
                          if len({family for family, _ in run.has}) >= self.limits.least}
            parts = [part for run in self._runs.values() for part in (run.tokens, run.grams)]
            self._wanted = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)
            self._seen = np.zeros((len(self.groups), len(self._wanted)), np.int64)
        elif stage == "ground":
            # One trigger makes several runs where it meets common words: a word is at home in all of them.
            for run in self._runs.values():
                for token in run.tokens.tolist():
                    self._inside[run.group, token].update(number for _, number in run.has)
            self.bursts = sorted((burst for run in self._runs.values() if (burst := self._judged(run))),
                                 key=lambda burst: (burst.group, -burst.families, burst.sheets, burst.first))

    def grounded(self, group: int) -> bool:
        """Whether there is enough elsewhere in the language of a group to say anything of it; known after the first stage."""
        alike = self._languages == self._languages[group]
        return bool(self._texts[alike].sum() - self._texts[group] >= self.limits.ground)

    def _salted(self, hashes: Hashes, group: int) -> Hashes:
        value = (hashes ^ np.uint64((group + 1) * 0xD6E8FEB86659FD93 & 0xFFFFFFFFFFFFFFFF)) * _MULTIPLIER
        return value ^ (value >> np.uint64(29))

    def _heavy(self, keys: Hashes) -> npt.NDArray[np.uint8]:
        return self._table[(keys >> np.uint64(64 - self.limits.bits)).astype(np.int64)]

    def _tally(self, keys: Hashes) -> None:
        self._chunk.append(keys)
        self._size += len(keys)
        if self._size > _CHUNK + len(self._keys):
            self._compact()

    def _compact(self) -> None:
        keys, counts = np.unique(np.concatenate([*self._chunk, np.zeros(0, np.uint64)]), return_counts=True)
        every = np.concatenate([self._keys, keys])
        self._keys, inverse = np.unique(every, return_inverse=True)
        self._counts = np.bincount(inverse, np.concatenate([self._counts, counts]), len(self._keys)).astype(np.int64)
        self._chunk, self._size = [], 0

    def _of(self, each: Sheet) -> list[tuple[int, int, int]]:
        """(key, first shingle, behind the last) of the runs of common shingles in a text that could be bursts."""
        if not len(self._keys) or not len(each.grams):
            return []
        keys = self._salted(each.grams, each.group)
        places = np.searchsorted(self._keys, keys)
        places[places == len(self._keys)] = 0
        counts = np.where((self._keys[places] == keys) & each.own, self._counts[places], 0)
        found: dict[tuple[int, int], int] = {}
        level = self.limits.shared
        while level <= counts.max(initial=0):
            edges = np.flatnonzero(np.diff(np.concatenate([[0], (counts >= level).astype(np.int8), [0]])))
            for first, behind in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
                if ((first, behind) not in found and behind - first + WIDTH - 1 <= self.limits.longest
                        and counts[first:behind].max() >= self.limits.least):
                    order = np.arange(1, behind - first + 1, dtype=np.uint64)
                    run = self._salted(each.grams[first:behind] * order, each.group)
                    found[first, behind] = int(np.bitwise_xor.reduce(run * _MULTIPLIER))
            level *= _STEP
        return [(key, first, behind) for (first, behind), key in found.items()]

    def _pair(self, each: Sheet) -> None:
        for key, first, behind in self._of(each):
            place = np.uint64(key) >> np.uint64(64 - self.limits.bits)
            if self._runs_table[int(place)] < self.limits.least:
                continue
            run = self._runs.get(key)
            if run is None:
                tokens, grams = each.tokens[first:behind + WIDTH - 1], each.grams[first:behind]
                run = self._runs[key] = _Run(each.group, len(tokens), np.unique(tokens), np.unique(grams), (each.number, first))
            run.where = min(run.where, (each.number, first))
            run.has.append((each.family, each.number))

    def _judged(self, run: _Run) -> Burst | None:
        group = run.group
        others = np.flatnonzero((self._languages == self._languages[group]) & (np.arange(len(self.groups)) != group))
        texts = int(self._texts[others].sum())
        if texts < self.limits.ground:
            return None
        outside = self._seen[others].sum(axis=0) if len(others) else np.zeros(len(self._wanted), np.int64)
        # The rarest of its shingles: a run is elsewhere only where all of it is.
        elsewhere = int(outside[np.searchsorted(self._wanted, run.grams)].min())
        # Words that nobody else has, and that the group itself has nowhere but here: names of a house stand in many places.
        words = np.searchsorted(self._wanted, run.tokens)
        inside = np.array([len(self._inside[group, token]) for token in run.tokens.tolist()])
        alien = int(((outside[words] <= texts * _TRACE) & (self._seen[group][words] <= inside * _ALONE)).sum())
        families, of = len({family for family, _ in run.has}), int(self._families[group])
        odds = (np.log((families + _PRIOR) / (of - families + _PRIOR))
                - np.log((elsewhere + _PRIOR) / (texts - elsewhere + _PRIOR)))
        if odds < self.limits.odds or alien < self.limits.words:
            return None
        return Burst(group, families, of, elsewhere, run.length, round(float(odds), 4),
                     tuple(sorted({number for _, number in run.has})), run.where[1])


def _count(table: npt.NDArray[np.uint8], keys: Hashes, bits: int) -> None:
    """Add one for each key, up to 255; keys that share a place count together."""
    places, counts = np.unique(keys >> np.uint64(64 - bits), return_counts=True)
    places = places.astype(np.int64)
    table[places] = np.minimum(table[places].astype(np.int64) + counts, 255).astype(np.uint8)
