"""What several answers add up to: the verdict ``review`` on a record.

    >>> two = [Answer(RecordId(1, 0), who, "approve") for who in ("person:a", "person:b")]
    >>> agree(RecordId(1, 0), two, needed=2).outcome
    <Outcome.PASS: 'pass'>
    >>> agree(RecordId(1, 0), two[:1], needed=2).reason
    'waiting: 1 of 2'

Passed only where as many independent people approve as are needed and nobody rejects, or where an arbiter approves after
they differed. Silence, a timeout and "unsure" are never an approval. One person is one answer, however often and through
whatever tool they said it. What was rejected stays rejected, and an approval that falls away becomes a fail: a version
that a person has mended is a new record (see `provenance.pipeline.editing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from provenance.errors import PolicyError
from provenance.model.identity import RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.review.answer import Answer, latest
from provenance.steps.review.gold import Score

CHECK = "review"
VERSION = "1"
#: Independent reviewers where neither a plan nor anybody else says how many.
NEEDED = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """When people agree.

    Attributes:
        needed: independent reviewers of records that no plan asks about and that answers come for; None: as was said of
            them before, else `NEEDED`. A plan's own number counts for its records.
        gold_threshold: share of gold questions, 0..1, below which a reviewer does not count.
        gold_least: gold questions that a reviewer must have answered before that is judged.
    """

    needed: int | None = None
    gold_threshold: float = 0.7
    gold_least: int = 3

    def __post_init__(self) -> None:
        if self.needed is not None and not 1 <= self.needed <= 100:
            raise PolicyError("review.needed", f"is {self.needed}, not in 1..100", "two is usual")
        if not 0.0 <= self.gold_threshold <= 1.0:
            raise PolicyError("review.gold_threshold", f"is {self.gold_threshold}, not in 0..1", "0.7 is the default")
        if self.gold_least < 1:
            raise PolicyError("review.gold_least", f"is {self.gold_least}", "give 1 or more")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known besides the answers.

    Attributes:
        scores: reviewer -> gold score.
        makers: record -> the people who wrote or edited it; nobody reviews their own work.
        gold: records that are gold questions; people's answers to them say something of people.
    """

    scores: Mapping[str, Score] = field(default_factory=dict)
    makers: Mapping[RecordId, Set[str]] = field(default_factory=dict)
    gold: Set[RecordId] = frozenset()


def untrusted(scores: Mapping[str, Score], settings: Settings) -> dict[str, str]:
    """Reviewers who failed the gold questions, each with why."""
    return {reviewer: f"gold {found.right} of {found.answered}" for reviewer, found in scores.items()
            if found.answered >= settings.gold_least and found.right < settings.gold_threshold * found.answered}


def agree(record: RecordId, answers: Iterable[Answer], needed: int, standing: Standing = Standing(),
          settings: Settings = Settings(), before: Set[Outcome] = frozenset()) -> Verdict:
    """The verdict ``review`` on one record, from every answer on it.

    Args:
        answers: of any time; only the last of each person counts.
        needed: independent reviewers.
        before: outcomes that this check has said of the record already.
    """
    discounted = untrusted(standing.scores, settings)
    own = standing.makers.get(record, frozenset())
    not_counted: dict[str, str] = {}
    reviewers: dict[str, str] = {}
    arbiters: dict[str, str] = {}
    mine = [answer for answer in latest(answers) if answer.record == record]
    asked = {answer.reviewer for answer in mine if answer.role == "reviewer"}
    for answer in mine:
        if answer.reviewer in own:
            not_counted[answer.reviewer] = "own work"
        elif answer.reviewer in discounted:
            not_counted[answer.reviewer] = discounted[answer.reviewer]
        elif answer.role == "reviewer":
            reviewers[answer.reviewer] = answer.verdict
        elif answer.reviewer in asked:
            not_counted[answer.reviewer] = "arbiter of an own answer"
        else:
            arbiters[answer.reviewer] = answer.verdict
    outcome, reason = _settled(Counter(reviewers.values()), Counter(arbiters.values()), needed)
    if record in standing.gold:
        outcome, reason = Outcome.ABSTAIN, "gold"
    if Outcome.FAIL in before and outcome is not Outcome.FAIL:
        outcome, reason = Outcome.FAIL, f"rejected-before: now {reason}"
    elif Outcome.PASS in before and outcome not in (Outcome.PASS, Outcome.FAIL):
        # The earlier pass is still in the ledger, and only a fail can take it back.
        outcome, reason = Outcome.FAIL, f"withdrawn: now {reason}"
    votes = Counter(reviewers.values())
    value = canonical_json({
        "approve": votes["approve"], "reject": votes["reject"], "unsure": votes["unsure"], "needed": needed,
        "reviewers": sorted(reviewers), "arbiters": sorted(arbiters), "not_counted": dict(sorted(not_counted.items()))})
    return Verdict(CHECK, outcome, record, value=value.decode(), reason=reason, tool="people", tool_version=VERSION)


def _settled(votes: Counter[str], arbiters: Counter[str], needed: int) -> tuple[Outcome, str]:
    total = votes.total()
    if votes["approve"] == total >= needed:
        return Outcome.PASS, f"approved: {total} of {needed}"
    if votes["reject"] == total >= needed:
        return Outcome.FAIL, f"rejected: {total} of {needed}"
    counted = ", ".join(f"{votes[verdict]} {verdict}" for verdict in ("approve", "reject", "unsure") if votes[verdict])
    split = bool(votes["approve"] and votes["reject"])
    if not split and total < needed:
        return Outcome.ABSTAIN, f"waiting: {total} of {needed}"
    # They differ, or could not say: an arbiter's word is asked for, and two arbiters who differ settle nothing.
    if arbiters["approve"] and not arbiters["reject"]:
        return Outcome.PASS, f"approved: by an arbiter, after {counted}"
    if arbiters["reject"] and not arbiters["approve"]:
        return Outcome.FAIL, f"rejected: by an arbiter, after {counted}"
    return Outcome.ABSTAIN, f"{'disagreement' if split else 'unsure'}: {counted}"
