"""VOUCH: what a record's making proved, as a verdict, so that a policy can ask for it (check ``proof``).

Only ``proved`` is a pass: what could only be looked at in part warns, and what nobody checked is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from provenance.model.identity import BatchId, RecordId, canonical_json
from provenance.model.record import Record
from provenance.model.verdict import Outcome, Verdict

CHECK = "proof"
_OUTCOMES = {"proved": Outcome.PASS, "partly": Outcome.WARN, "unchecked": Outcome.SKIPPED}


def vouch(batch: BatchId, records: Iterable[Record]) -> Iterator[Verdict]:
    """One verdict a record, from the evidence of its making; a making without a word of proof is skipped."""
    for row, record in enumerate(records):
        making: dict[str, Any] = next((json.loads(item.value) for item in record.evidence if item.kind == "making"), {})
        proof = making.get("proof", {})
        tool, _, version = str(proof.get("tool", "")).rpartition(" ")
        yield Verdict(CHECK, _OUTCOMES.get(proof.get("status", ""), Outcome.SKIPPED), RecordId(batch.number, row),
                      value=canonical_json(proof.get("checks", {})).decode(), reason=str(proof.get("reason", "")), tool=tool,
                      tool_version=version)
