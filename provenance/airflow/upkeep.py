"""Upkeep of a ledger on a schedule: send the events that wait, recompute everything, tidy."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from provenance.airflow.task import ProvenanceOperator
from provenance.errors import LedgerCorrupt

if TYPE_CHECKING:
    from provenance.pipeline import Context

log = logging.getLogger(__name__)
_FAULTS_NAMED = 20


class ForwardEventsOperator(ProvenanceOperator):
    """Sends the OpenLineage events that wait in the outbox. Without a transport they wait on; a receiver that is down
    fails the task, and its retries try again."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, int]:
        outbox, sent = context.ledger.outbox, 0
        if context.forwarder is None:
            log.warning("No OpenLineage transport is configured; events wait")
        else:
            sent, error = outbox.forward(context.forwarder.send)
            if error is not None:
                raise error
        counts = {"sent_now": sent, **outbox.counts()}
        log.info("Outbox: %s", counts)
        return counts


class VerifyLedgerOperator(ProvenanceOperator):
    """Recomputes every digest, chain and summary; fails with the first faults where one does not hold."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> int:
        from provenance.ledger.upkeep import verify

        faults = list(islice(verify(context.ledger), _FAULTS_NAMED + 1))
        if faults:
            more = " and more" if len(faults) > _FAULTS_NAMED else ""
            raise LedgerCorrupt(context.ledger.path, "does not hold: " + "; ".join(
                f"{fault.where} {fault.problem}" for fault in faults[:_FAULTS_NAMED]) + more,
                "restore what is named from a backup; all of it: provenance ledger verify")
        batches = sum(1 for _ in context.ledger.manifests())
        log.info("%d batches: every digest, chain and summary holds", batches)
        return batches


class SweepLedgerOperator(ProvenanceOperator):
    """Removes what killed writers left behind: temporary files, and part files that no manifest names.

    Args:
        older_than_s: least age in seconds; well above the longest task, whose files are still unnamed.
    """

    template_fields: Sequence[str] = (*ProvenanceOperator.template_fields, "older_than_s")

    def __init__(self, *, older_than_s: float = 86_400.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.older_than_s = older_than_s

    def say(self, context: Context, airflow: Mapping[str, Any]) -> int:
        from provenance.ledger.upkeep import sweep

        removed = sweep(context.ledger, older_than_s=float(self.older_than_s))
        for path in removed:
            log.info("removed %s", path)
        return len(removed)
