"""Gold questions: some whose answer is known beforehand, mixed in, so that a reviewer who does not look is noticed.

    >>> known = {RecordId(1, 0): gold_digest(b"k" * 32, RecordId(1, 0), "reject")}
    >>> said = [Answer(RecordId(1, 0), "person:a", "approve")]
    >>> score(said, known, b"k" * 32)["person:a"].right
    0

The known answer is stored as a keyed digest, so that neither the queue nor a copy of it gives it away. Whoever holds the
ledger's key can undo it (there are two possible answers): keep the key from those who are asked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provenance.errors import InvalidId
from provenance.model.identity import RecordId, canonical_json
from provenance.steps.review.answer import Answer, latest

#: What can be known beforehand; nobody can know that a person should be unsure.
KNOWN = ("approve", "reject")


@dataclass(frozen=True, slots=True)
class Score:
    """How a reviewer did on gold questions: ``right`` of ``answered``; "unsure" counts as neither."""

    right: int
    answered: int

    @property
    def accuracy(self) -> float | None:
        """0..1; None where none was answered."""
        return self.right / self.answered if self.answered else None


def gold_digest(key: bytes, record: RecordId, verdict: str) -> str:
    """``gold:`` and 16 hex digits of HMAC-SHA256 over the record and its known answer.

    Raises:
        InvalidId: the key is empty, or the answer is none that can be known.
    """
    if not key:
        raise InvalidId("key", "is empty, so anybody could undo the digest", "pass the ledger's secret key")
    if verdict not in KNOWN:
        raise InvalidId(verdict, "is no answer that can be known", f"use one of {', '.join(KNOWN)}")
    message = canonical_json(["gold", str(record), verdict])
    return "gold:" + hmac.new(key, message, hashlib.sha256).hexdigest()[:16]


def score(answers: Iterable[Answer], gold: Mapping[RecordId, str], key: bytes) -> dict[str, Score]:
    """Reviewer -> score, by their last answers; who met no gold question is absent."""
    right: dict[str, list[bool]] = {}
    for answer in latest(answers):
        if answer.record in gold and answer.verdict in KNOWN:
            fits = hmac.compare_digest(gold[answer.record], gold_digest(key, answer.record, answer.verdict))
            right.setdefault(answer.reviewer, []).append(fits)
    return {reviewer: Score(sum(fits), len(fits)) for reviewer, fits in sorted(right.items())}
