"""Judge of declared origin: does a text look like the known records of the side that it declares itself to be on?

    origin.judge(context, batches, origin.Settings()).verdicts

For each language and kind of file a detector is fitted on the ledger's own records of known origin (a batch of its own,
see `provenance.pipeline.detecting`), read back from the ledger, and every record is scored by a model that saw neither
it nor a relative. What disagrees gets ``warn`` and belongs before a person. It refuses to judge what it has no ground
for (``abstain``), never says ``fail`` and never writes an origin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId
from provenance.model.verdict import Verdict
from provenance.pipeline import detecting
from provenance.pipeline.census import Cell, Census, Teaching, take
from provenance.pipeline.context import Context
from provenance.pipeline.judge_step import Speak, judge_whole
from provenance.pipeline.run_step import Made, StepResult
from provenance.steps import detect
from provenance.steps.detect import features
from provenance.steps.detect.detector import SCORES
from provenance.steps.detect.labels import Declared

CHECKS: tuple[str, ...] = (detect.CHECK,)
VERSION = "1"
_TESTED = (Declared.HUMAN, Declared.SYNTHETIC)
_FIELDS = ("raw", "normalised", "both", "known_raw", "known_normalised")


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides a verdict.

    Attributes:
        least: records of known origin that a class needs before a detector is fitted.
        most: records of known origin of each class that are looked at.
        least_length: characters below which a text is not judged.
        alpha: share of false alarms among records like the known ones.
        folds: parts, each scored by a model of the others.
        seed: of the order in which records are chosen and dealt out.
        strength: inverse of regularisation (C of the logistic regression).
        domain: share of known records that may lie outside the domain, for each view.
        view: what decides: "raw", "normalised" or "both".
        evidence: least grade of evidence for which the origin of what was found is known.
        assisted: whether ``ai_assisted`` roots teach what synthetic is.
        by_source: whether each source is a corpus of its own.
        least_own: known human records that the source of a record declared human must have to be judged; 0 judges sources
            that nothing is known of, and then nothing bounds the false alarms on them.
        least_source: records that a source needs before its shift is measured.
        least_shift: smallest distance of a source that is a shift.

    Raises:
        PolicyError: a value makes no sense.
    """

    least: int = 200
    most: int = 4_000
    least_length: int = 200
    alpha: float = 0.01
    folds: int = 5
    seed: int = 42
    strength: float = 10.0
    domain: float = 0.01
    view: str = "both"
    evidence: int = 2
    assisted: bool = False
    by_source: bool = False
    least_own: int = 0
    least_source: int = 20
    least_shift: float = 0.3

    def __post_init__(self) -> None:
        ranges = {"least": (10, 10**6), "most": (self.least, 10**6), "least_length": (1, 10**6), "folds": (2, 20),
                  "seed": (0, 2**31 - 1), "evidence": (1, 5), "least_own": (0, 10**6),
                  "least_source": (5, 10**6), "alpha": (1e-4, 0.5),
                  "strength": (1e-3, 1e4), "domain": (0.0, 0.5), "least_shift": (0.0, 1.0)}
        for name, (low, high) in ranges.items():
            if not low <= (value := getattr(self, name)) <= high:
                raise PolicyError(f"judge.origin.{name}", f"is {value}, not in {low}..{high}",
                                  f"the default is {type(self).__dataclass_fields__[name].default}")
        if self.view not in SCORES:
            raise PolicyError("judge.origin.view", f"is {self.view!r}", f"use one of {', '.join(SCORES)}")

    @property
    def teaching(self) -> Teaching:
        """The part that decides who teaches and how."""
        return Teaching(self.least, self.most, self.evidence, self.assisted, self.by_source,
                        detect.Plan(self.folds, self.strength, self.domain, self.seed))


def judge(context: Context, batches: Sequence[BatchId], settings: Settings) -> StepResult:
    """Compare declared with detected origin; fits what is not fitted yet. One verdict a record.

    Raises:
        ToolMissing: a detector is to be fitted and scikit-learn is not installed.
        LedgerCorrupt: a batch is absent or altered.
    """
    ledger = context.ledger
    census = take(ledger, batches, settings.teaching)
    fitted = detecting.fit(context, census, settings.teaching)

    def decide(chosen: Sequence[BatchId]) -> Speak:
        asked = _Asked(ledger, census, fitted, settings)
        return lambda group: Made({}, list(asked.speak(group)))

    return judge_whole(context, "origin", VERSION, batches, {**asdict(settings), "features": features.VERSION}, decide,
                       sorted(found.batch for found in fitted.values() if found.batch is not None))


class _Asked:
    """All scores of a census, and what is said of each record. Forty-four bytes a record."""

    def __init__(self, ledger: Ledger, census: Census, fitted: Mapping[Cell, detecting.Fitted], settings: Settings) -> None:
        self._census, self._settings = census, settings
        self._fitted = [fitted[cell] for cell in census.cells]
        self._detectors = [detecting.load(ledger, found.batch) if found.batch is not None else None for found in self._fitted]
        # The models are for scoring; of a detector that only speaks the scores are enough.
        self._scores = np.full((len(census.cell), len(_FIELDS)), np.nan, np.float64)
        self._lengths = np.zeros(len(census.cell), np.int32)
        for batch in census.places:
            self._score(ledger, batch)
        self._shifts = dict(self._measured())
        own = (census.label == 0) & census.teaches & (census.source >= 0)
        pairs, counts = np.unique(np.stack([census.cell[own], census.source[own]]), axis=1, return_counts=True)
        self._own = {(int(cell), int(source)): int(count) for cell, source, count in zip(*pairs, counts, strict=True)}

    def _score(self, ledger: Ledger, batch: BatchId) -> None:
        census, start = self._census, self._census.places[batch].start
        able = np.array([found is not None for found in self._detectors])
        places = np.arange(start, census.places[batch].stop)
        wanted = able[census.cell[places]] & np.isin(census.declared[places], [list(Declared).index(each) for each in _TESTED])
        if not wanted.any():
            return
        texts = detecting.texts(ledger, batch)
        for place in places[wanted].tolist():
            detector = self._detectors[census.cell[place]]
            seen = detect.look(texts[place - start], census.cells[census.cell[place]][0])
            self._lengths[place] = seen.length
            if detector is not None and seen.length >= self._settings.least_length:
                scored = detector.score(seen, int(census.fold[place]))
                self._scores[place] = [getattr(scored, name) for name in _FIELDS]

    def _measured(self) -> Iterator[tuple[tuple[int, int], detect.Shift]]:
        """For each cell and source: its records that claim to be human against those that are known to be."""
        census, settings = self._census, self._settings
        view = self._scores[:, _FIELDS.index(settings.view)]
        for number, detector in enumerate(self._detectors):
            if detector is None:
                continue
            human = (census.cell == number) & ~np.isnan(view) & (census.declared == list(Declared).index(Declared.HUMAN))
            for place in np.flatnonzero(human).tolist():
                human[place] = not detector.outside(detect.Scored(*map(float, self._scores[place])))
            known = np.sort(view[human & (census.label == 0)])
            natural = max((detect.distance_to_others(view[mine], known)
                           for _, mine in self._by_source(human & (census.label == 0)) if len(mine) < len(known)), default=None)
            for source, mine in self._by_source(human & (census.label != 0)) if len(known) else ():
                yield (number, source), detect.shift(view[mine], known, natural, settings.alpha, settings.least_shift)

    def _by_source(self, wanted: npt.NDArray[np.bool_]) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
        """The places that are wanted by their source, of sources that have enough of them."""
        source = self._census.source
        places = np.flatnonzero(wanted & (source >= 0))
        places = places[np.argsort(source[places], kind="stable")]
        names, starts = np.unique(source[places], return_index=True)
        for name, mine in zip(names.tolist(), np.split(places, starts[1:]), strict=False):
            if len(mine) >= self._settings.least_source:
                yield name, mine

    def speak(self, batches: Sequence[BatchId]) -> Iterator[Verdict]:
        """The verdicts on the records of some batches."""
        census, settings = self._census, self._settings
        bar = detect.Bar(settings.alpha, settings.least_length, settings.view, settings.least_own)
        for batch in batches:
            start = census.places[batch].start
            for place in range(start, census.places[batch].stop):
                number, source = int(census.cell[place]), int(census.source[place])
                detector, found = self._detectors[number], self._fitted[number]
                declared = census.declares(place)
                scores = self._scores[place]
                one = detect.Asked(RecordId(batch.number, place - start), declared,
                                   None if np.isnan(scores[0]) else detect.Scored(*map(float, scores)),
                                   int(self._lengths[place]), bool(census.teaches[place]),
                                   known_of_source=self._own.get((number, source), 0))
                if declared is Declared.HUMAN and census.label[place] != 0 and (number, source) in self._shifts:
                    one = replace(one, shift=self._shifts[number, source], source=census.sources[source])
                yield detect.speak(one, detector, str(found.batch or ""), found.why, bar)
