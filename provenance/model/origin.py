"""Where a record comes from: a class, a grade of evidence, and the evidence itself.

A class is a *claim with evidence*. Absence of an AI signal is never proof of a human, so without evidence or an
accountable claim a record is ``unknown``. The lattice is a chain with ``unknown`` on top: the class of what is made
from several parents is the highest of theirs and of its own making, so nothing made here can look more human than
what it was made from.

    >>> join(OriginClass.HUMAN, OriginClass.SYNTHETIC_RULE)
    <OriginClass.SYNTHETIC_RULE: 'synthetic_rule'>
    >>> join(OriginClass.HUMAN, OriginClass.UNKNOWN)
    <OriginClass.UNKNOWN: 'unknown'>

Classes map onto IPTC Digital Source Types, Data & Trust Alliance methods and PROV in ``docs/concepts.md``.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class OriginClass(enum.StrEnum):
    """Who or what made a record, lowest to highest in the lattice."""

    HUMAN = "human"
    SYNTHETIC_RULE = "synthetic_rule"
    AI_ASSISTED = "ai_assisted"
    HUMAN_EDITED_SYNTHETIC = "human_edited_synthetic"
    SYNTHETIC_MODEL = "synthetic_model"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = {cls: rank for rank, cls in enumerate(OriginClass)}


def join(*classes: OriginClass) -> OriginClass:
    """The least class that is at least as high as each given one; ``human``, the bottom, for none.

    Associative, commutative, idempotent and monotone; ``unknown`` absorbs.
    """
    return max(classes, key=lambda cls: cls.rank, default=OriginClass.HUMAN)


class EvidenceGrade(enum.IntEnum):
    """How good the evidence for a class is. Author and committer dates are self-declared: never above E2 on them.

    E5: content archived by a third party before the first public code models. E4: a per-line human attestation covers
    every line and the commit's signature verifies. E3: a verified signature by an allow-listed key and no AI signal.
    E2: history before the cut-off without an AI signal, or a maker's own mark in the history (trailer, AI note).
    E1: the bare claim of a named person or organisation. E0: nothing.
    """

    E0 = 0
    E1 = 1
    E2 = 2
    E3 = 3
    E4 = 4
    E5 = 5


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One piece of evidence.

    Attributes:
        kind: stable code: "history", "ai-trailer", "bot", "git-ai-note", "agent-trace", "signature", "claim",
            "conflict", "making", "encoding" ...
        value: what was found, as text or canonical JSON; never an author's name or address in clear (who
            answers for a claim is named: that is what a claim is).
        points_to: the class that it speaks for, or None where it only informs.
        grade: how much it can carry.
    """

    kind: str
    value: str
    points_to: OriginClass | None = None
    grade: EvidenceGrade = EvidenceGrade.E0

    def sort_key(self) -> tuple[str, str, str, int]:
        return (self.kind, self.value, self.points_to or "", int(self.grade))


@dataclass(frozen=True, slots=True)
class Finding:
    """The class that evidence adds up to, with what contradicts it.

    Attributes:
        origin: the class.
        grade: the grade of the best evidence for exactly that class.
        conflicts: evidence that speaks for another class; shown, never resolved in silence.
    """

    origin: OriginClass
    grade: EvidenceGrade
    conflicts: tuple[Evidence, ...] = ()


def weigh(evidence: Iterable[Evidence]) -> Finding:
    """Add evidence up, on the safe side: the highest class that any evidence of grade E1 or better speaks for.

    One AI trailer therefore outweighs a claim of human authorship, and the claim is reported as a conflict. With no
    evidence that speaks for a class the answer is ``unknown`` at E0.
    """
    speaking = [item for item in evidence if item.points_to is not None and item.grade >= EvidenceGrade.E1]
    if not speaking:
        return Finding(OriginClass.UNKNOWN, EvidenceGrade.E0)
    origin = join(*(item.points_to for item in speaking if item.points_to))
    grade = max(item.grade for item in speaking if item.points_to is origin)
    conflicts = tuple(sorted((item for item in speaking if item.points_to is not origin), key=Evidence.sort_key))
    return Finding(origin, grade, conflicts)
