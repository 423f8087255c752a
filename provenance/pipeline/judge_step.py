"""How a judge speaks: over one batch at a time, or over a whole. The only roads from a judge to the ledger.

    judge_each(context, "screen", "1", batches, params, lambda batch: Made({"findings": ...}, verdicts))
    judge_whole(context, "duplicates", "2", batches, params, decide)

A judge that looks at one record (and perhaps at its parents) speaks batch by batch, so a rerun looks only at what is
new. A judge that compares all with all speaks of the whole: one more record is another question. Its verdicts are cut
into batches of a bounded number of records, so that a corpus of any size is spoken of in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from provenance.ledger import Ledger
from provenance.model.identity import BatchId, Digest
from provenance.model.recipe import Recipe
from provenance.model.verdict import Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import verdict_rows
from provenance.pipeline.run_step import Made, StepResult, Work, run_step

STEP = "judge"
_TOOL = "corpus-provenance"
#: Most records that one batch of verdicts of a whole speaks of, but for a single batch of records that has more.
GROUP = 50_000

#: What a judge of a whole answers once it has looked: the verdicts (and tables) on some batches.
Speak = Callable[[Sequence[BatchId]], Made]


def judge_each(context: Context, judge: str, version: str, batches: Iterable[BatchId], params: Mapping[str, Any],
               speak: Callable[[BatchId], Made], beside: Callable[[BatchId], Iterable[BatchId]] = lambda batch: ()) -> StepResult:
    """Run a judge over each batch by itself; one batch of verdicts for each batch that has records.

    Args:
        judge, version: name and version of the judge; a new version speaks anew.
        params: everything else that decides what it says, in canonical JSON's types.
        speak: what it says of the records of one batch; ``rows`` are filled in.
        beside: further batches that what it says of a batch rests on (its parents').
    """
    chosen = _filled(context.ledger, batches)

    def works() -> Iterator[Work]:
        for batch in chosen:
            recipe = Recipe(STEP, version, {"judge": judge, **params}, tuple(sorted({batch, *beside(batch)})))
            yield Work(recipe, partial(_spoken, speak, batch, version), "verified")

    return run_step(context, STEP, version, chosen, works(), {"judge": judge, **_shown(params)})


def judge_whole(context: Context, judge: str, version: str, batches: Iterable[BatchId], params: Mapping[str, Any],
                decide: Callable[[Sequence[BatchId]], Speak], beside: Iterable[BatchId] = (),
                first: Iterable[Work] = ()) -> StepResult:
    """Run a judge over all batches together.

    Args:
        judge, version, params: as `judge_each`.
        decide: looks at everything, once and only if something is not yet in the ledger; gives what speaks of some batches.
        beside: further batches that its word rests on (a detector's, a benchmark's).
        first: works done before it looks (sketches), in the same run; their batches are not in the answer.
    """
    chosen = _filled(context.ledger, batches)
    parents = tuple(sorted({*chosen, *beside}))
    # The parents alone do not tell whom it speaks of from what it rests on.
    params = {**params, **({"of": str(Digest.of_json(list(map(str, chosen))))} if set(parents) != set(chosen) else {})}
    before: set[BatchId] = set()

    @cache
    def decided() -> Speak:
        return decide(chosen)

    def works() -> Iterator[Work]:
        for work in first:
            before.add(work.recipe.batch)
            yield work
        for number, group in enumerate(_groups(context.ledger, chosen)):
            recipe = Recipe(STEP, version, {"judge": judge, **params}, parents, shard=str(number))

            def make(group: Sequence[BatchId] = group) -> Made:
                return _rows(decided()(group), version)

            yield Work(recipe, make, "verified")

    result = run_step(context, STEP, version, parents, works(), {"judge": judge, **_shown(params)})
    return replace(result, batches=tuple(batch for batch in result.batches if batch not in before))


def _spoken(speak: Callable[[BatchId], Made], batch: BatchId, version: str) -> Made:
    return _rows(speak(batch), version)


def _rows(made: Made, version: str) -> Made:
    # A verdict without the version of its tool cannot be repeated; a judge that names none is the tool itself.
    said: list[Verdict] = [verdict if verdict.tool else replace(verdict, tool=_TOOL, tool_version=version)
                           for verdict in made.verdicts]
    return replace(made, verdicts=said, rows=verdict_rows(said))


def _filled(ledger: Ledger, batches: Iterable[BatchId]) -> list[BatchId]:
    return sorted({batch for batch in batches if ledger.require(batch).records})


def _groups(ledger: Ledger, batches: Sequence[BatchId]) -> Iterator[list[BatchId]]:
    group: list[BatchId] = []
    size = 0
    for batch in batches:
        records = ledger.require(batch).records
        if group and size + records > GROUP:
            yield group
            group, size = [], 0
        group.append(batch)
        size += records
    if group:
        yield group


def _shown(params: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says of the parameters: plain values, no nests."""
    return {name: value for name, value in params.items() if isinstance(value, str | int | float | bool)}
