"""Who is related to whom, and which fold scores whom: no record is scored by a model that saw it or a relative.

    >>> import numpy as np
    >>> related(4, np.array([[3, 1], [1, 0]])).tolist()
    [0, 0, 2, 0]

Relatives share an ancestor, an author or their content. A group of relatives goes into one fold whole. Groups with
labels are dealt out, the largest first, each to the fold that has least of its class; all others by their hash.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int8]
Keys = npt.NDArray[np.uint64]


def related(count: int, pairs: Integers) -> Integers:
    """For each of ``count`` things the least that it is tied to, over any number of ties.

    Args:
        pairs: int64 of shape (ties, 2).
    """
    group = np.arange(count, dtype=np.int64)
    if not len(pairs):
        return group
    left, right = pairs[:, 0], pairs[:, 1]
    while True:
        least = np.minimum(group[left], group[right])
        before = group.copy()
        for side in (left, right):
            np.minimum.at(group, before[side], least)  # a whole group follows its least member
            np.minimum.at(group, side, least)
        group = group[group]
        if (group == before).all():
            return group


def keys(batches: Integers, rows: Integers, seed: int) -> Keys:
    """A hash of each record id and a seed: an order that nobody chose and everybody can repeat."""
    value = batches.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + rows.astype(np.uint64)
    value = value + np.uint64(seed * 0xC2B2AE3D27D4EB4F % 2**64)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def chosen(labels: Labels, order: Keys, most: int) -> npt.NDArray[np.bool_]:
    """Which labelled things teach: of each class those with the lowest keys, at most ``most``; -1 is no label."""
    take = np.zeros(len(labels), np.bool_)
    for each in (0, 1):
        places = np.flatnonzero(labels == each)
        take[places[np.argsort(order[places], kind="stable")[:most]]] = True
    return take


def deal(groups: Integers, labels: Labels, order: Keys, folds: int) -> Labels:
    """The fold of each thing, 0..folds-1; one for a whole group.

    Args:
        groups: as `related` gives them.
        labels: 0, 1, or -1 for what does not teach.
        order: `keys`, of the same things.
    """
    fold = (order[groups] % np.uint64(folds)).astype(np.int8)
    teaching = np.flatnonzero(labels >= 0)
    tied, member = np.unique(groups[teaching], return_inverse=True)
    held = np.zeros((len(tied), 2), np.int64)
    np.add.at(held, (member, labels[teaching]), 1)
    load = np.zeros((folds, 2), np.int64)
    given = np.zeros(len(tied), np.int8)
    for place in np.lexsort((order[tied], -held.sum(axis=1))).tolist():
        most = int(np.argmax(held[place]))
        goes = min(range(folds), key=lambda number: (load[number, most], load[number].sum(), number))
        load[goes] += held[place]
        given[place] = goes
    if len(tied):
        place = np.minimum(np.searchsorted(tied, groups), len(tied) - 1)
        inside = tied[place] == groups
        fold[inside] = given[place[inside]]
    return fold


def teachable(fold: Labels, labels: Labels, folds: int, least: int) -> bool:
    """Whether every fold's model has at least ``least`` of each class to learn from once its own fold is held apart."""
    return all(np.count_nonzero((labels == each) & (fold != number)) >= least
               for number in range(folds) for each in (0, 1))
