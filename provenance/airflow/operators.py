"""One operator a word. Ids and counts go through XCom, records never; Airflow maps over shards, never over records.

    plan = PlanOperator(task_id="plan", config="{{ params.config }}")
    ingest = IngestOperator.partial(task_id="ingest", config="{{ params.config }}").expand(source=plan.output)

Every operator is safe to retry, to clear and to run twice at once: the ledger adopts what is there. What a retry cannot
mend (a policy, a source, a failed expectation, a closed gate) fails the task without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from provenance.airflow.published import TRAINING_SET
from provenance.errors import (
    ExpectationFailed,
    GateClosed,
    InvalidId,
    LedgerCorrupt,
    PolicyError,
    ProvenanceError,
    RecipeCollision,
    SourceError,
)

if TYPE_CHECKING:
    from provenance.pipeline import Build, Context

#: Retrying these with the same input gives the same answer.
_FINAL = (ExpectationFailed, GateClosed, InvalidId, LedgerCorrupt, PolicyError, RecipeCollision, SourceError)


class ProvenanceOperator(BaseOperator):
    """What all have in common: a ledger, a build file, and how errors end a task."""

    template_fields: Sequence[str] = ("config", "ledger")
    ui_color = "#dfe8d8"

    def __init__(self, *, config: str = "", ledger: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.ledger = ledger

    def execute(self, context: Any) -> Any:
        """Say the operator's word; what cannot be mended by a retry fails the task for good."""
        from provenance.airflow.speaking import context_of

        try:
            return self.say(context_of(context, self.ledger), context)
        except _FINAL as error:
            raise AirflowFailException(str(error)) from error

    def say(self, context: Context, airflow: Mapping[str, Any]) -> Any:
        """The word itself."""
        raise ProvenanceError(type(self).__name__, "has no word to say", "use one of the operators of this module")

    def build(self) -> Build:
        """The build file of this task."""
        from provenance.pipeline import read_build

        return read_build(self.config)


class PlanOperator(ProvenanceOperator):
    """Reads and checks the build file and the policy; gives the numbers of its sources, to map over."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> list[int]:
        from provenance.pipeline import read_policy

        build = self.build()
        read_policy(build.policy)
        return list(range(len(build.sources)))


class IngestOperator(ProvenanceOperator):
    """Reads one source of the build file into the ledger."""

    template_fields = (*ProvenanceOperator.template_fields, "source")

    def __init__(self, *, source: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = source

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, list[str]]:
        from provenance.pipeline import ingest

        *buckets, snapshot = map(str, ingest(context, self.build().sources[int(self.source)]).batches)
        return {"batches": buckets, "snapshots": [snapshot]}


class ShardOperator(ProvenanceOperator):
    """Cuts what was ingested into at most ``shards`` pieces of work, to map over; a piece never mixes snapshots."""

    template_fields = (*ProvenanceOperator.template_fields, "ingested")

    def __init__(self, *, ingested: Any, shards: int = 16, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ingested = ingested
        self.shards = shards

    def say(self, context: Context, airflow: Mapping[str, Any]) -> list[dict[str, list[str]]]:
        from provenance.model.identity import BatchId

        pieces = []
        ingested = list(self.ingested)
        for found in ingested:
            filled = [batch for batch in found["batches"] if context.ledger.require(BatchId.parse(batch)).records]
            size = max(1, -(-len(filled) * len(ingested) // self.shards))
            pieces += [{"batches": filled[i:i + size], "snapshots": found["snapshots"]} for i in range(0, len(filled), size)]
        return pieces


class _ShardWord(ProvenanceOperator):
    template_fields = (*ProvenanceOperator.template_fields, "shard")

    def __init__(self, *, shard: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shard = shard


class AugmentOperator(_ShardWord):
    """Makes versions of the programs of one shard; gives the shard with its new batches added."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, list[str]]:
        from provenance.pipeline import augment, find_workshop
        from provenance.steps.augment import ALL, by_name

        build, workshop = self.build(), find_workshop()
        transforms = [by_name(name) for name in build.transforms] or list(ALL)
        made = augment(context, _ids(self.shard["batches"]), _ids(self.shard["snapshots"]), transforms,
                       workshop.toolchain, build.seed, workshop.missing)
        return {**self.shard, "batches": [*self.shard["batches"], *map(str, made.batches)]}


class VerifyOperator(_ShardWord):
    """Compiles and runs the records of one shard; gives the shard with its batches of verdicts."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, list[str]]:
        from provenance.pipeline import find_workshop, verify

        workshop = find_workshop()
        said = verify(context, _ids(self.shard["batches"]), _ids(self.shard["snapshots"]), workshop.toolchain,
                      workshop.missing)
        return {**self.shard, "verdicts": list(map(str, said.batches))}


class JudgeOperator(ProvenanceOperator):
    """Finds exact and near-duplicates over all shards."""

    template_fields = (*ProvenanceOperator.template_fields, "shards")

    def __init__(self, *, shards: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shards = shards

    def say(self, context: Context, airflow: Mapping[str, Any]) -> list[str]:
        from provenance.pipeline import judge

        return list(map(str, judge(context, _all(self.shards, "batches"), self.build().near_duplicate).batches))


class AssembleOperator(ProvenanceOperator):
    """Chooses the training set and writes its files; gives its name, version and the sha256 of its manifest."""

    template_fields = (*ProvenanceOperator.template_fields, "shards", "judged")

    def __init__(self, *, shards: Any, judged: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shards = shards
        self.judged = judged

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, str]:
        from provenance.pipeline import assemble, read_policy

        build = self.build()
        _, dataset = assemble(context, build.dataset, _all(self.shards, "batches"),
                              _all(self.shards, "verdicts") + _ids(self.judged), read_policy(build.policy),
                              dict(build.shares) or None, build.seed)
        return {"dataset": str(dataset.ref), "manifest_sha256": dataset.digest.hex}


class GateOperator(ProvenanceOperator):
    """Decides; where it allows, publishes the training set in the same task, so that no other task's state can."""

    template_fields = (*ProvenanceOperator.template_fields, "dataset", "policy")

    def __init__(self, *, dataset: Any, policy: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("outlets", [TRAINING_SET])
        super().__init__(**kwargs)
        self.dataset = dataset
        self.policy = policy

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, str]:
        from provenance.pipeline import gate, read_policy

        given = self.dataset if isinstance(self.dataset, str) else self.dataset["dataset"]
        ticket = gate(context, given, read_policy(self.policy or self.build().policy)).require()
        published = {"dataset": str(ticket.dataset.ref), "manifest_sha256": ticket.dataset.digest.hex,
                     "decision": str(ticket.batch), "policy": ticket.decision.policy_name}
        airflow["outlet_events"][TRAINING_SET].extra = published
        return published


class RequireTicketOperator(ProvenanceOperator):
    """First task of a training DAG: refuses unless the ledger holds an allowing decision for exactly these files, and
    deciding afresh still allows. The event that started the run is a hint which set is meant, never a permission.

    Args:
        policy: the policy that this model demands; the event's policy counts for nothing.
        dataset: ``name@version``; where empty, the one that the triggering asset event names.
    """

    template_fields = (*ProvenanceOperator.template_fields, "policy", "dataset")

    def __init__(self, *, policy: str, dataset: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.policy = policy
        self.dataset = dataset

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, str]:
        from provenance.pipeline import read_policy, require_ticket

        wanted, digest = self.dataset, ""
        if not wanted:
            events = [event for found in airflow["triggering_asset_events"].values() for event in found]
            extras = [event.extra for event in events if event.extra and event.extra.get("dataset")]
            if not extras:
                raise GateClosed("this run", "was not started by a published training set and names none",
                                 "trigger it with the param dataset = name@version")
            wanted, digest = str(extras[-1]["dataset"]), str(extras[-1].get("manifest_sha256", ""))
        ticket = require_ticket(context, wanted, read_policy(self.policy), digest)
        return {"dataset": str(ticket.dataset.ref), "manifest_sha256": ticket.dataset.digest.hex,
                "path": str(ticket.dataset.path), "decision": str(ticket.batch)}


class RecordConsumptionOperator(ProvenanceOperator):
    """Keeps which model consumed which training set under which decision; goes after the trainer.

    Args:
        model: name and version of the model.
        ticket: what `RequireTicketOperator` gave.
    """

    template_fields = (*ProvenanceOperator.template_fields, "model", "ticket")

    def __init__(self, *, model: str, ticket: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.ticket = ticket

    def say(self, context: Context, airflow: Mapping[str, Any]) -> str:
        from provenance.pipeline.consuming import record_consumption

        if not self.ticket:
            # A task that was marked as success by hand has no result.
            raise GateClosed(self.model, "has no ticket to have trained on", "let require_ticket run; do not mark it")
        return str(record_consumption(context, self.model, self.ticket["dataset"], self.ticket["decision"]).batches[0])


def _ids(texts: Iterable[str]) -> list[Any]:
    from provenance.model.identity import BatchId

    return [BatchId.parse(text) for text in texts]


def _all(shards: Iterable[Mapping[str, Any]], key: str) -> list[Any]:
    # Copybooks shared by shards and retried tasks may name a batch twice.
    return sorted({batch for shard in shards for batch in _ids(shard.get(key, ()))})
