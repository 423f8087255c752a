"""Two ways to collapse, and what is neither."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.collapse import FALLING, Limits, compare
from provenance.steps.novelty.metrics import Measured

METRICS = (*FALLING, "heldout_bits")


def said(spread=0.02, **values):
    factors = np.linspace(1 - spread, 1 + spread, 21)
    return {name: Measured(values.get(name, 1.0), factors) for name in METRICS}


HUMAN = said()
#: Shares of the human measure in the simulation on Java that the signatures were taken from (one LM generation; then five).
REWRITES = {"distinct_5": 0.861, "entropy_3": 0.978, "compression": 0.908, "vendi": 0.796}
SHARP = {"distinct_5": 0.035, "entropy_3": 0.585, "vendi": 0.125, "identifiers_retained": 0.08, "compression": 0.262,
         "heldout_bits": 2.73}
DRIFT = {"distinct_5": 0.668, "entropy_3": 0.945, "vendi": 1.42, "identifiers_retained": 0.92, "compression": 1.164,
         "heldout_bits": 1.32}


@pytest.mark.parametrize(("made", "mode"), [({}, ""), (REWRITES, ""), (SHARP, "sharpening"), (DRIFT, "drift")])
def test_modes(made, mode):
    assert compare(said(**made), HUMAN, Limits()).mode == mode


def test_one_sign_is_no_mode_and_is_named():
    found = compare(said(distinct_5=0.5), HUMAN, Limits())
    assert found.mode == "" and [sign.metric for sign in found.signs] == ["distinct_5"] and found.signs[0].ratio == 0.5
    # Variety that rises alone is no drift.
    assert compare(said(vendi=1.5, compression=1.4), HUMAN, Limits()).mode == ""


def test_what_an_interval_does_not_tell_from_people_is_no_sign():
    assert compare(said(0.98, **SHARP), said(-0.98), Limits()).mode == ""


def test_measures_that_are_not_there_show_nothing():
    assert compare({}, HUMAN, Limits()).signs == () and compare(said(**SHARP), {}, Limits()).signs == ()


@given(st.dictionaries(st.sampled_from(FALLING), st.floats(0.01, 1.0)), st.sampled_from(FALLING), st.floats(0.01, 1.0))
def test_falling_further_never_opens(made, name, factor):
    """Where nothing rises, less diversity is never judged better."""
    before = compare(said(**made), HUMAN, Limits())
    after = compare(said(**made | {name: made.get(name, 1.0) * factor}), HUMAN, Limits())
    assert {sign.metric for sign in before.signs} <= {sign.metric for sign in after.signs}
    assert not before.mode or after.mode
