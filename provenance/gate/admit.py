"""Would a record by itself close the gate? The record-level rules, for whoever chooses members before the gate decides.

    >>> from provenance.gate.policy import load_policy
    >>> policy = load_policy('''name = "tiny"
    ... [origin]
    ... allow = ["human"]
    ... min_human_share = 1.0
    ... max_depth = 0
    ... [licence]
    ... allow = ["MIT"]
    ... [checks]
    ... ingested = ["syntax"]
    ... derived = ["syntax"]''', "tiny.toml")
    >>> admit(policy, Applicant("unknown", 0, 0, "MIT", ("MIT",), False, "program", False, frozenset(), frozenset()))
    ('check: no pass of near_duplicate', 'check: no pass of syntax', 'origin: unknown')

Admission opens nothing: the gate gathers its facts from the ledger by itself and decides on the whole. This only keeps
a training set from being assembled of records that could not stay in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from provenance.gate.facts import FactQuery
from provenance.gate.policy import Policy


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known of one record.

    Attributes:
        origin, evidence, depth: as in the ledger (evidence 0..5).
        licence: SPDX expression; licences: ids among the roots; overflow: that list was cut.
        kind: kind of file.
        derived: made by any step but ingest; generated: and no version of another record; step: which one.
        passed, failed: checks with at least one such verdict; judged: with any but an error.
    """

    origin: str
    evidence: int
    depth: int
    licence: str
    licences: tuple[str, ...]
    overflow: bool
    kind: str
    derived: bool
    passed: frozenset[str]
    failed: frozenset[str]
    generated: bool = False
    step: str = ""
    judged: frozenset[str] = frozenset()


def admit(policy: Policy, applicant: Applicant) -> tuple[str, ...]:
    """Every reason against the record, sorted; empty where there is none."""
    query = FactQuery.of(policy)
    reasons = []
    if applicant.origin not in query.origins:
        reasons.append(f"origin: {applicant.origin}")
    elif applicant.evidence < query.grades[applicant.origin]:
        reasons.append(f"evidence: E{applicant.evidence} for {applicant.origin}")
    if applicant.depth > query.max_depth:
        reasons.append(f"depth: {applicant.depth}")
    if not query.licence_is_fine(applicant.licence, applicant.licences, applicant.overflow):
        reasons.append(f"licence: {applicant.licence or 'none'}")
    needed = query.needed(applicant.kind, applicant.step, derived=applicant.derived, generated=applicant.generated)
    asked = {*needed, *(() if policy.near else ("near_duplicate",))}
    reasons += [f"check: no pass of {check}" for check in asked - applicant.passed]
    reasons += [f"check: no word of {check}" for check in set(policy.judged) - applicant.judged]
    refused = asked | set(policy.unrefuted) | (set() if policy.exact else {"exact_duplicate"})
    reasons += [f"check: failed {check}" for check in refused & applicant.failed]
    return tuple(sorted(reasons))
