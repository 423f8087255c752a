"""The rules: one small function each, from a policy and facts to a reason. Deny unless the fact is there and fine.

    >>> from provenance.gate.facts import Facts
    >>> from provenance.gate.policy import Policy
    >>> policy = Policy(name="p", origins=(), min_human_share=0, max_depth=0, licences=(), ingested=(), derived=())
    >>> rule_presence(policy, Facts()).outcome
    <Ruling.DENY: 'deny'>

A rule reads nothing but its two arguments, never raises, and never looks at another rule. What a policy does not ask
(``duplicates.near = true``) is allowed and says so. A new rule is one function here and one name in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable

from provenance.gate.facts import Facts
from provenance.gate.policy import Policy
from provenance.gate.reason import GATHER, UNKNOWN, Reason, Ruling, none_of, none_of_each, not_asked
from provenance.gate.rules_shares import rule_human_share, rule_mix

__all__ = ["RULES", "Reason", "Rule", "Ruling"]

Rule = Callable[[Policy, Facts], Reason]


def rule_facts(policy: Policy, facts: Facts) -> Reason:
    """The facts were gathered for this very policy."""
    asked, digest = "facts gathered for this policy", policy.digest
    if facts.policy == digest:
        return Reason("facts", Ruling.ALLOW, asked, f"gathered for {digest}")
    return Reason(
        "facts",
        Ruling.DENY,
        asked,
        f"gathered for {facts.policy}" if facts.policy else UNKNOWN,
        next_step="gather the facts again with this policy",
    )


def rule_size(policy: Policy, facts: Facts) -> Reason:
    """Enough members, and as many as the dataset states."""
    asked = f"at least {policy.min_records} records, as many as the dataset states"
    if facts.members is None or facts.stated_size is None:
        return Reason("size", Ruling.DENY, asked, UNKNOWN, next_step=GATHER)
    found = f"{facts.members} records, {facts.stated_size} stated"
    if facts.members == facts.stated_size and facts.members >= policy.min_records:
        return Reason("size", Ruling.ALLOW, asked, found)
    return Reason(
        "size",
        Ruling.DENY,
        asked,
        found,
        max(0, policy.min_records - facts.members),
        next_step="add records, or assemble again where the two numbers differ",
    )


def rule_presence(policy: Policy, facts: Facts) -> Reason:
    """Every member has a record."""
    return none_of(
        "presence",
        "every member's record is in the ledger",
        facts.absent,
        "members without a record",
        "restore the batches that the ids name, or assemble again without them",
    )


def rule_repeats(policy: Policy, facts: Facts) -> Reason:
    """No member is listed twice."""
    return none_of(
        "repeats",
        "every member is listed once",
        facts.repeated,
        "members listed again",
        "assemble again; a repeated member would be trained on twice",
    )


def rule_files(policy: Policy, facts: Facts) -> Reason:
    """The stored files are what was committed; without this no other fact means anything."""
    return none_of(
        "files",
        "every file read gives its digest",
        facts.altered_files,
        "missing or altered files",
        "run `provenance ledger verify` and restore the files from a backup",
    )


def rule_carried(policy: Policy, facts: Facts) -> Reason:
    """The origin class written beside each member is its record's."""
    return none_of(
        "carried",
        "members carry their records' origin class",
        facts.carried,
        "members with another class than their record",
        "assemble again from the ledger's records",
    )


def rule_origin(policy: Policy, facts: Facts) -> Reason:
    """Only allowed classes."""
    return none_of(
        "origin",
        "origin in " + ", ".join(policy.origins),
        facts.disallowed_origin,
        "members of another origin",
        "leave these out, or bring evidence or a claim and ingest again",
    )


def rule_evidence(policy: Policy, facts: Facts) -> Reason:
    """Each class with a good enough grade."""
    asked = ", ".join(f"{origin} from {policy.grade_for(origin).name}" for origin in policy.origins)
    return none_of(
        "evidence",
        f"evidence: {asked}",
        facts.weak_evidence,
        "members with weaker evidence",
        "bring better evidence (docs/concepts.md, grades) and ingest again, or leave these records out",
    )


def rule_depth(policy: Policy, facts: Facts) -> Reason:
    """No longer chains of making than allowed."""
    return none_of(
        "depth",
        f"at most {policy.max_depth} steps from a root",
        facts.too_deep,
        "deeper members",
        "derive from records nearer to their roots, or leave these out",
    )


def rule_licence(policy: Policy, facts: Facts) -> Reason:
    """Every licence among a member's roots is allowed."""
    denied = f", never {', '.join(policy.denied_licences)}" if policy.denied_licences else ""
    return none_of(
        "licence",
        f"licences in {', '.join(policy.licences)}{denied}",
        facts.disallowed_licence,
        "members under another or no known licence",
        "state the licence on ingest, or leave these out",
    )


def rule_checks_passed(policy: Policy, facts: Facts) -> Reason:
    """Every needed check has said ``pass``; skipped, warn, abstain and error are no pass."""
    asked = f"a pass of: ingested {_list(policy.ingested)}; derived {_list(policy.derived)}"
    asked += f"; generated {_list(policy.for_generated)}" + "".join(
        f"; {name} {_list(checks)}" for name, checks in (*policy.kinds, *policy.steps))
    return none_of_each(
        "checks_passed",
        asked,
        policy.checks,
        facts.missing_checks,
        what="members without a pass",
        next_step="run `provenance verify` where the toolchain is installed (`provenance doctor` says which)",
    )


def rule_checks_failed(policy: Policy, facts: Facts) -> Reason:
    """No needed check has said ``fail``, not even before a later pass."""
    return none_of_each(
        "checks_failed",
        f"no fail of: {_list(policy.checks)}",
        policy.checks,
        facts.failed_checks,
        what="members with a fail",
        next_step="leave these records out",
    )


def rule_judged(policy: Policy, facts: Facts) -> Reason:
    """Every member was looked at by the judges that may abstain, none of them found a fault, and no person rejected it."""
    asked = f"a word of: {_list(policy.judged)}; no fail of: {_list(policy.unrefuted)}"
    next_step = "run `provenance judge`, then leave out what failed"
    reason = none_of_each("judged", asked, policy.judged, facts.unjudged, what="members that nobody looked at",
                          next_step=next_step)
    if reason.outcome is Ruling.DENY:
        return reason
    return none_of_each("judged", asked, policy.unrefuted, facts.judged_failed, what="members with a fail", next_step=next_step)


def rule_exact_duplicates(policy: Policy, facts: Facts) -> Reason:
    """No two members with the same content."""
    if policy.exact:
        return not_asked("exact_duplicates", "duplicates.exact")
    return none_of(
        "exact_duplicates",
        "no two members with the same content",
        facts.exact_duplicates,
        "members that repeat another's content",
        "run `provenance judge`, then assemble what it kept",
    )


def rule_near_duplicates(policy: Policy, facts: Facts) -> Reason:
    """Every member was looked at for near-duplicates, and none is one."""
    if policy.near:
        return not_asked("near_duplicates", "duplicates.near")
    asked, next_step = "no near-duplicates, every member looked at", "run `provenance judge`, assemble what it kept"
    reason = none_of("near_duplicates", asked, facts.unjudged_near, "members that nobody looked at", next_step)
    if reason.outcome is Ruling.DENY:
        return reason
    return none_of("near_duplicates", asked, facts.near_duplicates, "near-duplicates", next_step)


def rule_trace(policy: Policy, facts: Facts) -> Reason:
    """Every trace reaches its roots."""
    if policy.gaps:
        return not_asked("trace", "trace.gaps")
    return none_of(
        "trace",
        "every trace reaches its roots, every batch has its COMPLETE event",
        facts.gaps,
        "gaps",
        "run `provenance ledger verify`, restore what is missing, or run the step again",
    )


def rule_recall(policy: Policy, facts: Facts) -> Reason:
    """Nothing that was withdrawn, and nothing made of it."""
    if policy.recalled:
        return not_asked("recall", "recall.recalled")
    asked = "nothing that descends from what was withdrawn"
    reason = none_of(
        "recall",
        asked,
        facts.unjudged_recalls,
        "recalls that cannot be looked up",
        "see docs/gate.md, recalls: mend the target of these recalls",
    )
    if reason.outcome is Ruling.DENY:
        return reason
    return none_of("recall", asked, facts.recalled, "members of withdrawn origin", "assemble again without them")


def rule_splits(policy: Policy, facts: Facts) -> Reason:
    """No relatives on both sides of a split."""
    if policy.leaks:
        return not_asked("splits", "splits.leaks")
    return none_of(
        "splits",
        "relatives are in one split",
        facts.split_leaks,
        "members with a relative in another split",
        "assemble again; assemble keeps relatives together",
    )


def _list(checks: tuple[str, ...]) -> str:
    return ", ".join(checks) or "none"


RULES: tuple[Rule, ...] = (
    rule_facts,
    rule_size,
    rule_presence,
    rule_repeats,
    rule_files,
    rule_carried,
    rule_origin,
    rule_evidence,
    rule_human_share,
    rule_mix,
    rule_depth,
    rule_licence,
    rule_checks_passed,
    rule_checks_failed,
    rule_judged,
    rule_exact_duplicates,
    rule_near_duplicates,
    rule_trace,
    rule_recall,
    rule_splits,
)
