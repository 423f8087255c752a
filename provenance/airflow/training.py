"""The two operators of a training DAG: the ticket before, the record of what was consumed after."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from provenance.airflow.task import ProvenanceOperator
from provenance.errors import GateClosed, InvalidId, LedgerError

if TYPE_CHECKING:
    from provenance.model.dataset import DatasetRef
    from provenance.pipeline import Context

log = logging.getLogger(__name__)


class RequireTicketOperator(ProvenanceOperator):
    """First task of a training DAG: refuses unless the ledger holds an allowing decision for exactly these files, and
    deciding afresh still allows. The event that started the run is a hint which set is meant, never a permission.

    Args:
        policy: what this model demands of its data. Write it into the DAG file: taken from ``params`` it would be
            chosen by whoever may trigger the DAG. The event's policy counts for nothing.
        dataset: ``name@version`` (or ``name`` for the newest); where empty, the one that the asset events name.
    """

    template_fields: Sequence[str] = (*ProvenanceOperator.template_fields, "policy", "dataset")
    final = (*ProvenanceOperator.final, LedgerError)

    def __init__(self, *, policy: str, dataset: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.policy = policy
        self.dataset = dataset

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, str]:
        from provenance.pipeline import read_policy, require_ticket

        policy = read_policy(self.policy)
        wanted, digest = (_named(self.dataset), "") if self.dataset else _published(airflow["triggering_asset_events"])
        ticket = require_ticket(context, str(wanted), policy, digest)
        return {"dataset": str(ticket.dataset.ref), "manifest_sha256": ticket.dataset.digest.hex,
                "path": str(ticket.dataset.path), "decision": str(ticket.batch)}


class RecordConsumptionOperator(ProvenanceOperator):
    """Keeps which model consumed which training set under which decision; goes after the trainer.

    Args:
        model: name and version of the model.
        ticket: what `RequireTicketOperator` gave.
    """

    template_fields: Sequence[str] = (*ProvenanceOperator.template_fields, "model", "ticket")
    final = (*ProvenanceOperator.final, LedgerError)

    def __init__(self, *, model: str, ticket: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.ticket = ticket

    def say(self, context: Context, airflow: Mapping[str, Any]) -> str:
        from provenance.pipeline.consuming import record_consumption

        if not isinstance(self.ticket, Mapping) or not {"dataset", "decision"} <= set(self.ticket):
            # A task that was marked as success by hand has no result.
            raise GateClosed(self.model, "has no ticket to have trained on", "let require_ticket run; do not mark it")
        dataset, decision = str(_named(self.ticket["dataset"])), str(self.ticket["decision"])
        return str(record_consumption(context, self.model, dataset, decision).batches[0])


def _named(text: object) -> DatasetRef:
    """A training set of the ledger by its name; a path would let whoever names it bring files of their own."""
    from provenance.model.dataset import DatasetRef

    try:
        return DatasetRef.parse(str(text))
    except InvalidId as error:
        raise GateClosed(str(text), "is not the name of a training set", "give name@version") from error


def _published(triggering: Mapping[Any, Sequence[Any]]) -> tuple[DatasetRef, str]:
    """The set, and its manifest's sha256, that the events of this run are about: the newest, if all are about one name.

    Events without a source task were made by hand (REST, user interface): they start a run and name nothing.
    """
    # An event of an asset alias is listed twice, under the alias and under its asset.
    events = list({id(event): event for found in triggering.values() for event in found}.values())
    made = [event for event in events if event.source_dag_id and event.source_task_id]
    said = [(event.timestamp, _named(event.extra["dataset"]), str(event.extra["manifest_sha256"]))
            for event in made if {"dataset", "manifest_sha256"} <= set(event.extra or {})]
    by_hand = len(events) - len(made)
    if by_hand:
        log.warning("%d of %d asset events were made by hand; they count for nothing", by_hand, len(events))
    if not said:
        raise GateClosed("this run", "was not started by a published training set"
                         + (f" ({by_hand} asset events were made by hand)" if by_hand else ""),
                         "let corpus_build publish one, or trigger with the param dataset = name@version")
    if len(names := sorted({ref.name for _, ref, _ in said})) > 1:
        raise GateClosed("this run", f"was started by more than one training set: {', '.join(names)}",
                         "trigger once for each with the param dataset, or publish each as an asset of its own")
    _, ref, digest = max(said, key=lambda each: each[0])
    if len(said) > 1:
        log.info("%d events name %s; the newest, %s, is meant", len(said), names[0], ref)
    return ref, digest
