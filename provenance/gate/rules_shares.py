"""The rules on shares: how much of a set is human, and how much each language, kind, model and depth may have of it.

    >>> from provenance.gate.facts import Facts
    >>> from provenance.gate.policy import Policy
    >>> policy = Policy(name="p", origins=(), min_human_share=0.5, max_depth=0, licences=(), ingested=(), derived=())
    >>> rule_human_share(policy, Facts(members=2, origins={"human": 1, "unknown": 1})).outcome
    <Ruling.ALLOW: 'allow'>
"""

from __future__ import annotations

from provenance.gate.facts import EXAMPLES, Facts
from provenance.gate.policy import Policy
from provenance.gate.reason import GATHER, UNKNOWN, Reason, Ruling
from provenance.model.mix import Limit
from provenance.model.origin import OriginClass


def rule_human_share(policy: Policy, facts: Facts) -> Reason:
    """Enough members whose class is human."""
    asked = f"at least {policy.min_human_share:.4g} of the records human"
    if facts.origins is None or facts.members is None:
        return Reason("human_share", Ruling.DENY, asked, UNKNOWN, next_step=GATHER)
    human, total = facts.origins.get(OriginClass.HUMAN, 0), sum(facts.origins.values())
    if total != facts.members or total <= 0 or min(facts.origins.values()) < 0:
        return Reason(
            "human_share",
            Ruling.DENY,
            asked,
            f"origins of {total} records where there are {facts.members}",
            next_step="assemble again; every member must carry one origin class",
        )
    found = f"{human} of {total} ({human / total:.4g})"
    if human / total >= policy.min_human_share:
        return Reason("human_share", Ruling.ALLOW, asked, found)
    return Reason(
        "human_share",
        Ruling.DENY,
        asked,
        found,
        total - human,
        next_step="add human records, or take fewer synthetic ones",
    )


def rule_mix(policy: Policy, facts: Facts) -> Reason:
    """Every share within its limits, all at once."""
    if not policy.mixes:
        return Reason("mix", Ruling.ALLOW, "nothing (no table mix)", "not looked at")
    if facts.cells is None or facts.members is None:
        return Reason("mix", Ruling.DENY, "shares within the limits of mix", UNKNOWN, next_step=GATHER)
    limits = policy.limits(facts.cells)
    asked = "; ".join(f"{limit.name} {_between(limit)}" for limit in limits)
    if sum(facts.cells.values()) != facts.members or min(facts.cells.values(), default=0) < 0:
        return Reason("mix", Ruling.DENY, asked, f"shares of {sum(facts.cells.values())} records where there are {facts.members}",
                      next_step="assemble again")
    broken = [limit for limit in limits if not limit.holds(facts.cells)]
    if not broken:
        return Reason("mix", Ruling.ALLOW, asked, "all shares are within their limits")
    found = "; ".join(f"{limit.name} is {limit.share(facts.cells) or 0:.4g}" for limit in broken)
    return Reason("mix", Ruling.DENY, asked, found, len(broken), tuple(limit.name for limit in broken[:EXAMPLES]),
                  "ask what is missing with `provenance mix`, then assemble again")


def _between(limit: Limit) -> str:
    least, most = f"at least {limit.least:.4g}", f"at most {limit.most:.4g}"
    return most if limit.least <= 0 else least if limit.most >= 1 else f"{least}, {most}"
