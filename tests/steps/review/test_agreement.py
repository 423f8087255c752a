"""Agreement against published examples, and its laws."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from provenance.model.identity import RecordId
from provenance.steps.review import Answer, alpha, kappa, measure

VALUES = st.sampled_from(["a", "b", "c"])
UNITS = st.lists(st.lists(VALUES, max_size=5), max_size=12)


def _units(*coders: str) -> list[list[str]]:
    """One string a coder, one character a unit, "." where nothing was said."""
    return [[value for value in unit if value != "."] for unit in zip(*coders, strict=True)]


def test_krippendorffs_example_of_four_coders() -> None:
    # Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C: nominal, missing data.
    units = _units("123321412...", "1233224125.3", ".3332342251.", "1233244125 1.".replace(" ", ""))
    assert round(alpha(units) or 0, 3) == 0.743


def test_krippendorffs_example_of_two_coders() -> None:
    # Example A of the same paper: binary, two observers, no missing data.
    assert round(alpha(_units("0100000010", "1110010000")) or 0, 3) == 0.095


def test_cohens_kappa_of_a_published_table() -> None:
    # 50 applications, two readers: 20 yes by both, 15 no by both, 5 and 10 differ.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert math.isclose(kappa(pairs) or 0, 0.4)


@given(UNITS)
def test_alpha_is_at_most_one_and_does_not_depend_on_order(units: list[list[str]]) -> None:
    found = alpha(units)
    again = alpha([list(reversed(unit)) for unit in reversed(units)])
    assert (found is None) == (again is None)
    if found is not None and again is not None:
        assert found <= 1.0 + 1e-9 and math.isclose(found, again, abs_tol=1e-9)


@given(st.lists(st.tuples(VALUES, st.integers(2, 4)), min_size=2, max_size=10))
def test_who_always_agrees_has_one(units: list[tuple[str, int]]) -> None:
    same = [[value] * times for value, times in units]
    found = alpha(same)
    assert found is None if len({value for value, _ in units}) == 1 else math.isclose(found or 0, 1.0)


@given(UNITS, st.lists(VALUES, max_size=3))
def test_a_unit_that_one_person_answered_changes_nothing(units: list[list[str]], alone: list[str]) -> None:
    assert alpha(units) == alpha([*units, *([value] for value in alone)])


@given(st.lists(st.tuples(VALUES, VALUES), max_size=20))
def test_kappa_is_the_same_from_either_side(pairs: list[tuple[str, str]]) -> None:
    there, back = kappa(pairs), kappa([(b, a) for a, b in pairs])
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert math.isclose(there, back, abs_tol=1e-9) and there <= 1.0 + 1e-9


def test_agreement_is_of_last_words_without_arbiters_and_without_unsure() -> None:
    def said(row: int, who: str, verdict: str, day: int = 1, role: str = "reviewer", label: str = "{}") -> Answer:
        return Answer(RecordId(1, row), who, verdict, label, datetime(2026, 11, day, tzinfo=UTC), role=role)

    answers = [said(0, "a", "reject"), said(0, "a", "approve", 2), said(0, "b", "approve"), said(1, "a", "reject"),
               said(1, "b", "reject"), said(2, "a", "unsure"), said(2, "b", "reject"), said(1, "c", "approve", role="arbiter"),
               said(3, "a", "approve", label='{"defect":"none"}'), said(3, "b", "approve", label='{"defect":" None "}')]
    whole, pairs = measure(answers)
    assert [(each.question, each.records, each.people, each.alpha) for each in whole] == [
        ("defect", 1, 2, None), ("verdict", 3, 2, 1.0)]
    assert [(p.question, p.one, p.other, p.both, p.alike, p.kappa) for p in pairs] == [
        ("defect", "a", "b", 1, 1, None), ("verdict", "a", "b", 3, 3, 1.0)]
