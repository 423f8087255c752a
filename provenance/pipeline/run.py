"""The words: one object that says ingest, augment, verify, judge, assemble and gate in order.

    with Run("nightly", Ledger.init("corpus")) as run:
        human = run.ingest("payroll.bundle", licence="Apache-2.0", claim="human", by="ACME Payroll")
        varied = run.augment(human, seed=7)
        run.verify(human + varied)
        run.judge(human + varied)
        dataset = run.assemble("cobol-2026-11", human + varied, policy="train")
    ticket = run.gate(dataset, policy="train")

Batches are tuples of ids: add them, pass them on, write them down. The Airflow operators and the command line say the
same words, one task or one verb each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType

from provenance.ledger import Ledger
from provenance.ledger.datasets import DatasetFolder
from provenance.model.identity import BatchId
from provenance.pipeline import choosing, making, producing
from provenance.pipeline import judging as verifying
from provenance.pipeline.build_making import Generating, Playing
from provenance.pipeline.choosing import Ticket
from provenance.pipeline.context import Context
from provenance.pipeline.judging_all import Judging, judge_all
from provenance.pipeline.making import Source
from provenance.pipeline.masking import Masking, mask_records
from provenance.pipeline.run_step import StepResult
from provenance.pipeline.workshop import Workshop, find_workshop
from provenance.steps.augment import Transform, by_name
from provenance.steps.mixture import Mixture

Batches = tuple[BatchId, ...]


class Run:
    """A run over one ledger. Each word is one step, committed when the call returns; ``tell`` hears of it then."""

    def __init__(self, name: str, ledger: Ledger, context: Context | None = None,
                 tell: Callable[[StepResult], object] = lambda result: None) -> None:
        self._tell = tell
        self.context = context or Context.local(ledger, name)
        self.ledger = ledger
        self.results: list[StepResult] = []
        self._snapshots: Batches = ()
        self._verdicts: Batches = ()
        self._workshop: Workshop | None = None

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def workshop(self) -> Workshop:
        """The compilers in their sandbox; made once a run."""
        if self._workshop is None:
            self._workshop = find_workshop()
        return self._workshop

    def ingest(self, source: Source | str, *, licence: str = "", claim: str = "", by: str = "",
               languages: Sequence[str] = ()) -> Batches:
        """Read a source; returns its batches of records. The snapshot is remembered for the copybooks.

        Args:
            source: an address, or a `Source` where more is to be said.
            licence: SPDX expression that you declare; claim, by: an origin class and who answers for it.
            languages: only these. All four override the source's own options.
        """
        given = Source(source) if isinstance(source, str) else source
        own = given.options
        options = replace(own, licence=licence or own.licence, claim=claim or own.claim,
                          claimed_by=by or own.claimed_by, languages=tuple(languages) or own.languages)
        source = replace(given, options=options)
        result = self._note(making.ingest(self.context.child("ingest"), source))
        *buckets, snapshot = result.batches
        self._snapshots += (snapshot,)
        return tuple(buckets)

    def augment(self, batches: Sequence[BatchId], transforms: Sequence[Transform | str] = (), seed: int = 0,
                per_program: int = 0) -> Batches:
        """Apply transforms (all that ship, where none are named) to the programs of some batches."""
        chosen = tuple(by_name(each) if isinstance(each, str) else each for each in transforms)
        return self._note(making.augment(self.context.child("augment"), batches, self._snapshots,
                                         chosen or making.default_transforms(), self.workshop(), seed, per_program)).batches

    def produce(self, batches: Sequence[BatchId], asked: Sequence[Generating]) -> Batches:
        """Ask models and fill in skeletons over some batches, as the entries of ``[[generate]]`` say."""
        results = producing.produce(self.context, batches, self._snapshots, asked, self.workshop(), self._snapshots)
        return tuple(batch for result in results for batch in self._note(result).batches)

    def play(self, batches: Sequence[BatchId], playing: Playing, seed: int = 0) -> Batches:
        """Play a match of two models over some batches, as ``[adversarial]`` says."""
        return self._note(producing.play_match(self.context.child("adversarial"), batches, self._snapshots, playing,
                                               self.workshop(), seed).step).batches

    def mask(self, batches: Sequence[BatchId], masking: Masking | None = None) -> Batches:
        """Make records without personal data and secrets of those of some batches; returns the batches of masked ones."""
        return self._say(mask_records(self.context.child("mask"), batches, masking or Masking()))

    def verify(self, batches: Sequence[BatchId]) -> Batches:
        """Compile and run the records of some batches; returns the batches of verdicts."""
        return self._say(verifying.verify(self.context.child("verify"), batches, self._snapshots, self.workshop()))

    def judge(self, batches: Sequence[BatchId], judging: Judging = Judging()) -> Batches:
        """Ask the judges (all that ship, as they come) about the records of some batches; returns the batches of verdicts."""
        return tuple(batch for result in judge_all(self.context, batches, judging) for batch in self._say(result))

    def assemble(self, name: str, batches: Sequence[BatchId], policy: str, shares: dict[str, float] | None = None,
                 seed: int = 0, mixture: Mixture = Mixture()) -> DatasetFolder:
        """Choose a training set from some batches, by the verdicts that this run said."""
        result, dataset = choosing.assemble(self.context.child("assemble"), name, batches, self._verdicts,
                                            choosing.read_policy(policy), shares, seed, mixture)
        self._note(result)
        return dataset

    def gate(self, dataset: str | DatasetFolder, policy: str) -> Ticket:
        """Decide; the ticket holds the decision with every reason, allowing or not."""
        return choosing.gate(self.context.child("gate"), dataset, choosing.read_policy(policy))

    def _say(self, result: StepResult) -> Batches:
        self._verdicts += self._note(result).batches
        return result.batches

    def _note(self, result: StepResult) -> StepResult:
        self.results.append(result)
        self._tell(result)
        return result
