"""The order of effects: the only road by which a step reaches the ledger.

    START to the outbox -> for each work: adopt, or make -> inspect -> commit -> COMPLETE or FAIL to the outbox -> forward

A step cannot forget its lineage because it never speaks it. What is killed in the middle leaves finished works
committed and nothing of the one at hand; the retry adopts the first and makes the second. Two tries at once are safe:
the first link of a manifest counts. A failed expectation of severity critical fails the step before anything of that
work is committed; a warning is recorded as a verdict.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from provenance import events
from provenance.errors import LedgerError, ProvenanceError
from provenance.events import AssertionFacts, DatasetFacts, StepFacts
from provenance.ledger import Draft, Manifest
from provenance.ledger.codec import encode_verdicts
from provenance.model.identity import BatchId
from provenance.model.recipe import Recipe
from provenance.model.verdict import Verdict
from provenance.pipeline import describe
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import examine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What a work made: tables for the ledger, verdicts, the rows that its suite inspects, and the manifest's summary
    where it is not of records (see `codec.summarise`)."""

    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    verdicts: Sequence[Verdict] = ()
    rows: Mapping[str, list[Any]] = field(default_factory=dict)
    summary: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One batch to be: its recipe, how to make it, and the suite that inspects it (empty: none)."""

    recipe: Recipe
    make: Callable[[], Made]
    suite: str


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step left in the ledger.

    Attributes:
        batches: every batch, made or adopted, once, in the order of the works.
        made, adopted: how many of each.
        records, verdicts: rows over all of them.
        seconds: wall time; ``making`` of it inside the steps themselves (compilers included), the rest is provenance.
    """

    step: str
    run: str
    batches: tuple[BatchId, ...]
    made: int
    adopted: int
    records: int
    verdicts: int
    seconds: float = 0.0
    making: float = 0.0
    inspecting: float = 0.0


def run_step(context: Context, step: str, version: str, reads: Iterable[BatchId], works: Iterable[Work],
             params: Mapping[str, Any] | None = None) -> StepResult:
    """Run the works of one step in order, with their events, inspections and commits.

    Args:
        context: where to write and as whom to speak.
        step, version: name and version of the step.
        reads: batches read, for the events.
        works: made lazily, one in memory at a time. A generator may open what it reads: a failure there is the step's.
        params: execution parameters for the events; no secrets. What a generator adds to it is said at COMPLETE.

    Raises:
        ProvenanceError: whatever the step raised; FAIL is in the outbox.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    ledger = context.ledger
    names = []
    facts = describe.step_facts(context, step, version, began, params or {})
    sources: tuple[DatasetFacts, ...] = ()
    unreadable: ProvenanceError | None = None
    try:
        sources = describe.inputs(ledger, reads)
    except ProvenanceError as error:
        unreadable = error  # raised below: what fails after START also says FAIL
    names.append(ledger.outbox.say(events.start(facts, sources)))
    # By batch: a work that is given twice is said once, or the counts in the events would not be the ledger's.
    manifests: dict[BatchId, Manifest] = {}
    assertions: dict[tuple[str, str], AssertionFacts] = {}
    made = 0
    times = {"making": 0.0, "inspecting": 0.0}
    try:
        if unreadable is not None:
            raise unreadable
        for work in works:
            manifest = ledger.adopt(work.recipe)
            if manifest is None:
                manifest, adopted = _carry_out(context, work, assertions, times)
                made += not adopted
            manifests[manifest.batch] = manifest
        stored = list(manifests.values())
        done = describe.step_facts(context, step, version, began, params or {}, [m.recipe.digest for m in stored])
        names.append(ledger.outbox.say(events.complete(
            done, sources, describe.outputs(ledger, step, stored, list(assertions.values())), datetime.now(UTC))))
    except BaseException as error:
        # BaseException: a task that is stopped (SIGTERM becomes an exception) has failed, and its run says so.
        names += _say_fail(context, facts, sources, list(manifests.values()), error)
        _forward(context, names)
        raise
    _forward(context, names)
    result = StepResult(step, context.run_id, tuple(manifests), made, len(stored) - made,
                        sum(m.records for m in stored), sum(m.rows("verdicts") for m in stored),
                        time.monotonic() - clock, times["making"], times["inspecting"])
    log.info("%s: %d batches made, %d adopted, %d records, %d verdicts in %.1f s", context.job, result.made,
             result.adopted, result.records, result.verdicts, result.seconds)
    return result


def _carry_out(context: Context, work: Work, assertions: dict[tuple[str, str], AssertionFacts],
               times: dict[str, float]) -> tuple[Manifest, bool]:
    clock = time.monotonic()
    product = work.make()
    times["making"] += time.monotonic() - clock
    clock = time.monotonic()
    verdicts = list(product.verdicts)
    if work.suite:
        found, said = examine(work.suite, product.rows, f"batch {work.recipe.batch}")
        verdicts += found
        for item in said:
            # Over the works of a run an assertion holds where it held for every batch.
            key = (item.name, item.column)
            if key not in assertions or not item.success:
                assertions[key] = item
    times["inspecting"] += time.monotonic() - clock
    tables = {**product.tables, **encode_verdicts(work.recipe.batch, verdicts, datetime.now(UTC))}
    committed = context.ledger.commit(Draft(work.recipe, tables, product.summary), run=context.run_id, job=context.job)
    return committed.manifest, committed.adopted


def _say_fail(context: Context, facts: StepFacts, sources: Sequence[DatasetFacts], stored: Sequence[Manifest],
              error: BaseException) -> list[str]:
    """Say FAIL. Whatever stops this event too (the same full disk) must not hide the error that it is about."""
    message, stack = str(error) or type(error).__name__, "".join(traceback.format_exception(error))
    try:
        try:
            outputs = describe.outputs(context.ledger, facts.step, stored)
        except ProvenanceError:  # what failed may be that one of these cannot be read
            outputs = ()
        event = events.fail(facts, sources, outputs, datetime.now(UTC), message, stack=stack)
        return [context.ledger.outbox.say(event)]
    except Exception as unsaid:
        log.warning("run %s has no FAIL event: %s", context.run_id, unsaid)
        return []


def _forward(context: Context, names: Sequence[str]) -> None:
    """Send this run's own events; what the network does not take waits in the outbox and is not an error."""
    if context.forwarder is None:
        return
    try:
        sent, error = context.ledger.outbox.forward(context.forwarder.send, names=names)
    except OSError as unmoved:  # sent and not moved to the sent ones: it will be sent again, which is allowed
        sent, error = 0, LedgerError(context.ledger.layout.events, f"cannot be written: {unmoved}")
    if error is not None:
        log.warning("%d events of run %s wait in the outbox: %s", len(names) - sent, context.run_id, error)
