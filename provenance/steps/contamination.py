"""Is a text taken from a benchmark? Runs of tokens that a benchmark's items have and that are not everybody's.

    >>> item = Item("bench", "1", (Part("solution", "for each in values: total = total + each * weight[each]"),))
    >>> index = Index([item], Rules())
    >>> taken = "# mine\\nfor each in values:\\n    total = total + each * weight[each]"
    >>> index.look([taken], "python")[0].runs.tolist() != []
    True

Two tiers. One run of 13 plain tokens is enough, of prompt, solution or tests. Of a solution, also 8-token runs with names
and numbers masked count, by the share of them that a text has: so a renamed copy is found. Before either, runs that more
than two items share are dropped, and so are runs that are mostly marks and numbers.

It refuses to find what was only understood and written anew, or written in another language: no run is left of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from provenance.languages import all_languages
from provenance.model.identity import Digest
from provenance.steps.shingles import Grams, Hashes, comparable, masked, shingle, tokenise

CHECK = "contamination"
VERSION = "1"
#: Plain tokens in a run of tier 1 (as GPT-3's authors chose), masked tokens in one of tier 2.
WIDTH, MASKED_WIDTH = 13, 8
#: A solution with fewer masked runs is only found whole.
LEAST_RUNS = 8
#: A run of 13 with fewer words, or fewer different tokens, is a list of numbers or a row of marks.
LEAST_WORDS, LEAST_DISTINCT = 5, 6
#: A whole text of fewer tokens says nothing, even where it is the same.
LEAST_TOKENS = 5
_NO_LANGUAGE = "none"
_COMMENT = re.compile(r"^[ \t]*(?:\*>|\*+(?=\s)|\*/|//+|/\*+|#+(?=\s)|--+(?=\s))[ \t]*", re.MULTILINE)
_COBOL = re.compile(r"\b(?:IDENTIFICATION|DATA|PROCEDURE)\s+DIVISION\b|\bWORKING-STORAGE\s+SECTION\b", re.IGNORECASE)
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """One text of an item: what it is ("prompt", "solution", "tests" or "text") and the text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One task of a benchmark: the benchmark's name, its own id there, and its texts."""

    benchmark: str
    id: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """How much is too much.

    Attributes:
        fail, warn: share of a solution's masked runs from which a text is contaminated, or suspect.
        shared: runs that more items than these have are the benchmark's own boilerplate.
        common: runs that more of the corpus's own texts than these have in passing are everybody's.
        passing: a text has an item's runs in passing where it has less than this share of them.
    """

    fail: float = 0.7
    warn: float = 0.5
    shared: int = 2
    common: int = 5
    passing: float = 0.1


@dataclass(frozen=True, slots=True)
class Look:
    """What one text has of the benchmarks.

    Attributes:
        runs: numbers of the index's plain runs that it has, sorted.
        solution: number of the item whose solution it has most of, and the share; -1 where none is near.
        same: number of the item whose solution it is, token by token; -1 where it is none.
    """

    runs: npt.NDArray[np.int32]
    solution: int = -1
    share: float = 0.0
    same: int = -1

    @property
    def clean(self) -> bool:
        """Whether there is nothing at all."""
        return not len(self.runs) and self.solution < 0 and self.same < 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a text is, in view of a benchmark.

    Attributes:
        code: "same-solution", "verbatim", "renamed-solution" or "near-solution"; all but the last are contamination.
        item: the item that it has most of.
        tier: "exact", "1" or "2".
        share: of the item's own plain runs (tier 1), or of its solution's masked runs (tier 2), that the text has.
    """

    code: str
    item: Item
    tier: str
    share: float

    @property
    def contaminated(self) -> bool:
        """Whether it is contaminated, or merely suspect."""
        return self.code != "near-solution"


class _Table:
    """Runs and the items that have them: hashes once each, sorted; items behind one another."""

    def __init__(self, owned: Iterable[tuple[int, Hashes]], shared: int, count: int) -> None:
        pairs = [(np.full(len(runs), item, np.int32), runs) for item, runs in owned]
        items = np.concatenate([each for each, _ in pairs]) if pairs else np.zeros(0, np.int32)
        hashes = np.concatenate([each for _, each in pairs]) if pairs else np.zeros(0, np.uint64)
        order = np.lexsort((items, hashes))
        items, hashes = items[order], hashes[order]
        first = np.ones(len(hashes), np.bool_)  # once for an item that has it in several parts
        first[1:] = (hashes[1:] != hashes[:-1]) | (items[1:] != items[:-1])
        items, hashes = items[first], hashes[first]
        distinct, counts = np.unique(hashes, return_counts=True)
        keep = np.repeat(counts <= shared, counts)
        self.hashes = distinct[counts <= shared]
        self.items = items[keep]
        self.starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts[counts <= shared])])
        #: How many runs each item has.
        self.sizes = np.bincount(self.items, minlength=count)

    def find(self, grams: Grams) -> tuple[Places, npt.NDArray[np.int32]]:
        """Of some texts, every hit: number of the text and number of the run, once each, in order."""
        if not len(self.hashes) or not len(grams.hashes):
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        at = np.minimum(np.searchsorted(self.hashes, grams.hashes), len(self.hashes) - 1)
        hits = np.flatnonzero(self.hashes[at] == grams.hashes)
        texts = np.searchsorted(grams.offsets, hits, "right") - 1
        found = np.unique(np.stack([texts, at[hits]]), axis=1)
        return found[0], found[1].astype(np.int32)

    def counts(self, runs: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """How many of these runs each item has."""
        owners = [self.items[self.starts[run]:self.starts[run + 1]] for run in runs.tolist()]
        return np.bincount(np.concatenate(owners), minlength=len(self.sizes)) if owners else np.zeros(len(self.sizes), np.int64)


class Index:
    """The runs of some benchmarks. Memory: 12 bytes a run, and as much again for each language that is looked at."""

    def __init__(self, items: Sequence[Item], rules: Rules) -> None:
        self.items, self.rules = tuple(items), rules
        self._plain = _Table(_plain_runs(self.items), rules.shared, len(self.items))
        self._whole: dict[str, int] = {}
        for number, item in enumerate(self.items):
            prompts = "".join(part.text for part in item.parts if part.kind == "prompt")
            for part in item.parts:
                if part.kind == "solution":
                    for text in (part.text, prompts + part.text):
                        tokens = tokenise([_tidy(text)])
                        if len(tokens.hashes) >= LEAST_TOKENS:
                            self._whole.setdefault(_digest(tokens.hashes), number)
        self._masked: Callable[[str], _Table] = lru_cache(maxsize=None)(self._mask)

    @property
    def runs(self) -> int:
        """How many plain runs are looked for."""
        return len(self._plain.hashes)

    def look(self, texts: Sequence[str], language: str) -> list[Look]:
        """What each of some texts of one language has of the benchmarks."""
        plain = [plain_text(text, language) for text in texts]
        tokens = tokenise(plain)
        at, runs = self._plain.find(shingle(tokens, WIDTH))
        hidden = self._masked(language)
        hidden_at, hidden_runs = hidden.find(shingle(masked(plain, language), MASKED_WIDTH))
        found = []
        for number in range(len(texts)):
            own = hidden_runs[slice(*np.searchsorted(hidden_at, [number, number + 1]))]
            shares = hidden.counts(own) / np.maximum(hidden.sizes, 1) if len(own) else np.zeros(1)
            best = int(shares.argmax())
            near = float(shares[best]) >= self.rules.warn
            found.append(Look(runs[slice(*np.searchsorted(at, [number, number + 1]))], best if near else -1,
                              float(shares[best]) if near else 0.0, self._whole.get(_digest(tokens.of(number)), -1)))
        return found

    def decide(self, look: Look, everybodys: npt.NDArray[np.bool_]) -> Found | None:
        """What a look amounts to; None where nothing stands.

        Args:
            everybodys: for each plain run whether it is everybody's and counts for nothing.
        """
        if look.same >= 0:
            return Found("same-solution", self.items[look.same], "exact", 1.0)
        if len(runs := look.runs[~everybodys[look.runs]]):
            counts = self._plain.counts(runs)
            item = int(counts.argmax())
            return Found("verbatim", self.items[item], "1", float(counts[item] / self._plain.sizes[item]))
        if look.solution >= 0:
            code = "renamed-solution" if look.share >= self.rules.fail else "near-solution"
            return Found(code, self.items[look.solution], "2", look.share)
        return None

    def in_passing(self, runs: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Those of a text's runs that belong to no item of which it has much."""
        shares = self._plain.counts(runs) / np.maximum(self._plain.sizes, 1)
        most = [shares[self._plain.items[self._plain.starts[run]:self._plain.starts[run + 1]]].max() for run in runs.tolist()]
        return runs[np.array(most) < self.rules.passing] if most else runs

    def _mask(self, language: str) -> _Table:
        owned: list[tuple[int, Hashes]] = []
        known = all_languages().get(language)
        # Where no word is known to be reserved all words are one: then a solution looks like any other code.
        for number, item in enumerate(self.items if known and known.reserved else ()):
            solutions = [_tidy(part.text) for part in item.parts if part.kind == "solution"]
            runs = shingle(masked(solutions, language), MASKED_WIDTH)
            owned.append((number, np.unique(runs.hashes)))
        table = _Table(owned, self.rules.shared, len(self.items))
        # A share of three runs is chance: short solutions are only found whole.
        long_enough = [(number, runs) for number, runs in owned if table.sizes[number] >= LEAST_RUNS]
        kept = [(number, runs[np.isin(runs, table.hashes)]) for number, runs in long_enough]
        return _Table(kept, len(self.items), len(self.items))


def plain_text(text: str, language: str) -> str:
    """A text without what formats and comment marks add to it."""
    return _COMMENT.sub("", comparable(text, language))


def _tidy(text: str) -> str:
    """A benchmark's text as `plain_text` has it; what is COBOL is told by its divisions."""
    return plain_text(text, "cobol" if _COBOL.search(text) else "")


def _plain_runs(items: Sequence[Item]) -> Iterable[tuple[int, Hashes]]:
    for number, item in enumerate(items):
        texts = [_tidy(part.text) for part in item.parts]
        tokens, words = tokenise(texts), masked(texts, _NO_LANGUAGE)
        runs = shingle(tokens, WIDTH)
        for at in range(len(texts)):
            # What is shorter than a run is looked for whole (`_whole`), and only if it is a solution.
            if len(tokens.of(at)) >= WIDTH:
                yield number, np.unique(runs.of(at)[_telling(tokens.of(at), words.of(at))])


def _telling(tokens: Hashes, words: Hashes) -> npt.NDArray[np.bool_]:
    """Of every run whether it has enough words (1 in masked tokens) and enough different tokens."""
    window = np.lib.stride_tricks.sliding_window_view
    distinct = 1 + np.count_nonzero(np.diff(np.sort(window(tokens, WIDTH), axis=1), axis=1), axis=1)
    told: npt.NDArray[np.bool_] = (np.count_nonzero(window(words, WIDTH) == 1, axis=1) >= LEAST_WORDS) & (
        distinct >= LEAST_DISTINCT)
    return told


def _digest(tokens: Hashes) -> str:
    return Digest.of(tokens.tobytes()).hex
