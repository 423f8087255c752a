"""Equal budgets, measures and their laws."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.novelty import vendi
from provenance.steps.novelty.language_model import NGramModel, mean_bits
from provenance.steps.novelty.metrics import NAMES, Measured, halves, identifiers_of, measure
from provenance.steps.novelty.portrait import Reference
from provenance.steps.novelty.sample import Reservoir, cut, draw_key, read
from tests.steps.novelty.people import programs


def pieces(texts, seed=0):
    return read(texts, "cobol", [draw_key(seed, number) for number in range(len(texts))])


def of(texts, budget=1 << 40, seed=0):
    return cut(sorted(pieces(texts, seed), key=lambda piece: (piece.key, piece.whole)), budget)


HUMAN = programs(60)


@given(st.permutations(range(12)), st.integers(1, 4_000))
def test_a_reservoir_holds_the_same_whatever_the_order(order, budget):
    found = pieces(HUMAN[:12])
    straight, turned = Reservoir(budget), Reservoir(budget)
    for piece in found:
        straight.add(piece)
    for place in order:
        if turned.wants(found[place].key):
            turned.add(found[place])
    assert [piece.whole for piece in turned.pieces()] == [piece.whole for piece in straight.pieces()]
    chosen = cut(turned.pieces(), budget)
    assert chosen.size == min(budget, sum(len(piece.tokens) for piece in found))
    # No more is held than is needed: without the last piece the budget is not reached.
    assert chosen.size - chosen.sizes[-1] < budget


def test_rules_of_stars_and_layout_say_nothing():
    plain = pieces(["       MOVE A TO B.\n"])[0]
    laid = pieces(["000100     MOVE   A\n000200        TO B.\n"])[0]
    assert plain.tokens.tolist() == laid.tokens.tolist() and plain.text == laid.text
    ruled = pieces(["      *" + "*" * 60 + "\n       MOVE A TO B.\n"])[0]
    assert len(ruled.tokens) == len(plain.tokens) + 1


def test_a_renamed_copy_has_the_signature_of_its_original():
    one, two, other = pieces(["       MOVE PAY TO TAX.\n", "       MOVE FEE TO NET.\n", "       ADD PAY TO TAX.\n"])
    assert one.signature == two.signature != other.signature and one.whole != two.whole


def test_measures_by_hand():
    sample = of(["       MOVE PAY TO TAX.\n", "       MOVE PAY TO NET.\n"])
    found = measure(sample, halves(2, 10, 0), identifiers_of(of(["       ADD PAY TO FEE.\n"])))
    assert set(found) == set(NAMES)
    assert found["distinct_1"].value == pytest.approx(6 / 10)       # move pay to tax . net
    assert found["distinct_5"].value == 1.0
    assert found["identifiers"].value == 3 and found["hapax"].value == pytest.approx(2 / 3)
    assert found["identifiers_retained"].value == pytest.approx(1 / 2)   # pay, and not fee
    assert found["template_rate"].value == 2 and found["exact_duplicates"].value == 0
    # Four things twice and two once, of ten.
    assert found["entropy_1"].value == pytest.approx(4 * 0.2 * np.log2(5) + 2 * 0.1 * np.log2(10))


@given(st.integers(2, 30), st.integers(0, 5))
def test_shares_are_shares_and_intervals_hold_their_value(count, seed):
    sample = of(HUMAN[:count], 3_000, seed)
    for name, found in measure(sample, halves(len(sample), 20, seed), identifiers_of(of(HUMAN[30:]))).items():
        assert found.low <= found.high
        if name.startswith("distinct") or name in ("hapax", "exact_duplicates", "identifiers_retained"):
            assert 0 <= found.value <= 1


def test_copies_lower_every_measure_of_diversity():
    varied, copied = of(HUMAN, 6_000), of(HUMAN[:3] * 20, 6_000)
    one, two = (measure(each, halves(len(each), 20, 0)) for each in (varied, copied))
    for name in ("distinct_1", "distinct_5", "entropy_1", "entropy_3", "identifiers", "compression"):
        assert two[name].high < one[name].low, name
    assert two["exact_duplicates"].value > 0.8 > one["exact_duplicates"].value == 0


def test_a_ratio_of_a_sample_to_itself_is_one_and_its_interval_holds_it():
    found = measure(of(HUMAN), halves(60, 50, 0))["distinct_5"]
    other = measure(of(HUMAN), halves(60, 50, 1))["distinct_5"]
    ratio = found.over(other)
    assert ratio.value == 1 and ratio.low < 1 < ratio.high
    assert Measured(0.0, np.zeros(0)).over(Measured(0.0, np.zeros(0))).value == 1
    assert Measured(1.0, np.zeros(0)).over(Measured(0.0, np.zeros(0))).value == float("inf")


def test_vendi_counts_different_things_and_not_their_number():
    weights = vendi.weights_of(of(HUMAN))
    few, many, varied = (vendi.measure_vendi(of(texts, 8_000), halves(2, 0, 0), weights).value
                         for texts in (HUMAN[:1] * 60, HUMAN[:4] * 15, HUMAN))
    assert few < many < varied
    assert vendi.vendi(np.zeros((0, 0))) == 0


def test_the_language_model_s_probabilities_add_up_to_one():
    texts = ["       MOVE A TO B.\n       ADD A TO B.\n", "       MOVE B TO A.\n"]
    learned = of(texts)
    words = sorted({word for text in texts for word in text.replace(".", " .").split()})
    model = NGramModel(learned, words=len(words))
    for history in ("       MOVE A TO {}\n", "       ADD {}\n", "       {}\n", "       B B B {}\n"):
        total = sum(2 ** -float(model.bits(of([history.format(word)]))[-1]) for word in words)
        assert total == pytest.approx(1, abs=1e-9)


def test_what_was_learned_is_cheap_and_what_was_not_costs_every_model_the_same():
    learned, other = of(HUMAN[:20]), of(programs(20, seed=9))
    model = NGramModel(learned)
    assert mean_bits(model.bits(learned), learned) < mean_bits(model.bits(other), other)
    strange = of(["       zzq1 zzq2 zzq3\n"])
    assert NGramModel(of([])).bits(strange)[0] == 17


def test_a_portrait_is_the_same_twice_and_equal_sides_are_alike():
    held, human, other = of(programs(20, 1)), of(HUMAN[:30], 8_000), of(HUMAN[30:], 8_000)
    first, second = (Reference.of(human, held, 20).portrait(other) for _ in range(2))
    assert {name: found.value for name, found in first.items()} == {name: found.value for name, found in second.items()}
    reference = Reference.of(human, held, 20)
    for name in ("distinct_5", "entropy_3", "vendi", "compression", "heldout_bits"):
        assert first[name].value == pytest.approx(reference.portrait_of_human[name].value, rel=0.1), name
    assert reference.portrait(of([])) == {}


def test_shuffled_words_are_a_surprise_to_people_s_model():
    draw = random.Random(1)
    salad = [" ".join(draw.sample(words := text.split(), len(words))) for text in HUMAN]
    reference = Reference.of(of(HUMAN, 8_000), of(programs(20, 1)), 20)
    assert reference.portrait(of([f"       {text}\n" for text in salad], 8_000))["heldout_bits"].value > \
        reference.portrait_of_human["heldout_bits"].value
