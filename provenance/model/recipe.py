"""A recipe: all that decides what a batch is. The same recipe is the same batch, whoever runs it and how often.

    >>> a = Recipe("augment", "1", {"transform": "rename"}, seed=7)
    >>> a.batch == Recipe("augment", "1", {"transform": "rename"}, seed=7).batch
    True

Run, try number and clock are not part of it: a retry, a zombie task and tomorrow's run have the same recipe and adopt
what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provenance.model.identity import BatchId, Digest


@dataclass(frozen=True, slots=True)
class Recipe:
    """Step, version, parameters, seed, parents and shard.

    Attributes:
        step: "ingest", "augment", "verify" ...
        step_version: raised whenever the step's output for the same input changes.
        params: JSON values; everything that shapes the output, toolchain versions and input digests included.
        parents: batches read, in order of id.
        seed: seed or draw number; 0 where nothing is drawn.
        shard: which part of the work this is ("bucket 3 of 16", a content-defined key); empty where there is one.
    """

    step: str
    step_version: str
    params: Mapping[str, Any] = field(default_factory=dict)
    parents: tuple[BatchId, ...] = ()
    seed: int = 0
    shard: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "step_version": self.step_version, "params": dict(self.params),
                "parents": [str(batch) for batch in sorted(set(self.parents))], "seed": self.seed, "shard": self.shard}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Recipe:
        return cls(value["step"], value["step_version"], value["params"],
                   tuple(BatchId.parse(text) for text in value["parents"]), value["seed"], value["shard"])

    @property
    def digest(self) -> Digest:
        """sha256 of the canonical JSON, with a tag so that it can never equal a digest of anything else."""
        return Digest.of_json({"corpus-provenance-recipe": 1, **self.to_json()})

    @property
    def maker(self) -> str:
        """What makes the records of this batch: the step with its transform, skeleton, or mode and model."""
        named = [str(self.params[key]) for key in ("transform", "mode", "skeleton", "model") if self.params.get(key)]
        return ":".join([self.step, *named])

    @property
    def batch(self) -> BatchId:
        return BatchId.of(self.digest)
