"""IF chains and EVALUATE turn into one another without a change of what is printed."""

from __future__ import annotations

import pytest

from provenance.steps.augment.evaluate_to_if import EvaluateToIf
from provenance.steps.augment.if_to_evaluate import IfToEvaluate
from provenance.steps.augment.transform import Program
from tests.steps.augment.augment_cases import Compiler, changed, refused
from tests.steps.augment.structure_programs import made


def program(text: str) -> Program:
    return Program("x.cbl", "PROCEDURE DIVISION.\n" + text, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("IF A = 1\n  DISPLAY B\nEND-IF.\n", "EVALUATE A\nWHEN 1\n  DISPLAY B\nEND-EVALUATE.\n"),
        ("IF A > 1 THEN\n  DISPLAY B\nELSE\n  DISPLAY C.\n",
         "EVALUATE TRUE\nWHEN A > 1 \n  DISPLAY B\nWHEN OTHER\n  DISPLAY C\nEND-EVALUATE.\n"),
        ("IF A OF R = 'x'\n  DISPLAY B\nELSE IF A OF R IS EQUAL TO 'y'\n  DISPLAY C\nELSE\n  DISPLAY D\nEND-IF END-IF.\n",
         "EVALUATE A OF R\nWHEN 'x'\n  DISPLAY B\nWHEN 'y'\n  DISPLAY C\nWHEN OTHER\n  DISPLAY D\nEND-EVALUATE.\n"),
        ("IF A = 1\n  DISPLAY B\nELSE\n  IF A = 2\n    DISPLAY C\n  ELSE\n    DISPLAY D\n  END-IF\nEND-IF.\n",
         "EVALUATE A\nWHEN 1\n  DISPLAY B\nWHEN 2\n  DISPLAY C\nWHEN OTHER\n  DISPLAY D\nEND-EVALUATE.\n"),
        ("if a = 1\n  display b\nend-if.\n", "evaluate a\nwhen 1\n  display b\nend-evaluate.\n"),
    ],
)  # fmt: skip
def test_if_to_evaluate(before: str, after: str) -> None:
    text = changed(IfToEvaluate(), program(before)).text
    assert [line.rstrip() for line in text.split("\n")] == [line.rstrip() for line in program(after).text.split("\n")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("EVALUATE A\n  WHEN 1\n  WHEN 3 THRU 5\n    DISPLAY B\n  WHEN OTHER\n    DISPLAY C\nEND-EVALUATE.\n",
         "IF (A = 1)\nOR (A >= 3 AND A <= 5)\n  DISPLAY B\nELSE\n  DISPLAY C\nEND-IF.\n"),
        ("EVALUATE TRUE\nWHEN A = 1 OR 2\n  DISPLAY B\nWHEN C\n  DISPLAY C.\n",
         "IF A = 1 OR 2\n  DISPLAY B\nELSE IF C\n  DISPLAY C\nEND-IF END-IF.\n"),
    ],
)  # fmt: skip
def test_evaluate_to_if(before: str, after: str) -> None:
    text = changed(EvaluateToIf(), program(before)).text
    assert [line.rstrip() for line in text.split("\n")] == [line.rstrip() for line in program(after).text.split("\n")]


@pytest.mark.parametrize(
    "text",
    [
        "IF A = 1 NEXT SENTENCE ELSE DISPLAY B.\n",
        "IF A = 1 EXEC SQL COMMIT END-EXEC END-IF.\n",
        "IF A = 1 COPY X. DISPLAY B.\n",
        # A WHEN of ours would be the inner EVALUATE's.
        "IF A = 1 EVALUATE B WHEN 1 DISPLAY C ELSE DISPLAY D END-IF.\n",
    ],
)
def test_an_if_is_left_alone(text: str) -> None:
    assert refused(IfToEvaluate(), program(text)).startswith("no-safe-site")


@pytest.mark.parametrize(
    "text",
    [
        "EVALUATE A ALSO B WHEN 1 ALSO 2 DISPLAY C END-EVALUATE.\n",
        "EVALUATE A WHEN NOT 1 DISPLAY C END-EVALUATE.\n",
        "EVALUATE A WHEN ANY DISPLAY C END-EVALUATE.\n",
        "EVALUATE FALSE WHEN A = 1 DISPLAY C END-EVALUATE.\n",
        "EVALUATE A + 1 WHEN 1 DISPLAY C END-EVALUATE.\n",
        "EVALUATE A WHEN B + 1 DISPLAY C END-EVALUATE.\n",
        "EVALUATE A WHEN OTHER DISPLAY C END-EVALUATE.\n",
        "EVALUATE A WHEN 1 NEXT SENTENCE WHEN 2 DISPLAY C END-EVALUATE.\n",
        "EVALUATE A WHEN 1 DISPLAY C WHEN 2 END-EVALUATE.\n",
        "EVALUATE FUNCTION MOD(A 2) WHEN 1 DISPLAY C END-EVALUATE.\n",
        # An ELSE of ours would be the inner IF's.
        "EVALUATE A WHEN 1 IF B DISPLAY C WHEN 2 DISPLAY D END-EVALUATE.\n",
    ],
)
def test_an_evaluate_is_left_alone(text: str) -> None:
    assert refused(EvaluateToIf(), program(text)).startswith("no-safe-site")


def test_the_subject_is_an_option_and_so_is_the_length() -> None:
    one = program("IF A = 1\n  DISPLAY B\nEND-IF.\n")
    assert "EVALUATE TRUE\nWHEN A = 1" in changed(IfToEvaluate(subject=False), one).text
    assert refused(IfToEvaluate(tests=2), one) == "no-candidates"


@pytest.mark.parametrize("seed", [1, 2])
def test_programs_run_alike(compiler: Compiler, seed: int) -> None:
    parent = Program("x", made(seed), False)
    before = compiler.behaviour(parent.text)
    assert len(before[1]) > 100
    there = changed(IfToEvaluate(), parent)
    assert compiler.behaviour(there.text) == before
    back = changed(EvaluateToIf(), Program("x", there.text, False))
    assert compiler.behaviour(back.text) == before
