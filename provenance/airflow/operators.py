"""One operator a word, from a plan to a published training set.

    plan = PlanOperator(task_id="plan", config="{{ params.config }}")
    ingest = IngestOperator.partial(task_id="ingest", config="{{ params.config }}").expand(source=plan.output)

Ids and counts go through XCom, records never; Airflow maps over shards, never over records. Each piece of mapped work
says which part it is ("2/3"), so that one that is missing, because somebody marked its task as success, is noticed and
never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowFailException

from provenance.airflow.published import TRAINING_SET
from provenance.airflow.task import BuildOperator
from provenance.errors import PolicyError, ProvenanceError, SourceError

if TYPE_CHECKING:
    from provenance.pipeline import Context


class PlanOperator(BuildOperator):
    """Reads and checks the build file and the policy; gives the numbers of its sources, to map over."""

    makes_ledger = True

    def say(self, context: Context, airflow: Mapping[str, Any]) -> list[int]:
        from provenance.pipeline import read_policy

        build = self.build()
        read_policy(build.policy)
        return list(range(len(build.sources)))


class IngestOperator(BuildOperator):
    """Reads one source of the build file into the ledger; gives its batches and its snapshot.

    Args:
        source: number of the source in the build file, from 0.
    """

    template_fields: Sequence[str] = (*BuildOperator.template_fields, "source")
    makes_ledger = True
    _remote = False

    def __init__(self, *, source: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = source

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, Any]:
        from provenance.pipeline import ingest

        sources, number = self.build().sources, int(self.source)
        if number not in range(len(sources)):
            raise PolicyError(self.config, f"has no source {number}; it names {len(sources)}", "clear the task plan")
        self._remote = "://" in sources[number].where
        *buckets, snapshot = map(str, ingest(context, sources[number]).batches)
        return {"part": f"{number + 1}/{len(sources)}", "batches": buckets, "snapshots": [snapshot]}

    def hopeless(self, error: ProvenanceError) -> bool:
        # An address may answer the next time; a path will not.
        return super().hopeless(error) and not (self._remote and isinstance(error, SourceError))


class ShardOperator(BuildOperator):
    """Cuts what was ingested into pieces of work, to map over; a piece never mixes snapshots.

    Args:
        ingested: what the ingest tasks gave.
        shards: about how many pieces to make over all sources.
    """

    template_fields: Sequence[str] = (*BuildOperator.template_fields, "ingested")

    def __init__(self, *, ingested: Any, shards: int = 16, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ingested = ingested
        self.shards = shards

    def say(self, context: Context, airflow: Mapping[str, Any]) -> list[dict[str, Any]]:
        from provenance.model.identity import BatchId

        pieces: list[dict[str, Any]] = []
        ingested = _whole(self.ingested, "ingest")
        # Tests and examples for a program may lie in another shard, or in another repository.
        everywhere = [snapshot for found in ingested for snapshot in found["snapshots"]]
        for found in ingested:
            filled = [batch for batch in found["batches"] if context.ledger.require(BatchId.parse(batch)).records]
            size = max(1, -(-len(filled) * len(ingested) // self.shards))
            pieces += [{"batches": filled[start:start + size], "roots": filled[start:start + size],
                        "snapshots": found["snapshots"], "around": everywhere} for start in range(0, len(filled), size)]
        if not pieces:
            # Mapping over nothing skips every task below, and Airflow calls a run of skipped tasks a success.
            raise SourceError(self.config, "has sources without a single record to take",
                              "ask for the reasons with: provenance sql @refused")
        return [{"part": f"{number}/{len(pieces)}", **piece} for number, piece in enumerate(pieces, 1)]


class ShardWord(BuildOperator):
    """A word over one shard.

    Args:
        shard: what the task before gave for it.
    """

    template_fields: Sequence[str] = (*BuildOperator.template_fields, "shard")

    def __init__(self, *, shard: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shard = shard


class AugmentOperator(ShardWord):
    """Makes versions of the programs of one shard; gives the shard with its new batches added."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, Any]:
        from provenance.pipeline import augment, find_workshop
        from provenance.steps.augment import by_name

        build = self.build()
        if not build.transforms:
            return dict(self.shard)
        transforms = [by_name(name) for name in build.transforms]
        made = augment(context, ids(self.shard["batches"]), ids(self.shard["snapshots"]), transforms,
                       find_workshop(), build.seed, build.per_program)
        return {**self.shard, "batches": [*self.shard["batches"], *map(str, made.batches)]}


class VerifyOperator(ShardWord):
    """Compiles and runs the records of one shard; gives the shard with its batches of verdicts."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, Any]:
        from provenance.pipeline import find_workshop, verify
        from provenance.pipeline.selection import people_of

        # What people made of these records by editing them is judged like the rest.
        edits = list(map(str, people_of(context.ledger, ids(self.shard["batches"]))[0]))
        batches = [*self.shard["batches"], *edits]
        said = verify(context, ids(batches), ids(self.shard["snapshots"]), find_workshop())
        return {**self.shard, "batches": batches, "verdicts": list(map(str, said.batches))}


class JudgeOperator(BuildOperator):
    """Asks the judges of the build file about the records of all shards; gives the batches of their verdicts."""

    template_fields: Sequence[str] = (*BuildOperator.template_fields, "shards")

    def __init__(self, *, shards: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shards = shards

    def say(self, context: Context, airflow: Mapping[str, Any]) -> list[str]:
        from provenance.pipeline import judge_all

        shards = _whole(self.shards, "verify")
        said = judge_all(context, _all(shards, "batches"), self.build().judging)
        return [str(batch) for result in said for batch in result.batches]


class AssembleOperator(BuildOperator):
    """Chooses the training set and writes its files; gives its name, version and the sha256 of its manifest."""

    template_fields: Sequence[str] = (*BuildOperator.template_fields, "shards", "judged")

    def __init__(self, *, shards: Any, judged: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shards = shards
        self.judged = judged

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, str]:
        from provenance.pipeline import assemble, read_policy

        build, shards = self.build(), _whole(self.shards, "verify")
        _, dataset = assemble(context, build.dataset, _all(shards, "batches"),
                              _all(shards, "verdicts") + ids(_given(self.judged, "judge")), read_policy(build.policy),
                              dict(build.shares) or None, build.seed, build.mixture)
        return {"dataset": str(dataset.ref), "manifest_sha256": dataset.digest.hex}


class GateOperator(BuildOperator):
    """Decides; where it allows, publishes the training set in the same task, so that no other task's state can.

    Args:
        dataset: what the assemble task gave, or ``name@version``.
        policy: name or path of a policy; where empty, the build file's.
        outlets: the assets to publish as; `TRAINING_SET` where not given.
    """

    template_fields: Sequence[str] = (*BuildOperator.template_fields, "dataset", "policy")

    def __init__(self, *, dataset: Any, policy: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("outlets", [TRAINING_SET])
        super().__init__(**kwargs)
        self.dataset = dataset
        self.policy = policy

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, str]:
        from provenance.pipeline import gate, read_policy

        given = _given(self.dataset, "assemble")
        ticket = gate(context, given if isinstance(given, str) else given["dataset"],
                      read_policy(self.policy or self.build().policy)).require()
        published = {"dataset": str(ticket.dataset.ref), "manifest_sha256": ticket.dataset.digest.hex,
                     "decision": str(ticket.batch), "policy": ticket.decision.policy_name}
        for asset in self.outlets:
            if isinstance(asset, Asset):
                airflow["outlet_events"][asset].extra = published
        return published


def _given(value: Any, task: str) -> Any:
    """What a task before this one gave; a task that was marked as success by hand gave nothing."""
    if not value:
        raise AirflowFailException(f"{task}: has left no result. Next: clear it and let it run; "
                                   "a task that is marked as success by hand has none")
    return value


def _whole(pieces: Iterable[Mapping[str, Any]] | None, task: str) -> list[Mapping[str, Any]]:
    """All pieces of mapped work, in order, once it is sure that none is missing."""
    found = _given({str(piece["part"]): piece for piece in pieces or () if piece}, task)
    total = int(next(iter(found)).partition("/")[2])
    wanted = [f"{number}/{total}" for number in range(1, total + 1)]
    if absent := [part for part in wanted if part not in found]:
        _given(None, f"{task} (parts {', '.join(absent)})")
    return [found[part] for part in wanted]


def ids(texts: Iterable[str]) -> list[Any]:
    """Batch ids from their texts."""
    from provenance.model.identity import BatchId

    return [BatchId.parse(text) for text in texts]


def _all(shards: Iterable[Mapping[str, Any]], key: str) -> list[Any]:
    # Copybooks shared by shards and retried tasks may name a batch twice.
    return sorted({batch for shard in shards for batch in ids(shard.get(key, ()))})
