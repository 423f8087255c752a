"""Mixing: of what may be chosen, the most that keeps every limit on shares at once; and what is missing where little can.

    >>> human, made = Cell("human", "cobol", "program", "", 0), Cell("synthetic_rule", "cobol", "program", "", 1)
    >>> limit = Limit("origin.min_human_share", "origin", "human", least=0.2)
    >>> plan = fit({human: 10, made: 90}, [limit])
    >>> plan.total, plan.take[human], plan.binding
    (50, 10, ('origin.min_human_share',))
    >>> missing({human: 10, made: 90}, [limit])           # to use all 90
    {'cobol': 13}

The number of each cell is a mixed-integer linear programme (HiGHS, by `scipy.optimize.milp`): first the most records,
then among all ways to have so many the fairest: the smallest kept fraction of any cell as large as can be, then the next
smallest (max-min fairness), so that no language or kind is emptied where it need not be.
Within a cell records are drawn by the seed, round the roots, so that no root crowds out the others.
Nothing is guessed: a limit that cannot be kept with what there is is named.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from provenance.errors import PolicyError, ToolMissing
from provenance.model.identity import RecordId
from provenance.model.mix import Cell, Limit
from provenance.model.origin import OriginClass

VERSION = "1"
_HUMAN_SHARE = "origin.min_human_share"
#: More additional records than this of a language are no plan.
_MOST_NEW = 10**9
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many records of each cell to take.

    Attributes:
        take: cell -> records; every cell that was offered.
        binding: limits without which more could be taken, by name.
    """

    take: Mapping[Cell, int]
    binding: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Records in all."""
        return sum(self.take.values())


def fit(available: Mapping[Cell, int], limits: Sequence[Limit]) -> Plan:
    """The most records that keep all limits, and of all ways to have so many the fairest to every cell.

    Args:
        available: cell -> records that may be taken.
        limits: all of them hold at once for what comes back; an empty set keeps any.

    Raises:
        ToolMissing: scipy is not installed, and the limits do not hold by themselves.
    """
    if all(limit.holds(available) for limit in limits):
        return Plan(dict(available))
    cells = sorted(available)
    best = _most(cells, available, limits)
    binding = tuple(sorted({limit.name for limit in limits
                            if _most(cells, available, [other for other in limits if other != limit]) > best}))
    # Two limits may each hide behind the other; together they are what binds.
    binding = binding or tuple(sorted({limit.name for limit in limits if not limit.holds(available)}))
    return Plan(_nearest(cells, available, limits, best), binding)


def missing(available: Mapping[Cell, int], limits: Sequence[Limit], size: int = 0) -> dict[str, int] | None:
    """How many more human records of each language are needed, at the least in all.

    Args:
        size: records that the set shall have; 0: so that all that there is can be used.

    Returns:
        language -> records, only those above 0; None where no number of them would do.
    """
    cells = sorted(available)
    languages = sorted({cell.language for cell in cells} | {limit.within for limit in limits if limit.within}
                       | {limit.value for limit in limits if limit.field == "language"})
    kinds = sorted({cell.kind for cell in cells if cell.origin == OriginClass.HUMAN}) or ["program"]
    new = [Cell(OriginClass.HUMAN, language, "program" if "program" in kinds else kinds[0], "", 0) for language in languages]
    if not new:
        return {}
    both = [*cells, *new]
    given = np.array([available[cell] for cell in cells], float)
    low = given if not size else np.zeros(len(cells))
    extra = []
    if size:
        extra.append((np.ones(len(both)), float(size), math.inf))
    answer = _solve(np.array([0.0] * len(cells) + [1.0] * len(new)), np.concatenate([low, np.zeros(len(new))]),
                    np.concatenate([given, np.full(len(new), float(_MOST_NEW))]), [*_rows(both, limits), *extra])
    if answer is None:
        return None
    return {language: count for language, count in zip(languages, map(int, answer[len(cells):]), strict=True) if count}


def trade_off(available: Mapping[Cell, int], limits: Sequence[Limit], steps: int = 20) -> list[tuple[float, int]]:
    """(human share asked of the whole, most records that can then be had), from 0 to 1."""
    others = [limit for limit in limits if limit.name != _HUMAN_SHARE]
    human = Limit(_HUMAN_SHARE, "origin", OriginClass.HUMAN)
    cells = sorted(available)
    return [(share, _most(cells, available, [*others, replace(human, least=share)]))
            for share in (number / steps for number in range(steps + 1))]


def draw(items: Iterable[tuple[RecordId, Cell, Hashable]], take: Mapping[Cell, int], seed: int) -> set[RecordId]:
    """The records to take: of each cell so many, in turns over the roots, in the seed's order.

    Args:
        items: (record, its cell, what it comes from).
    """
    groups: dict[Cell, dict[Hashable, list[RecordId]]] = defaultdict(lambda: defaultdict(list))
    for record, cell, root in items:
        groups[cell][root].append(record)
    taken: set[RecordId] = set()
    for cell, roots in groups.items():
        ranked = []
        for root, records in roots.items():
            for turn, record in enumerate(sorted(records, key=lambda each: _drawn(each, seed))):
                ranked.append((turn, _drawn(root, seed), record))
        taken.update(record for _, _, record in sorted(ranked)[: take.get(cell, 0)])
    return taken


def _most(cells: Sequence[Cell], available: Mapping[Cell, int], limits: Sequence[Limit]) -> int:
    answer = _solve(np.full(len(cells), -1.0), np.zeros(len(cells)), np.array([available[cell] for cell in cells], float),
                    _rows(cells, limits))
    return 0 if answer is None else int(answer.sum())


def _nearest(cells: Sequence[Cell], available: Mapping[Cell, int], limits: Sequence[Limit], total: int) -> dict[Cell, int]:
    """So many records in all, in whole numbers as near as can be to the fair fractions."""
    count = len(cells)
    given = np.array([available[cell] for cell in cells], float)
    every = [*_rows(cells, limits), (np.ones(count), float(total), float(total))]
    wanted = _fair(given, every)
    rows = [(np.concatenate([row, np.zeros(count)]), low, high) for row, low, high in every]
    for number in range(count):
        # difference >= x - wanted, and difference >= wanted - x
        for sign in (1.0, -1.0):
            row = np.zeros(2 * count)
            row[number], row[count + number] = sign, -1.0
            rows.append((row, -math.inf, sign * wanted[number]))
    answer = _solve(np.concatenate([np.zeros(count), np.ones(count)]), np.zeros(2 * count),
                    np.concatenate([given, np.full(count, given.sum() + 1)]), rows, whole=count)
    if answer is None:  # cannot be: `total` was had a moment ago
        raise PolicyError("mix", f"could not be solved again for {total} records", "report this with the policy")
    return {cell: int(number) for cell, number in zip(cells, answer[:count], strict=True)}


def _fair(given: Matrix, rows: Sequence[tuple[Matrix, float, float]]) -> Matrix:
    """Fractions of records by max-min fairness: raise all cells alike, hold those that can rise no further, go on."""
    count = len(given)
    wanted = np.zeros(count)
    free = given > 0
    while free.any():
        # The level that all free cells can reach together: x >= level * given.
        raised = [(np.append(row, 0.0), low, high) for row, low, high in rows]
        for number in np.flatnonzero(free):
            row = np.zeros(count + 1)
            row[number], row[count] = 1.0, -given[number]
            raised.append((row, 0.0, math.inf))
        answer = _solve(np.append(np.zeros(count), -1.0), np.append(wanted, 0.0), np.append(given, 1.0), raised, whole=0)
        if answer is None:
            break
        level = answer[count]
        # Which of them can rise above it: each gets a little more where it can.
        above = [(np.concatenate([row, np.zeros(count)]), low, high) for row, low, high in rows]
        for number in np.flatnonzero(free):
            row = np.zeros(2 * count)
            row[number], row[count + number] = 1.0, -1.0
            above.append((row, level * given[number] - 1e-6, math.inf))
        little = np.where(free, given * 0.01, 0.0)
        answer = _solve(np.concatenate([np.zeros(count), -np.where(free, 1.0, 0.0)]), np.concatenate([wanted, np.zeros(count)]),
                        np.concatenate([given, little]), above, whole=0)
        risen = answer[count:] > little * 0.1 if answer is not None else np.zeros(count, bool)
        held = free & ~risen
        held = held if held.any() else free
        wanted = np.where(held, np.maximum(0.0, level * given - 1e-6), wanted)
        free = free & ~held
    return wanted


def _rows(cells: Sequence[Cell], limits: Sequence[Limit]) -> list[tuple[Matrix, float, float]]:
    """Each limit as bounds on a weighted sum: (weights, least, greatest)."""
    rows = []
    for limit in limits:
        part = np.array([limit.counts(cell) for cell in cells], float)
        whole = np.array([limit.of(cell) for cell in cells], float)
        if limit.least > 0:
            rows.append((part - limit.least * whole, 0.0, math.inf))
        if limit.most < 1:
            rows.append((part - limit.most * whole, -math.inf, 0.0))
    return rows


def _solve(cost: Matrix, low: Matrix, high: Matrix, rows: Sequence[tuple[Matrix, float, float]],
           whole: int | None = None) -> Matrix | None:
    """Whole numbers (the first ``whole``; all where None) of least cost, or None where there are none."""
    if not len(cost):
        return np.zeros(0) if all(least <= 0 <= most for _, least, most in rows) else None
    optimize = _scipy()
    constraints = []
    if rows:
        # A hair of room, as `Limit.holds` has it: 0.1 * 30 is not 3 in binary numbers.
        hair = 1e-9 * max(1.0, float(high[np.isfinite(high) & (high < _MOST_NEW)].sum()))
        constraints = [optimize.LinearConstraint(np.array([row for row, _, _ in rows]),
                                                 [least - hair for _, least, _ in rows], [most + hair for _, _, most in rows])]
    integral = np.ones(len(cost))
    if whole is not None:
        integral[whole:] = 0
    found = optimize.milp(cost, integrality=integral, bounds=optimize.Bounds(low, high), constraints=constraints,
                          options={"mip_rel_gap": 0.0})
    if found.x is None:
        return None
    answer: Matrix = np.where(integral > 0, np.round(found.x), found.x)
    return answer


def _drawn(what: Hashable, seed: int) -> bytes:
    return hashlib.sha256(f"mix {seed} {what}".encode()).digest()


def _scipy() -> Any:
    try:
        from scipy import optimize
    except ImportError as error:
        raise ToolMissing("scipy", "is not installed; limits on shares cannot be met",
                          "pip install 'corpus-provenance[quality]'") from error
    return optimize
