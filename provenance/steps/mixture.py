"""The mixture: how many children a root, a rule or a model may bring into a training set, and how much of each language.

    >>> items = [Item(RecordId(1, 0), "cobol"), *(Item(RecordId(2, n), "cobol", "augment:rename", (RecordId(1, 0),))
    ...          for n in range(5))]
    >>> kept, left = mix(items, Mixture(per_root=2), seed=1)
    >>> len(kept), sorted(set(left.values()))
    (3, ['mixture: per_root 2'])

A limit never touches what was ingested; weights do. The order in which children are taken is drawn from the seed and the
record, not from where they stand, so a limit samples the makers of a root alike and one more candidate changes little.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from provenance.errors import PolicyError
from provenance.languages import all_languages
from provenance.model.identity import RecordId

#: Edges by which a record descends. What a program includes, or what a model was merely shown, is no root to count by:
#: one copybook would speak for every program that copies it.
SIDE_ROLES = frozenset({"included", "shown"})


@dataclass(frozen=True, slots=True)
class Mixture:
    """Limits on what is chosen; 0 and absent weights limit nothing.

    Attributes:
        per_root: most records that descend from one ingested record, at any depth.
        per_transform: most records of one transform or skeleton.
        per_generator: most records of one model (as asked; its revisions together).
        weights: language -> share of its records that is drawn, 0..1.
    """

    per_root: int = 0
    per_transform: int = 0
    per_generator: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("per_root", "per_transform", "per_generator"):
            if getattr(self, name) < 0:
                raise PolicyError(f"mix.{name}", f"is {getattr(self, name)}", "give a count, or 0 for no limit")
        for language, weight in self.weights.items():
            if language not in all_languages():
                near = difflib.get_close_matches(language, all_languages(), 1)
                raise PolicyError(f"mix.weights.{language}", "is no language that is known here",
                                  f"did you mean {near[0]}?" if near else f"known: {', '.join(all_languages())}")
            if not 0 <= weight <= 1:
                raise PolicyError(f"mix.weights.{language}", f"is {weight}", "give a share between 0 and 1")

    def __bool__(self) -> bool:
        return bool(self.per_root or self.per_transform or self.per_generator or self.weights)

    def to_json(self) -> dict[str, Any]:
        """What was asked, without what limits nothing."""
        said = {"per_root": self.per_root, "per_transform": self.per_transform, "per_generator": self.per_generator,
                "weights": dict(sorted(self.weights.items()))}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Item:
    """A candidate as the mixture sees it.

    Attributes:
        record, language: of the candidate.
        maker: what made it ("augment:split-move", "generate:skeleton:report"); empty for what was ingested.
        parents: its parents but for `SIDE_ROLES`.
        model: the model that was asked for it; empty where none was.
    """

    record: RecordId
    language: str
    maker: str = ""
    parents: tuple[RecordId, ...] = ()
    model: str = ""


def mix(items: Iterable[Item], mixture: Mixture, seed: int = 0,
        ancestors: Mapping[RecordId, tuple[RecordId, ...]] | None = None) -> tuple[list[RecordId], dict[RecordId, str]]:
    """The records that the mixture takes, sorted, and for each other the limit that left it out.

    Args:
        items: the candidates.
        mixture: limits and weights.
        seed: draws the order.
        ancestors: parents (but for `SIDE_ROLES`) of records that are no candidates, so that roots are found above them.
    """
    listed = {item.record: item for item in items}
    above = {**(ancestors or {}), **{record: item.parents for record, item in listed.items()}}
    roots = _Roots(above)
    per_root: Counter[RecordId] = Counter()
    per_maker: Counter[str] = Counter()
    per_model: Counter[str] = Counter()
    kept: list[RecordId] = []
    left: dict[RecordId, str] = {}
    for record in sorted(listed, key=lambda each: _drawn(each, seed)):
        item = listed[record]
        weight = mixture.weights.get(item.language, 1.0)
        if weight < 1 and _fraction(record, seed) >= weight:
            left[record] = f"mixture: weight {weight} of {item.language}"
            continue
        if not item.maker:
            kept.append(record)
            continue
        found = roots.of(record)
        why = ""
        if mixture.per_root and any(per_root[root] >= mixture.per_root for root in found):
            why = f"mixture: per_root {mixture.per_root}"
        elif item.model and mixture.per_generator and per_model[item.model] >= mixture.per_generator:
            why = f"mixture: per_generator {mixture.per_generator}"
        elif not item.model and mixture.per_transform and per_maker[item.maker] >= mixture.per_transform:
            why = f"mixture: per_transform {mixture.per_transform}"
        if why:
            left[record] = why
            continue
        kept.append(record)
        per_root.update(found)
        per_maker[item.maker] += 1
        per_model[item.model] += 1
    return sorted(kept), left


class _Roots:
    """The records without parents above each record, found once each and without recursion."""

    def __init__(self, above: Mapping[RecordId, tuple[RecordId, ...]]) -> None:
        self._above = above
        self._found: dict[RecordId, frozenset[RecordId]] = {}

    def of(self, record: RecordId) -> frozenset[RecordId]:
        waiting = [record]
        while waiting:
            at = waiting[-1]
            parents = self._above.get(at, ())
            missing = [parent for parent in parents if parent not in self._found]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            self._found[at] = frozenset().union(*(self._found[parent] for parent in parents)) if parents else frozenset({at})
        return self._found[record]


def _drawn(record: RecordId, seed: int) -> bytes:
    return hashlib.sha256(f"mixture {seed} {record}".encode()).digest()


def _fraction(record: RecordId, seed: int) -> float:
    """A number in 0..1 drawn from seed and record, apart from the order."""
    return int.from_bytes(hashlib.sha256(f"weight {seed} {record}".encode()).digest()[:8], "big") / 2**64
