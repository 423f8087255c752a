"""Facts: what is known of a training set, gathered for one policy. Everything may be None, which means *not known*.

    >>> Violation(3, ("rec:0000000000000001.0",)).count
    3
    >>> Facts().members is None
    True

Which records violate depends on what a policy asks, so facts are gathered *for* a policy and carry its digest: facts
gathered for a laxer one cannot be used for a stricter one. What a policy does not ask need not be gathered.
`provenance.lineage.facts.gather` fills these from a ledger; nothing here reads anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.gate.policy import ANY_LICENCE, NO_LICENCE, Policy
from provenance.model.identity import Digest
from provenance.model.mix import Cell
from provenance.model.origin import OriginClass
from provenance.model.record import licence_ids

#: How many offenders a violation names.
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Violation:
    """How many offend, and the first few of them (record ids, batches or files, as text). ``Violation(0)``: none do."""

    count: int
    examples: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # A negative or a self-contradicting count would compare as "none" somewhere; it is a broken gatherer.
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < len(self.examples):
            raise ValueError(f"{self.count!r} is not a count of at least its {len(self.examples)} examples")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one training set.

    Attributes:
        policy: digest of the policy that these facts were gathered for.
        members: rows counted in the members table.
        stated_size: the size that the dataset itself states.
        absent: members whose record does not exist.
        repeated: members listed more than once.
        altered_files: stored files that are missing or do not give their digest.
        carried: members whose carried origin class is not their record's.
        origins: class -> members.
        cells: records by origin, language, kind, generator and depth; where the policy limits shares.
        disallowed_origin, weak_evidence, too_deep, disallowed_licence: members that break that rule.
        missing_checks: check -> members that need it and have no ``pass`` of it.
        failed_checks: check -> members that need it and have a ``fail`` of it.
        unjudged: check of ``checks.judged`` -> members of whom nothing but errors was said.
        judged_failed: check of ``checks.judged``, and ``review`` -> members with a ``fail`` of it.
        exact_duplicates: members whose content another member has, beyond the first of each.
        near_duplicates: members with a ``fail`` of the check ``near_duplicate``.
        unjudged_near: members without a ``pass`` or ``fail`` of it: nobody looked.
        gaps: breaks in the trace to the roots.
        recalled: members that descend from something withdrawn.
        unjudged_recalls: recalls of a kind that could not be looked up; none of them may be passed over.
        split_leaks: members with a relative in another split: those found first, none only where there are none.
    """

    policy: Digest | None = None
    members: int | None = None
    stated_size: int | None = None
    absent: Violation | None = None
    repeated: Violation | None = None
    altered_files: Violation | None = None
    carried: Violation | None = None
    origins: Mapping[str, int] | None = None
    cells: Mapping[Cell, int] | None = None
    disallowed_origin: Violation | None = None
    weak_evidence: Violation | None = None
    too_deep: Violation | None = None
    disallowed_licence: Violation | None = None
    missing_checks: Mapping[str, Violation] | None = None
    failed_checks: Mapping[str, Violation] | None = None
    unjudged: Mapping[str, Violation] | None = None
    judged_failed: Mapping[str, Violation] | None = None
    exact_duplicates: Violation | None = None
    near_duplicates: Violation | None = None
    unjudged_near: Violation | None = None
    gaps: Violation | None = None
    recalled: Violation | None = None
    unjudged_recalls: Violation | None = None
    split_leaks: Violation | None = None


@dataclass(frozen=True, slots=True)
class FactQuery:
    """What a gatherer must look for, in plain values: who offends, by this policy."""

    origins: tuple[str, ...]
    grades: Mapping[str, int]
    max_depth: int
    ingested: tuple[str, ...]
    derived: tuple[str, ...]
    generated: tuple[str, ...]
    kinds: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, tuple[str, ...]]
    licences: frozenset[str]
    denied: frozenset[str]

    @classmethod
    def of(cls, policy: Policy) -> FactQuery:
        return cls(
            origins=tuple(str(origin) for origin in policy.origins),
            grades={str(origin): int(policy.grade_for(origin)) for origin in OriginClass},
            max_depth=policy.max_depth,
            ingested=policy.ingested,
            derived=policy.derived,
            generated=policy.for_generated,
            kinds=dict(policy.kinds),
            steps=dict(policy.steps),
            licences=frozenset(item.lower() for item in policy.licences),
            denied=frozenset(item.lower() for item in policy.denied_licences),
        )

    def needed(self, kind: str, step: str, *, derived: bool, generated: bool) -> tuple[str, ...]:
        """The checks that a record needs: by its kind, else by the step that made it, else by how it came to be."""
        usual = self.generated if generated else self.derived if derived else self.ingested
        return self.kinds.get(kind, self.steps.get(step, usual))

    def licence_is_fine(self, expression: str | None, ids: tuple[str | None, ...], cut: bool) -> bool:
        """Whether a record with this licence expression and these licence ids among its roots may be a member.

        Every id counts, whatever the operators between them: which side of an OR was chosen is not on record. SPDX
        ids are compared without regard to case. A list that was cut hides ids and is never fine.
        """
        found = {*licence_ids(expression or ""), *ids}
        return bool(ids) and bool(expression) and not cut and all(self._allowed(item) for item in found)

    def _allowed(self, item: str | None) -> bool:
        licence = (item or NO_LICENCE).lower()
        if licence in self.denied:
            return False
        return licence in self.licences or (ANY_LICENCE in self.licences and licence != NO_LICENCE.lower())
