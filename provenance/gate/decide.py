"""Decide: every rule, every reason. Allowed only where all allow.

    decision = decide(policy, facts)
    print(explain(decision))
    decision.require()                 # or GateClosed, with every reason

A decision says what was asked and found at one moment, of the files and verdicts that were there. It does not sign
anything (`provenance.attest` does) and it proves nothing about what nobody checked: see ``docs/gate.md``.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from provenance.errors import GateClosed
from provenance.gate.facts import Facts
from provenance.gate.policy import Policy
from provenance.gate.reason import Reason, Ruling
from provenance.gate.rules import RULES
from provenance.model.identity import Digest


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, and every reason, in order of the rules.

    The outcome is not stored but follows from the reasons, so that no decision can contradict them.
    """

    policy_name: str
    policy_digest: Digest
    reasons: tuple[Reason, ...]

    @property
    def outcome(self) -> Ruling:
        """Allow where there are reasons and every one allows."""
        fine = bool(self.reasons) and all(reason.outcome is Ruling.ALLOW for reason in self.reasons)
        return Ruling.ALLOW if fine else Ruling.DENY

    @property
    def allowed(self) -> bool:
        return self.outcome is Ruling.ALLOW

    @property
    def denials(self) -> tuple[Reason, ...]:
        """The reasons that deny."""
        return tuple(reason for reason in self.reasons if reason.outcome is not Ruling.ALLOW)

    def require(self) -> Decision:
        """This decision, where it allows.

        Raises:
            GateClosed: it denies; the message names every reason, and ``decision`` holds this.
        """
        if self.allowed:
            return self
        lines = [
            f"{reason.rule}: asked {reason.asked}; found {reason.found}" + _named(reason) for reason in self.denials
        ]
        error = GateClosed(
            f"policy {self.policy_name}",
            f"denies for {len(lines)} of {len(self.reasons)} rules:\n  " + "\n  ".join(lines) + "\n",
            "provenance gate --explain shows what would make each rule allow",
        )
        error.decision = self
        raise error


def decide(policy: Policy, facts: Facts) -> Decision:
    """Run all rules; none is skipped because another denied."""
    return Decision(policy.name, policy.digest, tuple(rule(policy, facts) for rule in RULES))


def explain(decision: Decision) -> str:
    """Every rule with what was asked, what was found, examples, and what would make it allow; plain text."""
    denied = len(decision.denials)
    lines = [
        f"{decision.outcome.upper()}  policy {decision.policy_name} ({decision.policy_digest})",
        f"{len(decision.reasons) - denied} rules allow, {denied} deny",
        "",
    ]
    width = max((len(reason.rule) for reason in decision.reasons), default=0)
    for reason in decision.reasons:
        rows = [("asked", reason.asked), ("found", reason.found)]
        rows += [("examples", ", ".join(reason.examples))] if reason.examples else []
        rows += [("to pass", reason.next_step)] if reason.next_step else []
        head = f"{reason.outcome:<5}  {reason.rule:<{width}}  "
        for place, (label, text) in enumerate(rows):
            lead = (head if place == 0 else " " * len(head)) + f"{label:<8}  "
            lines.append(
                textwrap.fill(
                    text,
                    118,
                    initial_indent=lead,
                    subsequent_indent=" " * len(lead),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )
    return "\n".join(lines)


def _named(reason: Reason) -> str:
    return f" (such as {', '.join(reason.examples)})" if reason.examples else ""
