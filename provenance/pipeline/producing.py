"""What a build file asks to be made besides transforms: models are asked, skeletons filled in, matches played."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from provenance.model.identity import BatchId
from provenance.pipeline.build_making import Generating, Playing
from provenance.pipeline.context import Context
from provenance.pipeline.filling import fill
from provenance.pipeline.generating import generate
from provenance.pipeline.matching import MatchResult, adversarial
from provenance.pipeline.run_step import StepResult
from provenance.pipeline.workshop import Workshop
from provenance.sources.endpoint import open_endpoint


def produce(context: Context, batches: Sequence[BatchId], snapshots: Sequence[BatchId], asked: Sequence[Generating],
            workshop: Workshop, around: Sequence[BatchId] = (), *, alone: bool = False) -> list[StepResult]:
    """Carry out every ``[[generate]]``, in order, each over the same batches; one result each.

    Args:
        around: snapshots from which tests and examples may be taken besides the batches.
        alone: the context's run is for this and nothing else.

    Each is a run of its own under the context's; a single one is the context's own run where that is for it ``alone``.

    Raises:
        SourceError: an endpoint cannot be used or left questions open. What came before stays, and the same call goes on.
    """
    results = []
    besides = tuple(batch for snapshot in around for batch in context.ledger.require(snapshot).recipe.parents)
    for number, each in enumerate(asked, 1):
        here = context if len(asked) == 1 and alone else context.child(f"generate-{number}")
        if each.job is None or each.model is None:
            results.append(fill(here, batches, snapshots, each.skeletons, workshop, each.seed, each.per_copybook))
            continue
        with open_endpoint(each.model) as endpoint:
            results.append(generate(here, batches, snapshots, each.job, endpoint, workshop, each.seed, besides))
    return results


def play_match(context: Context, batches: Sequence[BatchId], snapshots: Sequence[BatchId], playing: Playing,
               workshop: Workshop, seed: int) -> MatchResult:
    """Carry out ``[adversarial]``.

    Raises:
        SourceError: as `produce`.
    """
    with ExitStack() as stack:
        proposer = stack.enter_context(open_endpoint(playing.proposer))
        # One endpoint that plays both is opened once: its limits are for both roles together.
        solver = proposer if playing.solver == playing.proposer else stack.enter_context(open_endpoint(playing.solver))
        return adversarial(context, batches, snapshots, playing.match, proposer, solver, workshop, seed)
