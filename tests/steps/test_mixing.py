"""The mix: every limit at once, the most records, and what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.model.identity import RecordId
from provenance.model.mix import Cell, Limit
from provenance.steps.mixing import draw, fit, missing, trade_off

CELLS = [Cell("human", "cobol", "program", "", 0), Cell("human", "java", "program", "", 0),
         Cell("synthetic_rule", "cobol", "program", "", 1), Cell("synthetic_model", "java", "instruction_pair", "m", 2)]
_SHARE = st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 0.5, 0.8, 1.0])


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    field, value = draw(st.sampled_from([("origin", "human"), ("language", "cobol"), ("language", "java"), ("depth", "1"),
                                         ("generator", "m"), ("kind", "instruction_pair")]))
    low, high = sorted((draw(_SHARE), draw(_SHARE)))
    within = draw(st.sampled_from(["", "cobol"])) if field == "origin" else ""
    return Limit(f"{field}.{value}.{within}.{low:.3f}.{high:.3f}", field, value, low, high, within)


_AVAILABLE = st.fixed_dictionaries(dict.fromkeys(CELLS, st.integers(0, 4)))


def most(available: Mapping[Cell, int], wanted: list[Limit]) -> int:
    """By looking at every choice there is."""
    found = 0
    for counts in itertools.product(*(range(available[cell] + 1) for cell in CELLS)):
        take = dict(zip(CELLS, counts, strict=True))
        if all(limit.holds(take) for limit in wanted):
            found = max(found, sum(counts))
    return found


@settings(max_examples=150, deadline=None)
@given(_AVAILABLE, st.lists(limits(), max_size=4))
def test_what_is_taken_keeps_every_limit_and_is_the_most(available: dict[Cell, int], wanted: list[Limit]) -> None:
    plan = fit(available, wanted)
    assert all(0 <= plan.take[cell] <= available[cell] for cell in available)
    assert all(limit.holds(plan.take) for limit in wanted)
    assert plan.total == most(available, wanted)
    assert bool(plan.binding) is (plan.total < sum(available.values()))
    assert set(plan.binding) <= {limit.name for limit in wanted}


@settings(max_examples=100, deadline=None)
@given(_AVAILABLE, st.lists(limits(), max_size=3))
def test_with_what_is_missing_everything_can_be_used(available: dict[Cell, int], wanted: list[Limit]) -> None:
    more = missing(available, wanted)
    if more is None:
        return
    grown = dict(available)
    for language, count in more.items():
        cell = Cell("human", language, "program", "", 0)
        grown[cell] = grown.get(cell, 0) + count
    assert all(limit.holds(grown) for limit in wanted)
    if sum(more.values()) and sum(available.values()):
        assert not all(limit.holds(available) for limit in wanted)


def test_missing_is_the_textbook_number() -> None:
    human, made = CELLS[0], CELLS[2]
    share = Limit("origin.min_human_share", "origin", "human", 0.2)
    assert missing({human: 10, made: 90}, [share]) == {"cobol": 13}  # (10 + 13) / (100 + 13) = 0.2035, and 12 are too few
    assert missing({human: 30, made: 90}, [share]) == {}
    assert missing({made: 4}, [Limit("depth", "depth", "1", most=0.5)]) == {"cobol": 4}
    assert missing({human: 1, made: 1}, [Limit("a", "origin", "human", 0, 0)]) is None


def test_of_nothing_there_is_nothing() -> None:
    half = [Limit("origin.min_human_share", "origin", "human", 0.5)]
    assert fit({}, half).total == 0 and missing({}, half) == {} and missing({}, half, size=5) == {}
    assert trade_off({}, half, steps=2) == [(0.0, 0), (0.5, 0), (1.0, 0)]


def test_missing_for_a_size() -> None:
    human, made = CELLS[0], CELLS[2]
    half = [Limit("origin.min_human_share", "origin", "human", 0.5)]
    assert missing({human: 3, made: 90}, half, size=20) == {"cobol": 7}
    assert missing({human: 3, made: 2}, half, size=20) == {"cobol": 15}


def test_limits_that_contradict_each_other_are_named() -> None:
    plan = fit({CELLS[0]: 5, CELLS[1]: 5}, [Limit("a", "language", "cobol", 0.8), Limit("b", "language", "java", 0.8)])
    assert (plan.total, plan.binding) == (0, ("a", "b"))


def test_no_language_is_emptied_where_it_need_not_be() -> None:
    cobol, java = Cell("synthetic_rule", "cobol", "program", "", 1), Cell("synthetic_rule", "java", "program", "", 1)
    plan = fit({CELLS[0]: 10, cobol: 100, java: 100}, [Limit("origin.min_human_share", "origin", "human", 0.5)])
    assert (plan.take[CELLS[0]], plan.take[cobol], plan.take[java]) == (10, 5, 5)


def test_the_curve_falls_as_more_of_it_has_to_be_human() -> None:
    curve = trade_off({CELLS[0]: 10, CELLS[2]: 90}, [Limit("origin.min_human_share", "origin", "human", 0.2)], steps=10)
    assert curve[0] == (0.0, 100) and curve[-1] == (1.0, 10)
    assert all(left[1] >= right[1] for left, right in itertools.pairwise(curve))


@given(st.integers(0, 30), st.integers(0, 99))
def test_a_draw_takes_turns_over_roots(count: int, seed: int) -> None:
    items = [(RecordId(1, number), CELLS[2], number % 3) for number in range(30)]
    taken = draw(items, {CELLS[2]: count}, seed)
    assert len(taken) == count and taken == draw(list(reversed(items)), {CELLS[2]: count}, seed)
    per_root = [sum(record.row % 3 == root for record in taken) for root in range(3)]
    assert max(per_root) - min(per_root) <= 1
