"""What people are asked, and what they say: a task, a reply as a tool gives it, an answer as the ledger keeps it.

    >>> early = Answer(RecordId(1, 0), "person:a", "approve", at=datetime(2026, 11, 1, tzinfo=UTC))
    >>> late = replace(early, verdict="reject", at=datetime(2026, 11, 2, tzinfo=UTC))
    >>> [answer.verdict for answer in latest([late, early])]
    ['reject']

Nothing here knows a tool, a file or a ledger. A reply without a name, or with a word that is none of the three verdicts,
is refused: an approval that nobody answers for is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from provenance.model.identity import Digest, RecordId, canonical_json

VERDICTS = ("approve", "reject", "unsure")
ROLES = ("reviewer", "arbiter")
#: What may be asked of a record besides whether it is fit: each is answered in words of one's own.
QUESTIONS = ("summary", "defect", "business-rule")
#: Longest comment or answer in words, in characters; beyond it a file was pasted into the wrong box.
LONGEST = 20_000

__all__ = ["LONGEST", "QUESTIONS", "ROLES", "VERDICTS", "Answer", "Reply", "Task", "faults_of", "label_text", "latest", "replace"]


@dataclass(frozen=True, slots=True)
class Task:
    """One record put before a person. How it was drawn, and whether its answer is known, is left out on purpose.

    Attributes:
        record: record id, as text.
        plan: the plan that asks; role: as what the answer counts.
        questions: what is asked in words, besides the verdict.
        language, kind, name, text: of the record; checks: what checks said ("compile pass"), sorted.
        parent, parent_text: the record that it was made from; empty for a root.
    """

    record: str
    plan: str = ""
    role: str = "reviewer"
    questions: tuple[str, ...] = ()
    language: str = ""
    kind: str = ""
    name: str = ""
    text: str = ""
    checks: tuple[str, ...] = ()
    parent: str = ""
    parent_text: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One person's reply as a tool or a file gives it, before anything was looked up.

    Attributes:
        place: where it stands, for messages ("row 3").
        record, verdict, plan, role, comment: as given; ``who``: name, address, or the tool's number of a user.
        label: question -> answer in words.
        seconds: time spent, None where the tool does not say. at: when, None where the tool does not say.
    """

    place: str
    record: str
    who: str
    verdict: str
    label: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    seconds: int | None = None
    at: datetime | None = None
    plan: str = ""
    role: str = "reviewer"


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of ``reviews``: who is a pseudonym, label is canonical JSON."""

    record: RecordId
    reviewer: str
    verdict: str
    label: str = "{}"
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    plan: str = ""
    role: str = "reviewer"
    comment: str = ""
    seconds: int | None = None
    origin: str = ""

    @property
    def content(self) -> tuple[Any, ...]:
        """What is said and by whom, without when and through what: the same twice says nothing new."""
        return (self.record, self.reviewer, self.verdict, self.label, self.plan, self.role, self.comment)

    @property
    def moment(self) -> tuple[datetime, int, str]:
        """Order in time; of two answers at one moment the more careful is the later."""
        return (self.at, ("approve", "unsure", "reject").index(self.verdict), str(self.content))

    def to_json(self) -> dict[str, Any]:
        """As canonical JSON takes it: for the recipe of the batch that keeps it."""
        return {"record": str(self.record), "reviewer": self.reviewer, "verdict": self.verdict, "label": self.label,
                "at": self.at.astimezone(UTC).isoformat(), "plan": self.plan, "role": self.role, "comment": self.comment,
                "seconds": self.seconds, "origin": self.origin}


def digest_of(answers: Iterable[Answer]) -> Digest:
    """One digest of some answers, whatever their order."""
    return Digest.of_json(sorted(canonical_json(answer.to_json()).decode() for answer in answers))


def latest(answers: Iterable[Answer]) -> list[Answer]:
    """The last word of each person on each record in each role, in order of record and person."""
    last: dict[tuple[RecordId, str, str], Answer] = {}
    for answer in answers:
        key = (answer.record, answer.reviewer, answer.role)
        if key not in last or answer.moment > last[key].moment:
            last[key] = answer
    return [last[key] for key in sorted(last)]


def label_text(label: Mapping[str, str]) -> str:
    """Labels as they are stored: canonical JSON, without those that were left empty."""
    return canonical_json({key: text for key, value in label.items() if (text := str(value).strip())}).decode()


def faults_of(reply: Reply) -> list[str]:
    """What is wrong with a reply in itself; empty where nothing is."""
    found = []
    if not reply.who.strip():
        found.append("nobody is named who answers for it")
    if reply.verdict not in VERDICTS:
        found.append(f"says {reply.verdict!r}, which is none of {', '.join(VERDICTS)}")
    if reply.role not in ROLES:
        found.append(f"has the role {reply.role!r}, which is none of {', '.join(ROLES)}")
    if reply.seconds is not None and not 0 <= reply.seconds < 2**31:
        found.append(f"took {reply.seconds} seconds")
    for key, value in (*reply.label.items(), ("comment", reply.comment)):
        if not key.strip() or len(key) > 64:
            found.append(f"has a label without a fit name: {key[:64]!r}")
        if len(value) > LONGEST:
            found.append(f"has {len(value)} characters of {key}, more than {LONGEST}")
        if any(0xD800 <= ord(character) < 0xE000 for character in key + value):
            found.append(f"has a {key[:64]!r} that is no Unicode text")
    return found
