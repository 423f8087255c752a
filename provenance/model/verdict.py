"""A verdict: what one check said about one subject. Verdicts are added, never edited, and never change a record.

``skipped`` (a tool is missing, or there is nothing to observe) and ``error`` (the tool broke) are kept apart from
``fail`` (the sample is at fault), and neither ever counts as a pass.

    >>> Verdict(check="syntax", outcome=Outcome.PASS, tool="cobc", tool_version="3.1.2").counts_as_pass
    True
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from provenance.model.identity import RecordId


class Outcome(enum.StrEnum):
    """What a check can say."""

    PASS = "pass"  # noqa: S105  # an outcome, not a password
    WARN = "warn"
    FAIL = "fail"
    ABSTAIN = "abstain"
    SKIPPED = "skipped"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's word on one subject.

    Attributes:
        check: name of the check ("syntax", "differential", "ingest", "near_duplicate" ...).
        outcome: see `Outcome`.
        record: the record judged, or None where the subject never became a record (a refused file).
        subject: what was judged where there is no record: a qualified SWHID or a path; else empty.
        value: the measured value, as text or canonical JSON; empty where there is none.
        reason: why, as a short stable code, optionally followed by ": " and detail ("not-text: NUL bytes").
        tool: the program or package that judged; empty for this package itself.
        tool_version: its version.
    """

    check: str
    outcome: Outcome
    record: RecordId | None = None
    subject: str = ""
    value: str = ""
    reason: str = ""
    tool: str = ""
    tool_version: str = ""

    @property
    def counts_as_pass(self) -> bool:
        """Only ``pass`` is a pass."""
        return self.outcome is Outcome.PASS
