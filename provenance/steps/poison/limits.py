"""Who brought much of which little was reviewed: a source, a model or a person, counted and not weighed by shares.

About 250 texts poison a model whatever its corpus holds besides, so a source that is one per cent of a large corpus can
do it. Above a count, somebody must have looked at some of them.

    >>> quota = Quota(unreviewed=100, reviewed=10, rejected=0)
    >>> one = Brought("source", "payroll", records=150, approved=3)
    >>> quota.complaint(one)
    'unreviewed-source: payroll: 150 records, 3 approved'
    >>> quota.complaint(Brought("generator", "model-x", 150, approved=12)) is None
    True

It refuses to find poison: it says where nobody looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenance.model.identity import canonical_json
from provenance.model.verdict import Outcome

_SHOWN = 5
#: Kinds that no limit holds for: what the settings trust, and what an allow-listed key signed.
_FREE = frozenset({"trusted", "signed"})


@dataclass(slots=True)
class Brought:
    """What one source, generator or author brought: records before the judge, and of all its records those that a review
    approved or rejected."""

    kind: str
    name: str
    records: int = 0
    approved: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """See the settings of the judge: most records without review, reviews that are enough, rejections that are borne."""

    unreviewed: int
    reviewed: int
    rejected: int

    def complaint(self, brought: Brought) -> str | None:
        """Why the records of one are not to be taken unseen; None where nothing is to be said."""
        if brought.kind in _FREE:
            return None
        if brought.rejected > self.rejected:
            return (f"rejected-{brought.kind}: {brought.name}: {brought.rejected} rejected, {brought.approved} approved, "
                    f"{brought.records} records")
        if brought.records > self.unreviewed and brought.approved < self.reviewed:
            return f"unreviewed-{brought.kind}: {brought.name}: {brought.records} records, {brought.approved} approved"
        return None


def verdict_on(all_of: Sequence[Brought], quota: Quota, cut: bool, made: bool) -> tuple[Outcome, str, str]:
    """Outcome, reason and value for one record that comes from all of these; ``cut``: there are more, unknown ones;
    ``made``: it was made here, so that nobody need have brought it."""
    complaints = sorted(((text, each) for each in all_of if (text := quota.complaint(each))), key=lambda pair: pair[0])
    most = max(all_of, key=lambda each: (each.records, each.kind, each.name), default=None)
    value = {"over": [_shown(each) for _, each in complaints[:_SHOWN]], "most": _shown(most) if most else {}}
    said = canonical_json(value).decode()
    if complaints:
        return Outcome.WARN, complaints[0][0], said
    if cut:
        return Outcome.WARN, "sources-cut: more sources or models than a record lists", said
    if not all_of and not made:
        return Outcome.WARN, "no-source: nothing says who brought it", said
    return Outcome.PASS, "", said


def _shown(brought: Brought) -> dict[str, object]:
    return {"kind": brought.kind, "name": brought.name, "records": brought.records, "approved": brought.approved,
            "rejected": brought.rejected}
