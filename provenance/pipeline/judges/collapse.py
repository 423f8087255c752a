"""The judge of collapse: does what a generator makes narrow, or drift away from what people wrote, by language and depth?

    result = judge(context, batches, Settings())         # verdicts, and the table `measures`

All records of a group get one verdict: ``pass``; ``fail`` ("sharpening: ...", "drift: ..."); ``warn`` ("signs: ...") where
measures are beyond their limits but add up to neither; ``abstain`` ("too-little", "no-human-reference"). People's records are
what is compared with and are ``skipped`` ("human"). Groups that are too little to judge are still measured. It never says
that a record is bad: only that the group it came with is not, as a whole, a fit substitute for human code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.ledger.codec import table
from provenance.model.identity import BatchId, RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.heldout import Apart
from provenance.pipeline.judge_step import Speak, judge_whole
from provenance.pipeline.measures import Group, group_of, interval, measured_in, rows_of
from provenance.pipeline.run_step import Made, StepResult
from provenance.pipeline.specimens import specimens_of
from provenance.steps import collapse as signatures
from provenance.steps import shingles
from provenance.steps.collapse import Limits
from provenance.steps.novelty import language_model, portrait, sample, vendi
from provenance.steps.novelty.metrics import Measured
from provenance.steps.novelty.portrait import Reference
from provenance.steps.novelty.sample import Piece, Reservoir, Sample, cut, draw_key, read
from provenance.steps.specimen import Specimen

CHECKS: tuple[str, ...] = ("collapse",)
VERSION = "1"
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Settings:
    """What the judge goes by.

    Attributes:
        budget: tokens that are looked at on each side; less where a side has less.
        least_tokens, least_records: what a group and its reference need for a judgement.
        heldout: percent of people's records that teach nothing and are read at the end.
        draws: halves of the records that intervals are made of; seed: of every draw.
        distinct_5, entropy_3, vendi, identifiers_retained, compression: least shares of the human measure.
        risen: from which share vendi and compression count as risen.
        heldout_bits: from which share held-out human code counts as more of a surprise.
    """

    budget: int = 200_000
    least_tokens: int = 50_000
    least_records: int = 20
    heldout: int = 20
    draws: int = 100
    seed: int = 0
    distinct_5: float = _LIMITS.distinct_5
    entropy_3: float = _LIMITS.entropy_3
    vendi: float = _LIMITS.vendi
    identifiers_retained: float = _LIMITS.identifiers_retained
    compression: float = _LIMITS.compression
    risen: float = _LIMITS.risen
    heldout_bits: float = _LIMITS.heldout_bits

    def __post_init__(self) -> None:
        for name, least, most in (("budget", 1_000, 10_000_000), ("least_tokens", 1, self.budget), ("least_records", 2, 100_000),
                                  ("heldout", 1, 90), ("draws", 10, 10_000)):
            if not least <= getattr(self, name) <= most:
                raise PolicyError(f"judge.collapse.{name}", f"is {getattr(self, name)}, not in {least}..{most}",
                                  "see docs/novelty.md")
        for name in signatures.FALLING:
            if not 0 <= getattr(self, name) <= 1:
                raise PolicyError(f"judge.collapse.{name}", f"is {getattr(self, name)}, not in 0..1", "0 switches it off")
        for name in ("risen", "heldout_bits"):
            if not getattr(self, name) >= 1:
                raise PolicyError(f"judge.collapse.{name}", f"is {getattr(self, name)}, below 1", "1.15 is the default")

    @property
    def limits(self) -> Limits:
        """The limits alone."""
        return Limits(self.distinct_5, self.entropy_3, self.vendi, self.identifiers_retained, self.compression, self.risen,
                      self.heldout_bits)


@dataclass(slots=True)
class _Drawn:
    """The draw of one group, by kind of file; what is held out beside it."""

    kinds: dict[str, Reservoir] = field(default_factory=dict)
    held: dict[str, Reservoir] = field(default_factory=dict)
    records: int = 0


def parameters(settings: Settings) -> dict[str, Any]:
    """Everything that decides what is said."""
    return {**asdict(settings), "shingles": shingles.VERSION, "sample": sample.VERSION, "portrait": portrait.VERSION,
            "kernel": vendi.KERNEL, "order": language_model.ORDER, "words": language_model.WORDS}


def judge(context: Context, batches: Sequence[BatchId], settings: Settings) -> StepResult:
    """Speak of all records of some batches, group by group."""
    params = parameters(settings)

    def decide(chosen: Sequence[BatchId]) -> Speak:
        found, rows = _found(context.ledger, chosen, settings, measured_in("collapse", VERSION, params, chosen).number)
        return partial(_speak, context.ledger, found, rows, min(chosen))

    return judge_whole(context, "collapse", VERSION, batches, params, decide)


def _speak(ledger: Ledger, found: dict[Group, Callable[[RecordId], Verdict]], rows: list[dict[str, Any]], first: BatchId,
           batches: Sequence[BatchId]) -> Made:
    verdicts = [found[group_of(specimen)](specimen.record) for batch in batches for specimen in specimens_of(ledger, batch)]
    # The measures are stored once, with the first batches.
    return Made({"measures": table("measures", rows)} if first in batches and rows else {}, verdicts)


def _found(ledger: Ledger, batches: Sequence[BatchId], settings: Settings,
           measured: int) -> tuple[dict[Group, Callable[[RecordId], Verdict]], list[dict[str, Any]]]:
    drawn = _drawn(ledger, batches, settings)
    references: dict[tuple[str, tuple[str, ...], int], Reference] = {}
    rows: list[dict[str, Any]] = []
    said: dict[Group, Callable[[RecordId], Verdict]] = {}
    for group in sorted(drawn):
        mine, people = drawn[group], drawn.get(Group("", group.language, 0), _Drawn())
        kinds = tuple(sorted(mine.kinds))
        made, human = _pieces(mine.kinds, kinds), _pieces(people.kinds, kinds)
        heldout = cut(_pieces(people.held, kinds), max(1, settings.budget // 2))
        size = min(settings.budget, *(sum(len(piece.tokens) for piece in side) for side in (made, human)))
        key = (group.language, kinds, size)
        if size and len(heldout) and key not in references:
            references[key] = Reference.of(cut(human, size), heldout, settings.draws, settings.seed)
        if key not in references:
            reason = "too-little" if people.records else "no-human-reference"
            outcome = (Outcome.ABSTAIN, reason, _json(_named(group, mine))) if group.generator else (Outcome.SKIPPED, "human", "")
            said[group] = partial(_verdict, *outcome)
            continue
        reference = references[key]
        base = {name: interval(value) for name, value in reference.portrait_of_human.items()}
        rows += rows_of(measured, "human", group, base, len(reference.human), size)
        if not group.generator:
            said[group] = partial(_verdict, Outcome.SKIPPED, "human", "")
            continue
        side = cut(made, size)
        found = reference.portrait(side)
        rows += rows_of(measured, "made", group, {name: interval(value) for name, value in found.items()}, len(side), size)
        said[group] = partial(_verdict, *_outcome(_named(group, mine), side, found, reference, settings))
    return said, rows


def _named(group: Group, mine: _Drawn) -> dict[str, Any]:
    return {"generator": group.generator, "language": group.language, "depth": group.depth, "group": mine.records}


def _drawn(ledger: Ledger, batches: Sequence[BatchId], settings: Settings) -> dict[Group, _Drawn]:
    """One pass over all records; what is held of each group is bounded by the budget for each kind of file."""
    apart = Apart(ledger, settings.heldout, settings.seed)
    drawn: dict[Group, _Drawn] = defaultdict(_Drawn)
    for batch in batches:
        held = apart.of(batch)
        wanted: dict[str, list[tuple[Reservoir, int, Specimen]]] = defaultdict(list)
        for specimen in specimens_of(ledger, batch):
            mine = drawn[group_of(specimen)]
            mine.records += 1
            kept = mine.held if held[specimen.record.row] else mine.kinds
            reservoir = kept.setdefault(specimen.kind, Reservoir(settings.budget))
            key = draw_key(settings.seed, "sample", specimen.record)
            # What came of held-out records is no part of any sample, and is not read.
            if (kept is mine.kinds or specimen.human) and reservoir.wants(key):
                wanted[specimen.language].append((reservoir, key, specimen))
        for language, chosen in wanted.items():
            pieces = read([specimen.text for _, _, specimen in chosen], language, [key for _, key, _ in chosen])
            for (reservoir, _, _), piece in zip(chosen, pieces, strict=True):
                reservoir.add(piece)
    return drawn


def _pieces(reservoirs: dict[str, Reservoir], kinds: Iterable[str]) -> list[Piece]:
    pieces = [piece for kind in kinds if kind in reservoirs for piece in reservoirs[kind].pieces()]
    return sorted(pieces, key=lambda piece: (piece.key, piece.whole))


def _outcome(said: dict[str, Any], made: Sample, found: dict[str, Measured], reference: Reference,
             settings: Settings) -> tuple[Outcome, str, str]:
    """Outcome, reason and value for every record of a group."""
    said |= {"records": len(made), "tokens": made.size, "human_records": len(reference.human),
             "heldout_tokens": reference.heldout.size}
    enough = made.size >= settings.least_tokens and reference.heldout.size >= settings.least_tokens // 10
    if not enough or min(len(made), len(reference.human)) < settings.least_records:
        return Outcome.ABSTAIN, "too-little", _json(said)
    shows = signatures.compare(found, reference.portrait_of_human, settings.limits)
    said |= {"mode": shows.mode, "signs": {sign.metric: [round(sign.ratio, 4), round(sign.low, 4), round(sign.high, 4)]
                                           for sign in shows.signs}}
    names = ", ".join(sign.metric for sign in shows.signs)
    if shows.mode:
        return Outcome.FAIL, f"{shows.mode}: {names}", _json(said)
    return (Outcome.WARN, f"signs: {names}", _json(said)) if shows.signs else (Outcome.PASS, "", _json(said))


def _json(said: dict[str, Any]) -> str:
    return canonical_json(said).decode()


def _verdict(outcome: Outcome, reason: str, value: str, record: RecordId) -> Verdict:
    return Verdict("collapse", outcome, record, value=value, reason=reason, tool="corpus-provenance", tool_version=VERSION)
