"""The word that a trainer says afterwards: this model consumed that training set, under that decision."""

from __future__ import annotations

from datetime import UTC, datetime

from provenance.errors import LedgerError
from provenance.ledger.codec import table
from provenance.ledger.datasets import find_dataset
from provenance.model.identity import BatchId
from provenance.model.recipe import Recipe
from provenance.pipeline.context import Context
from provenance.pipeline.run_step import Made, StepResult, Work, run_step

VERSION = "1"


def record_consumption(context: Context, model: str, dataset: str, decision: str) -> StepResult:
    """Keep which model consumed which training set; saying it twice keeps one.

    Raises:
        LedgerError: the decision is not an allowing one about this set.
    """
    folder = find_dataset(context.ledger, dataset)
    batch, ticket = BatchId.parse(folder.manifest["version"]), BatchId.parse(decision)
    stands = context.ledger.manifest(ticket)
    if (stands is None or stands.recipe.step != "gate" or stands.recipe.params.get("outcome") != "allow"
            or stands.recipe.params.get("manifest_sha256") != folder.digest.hex):
        raise LedgerError(decision, f"is not a decision that allows {folder.ref}", "gate the set, then train on it")
    recipe = Recipe("consume", VERSION, {"model": model, "dataset": str(folder.ref), "ticket": decision}, (batch, ticket))

    def make() -> Made:
        return Made({"consumptions": table("consumptions", [{
            "model": model, "run": context.run_id, "dataset": batch.number, "name": folder.manifest["name"],
            "ticket": decision, "consumed_at": datetime.now(UTC)}])})

    return run_step(context, "consume", VERSION, (batch,), [Work(recipe, make, "")], {"model": model})
