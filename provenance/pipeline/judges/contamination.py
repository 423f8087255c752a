"""Decontamination: what was taken from a benchmark, and all that came of it, is kept out of training.

    judge(context, roots + derived, Settings(benchmarks=("CobolEval.jsonl",)))

A text that has a benchmark's runs is contaminated, and so is every record that was made from it, by whatever road and
however far: a model that saw a benchmark's item gives it back in other words. Ancestors are looked at wherever they lie in
the ledger. Which runs are everybody's is told by the roots that are judged, so this judges a whole. See
`docs/contamination.md` for what it cannot see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from provenance.errors import PolicyError, SourceError
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.judge_step import judge_each, judge_whole
from provenance.pipeline.run_step import Made, StepResult
from provenance.pipeline.specimens import Cabinet, specimens_of
from provenance.sources import benchmarks
from provenance.sources.benchmarks import open_benchmark
from provenance.steps import shingles
from provenance.steps.contamination import CHECK, MASKED_WIDTH, VERSION, WIDTH, Index, Look, Rules
from provenance.steps.specimen import Specimen

CHECKS: tuple[str, ...] = (CHECK,)
#: Settings that are paths: a build file's are beside it.
PATHS: tuple[str, ...] = ("benchmarks",)


@dataclass(frozen=True, slots=True)
class Settings:
    """Which benchmarks, and how much of one is too much.

    Attributes:
        benchmarks: paths of JSON lines, Parquet files or folders.
        languages: only records in these are looked at; all where empty.
        fail, warn, shared, common: see `provenance.steps.contamination.Rules`.
    """

    benchmarks: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    fail: float = 0.7
    warn: float = 0.5
    shared: int = 2
    common: int = 5

    def __post_init__(self) -> None:
        if not all(path.strip() for path in self.benchmarks):
            raise PolicyError("judge.contamination.benchmarks", "has an empty path", "name files or folders")
        if not 0 < self.warn <= self.fail <= 1:
            raise PolicyError("judge.contamination.warn", f"is {self.warn} with fail {self.fail}",
                              "0 < warn <= fail <= 1 has to hold; 0.5 and 0.7 are the defaults")
        for name in ("shared", "common"):
            if getattr(self, name) < 1:
                raise PolicyError(f"judge.contamination.{name}", f"is {getattr(self, name)}, less than 1",
                                  "leave it out for the default")


def check(settings: Settings) -> None:
    """Look whether every benchmark is there, before hours of other work.

    Raises:
        SourceError: one is not.
    """
    for where in settings.benchmarks:
        if not Path(where).exists():
            raise SourceError(f"judge.contamination.benchmarks {where}", "is not there",
                              "give a path beside the build file, or from the working folder")


def judge(context: Context, batches: Sequence[BatchId], settings: Settings) -> StepResult:
    """One verdict of the check ``contamination`` for every record of some batches.

    Raises:
        SourceError: a benchmark cannot be read.
    """
    ledger = context.ledger
    if not settings.benchmarks:
        return judge_each(context, CHECK, VERSION, batches, {"benchmarks": []}, partial(_unasked, ledger))
    read = [open_benchmark(path) for path in sorted(set(settings.benchmarks))]
    params = {**asdict(settings), "benchmarks": sorted([each.name, each.digest, len(each.items)] for each in read),
              "languages": sorted(settings.languages), "reader": benchmarks.VERSION, "width": WIDTH,
              "masked_width": MASKED_WIDTH, "shingles": shingles.VERSION}
    rules = Rules(settings.fail, settings.warn, settings.shared, settings.common)

    def decide(chosen: Sequence[BatchId]) -> _Sieve:
        items = [item for each in sorted(read, key=lambda each: (each.name, each.digest)) for item in each.items]
        return _Sieve(ledger, chosen, Index(items, rules), frozenset(settings.languages))

    return judge_whole(context, CHECK, VERSION, batches, params, decide, _above(ledger, batches))


def _unasked(ledger: Ledger, batch: BatchId) -> Made:
    count = ledger.require(batch).records
    return Made(verdicts=[Verdict(CHECK, Outcome.SKIPPED, RecordId(batch.number, row), reason="no-benchmark")
                          for row in range(count)])


def _above(ledger: Ledger, batches: Sequence[BatchId]) -> list[BatchId]:
    """The batches of records from which some batches were made, however far back."""
    found: set[BatchId] = set()
    waiting = list(batches)
    while waiting:
        for parent in ledger.require(waiting.pop()).recipe.parents:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return sorted(batch for batch in found if ledger.require(batch).records)


class _Sieve:
    """What was seen of all records, and what is said of those of some batches.

    Memory: the index, and for each record that has a run of a benchmark the numbers of its runs; no text.
    """

    def __init__(self, ledger: Ledger, chosen: Sequence[BatchId], index: Index, languages: frozenset[str]) -> None:
        self._ledger, self._index, self._languages = ledger, index, languages
        self._cabinet = Cabinet(ledger)
        self._chosen = frozenset(batch.number for batch in chosen)
        self._found: dict[RecordId, Look] = {}
        passed = np.zeros(index.runs, np.int64)
        for batch in chosen:
            for specimen, look in self._looks(specimens_of(ledger, batch)):
                if not look.clean:
                    self._found[specimen.record] = look
                if not specimen.made:
                    passed[index.in_passing(look.runs)] += 1
        self._everybodys = passed > index.rules.common
        self._elsewhere = lru_cache(maxsize=65_536)(self._look_again)

    def __call__(self, batches: Sequence[BatchId]) -> Made:
        return Made(verdicts=[self._said(specimen) for batch in batches for specimen in specimens_of(self._ledger, batch)])

    def _looks(self, specimens: Sequence[Specimen]) -> Iterator[tuple[Specimen, Look]]:
        by_language: dict[str, list[Specimen]] = defaultdict(list)
        for specimen in specimens:
            if self._asked(specimen):
                by_language[specimen.language].append(specimen)
        for language, group in sorted(by_language.items()):
            yield from zip(group, self._index.look([specimen.text for specimen in group], language), strict=True)

    def _asked(self, specimen: Specimen) -> bool:
        return not self._languages or specimen.language in self._languages

    def _look_again(self, record: RecordId) -> Look | None:
        return next((look for _, look in self._looks([self._cabinet.of(record)]) if not look.clean), None)

    def _own(self, record: RecordId) -> Verdict | None:
        """What a record's own text says against it."""
        look = self._found.get(record) if record.batch in self._chosen else self._elsewhere(record)
        found = self._index.decide(look, self._everybodys) if look is not None else None
        if found is None:
            return None
        value = canonical_json({"benchmark": found.item.benchmark, "item": found.item.id, "tier": found.tier,
                                "share": round(found.share, 4)}).decode()
        return Verdict(CHECK, Outcome.FAIL if found.contaminated else Outcome.WARN, record, value=value,
                       reason=f"{found.code}: {found.item.benchmark} {found.item.id}")

    def _said(self, specimen: Specimen) -> Verdict:
        own = self._own(specimen.record)
        if own is not None and own.outcome is Outcome.FAIL:
            return own
        above = self._inherited(specimen)
        if above is not None and (own is None or above.outcome is Outcome.FAIL):
            return above
        if own is not None:
            return own
        if not self._asked(specimen):
            return Verdict(CHECK, Outcome.SKIPPED, specimen.record, reason="other-language")
        return Verdict(CHECK, Outcome.PASS, specimen.record)

    def _inherited(self, specimen: Specimen) -> Verdict | None:
        """What is said against the nearest ancestor: contaminated if there is one, else suspect."""
        suspect: Verdict | None = None
        seen: set[RecordId] = set()
        waiting = sorted(parent.record for parent in specimen.parents)
        while waiting:
            further: set[RecordId] = set()
            for record in waiting:
                seen.add(record)
                own = self._own(record)
                if own is not None and own.outcome is Outcome.FAIL:
                    return replace(own, record=specimen.record, reason=f"ancestor-contaminated: {record}")
                if own is not None and suspect is None:
                    suspect = replace(own, record=specimen.record, reason=f"ancestor-suspect: {record}")
                further.update(parent.record for parent in self._cabinet.of(record).parents)
            waiting = sorted(further - seen)
        return suspect
