"""JUDGEMENT: facts + policy -> decision with every reason. Deny unless; pure.

    decision = decide(load_policy(text, "train.toml"), facts)
    decision.require()                 # or GateClosed
"""

from provenance.gate.admit import Applicant, admit
from provenance.gate.decide import Decision, decide, explain
from provenance.gate.facts import FactQuery, Facts, Violation
from provenance.gate.policy import Policy, load_policy
from provenance.gate.rules import Reason, Ruling

__all__ = ["Applicant", "Decision", "FactQuery", "Facts", "Policy", "Reason", "Ruling", "Violation", "admit", "decide",
           "explain", "load_policy"]
