"""The operators that make new samples: generate and adversarial, each over one shard.

    made = GenerateOperator.partial(task_id="generate", config="{{ params.config }}").expand(shard=augment.output)

Both are safe to retry: batches that are stored are adopted, and answers that came before a task was killed are in the
ledger's journal and not paid for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provenance.airflow.operators import ShardWord, ids
from provenance.errors import PolicyError, ProvenanceError, SourceError

if TYPE_CHECKING:
    from provenance.pipeline import Context


class _Asking(ShardWord):
    """A word that asks models: an endpoint that is away today may answer tomorrow, so its failure is not final."""

    def hopeless(self, error: ProvenanceError) -> bool:
        return super().hopeless(error) and not isinstance(error, SourceError)


class GenerateOperator(_Asking):
    """Carries out every ``[[generate]]`` of the build file over one shard; gives the shard with its new batches added."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, Any]:
        from provenance.pipeline import find_workshop, produce

        build = self.build()
        if not build.generating:
            return dict(self.shard)
        # Of what people wrote: asking about what a rule has made of it would only make it deeper.
        made = produce(context, ids(self.shard["roots"]), ids(self.shard["snapshots"]), build.generating, find_workshop(),
                       ids(self.shard["around"]), alone=True)
        return {**self.shard, "batches": [*self.shard["batches"], *(str(batch) for each in made for batch in each.batches)]}


class AdversarialOperator(_Asking):
    """Plays the match of the build file over one shard; gives the shard with the batch of each round added."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, Any]:
        from provenance.pipeline import find_workshop, play_match

        build = self.build()
        if build.playing is None:
            raise PolicyError(self.config, "has no table [adversarial]", "add one: docs/adversarial.md")
        played = play_match(context, ids(self.shard["roots"]), ids(self.shard["snapshots"]), build.playing,
                            find_workshop(), build.seed)
        return {**self.shard, "batches": [*self.shard["batches"], *map(str, played.step.batches)],
                "rounds": [each.to_json() for each in played.rounds], "stopped": played.stopped}
