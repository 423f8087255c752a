"""The word that withdraws: a recall is kept as a batch; gates that decide after it deny what descends from it."""

from __future__ import annotations

from datetime import UTC, datetime

from provenance.errors import InvalidId, PolicyError
from provenance.ledger.codec import table
from provenance.model.identity import Digest, RecordId, Swhid
from provenance.model.recipe import Recipe
from provenance.pipeline.context import Context
from provenance.pipeline.run_step import Made, StepResult, Work, run_step

VERSION = "1"
KINDS = ("record", "source", "model", "licence", "person")


def recall(context: Context, kind: str, target: str, reason: str, by: str) -> StepResult:
    """Withdraw a record, source, model, licence or person (as in ``sources.authors``). Saying the same recall twice keeps one.

    Raises:
        PolicyError: unknown kind, or no target, reason or person.
        InvalidId: the target of kind record is not a record id, a SWHID or a sha256 digest.
    """
    if kind not in KINDS:
        raise PolicyError(kind, "cannot be recalled", f"use one of {', '.join(KINDS)}")
    for name, value in (("target", target), ("reason", reason), ("by", by)):
        if not value.strip():
            raise PolicyError(name, "is empty", "a recall needs a target, a reason, and somebody who answers for it")
    if kind == "record":
        # A recall cannot be taken back, and one that cannot be looked up closes every gate.
        _check_record(target)
    row = {"kind": kind, "target": target, "reason": reason, "recalled_by": by}
    recipe = Recipe("recall", VERSION, row)

    def make() -> Made:
        return Made({"recalls": table("recalls", [{**row, "recalled_at": datetime.now(UTC)}])})

    return run_step(context, "recall", VERSION, (), [Work(recipe, make, "")], {"kind": kind})


def _check_record(target: str) -> None:
    for prefix, parse in (("rec:", RecordId.parse), ("swh:", Swhid.parse), ("sha256:", Digest.parse)):
        if target.startswith(prefix):
            parse(target)
            return
    raise InvalidId(target, "is not a record id, a SWHID or a sha256 digest",
                    "write rec:<16 hex>.<row>, swh:1:cnt:<40 hex> or sha256:<64 hex>")
