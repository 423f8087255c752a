"""Everything that people were asked and have said, read from a ledger: the desk at which reviews are worked on.

    desk = read_desk(ledger)
    desk.needed(record, default=2), desk.answers_on(record)

Read anew for each use and never kept: what people say is added to the ledger by several tools at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from provenance.errors import InvalidId
from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId
from provenance.model.verdict import Outcome
from provenance.steps.review import CHECK, Answer

#: Kind of the evidence that names, by pseudonym, who edited a record.
EDITED = "review-edit"


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of ``queue``."""

    record: RecordId
    plan: str
    why: str
    question: str
    needed: int
    gold: str
    asked_at: datetime


def now(reason: str) -> str:
    """A reason without "withdrawn: now" or "rejected-before: now" before it."""
    before, found, after = reason.partition(": now ")
    return after if found and before in ("withdrawn", "rejected-before") else reason


@dataclass(frozen=True, slots=True)
class Said:
    """What the check ``review`` said of a record: every outcome so far, and the last one's reason and value."""

    outcomes: frozenset[Outcome]
    outcome: Outcome
    reason: str
    value: str

    @property
    def needed(self) -> int | None:
        """How many reviewers it was said with; None where the value does not tell."""
        try:
            value = json.loads(self.value)
        except ValueError:
            return None
        needed = value.get("needed") if isinstance(value, dict) else None
        return needed if isinstance(needed, int) and needed >= 1 else None

    @property
    def now(self) -> str:
        """What answers add up to by the reason, without what became of an earlier verdict."""
        return now(self.reason)


@dataclass(slots=True)
class Desk:
    """Questions, answers and verdicts by record. Answers that no known record has are not here."""

    asked: dict[RecordId, list[Asked]] = field(default_factory=dict)
    answers: dict[RecordId, list[Answer]] = field(default_factory=dict)
    said: dict[RecordId, Said] = field(default_factory=dict)

    @property
    def plans(self) -> list[str]:
        """The plans, in the order in which they were made."""
        first: dict[str, datetime] = {}
        for rows in self.asked.values():
            for row in rows:
                first[row.plan] = min(row.asked_at, first.get(row.plan, row.asked_at))
        return sorted(first, key=lambda plan: (first[plan], plan))

    @property
    def gold(self) -> dict[RecordId, str]:
        """Record -> digest of its known answer."""
        return {record: row.gold for record, rows in self.asked.items() for row in rows if row.gold}

    @property
    def everything(self) -> list[Answer]:
        """Every answer."""
        return [answer for record in sorted(self.answers) for answer in self.answers[record]]

    def find(self, text: str) -> RecordId | None:
        """The record of this id where somebody was asked about it, without a look at the ledger."""
        try:
            record = RecordId.parse(text)
        except InvalidId:
            return None
        return record if record in self.asked else None

    def needed(self, record: RecordId, default: int, wanted: int | None = None) -> int:
        """Independent reviewers that a record needs: the most that any plan asks.

        Where none asks: what is wanted now, else what its last verdict was said with, else the default.
        """
        said = self.said.get(record)
        unasked = wanted or (said.needed if said else None) or default
        return max((row.needed for row in self.asked.get(record, ())), default=unasked)

    def plan_of(self, record: RecordId) -> str:
        """The newest plan that asks about a record; empty where none does."""
        rows = self.asked.get(record, ())
        return max(rows, key=lambda row: (row.asked_at, row.plan)).plan if rows else ""

    def questions_of(self, record: RecordId, plan: str) -> tuple[str, ...]:
        """What a plan asks of a record in words; the verdict is always asked."""
        return tuple(sorted({row.question for row in self.asked.get(record, ()) if row.plan == plan} - {"approve"}))


def read_desk(ledger: Ledger) -> Desk:
    """Read the questions, answers and review verdicts of all batches.

    Raises:
        LedgerCorrupt: a stored part is absent or altered.
    """
    desk = Desk()
    said: dict[RecordId, list[tuple[datetime, dict[str, Any]]]] = {}
    for manifest in ledger.manifests():
        if "queue" in manifest.parts:
            for row in ledger.table(manifest, "queue").to_pylist():
                record = RecordId(row["batch"], row["row"])
                desk.asked.setdefault(record, []).append(Asked(
                    record, row["plan"], row["why"], row["question"], row["needed"], row["gold"] or "", row["asked_at"]))
        if "reviews" in manifest.parts:
            for row in ledger.table(manifest, "reviews").to_pylist():
                answer = _answer(row)
                desk.answers.setdefault(answer.record, []).append(answer)
        if manifest.recipe.step == "review" and "verdicts" in manifest.parts:
            for row in ledger.table(manifest, "verdicts").to_pylist():
                if row["check"] == CHECK and row["batch"] is not None:
                    said.setdefault(RecordId(row["batch"], row["row"]), []).append((row["judged_at"], row))
    for answers in desk.answers.values():
        answers.sort(key=lambda answer: answer.moment)
    for record, rows in said.items():
        last = max(rows, key=lambda pair: (pair[0], pair[1]["outcome"], pair[1]["reason"]))[1]
        desk.said[record] = Said(frozenset(Outcome(row["outcome"]) for _, row in rows), Outcome(last["outcome"]),
                                 last["reason"], last["value"])
    return desk


def _answer(row: Mapping[str, Any]) -> Answer:
    verdict = row["verdict"] if row["verdict"] in ("approve", "reject") else "unsure"
    return Answer(RecordId(row["batch"], row["row"]), row["reviewer"], verdict, row["label"] or "{}",
                  row["reviewed_at"] or datetime(1970, 1, 1, tzinfo=UTC), row["plan"] or "", row["role"] or "reviewer",
                  row["comment"] or "", row["seconds"], row["origin"] or "")


def makers_of(ledger: Ledger, records: Iterable[RecordId]) -> dict[RecordId, frozenset[str]]:
    """The people who wrote or edited some records, as pseudonyms: nobody reviews their own work."""
    wanted: dict[BatchId, set[int]] = {}
    for record in records:
        wanted.setdefault(record.batch_id, set()).add(record.row)
    found: dict[RecordId, set[str]] = {}
    for batch, rows in wanted.items():
        manifest = ledger.require(batch)
        for row in _rows(ledger, manifest, "sources", rows):
            found.setdefault(RecordId(batch.number, row["row"]), set()).update(row["authors"] or ())
        for row in _rows(ledger, manifest, "evidence", rows):
            if row["kind"] == EDITED:
                found.setdefault(RecordId(batch.number, row["row"]), set()).add(json.loads(row["value"])["by"])
    return {record: frozenset(people) for record, people in found.items()}


def _rows(ledger: Ledger, manifest: Any, name: str, rows: set[int]) -> Sequence[dict[str, Any]]:
    if name not in manifest.parts:
        return ()
    return [row for row in ledger.table(manifest, name).to_pylist() if row["row"] in rows]


def known_record(ledger: Ledger, text: str) -> RecordId:
    """A record id that is in the ledger.

    Raises:
        InvalidId: it is no record id, or the ledger has no such record.
    """
    record = RecordId.parse(text)
    manifest = ledger.manifest(record.batch_id)
    if manifest is None or record.row >= manifest.records:
        raise InvalidId(text, "is no record of this ledger", "copy the id from: provenance review list")
    return record
