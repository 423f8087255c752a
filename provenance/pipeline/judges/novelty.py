"""The judge of novelty: what in a made record no person's record has, and whether it is one person's record over again.

    result = judge(context, batches, Settings())         # verdicts, and means by group in the table `measures`

For each made record: the share of its distinct runs of five tokens that no human record of its language has (``novelty``) and
that no human record and no earlier made one has (``unseen``), and how much of it its declared parent has (``parent``). ``fail``:
"copied-from: rec:..." where one human record that it is not declared to come from has nearly all of it, "little-novelty"
where less is new than asked; ``abstain``: "too-short", "too-few-runs", "no-human-reference"; ``skipped``: "human", "found" (it
was ingested, and nothing is known of its making). A text in other words is new to it: it compares tokens, not meaning.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.ledger.codec import table
from provenance.model.identity import BatchId, RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.judge_step import GROUP, Speak, judge_whole
from provenance.pipeline.measures import Group, group_of, measured_in, rows_of
from provenance.pipeline.run_step import Made, StepResult
from provenance.pipeline.specimens import Cabinet, specimens_of
from provenance.steps import shingles
from provenance.steps.novelty import sample
from provenance.steps.novelty.postings import Gathering, Postings, sampled
from provenance.steps.shingles import Hashes
from provenance.steps.specimen import Specimen

CHECKS: tuple[str, ...] = ("novelty",)
VERSION = "1"
#: Tokens in a run: about one COBOL statement.
WIDTH = 5
#: Ancestors that are followed by the role "source"; a longer chain of versions of versions is not.
CHAIN = 16
#: Outcome, reason and value of one record.
_Said = tuple[Outcome, str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the judge goes by.

    Attributes:
        least_novelty: of records that a model made and that are no version of another: least share of new runs.
        least_version: the same for versions by a model; least_rule: for versions by rules. 0: measured and passed.
        copied: from which share in one human record a record counts as its copy.
        least_runs: runs that a record needs to be judged.
        most_runs: runs held in memory for each language and side (12 bytes each); beyond it a sample of them is looked at.
    """

    least_novelty: float = 0.05
    least_version: float = 0.0
    least_rule: float = 0.0
    copied: float = 0.9
    least_runs: int = 20
    most_runs: int = 20_000_000

    def __post_init__(self) -> None:
        for name in ("least_novelty", "least_version", "least_rule"):
            if not 0 <= getattr(self, name) <= 1:
                raise PolicyError(f"judge.novelty.{name}", f"is {getattr(self, name)}, not in 0..1", "0 switches it off")
        if not 0.5 <= self.copied <= 1:
            raise PolicyError("judge.novelty.copied", f"is {self.copied}, not in 0.5..1", "0.9 is the default")
        for name in ("least_runs", "most_runs"):
            if getattr(self, name) < 1:
                raise PolicyError(f"judge.novelty.{name}", f"is {getattr(self, name)}, below 1", "see docs/novelty.md")


@dataclass(slots=True)
class _Indexes:
    """What people wrote and what was made, of one language."""

    human: Postings
    made: Postings


@dataclass(slots=True)
class _Sums:
    """Sum, sum of squares and number, by measure."""

    said: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0, 0.0]))
    runs: int = 0
    records: int = 0

    def add(self, runs: int, **values: float | None) -> None:
        self.runs += runs
        self.records += 1
        for name, value in values.items():
            if value is not None:
                entry = self.said[name]
                entry[0] += value
                entry[1] += value * value
                entry[2] += 1

    def means(self) -> dict[str, tuple[float, float, float]]:
        """Mean and the normal interval of 95 % around it."""
        found = {}
        for name, (total, squares, number) in self.said.items():
            mean = total / number
            half = 1.96 * math.sqrt(max(0.0, squares / number - mean * mean) / max(1.0, number - 1))
            found[name] = (mean, mean - half, mean + half)
        return found


def parameters(settings: Settings) -> dict[str, Any]:
    """Everything that decides what is said."""
    return {**asdict(settings), "width": WIDTH, "chain": CHAIN, "shingles": shingles.VERSION, "sample": sample.VERSION}


def judge(context: Context, batches: Sequence[BatchId], settings: Settings) -> StepResult:
    """Speak of all records of some batches."""
    params = parameters(settings)

    def decide(chosen: Sequence[BatchId]) -> Speak:
        reader = _Reader(context.ledger, _gathered(context.ledger, chosen, settings), settings)
        sums: dict[Group, _Sums] = defaultdict(_Sums)
        said: dict[BatchId, list[_Said]] = {}
        kept = 0
        for batch in chosen:
            answers = reader.of(batch, sums)
            # What is beyond one batch of verdicts is worked out again when it is spoken of: memory stays bounded.
            if kept + len(answers) <= GROUP:
                said[batch] = answers
                kept += len(answers)
        rows = [row for group, found in sorted(sums.items()) for row in
                rows_of(measured_in("novelty", VERSION, params, chosen).number, "made" if group.generator else "human", group,
                        found.means(), found.records, found.runs)]
        return partial(_speak, reader, said, rows, min(chosen))

    return judge_whole(context, "novelty", VERSION, batches, params, decide)


def _speak(reader: _Reader, said: Mapping[BatchId, list[_Said]], rows: list[dict[str, Any]], first: BatchId,
           batches: Sequence[BatchId]) -> Made:
    verdicts = []
    for batch in batches:
        for row, (outcome, reason, value) in enumerate(said.get(batch) or reader.of(batch, defaultdict(_Sums))):
            verdicts.append(Verdict("novelty", outcome, RecordId(batch.number, row), value=value, reason=reason,
                                    tool="corpus-provenance", tool_version=VERSION))
    return Made({"measures": table("measures", rows)} if first in batches and rows else {}, verdicts)


def _runs(specimens: Sequence[Specimen]) -> list[Hashes]:
    """The sorted distinct runs of each; a text is tokenised as its language has it."""
    grams = shingles.shingle(shingles.tokenise([sample.readable(each.text, each.language) for each in specimens]), WIDTH)
    return [grams.distinct(place) for place in range(len(specimens))]


def _gathered(ledger: Ledger, batches: Sequence[BatchId], settings: Settings) -> dict[str, _Indexes]:
    people: dict[str, Gathering] = defaultdict(lambda: Gathering(settings.most_runs))
    made: dict[str, Gathering] = defaultdict(lambda: Gathering(settings.most_runs))
    for batch in batches:
        found = specimens_of(ledger, batch)
        for specimen, runs in zip(found, _runs(found), strict=True):
            side = people if specimen.human else made
            side[specimen.language].add(specimen.record, specimen.depth, runs)
    return {language: _Indexes(people[language].settle(), made[language].settle()) for language in sorted({*people, *made})}


class _Reader:
    """What is to be said of the records of a batch, once everything was gathered."""

    def __init__(self, ledger: Ledger, indexes: Mapping[str, _Indexes], settings: Settings) -> None:
        self._ledger = ledger
        self._indexes = indexes
        self._settings = settings
        self._cabinet = Cabinet(ledger)

    def of(self, batch: BatchId, sums: dict[Group, _Sums]) -> list[_Said]:
        """Outcome, reason and value of each record of a batch, in order of row."""
        found = specimens_of(self._ledger, batch)
        mine = _runs(found)
        parents = {each.declared_parent for each in found if not each.human and each.declared_parent is not None}
        ordered = [self._cabinet.of(parent) for parent in sorted(parents)]
        theirs = {parent.record: runs for parent, runs in zip(ordered, _runs(ordered), strict=True)}
        return [self._said(each, runs, theirs, sums[group_of(each)]) for each, runs in zip(found, mine, strict=True)]

    def _said(self, one: Specimen, runs: Hashes, theirs: Mapping[RecordId, Hashes], sums: _Sums) -> _Said:
        index = self._indexes[one.language]
        held = index.human.holders(runs)
        if one.human:
            if len(held):
                # Every run is in its own record: what no other has is what one record has.
                sums.add(len(runs), novelty=float((held <= 1).mean()))
            return Outcome.SKIPPED, "human", ""
        novelty = float((held == 0).mean()) if len(held) and len(index.human) else None
        unseen = self._unseen(one, runs, index)
        parent = one.declared_parent
        inside = shingles.containment(runs, theirs[parent]) if parent is not None else None
        sums.add(len(runs), novelty=novelty, unseen=unseen, parent=inside)
        shares = (("novelty", novelty), ("unseen", unseen), ("parent", inside))
        value: dict[str, Any] = {name: round(share, 4) for name, share in shares if share is not None}
        value |= {"runs": len(runs), "looked_at": len(held)}

        def answer(outcome: Outcome, reason: str = "") -> _Said:
            return outcome, reason, canonical_json(value).decode()

        if not one.made:
            return answer(Outcome.SKIPPED, "found")
        if novelty is None and not len(index.human):
            return answer(Outcome.ABSTAIN, "no-human-reference")
        if len(runs) < self._settings.least_runs:
            return answer(Outcome.ABSTAIN, "too-short")
        if novelty is None or len(held) < self._settings.least_runs:
            return answer(Outcome.ABSTAIN, "too-few-runs")
        if copied := self._copied(one, runs, inside or 0.0, index.human):
            value["copied"] = round(copied[0], 4)
            return answer(Outcome.FAIL, f"copied-from: {copied[1]}")
        return answer(Outcome.FAIL, "little-novelty") if novelty < self._least(one) else answer(Outcome.PASS)

    def _least(self, one: Specimen) -> float:
        if one.model:
            return self._settings.least_novelty if one.declared_parent is None else self._settings.least_version
        return self._settings.least_rule

    def _unseen(self, one: Specimen, runs: Hashes, index: _Indexes) -> float | None:
        """Share of its runs that neither people nor a made record before it (by depth, then id) has."""
        kept = sampled(runs, max(index.human.scale, index.made.scale))
        if not len(kept):
            return None
        first = index.made.first(kept)
        owner = index.made.records[first]
        own = (owner[:, 1] == one.record.batch) & (owner[:, 2] == one.record.row)
        return float((own & (index.human.holders(kept) == 0)).mean())

    def _copied(self, one: Specimen, runs: Hashes, inside: float, people: Postings) -> tuple[float, RecordId] | None:
        """The human record that has nearly all of it, unless what it is declared to come from has as well."""
        share = self._settings.copied
        if inside >= share or not (found := people.nearest(runs, share)):
            return None
        chain = self._chain(one)
        if any(people.share_in(runs, ancestor) >= share for ancestor in chain):
            return None
        for estimate, record in found:
            if record in chain:
                continue
            # An estimate accuses nobody: the texts are compared.
            held = estimate if people.scale == 1 else shingles.containment(runs, _runs([self._cabinet.of(record)])[0])
            if held >= share:
                return held, record
        return None

    def _chain(self, one: Specimen) -> set[RecordId]:
        chain: set[RecordId] = set()
        parent = one.declared_parent
        while parent is not None and parent not in chain and len(chain) < CHAIN:
            chain.add(parent)
            parent = self._cabinet.of(parent).declared_parent
        return chain
