"""What a record declares of its origin, and whether it may teach a detector. The only place where labels come from.

    >>> declared("human", made=False, by_model=False), label("human", 1, made=False, by_model=False)
    (<Declared.HUMAN: 'human'>, None)
    >>> label("human", 2, made=False, by_model=False), label("synthetic_rule", 2, made=True, by_model=True)
    (0, 1)

Known human is only what history before public code models, or a signature, speaks for (grade E2 and better): a bare
claim is what is to be checked and teaches nothing. Known synthetic is what a model was asked for here, or what carries
evidence of a model of the same grade. A text that a person and a model wrote together is neither: no detector tells the
two apart in one file (best published F1 by line: 0.56), so it is not tested, and teaches only if asked to.
"""

from __future__ import annotations

import enum

from provenance.model.origin import EvidenceGrade, OriginClass

KNOWN_HUMAN, KNOWN_SYNTHETIC = 0, 1


class Declared(enum.StrEnum):
    """What is declared, as far as this check is concerned; only the first two are tested."""

    HUMAN = "human"
    SYNTHETIC = "synthetic"
    NOTHING = "nothing"
    HYBRID = "hybrid"
    RULE = "rule"


def declared(origin: str, *, made: bool, by_model: bool) -> Declared:
    """What a record declares.

    Args:
        origin: its class.
        made: whether it was made here.
        by_model: whether a model was asked for this very record.
    """
    if origin == OriginClass.UNKNOWN:
        return Declared.NOTHING
    if origin in (OriginClass.AI_ASSISTED, OriginClass.HUMAN_EDITED_SYNTHETIC):
        return Declared.HYBRID
    if origin == OriginClass.SYNTHETIC_RULE or (made and not by_model):
        return Declared.RULE
    return Declared.HUMAN if origin == OriginClass.HUMAN else Declared.SYNTHETIC


def label(origin: str, evidence: int, *, made: bool, by_model: bool, assisted: bool = False,
          grade: int = EvidenceGrade.E2) -> int | None:
    """`KNOWN_HUMAN`, `KNOWN_SYNTHETIC`, or None for what may not teach.

    Args:
        evidence: grade of the evidence for the class.
        assisted: whether roots that are ``ai_assisted`` with evidence teach what synthetic is.
        grade: least grade of what was found and not made here.
    """
    if by_model:
        return KNOWN_SYNTHETIC
    if made or evidence < grade:
        return None
    if origin == OriginClass.HUMAN:
        return KNOWN_HUMAN
    taught = (OriginClass.SYNTHETIC_MODEL, OriginClass.AI_ASSISTED) if assisted else (OriginClass.SYNTHETIC_MODEL,)
    return KNOWN_SYNTHETIC if origin in taught else None
