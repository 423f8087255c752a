"""What is said of a record for what was found in it: one verdict a check, with rules and lines and never a value.

    >>> found = [Finding(17, 25, "secrets", "cobol-password", "password", True)]
    >>> said = verdicts(None, "           MOVE 'HUNTER22' TO WS-PASSWORD.", found, {}, {})
    >>> [(v.check, str(v.outcome), v.reason) for v in said]
    [('secrets', 'fail', 'cobol-password: line 1'), ('personal_data', 'pass', ''), ('hidden_text', 'pass', '')]

A check of which a part could not be looked at is never a pass: what was found counts, and where nothing certain was,
the verdict says what was missing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from provenance.model.identity import RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.screen import CHECKS
from provenance.steps.screen.finding import Finding

#: Part of the recipe: a rule that is added or changed says something else.
VERSION = "1"


def verdicts(record: RecordId | None, text: str, findings: Sequence[Finding], allowed: Mapping[str, int],
             unsaid: Mapping[str, tuple[Outcome, str]]) -> list[Verdict]:
    """One verdict for each of `CHECKS`, in their order.

    Args:
        record: that is judged.
        text: of it; only its line ends are looked at.
        findings: that count.
        allowed: check -> how many more were found that the settings allow.
        unsaid: check -> what to say where nothing certain was found, because a part of it was not looked at.
    """
    starts = line_starts(text)
    said = []
    for check in CHECKS:
        mine = sorted((one for one in findings if one.check == check), key=lambda one: (not one.certain, one))
        value: dict[str, object] = {"rules": dict(Counter(one.rule for one in mine))}
        if allowed.get(check):
            value["allowed"] = allowed[check]
        outcome, reason = Outcome.PASS, ""
        if mine:
            outcome = Outcome.FAIL if mine[0].certain else Outcome.WARN
            reason = f"{mine[0].rule}: line {line_of(starts, mine[0].start)}"
        if check in unsaid and outcome is not Outcome.FAIL:
            outcome, reason = unsaid[check]
        said.append(Verdict(check, outcome, record, value=canonical_json(value).decode(), reason=reason,
                            tool="corpus-provenance", tool_version=VERSION))
    return said


def line_starts(text: str) -> list[int]:
    """Where each line begins, in characters; the first begins at 0."""
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def line_of(starts: Sequence[int], at: int) -> int:
    """The line of a character, from 1.

        >>> line_of(line_starts("ab\\ncd"), 3)
        2
    """
    return bisect_right(starts, at)
