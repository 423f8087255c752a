"""A policy: what a training set must be. A small TOML file, checked whole, with a digest of its meaning.

    >>> policy = load_policy('''
    ... name = "tiny"
    ... [origin]
    ... allow = ["human"]
    ... min_human_share = 1.0
    ... max_depth = 0
    ... [licence]
    ... allow = ["MIT"]
    ... [checks]
    ... ingested = ["syntax"]
    ... derived = ["syntax", "compile"]
    ... ''', "tiny.toml")
    >>> policy.grade_for(OriginClass.HUMAN), policy.gaps
    (<EvidenceGrade.E1: 1>, False)

What could loosen the gate by being forgotten must be written down: classes, share, depth, licences and checks have no
default. The rest is strict when absent: duplicates, gaps, recalled records and split leaks are not allowed, and
``human`` needs grade E1. Reading the file is the caller's work; nothing here opens one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from provenance.errors import PolicyError
from provenance.gate.policy_keys import read_keys
from provenance.model.identity import Digest
from provenance.model.mix import Cell, Limit
from provenance.model.origin import EvidenceGrade, OriginClass

#: In ``licence.allow``: every licence that is stated. NOASSERTION is not a statement and must be listed by name.
ANY_LICENCE = "*"
NO_LICENCE = "NOASSERTION"


#: The check that people speak.
PEOPLE = "review"
#: (name, least, greatest): shares from 0 to 1.
Shares = tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a training set must be, one attribute a key of the file. Lists are sorted and free of repeats.

    Attributes:
        name, description: for people; the name is part of the digest, the description is not.
        origins: classes that members may have.
        min_evidence: class -> weakest acceptable grade; see `grade_for` for classes without one.
        min_human_share: 0..1, share of the members (by records) whose class is ``human``.
        max_depth: longest chain of steps from a root.
        licences, denied_licences: SPDX ids; ``*`` allows every stated licence. What is denied is taken off.
        ingested, derived: checks that records of an ingest step, and all others, must have passed.
        generated: checks that records need which are no version of another one (programs from tasks and skeletons, pairs,
            translations); None: as ``derived``.
        kinds: kind of file -> the checks it needs instead (a copybook cannot be compiled alone).
        steps: step that made a record -> the checks it needs instead, where its kind has none (what masking made prints
            other data by design, so it is not held against its parent's runs).
        judged: checks that must have looked at every member and found no fault; they may warn, abstain or skip.
        mix_human: (language, least share of its records that is human, 1).
        mix_languages, mix_kinds, mix_generators, mix_depths: (name, least share, greatest share) of all records; ``*`` is
            every model that is not named. See `limits`.
        exact, near: duplicates within the set are allowed.
        gaps: a trace that does not reach its roots is allowed.
        recalled: records that descend from something withdrawn are allowed.
        leaks: relatives in different splits are allowed.
        min_records: smallest acceptable set.
    """

    name: str
    description: str = ""
    origins: tuple[OriginClass, ...]
    min_evidence: tuple[tuple[OriginClass, EvidenceGrade], ...] = ((OriginClass.HUMAN, EvidenceGrade.E1),)
    min_human_share: float
    max_depth: int
    licences: tuple[str, ...]
    denied_licences: tuple[str, ...] = ()
    ingested: tuple[str, ...]
    derived: tuple[str, ...]
    generated: tuple[str, ...] | None = None
    kinds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    steps: tuple[tuple[str, tuple[str, ...]], ...] = ()
    judged: tuple[str, ...] = ()
    mix_human: Shares = ()
    mix_languages: Shares = ()
    mix_kinds: Shares = ()
    mix_generators: Shares = ()
    mix_depths: Shares = ()
    exact: bool = False
    near: bool = False
    gaps: bool = False
    recalled: bool = False
    leaks: bool = False
    min_records: int = 1

    def grade_for(self, origin: OriginClass) -> EvidenceGrade:
        """The weakest acceptable grade of a class: as written, else E1 for ``human`` and E0 for the others."""
        default = EvidenceGrade.E1 if origin is OriginClass.HUMAN else EvidenceGrade.E0
        return dict(self.min_evidence).get(origin, default)

    @property
    def for_generated(self) -> tuple[str, ...]:
        """The checks of generated records in force."""
        return self.derived if self.generated is None else self.generated

    @property
    def checks(self) -> tuple[str, ...]:
        """Every check that some member needs, sorted."""
        special = (check for _, needed in (*self.kinds, *self.steps) for check in needed)
        return tuple(sorted({*self.ingested, *self.derived, *self.for_generated, *special}))

    @property
    def unrefuted(self) -> tuple[str, ...]:
        """Checks of which no member may have a ``fail``, whatever it needs: a person's rejection stands under every policy."""
        return tuple(sorted({*self.judged, PEOPLE}))

    @property
    def mixes(self) -> bool:
        """Whether it limits shares besides the human share of the whole."""
        return bool(self.mix_human or self.mix_languages or self.mix_kinds or self.mix_generators or self.mix_depths)

    def limits(self, cells: Iterable[Cell]) -> tuple[Limit, ...]:
        """Every limit on shares, the human share of the whole among them, as it applies to records of these cells."""
        found = [Limit("origin.min_human_share", "origin", OriginClass.HUMAN, self.min_human_share)]
        found += [Limit(f"mix.human.{name}", "origin", OriginClass.HUMAN, low, 1.0, name) for name, low, _ in self.mix_human]
        for key, field, shares in (("languages", "language", self.mix_languages), ("kinds", "kind", self.mix_kinds),
                                   ("depths", "depth", self.mix_depths), ("generators", "generator", self.mix_generators)):
            found += [Limit(f"mix.{key}.{name}", field, name, low, high) for name, low, high in shares if name != "*"]
        named = {name for name, _, _ in self.mix_generators}
        others = sorted({cell.generator for cell in cells if cell.generator} - named)
        found += [Limit(f'mix.generators."*" ({model})', "generator", model, low, high)
                  for name, low, high in self.mix_generators if name == "*" for model in others]
        return tuple(limit for limit in found if limit.least > 0 or limit.most < 1)

    @property
    def digest(self) -> Digest:
        """sha256 of the meaning: order of lists, comments, layout and description do not change it."""
        meaning: dict[str, Any] = {
            item.name: getattr(self, item.name) for item in fields(self) if item.name != "description"
        }
        # As in force, so that a default written out is the same policy as the default left out.
        meaning["min_evidence"] = {str(origin): int(self.grade_for(origin)) for origin in self.origins}
        meaning["generated"] = list(self.for_generated)
        meaning["origins"] = [str(origin) for origin in self.origins]
        meaning["min_human_share"] = repr(float(self.min_human_share))  # text: JSON has no one form for tiny shares
        for name in _SHARES:
            meaning[name] = [[each, repr(low), repr(high)] for each, low, high in meaning[name]]
        # Keys that came later count only where they are used: a policy that never knew them is the same policy as before.
        for name in _LATER:
            if not meaning[name]:
                del meaning[name]
        return Digest.of_json({"corpus-provenance-policy": 1, **meaning})


#: Keys added after the first release of the format; empty they ask nothing.
_SHARES = ("mix_human", "mix_languages", "mix_kinds", "mix_generators", "mix_depths")
_LATER = ("steps", "judged", *_SHARES)


def load_policy(text: str, where: str) -> Policy:
    """Read a policy from TOML text; ``where`` names it in messages.

    Raises:
        PolicyError: not TOML, or the keys are wrong: every mistake with its path.
    """
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(where, f"is not TOML: {error}", "mend the line that the message names") from error
    return policy_of(value, where)


def policy_of(value: Mapping[str, Any], where: str) -> Policy:
    """A policy from the tables and values of its file; see `load_policy`."""
    found, mistakes = read_keys(value)
    mistakes += _contradictions(found)
    if mistakes:
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise PolicyError(
            where,
            f"has {count}:\n  " + "\n  ".join(sorted(mistakes)) + "\n",
            "docs/gate.md lists every key with an example",
        )
    return Policy(**found)


def _contradictions(found: Mapping[str, Any]) -> list[str]:
    """Keys that are well formed one by one and cannot hold together."""
    origins = found.get("origins")
    mistakes = [
        f"licence.deny: {both} is allowed and denied; take it off one list"
        for both in found.get("denied_licences", ())
        if both in found.get("licences", ())
    ]
    if origins and found.get("min_human_share", 0.0) > 0 and OriginClass.HUMAN not in origins:
        mistakes.append('origin.min_human_share: cannot be above 0 where origin.allow lacks "human"')
    mistakes += [
        f"origin.min_evidence.{origin}: is not in origin.allow"
        for origin, _ in found.get("min_evidence", ())
        if origins and origin not in origins
    ]
    return mistakes
