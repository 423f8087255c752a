"""Declared parents: does a child resemble the record that it claims to be a version of, more than chance would have it?

    judge(context, roots + derived, Settings())

Thresholds are measured on the roots among the batches that are judged, for each language and kind by itself, so this
judges a whole: with more roots it is another question. A child in another language or of another kind than its parent is
skipped, and so is what has no parent of the role "source". What is compared with what is said in `docs/parents.md`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId
from provenance.model.verdict import Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.judge_step import judge_whole
from provenance.pipeline.run_step import Made, StepResult
from provenance.pipeline.specimens import Cabinet, specimens_of
from provenance.steps import shingles
from provenance.steps.parenthood import (
    CHECK,
    VERSION,
    WIDTH,
    Chance,
    Fingerprints,
    Grams,
    Rival,
    Sample,
    chance,
    grams_of,
    judged,
    likeness,
    passed_over,
    too_short,
)
from provenance.steps.specimen import Specimen

CHECKS: tuple[str, ...] = (CHECK,)
#: Language and kind of what is compared.
Sort = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides whether a child resembles its parent.

    Attributes:
        quantile: of the likeness of random pairs of roots, the threshold.
        pairs: most random pairs that are drawn.
        roots: most roots, of a language and kind, that they are drawn from.
        related: pairs of roots this alike are no strangers and do not count.
        least_pairs: fewer pairs than these give no quantile.
        ranked_pairs: but from these on their greatest likeness is the threshold.
        few: threshold with fewer still.
        margin: by how much another root has to be nearer than the parent.
        rivals: most other roots that a child is compared with.
        least_tokens: a child with fewer tokens is not judged.
        seed: of all draws.
    """

    quantile: float = 0.99
    pairs: int = 2000
    roots: int = 400
    related: float = 0.6
    least_pairs: int = 100
    ranked_pairs: int = 45
    few: float = 0.4
    margin: float = 0.1
    rivals: int = 8
    least_tokens: int = 20
    seed: int = 7

    def __post_init__(self) -> None:
        for name in ("quantile", "related", "few"):
            if not 0 < getattr(self, name) <= 1:
                raise PolicyError(f"judge.parents.{name}", f"is {getattr(self, name)}, not within 0..1",
                                  f"{getattr(type(self)(), name)} is the default")
        if not 0 <= self.margin <= 1:
            raise PolicyError("judge.parents.margin", f"is {self.margin}, not within 0..1", "0.1 is the default")
        for name, least in (("pairs", 1), ("roots", 2), ("least_pairs", 1), ("ranked_pairs", 1), ("rivals", 0),
                            ("least_tokens", 1)):
            if getattr(self, name) < least:
                raise PolicyError(f"judge.parents.{name}", f"is {getattr(self, name)}, less than {least}",
                                  "leave it out for the default")


def judge(context: Context, batches: Sequence[BatchId], settings: Settings) -> StepResult:
    """One verdict of the check ``declared_parent`` for every record of some batches."""
    ledger = context.ledger

    def decide(chosen: Sequence[BatchId]) -> _Bench:
        return _Bench(ledger, chosen, settings)

    params = {**asdict(settings), "width": WIDTH, "shingles": shingles.VERSION}
    return judge_whole(context, "parents", VERSION, batches, params, decide)


class _Bench:
    """What is known of all roots, and what is said of the records of some batches."""

    def __init__(self, ledger: Ledger, chosen: Sequence[BatchId], settings: Settings) -> None:
        self._ledger, self._settings = ledger, settings
        self._cabinet = Cabinet(ledger)
        self._grams = lru_cache(maxsize=512)(self._read)
        self._chances: dict[Sort, Chance] = {}
        self._fingerprints: dict[Sort, Fingerprints] = {}
        # Where nothing was made, nothing has a parent, and what chance gives need not be known.
        if any(ledger.require(batch).recipe.step != "ingest" for batch in chosen):
            self._measure(chosen)

    def __call__(self, batches: Sequence[BatchId]) -> Made:
        return Made(verdicts=[verdict for batch in batches for verdict in self._said(batch)])

    def _measure(self, chosen: Sequence[BatchId]) -> None:
        options = self._settings
        samples: dict[Sort, Sample] = {}
        for batch in chosen:
            roots = [specimen for specimen in specimens_of(self._ledger, batch) if not specimen.made]
            for specimen, grams in _with_grams(roots):
                sort = (specimen.language, specimen.kind)
                self._fingerprints.setdefault(sort, Fingerprints()).add(specimen.record, grams.raw)
                samples.setdefault(sort, Sample(options.roots, options.seed)).offer(specimen.record, grams)
        for sort, sample in samples.items():
            self._chances[sort] = chance(sample.chosen(), options.seed, options.pairs, options.quantile, options.related,
                                         options.least_pairs, options.ranked_pairs, options.few)

    def _said(self, batch: BatchId) -> Iterator[Verdict]:
        found = specimens_of(self._ledger, batch)
        parents = {specimen.record: self._passed_over(specimen) for specimen in found}
        children = [specimen for specimen in found if isinstance(parents[specimen.record], RecordId)]
        grams = {specimen.record: each for specimen, each in _with_grams(children)}
        for specimen in found:
            parent = parents[specimen.record]
            yield passed_over(specimen.record, parent) if isinstance(parent, str) else self._compared(
                specimen, grams[specimen.record], parent)

    def _passed_over(self, specimen: Specimen) -> RecordId | str:
        """The parent to compare with, or why there is none."""
        declared = specimen.declared_parent
        if declared is None:
            if not specimen.parents and not specimen.made:
                return "root"
            return "other-language" if any(parent.role == "translation" for parent in specimen.parents) else "no-parent"
        parent = self._cabinet.of(declared)
        if parent.language != specimen.language:
            return "other-language"
        return declared if parent.kind == specimen.kind else "other-kind"

    def _compared(self, child: Specimen, grams: Grams, parent: RecordId) -> Verdict:
        options, sort = self._settings, (child.language, child.kind)
        if grams.tokens < options.least_tokens:
            return too_short(child.record, grams.tokens)
        like = likeness(grams, self._grams(parent))
        return judged(child.record, parent, like, self._chances.get(sort, Chance(options.few, 0, False)),
                      self._rivals(child, grams, parent), options.margin)

    def _rivals(self, child: Specimen, grams: Grams, parent: RecordId) -> Iterator[Rival]:
        known = self._fingerprints.get((child.language, child.kind))
        near = known.near(grams.raw, parent, self._settings.rivals) if known else []
        family = self._ancestors(child) if near else set()
        for record in near:
            # A grandchild may well be nearer to its grandparent: that contradicts nothing.
            if record not in family:
                yield Rival(record, likeness(grams, self._grams(record)).score)

    def _ancestors(self, child: Specimen) -> set[RecordId]:
        found: set[RecordId] = set()
        waiting = [parent.record for parent in child.parents]
        while waiting:
            record = waiting.pop()
            if record not in found:
                found.add(record)
                waiting.extend(parent.record for parent in self._cabinet.of(record).parents)
        return found

    def _read(self, record: RecordId) -> Grams:
        specimen = self._cabinet.of(record)
        return grams_of([specimen.text], specimen.language)[0]


def _with_grams(specimens: Sequence[Specimen]) -> Iterator[tuple[Specimen, Grams]]:
    """Specimens with their runs of tokens, hashed many at once."""
    by_language: dict[str, list[Specimen]] = defaultdict(list)
    for specimen in specimens:
        by_language[specimen.language].append(specimen)
    for language, group in sorted(by_language.items()):
        yield from zip(group, grams_of([specimen.text for specimen in group], language), strict=True)
