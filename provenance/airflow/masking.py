"""The operator that masks, over one shard.

    masked = MaskOperator.partial(task_id="mask", config="{{ params.config }}").expand(shard=shards.output)

A build file without a table ``[mask]`` asks for nothing, and the shard is handed on as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provenance.airflow.operators import ShardWord, ids

if TYPE_CHECKING:
    from provenance.pipeline import Context


class MaskOperator(ShardWord):
    """Masks the records of one shard; gives the shard with the batches of masked records added to its own."""

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, Any]:
        from provenance.pipeline.masking import mask_records

        masking = self.build().masking
        if masking is None:
            return dict(self.shard)
        masked = list(map(str, mask_records(context, ids(self.shard["batches"]), masking).batches))
        # What is made later is made of the masked ones too, and not of the originals that they stand in for.
        return {**self.shard, "batches": [*self.shard["batches"], *masked], "roots": [*self.shard["roots"], *masked]}
