"""Evidence: from a file's history, the signals in it and a claim to rows that each say what they are worth.

    >>> old = Touch("a" * 40, at=1500000000)
    >>> [(row.kind, row.points_to, row.grade.name) for row in evidence_of([old], None)]
    [('history', <OriginClass.HUMAN: 'human'>, 'E2')]
    >>> [(row.kind, row.points_to) for row in evidence_of([Touch("b" * 40, at=1700000000)], None)]
    [('history', None)]

The rows are added up by `origin.weigh`, on the safe side; here nothing is decided and nothing contradictory is left
out. A history after the cut-off without a signal informs and speaks for nobody: only a claim makes such a file human.
Dates are self-declared, so a commit counts as no earlier than any of its ancestors, and never above grade E2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from provenance.model.identity import canonical_json
from provenance.model.origin import Evidence, EvidenceGrade, Finding, OriginClass, weigh
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.ingest.attributions import Lines
from provenance.steps.ingest.signals import Signal

#: 2021-06-29 00:00 UTC: technical preview of GitHub Copilot, the first code model that the public could use
#: (https://github.blog/2021-06-29-introducing-github-copilot-ai-pair-programmer/). Unix seconds.
CUT_OFF = 1624924800
#: Dates before 1970-01-02 are broken clocks and forgeries, not histories.
_FIRST_DATE = 86400
#: Commits named in one row of evidence; the count beside them is always the whole.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Touch:
    """One commit that touched a file.

    Attributes:
        commit: its id.
        at: Unix seconds; the latest of author date, committer date and those of all ancestors.
        signals: see `signals.signals_of`.
        signature: "none", "present" (not checked, or by a key that is not on the list) or "verified".
        unread: it has an AI note that could not be read.
    """

    commit: str
    at: int
    signals: tuple[Signal, ...] = ()
    signature: str = "none"
    unread: bool = False


def evidence_of(touches: Sequence[Touch], lines: Sequence[Lines] | Lines | None, claim: Evidence | None = None,
                ) -> tuple[Evidence, ...]:
    """Every row of evidence on one file, sorted.

    Args:
        touches: commits that touched it, newest first.
        lines: what notes and traces say about its lines of today.
        claim: the user's claim, see `claim_of`.
    """
    told = [lines] if isinstance(lines, Lines) else list(lines or ())
    rows = [*_signal_rows(touches), *(row for item in told for row in _line_rows(item))]
    if any(touch.unread for touch in touches):
        rows.append(_row("git-ai-note", {"problem": "unreadable",
                                         "commits": [t.commit[:12] for t in touches if t.unread][:_NAMED]}))
    # Even a signal too weak to speak (E0), or a note that nobody can read, breaks the silence that human grades need.
    silent = all(row.points_to in (None, OriginClass.HUMAN) for row in rows) and not any(t.unread for t in touches)
    rows += _history_rows(touches, silent)
    rows += _signature_rows(touches, told, silent)
    if claim:
        rows.append(claim)
    return tuple(sorted(rows, key=Evidence.sort_key))


def claim_of(claim: str, claimed_by: str) -> Evidence | None:
    """The row for a claim by an accountable person or organisation, grade E1; None for no claim."""
    if not claim:
        return None
    return _row("claim", {"class": claim, "by": claimed_by}, OriginClass(claim), EvidenceGrade.E1)


def settle(evidence: Sequence[Evidence], subject: str) -> tuple[Finding, tuple[Evidence, ...], tuple[Verdict, ...]]:
    """Weigh, and show what contradicts the answer: a row of evidence and a warning, never silence."""
    finding = weigh(evidence)
    rows, verdicts = list(evidence), []
    if finding.conflicts:
        winners = sorted({row.kind for row in evidence if row.points_to is finding.origin})
        against = [[row.kind, str(row.points_to), row.grade.name] for row in finding.conflicts]
        rows.append(_row("conflict", {"origin": str(finding.origin), "against": against}))
        told = ", ".join(f"{kind} says {points_to} ({grade})" for kind, points_to, grade in against)
        verdicts.append(Verdict("origin", Outcome.WARN, subject=subject, value=str(finding.origin),
                                reason=f"conflict: {told}; {' and '.join(winners)} says {finding.origin}"))
    return finding, tuple(sorted(rows, key=Evidence.sort_key)), tuple(verdicts)


def iso(at: int) -> str:
    """Unix seconds as ISO 8601 in UTC; empty for a date that no calendar has."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def _row(kind: str, value: dict[str, Any], points_to: OriginClass | None = None,
         grade: EvidenceGrade = EvidenceGrade.E0) -> Evidence:
    return Evidence(kind, canonical_json(value).decode(), points_to, grade)


def _signal_rows(touches: Sequence[Touch]) -> list[Evidence]:
    by_signal: dict[Signal, list[Touch]] = {}
    for touch in touches:
        for signal in touch.signals:
            by_signal.setdefault(signal, []).append(touch)
    rows = []
    for signal, found in by_signal.items():
        points_to = signal.points_to
        # "All of this change was made by a machine" is about the whole file only where that change brought the file.
        if signal.whole and found[-1] is touches[-1]:
            points_to = OriginClass.SYNTHETIC_MODEL
        value = {"form": signal.form, "agent": signal.agent, "model": signal.model, "count": len(found),
                 "commits": [touch.commit[:12] for touch in found[:_NAMED]]}
        value = {key: item for key, item in value.items() if item != ""}
        rows.append(_row(signal.kind, value, points_to, signal.grade))
    return rows


def _line_rows(lines: Lines) -> list[Evidence]:
    value = {"lines": lines.total, "ai": lines.ai, "human": lines.human, "mixed": lines.mixed,
             "untracked": lines.untracked, "agents": list(lines.agents), "models": list(lines.models),
             "commits": list(lines.commits[:_NAMED])}
    rows: list[Evidence] = []
    if lines.total and lines.ai == lines.total:
        rows.append(_row(lines.kind, value, OriginClass.SYNTHETIC_MODEL, EvidenceGrade.E2))
    elif lines.ai or lines.mixed or lines.gone:
        # Where no such line is left, what replaced it may still be an edit of it.
        rows.append(_row(lines.kind, value, OriginClass.AI_ASSISTED, EvidenceGrade.E2))
    elif lines.total and lines.human == lines.total:
        rows.append(_row(lines.kind, value, OriginClass.HUMAN, EvidenceGrade.E2))
    else:
        # Some lines are a human's and the rest is untracked, and untracked is never human.
        rows.append(_row(lines.kind, value))
    if lines.both:
        rows.append(_row("conflict", {"lines": lines.both, "between": ["ai", "human"]}))
    return rows


def _history_rows(touches: Sequence[Touch], silent: bool) -> list[Evidence]:
    if not touches:
        return [_row("history", {"commits": 0})]
    latest = max(touch.at for touch in touches)
    bots = sum(any(signal.kind == "bot" for signal in touch.signals) for touch in touches)
    value = {"commits": len(touches), "bots": bots, "latest": iso(latest), "cut_off": iso(CUT_OFF)}
    # The brief of the project: all commits before the cut-off, no AI signal, and not made by bots alone.
    if silent and bots < len(touches) and latest < CUT_OFF and min(touch.at for touch in touches) >= _FIRST_DATE:
        return [_row("history", value, OriginClass.HUMAN, EvidenceGrade.E2)]
    return [_row("history", value)]


def _signature_rows(touches: Sequence[Touch], told: Sequence[Lines], silent: bool) -> list[Evidence]:
    state = weakest(touches)
    if state == "none":
        return []
    value = {"state": state, "commits": len(touches)}
    bots_only = all(any(signal.kind == "bot" for signal in touch.signals) for touch in touches)
    if state != "verified" or not silent or bots_only:
        return [_row("signature", value)]
    attested = any(item.total and item.human == item.total for item in told)
    return [_row("signature", value | ({"lines": "human"} if attested else {}), OriginClass.HUMAN,
                 EvidenceGrade.E4 if attested else EvidenceGrade.E3)]


def weakest(touches: Sequence[Touch]) -> str:
    """The signature state of a file: that of its least signed commit."""
    order = ("none", "present", "verified")
    return min((touch.signature for touch in touches), key=order.index, default="none")
