"""A reason: one rule's word, and the few ways in which rules come to one.

>>> none_of("presence", "every record is there", Violation(0), what="absent members", next_step="").outcome
<Ruling.ALLOW: 'allow'>
>>> none_of("presence", "every record is there", None, what="absent members", next_step="").found
'not known'
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from provenance.gate.facts import EXAMPLES, Violation


class Ruling(enum.StrEnum):
    """What a rule or a decision says."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word.

    Attributes:
        rule: short stable name.
        outcome: see `Ruling`.
        asked, found: what was asked for and what there is, in words.
        count: how many offend; 0 where none do or where it is not known.
        examples: the first few of them.
        next_step: what would make the rule allow; empty where it does.
    """

    rule: str
    outcome: Ruling
    asked: str
    found: str
    count: int = 0
    examples: tuple[str, ...] = ()
    next_step: str = ""


UNKNOWN = "not known"
GATHER = "gather this fact: run `provenance gate` on the ledger that holds the training set"


def not_asked(rule: str, key: str) -> Reason:
    return Reason(rule, Ruling.ALLOW, f"nothing ({key} = true)", "not looked at")


def none_of(rule: str, asked: str, found: Violation | None, what: str, next_step: str) -> Reason:
    """Allow where it is known that nobody offends."""
    if found is None:
        return Reason(rule, Ruling.DENY, asked, UNKNOWN, next_step=GATHER)
    if found.count == 0:
        return Reason(rule, Ruling.ALLOW, asked, f"no {what}")
    return Reason(rule, Ruling.DENY, asked, f"{found.count} {what}", found.count, found.examples, next_step)


def none_of_each(
    rule: str, asked: str, needed: tuple[str, ...], found: Mapping[str, Violation] | None, *, what: str, next_step: str
) -> Reason:
    """Like `none_of` over several checks; a check that is needed and not spoken of is not known."""
    if found is None or (silent := [check for check in needed if check not in found]):
        of = "" if found is None else f" for {', '.join(silent)}"
        return Reason(rule, Ruling.DENY, asked, UNKNOWN + of, next_step=GATHER)
    # Also what was not needed: a gatherer that names offenders of another check was asked by another policy.
    bad = {check: violation for check, violation in sorted(found.items()) if violation.count}
    if not bad:
        return Reason(rule, Ruling.ALLOW, asked, f"no {what}")
    text = ", ".join(f"{check}: {violation.count}" for check, violation in bad.items())
    examples = tuple(f"{example} ({check})" for check, violation in bad.items() for example in violation.examples)
    return Reason(
        rule, Ruling.DENY, asked, f"{what}: {text}", sum(v.count for v in bad.values()), examples[:EXAMPLES], next_step
    )
