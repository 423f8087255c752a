"""COMPUTE becomes ADD and SUBTRACT, MULTIPLY and DIVIDE become COMPUTE, where GnuCOBOL gives the same number."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from provenance.steps.augment.formula import ComputeToAddSubtract, MultiplyDivideToCompute
from provenance.steps.augment.transform import Program
from tests.steps.augment.augment_cases import Compiler, changed, refused
from tests.steps.augment.test_arithmetic import ITEMS, PICTURES, program


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("COMPUTE CNT = CNT + 1.", "ADD 1 TO CNT."),
        ("COMPUTE CNT = SGN + CNT.", "ADD SGN TO CNT."),
        ("COMPUTE SGN = SGN - CNT.", "SUBTRACT CNT FROM SGN."),
        ("compute cnt = CNT + sgn end-if.", "add sgn to cnt end-if."),
        ("COMPUTE TBL (CNT, 2) = TBL (CNT, 2) + CNT.", "ADD CNT TO TBL (CNT, 2)."),
        ("COMPUTE UNS = UNS + 1.", "ADD 1 TO UNS."),
    ],
)
def test_sums(before: str, after: str) -> None:
    assert changed(ComputeToAddSubtract(), program(before)).text == program(after).text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("MULTIPLY 2 BY CNT.", "COMPUTE CNT = CNT * 2."),
        ("MULTIPLY CNT BY 2 GIVING SGN.", "COMPUTE SGN = CNT * 2."),
        ("DIVIDE 2 INTO CNT.", "COMPUTE CNT = CNT / 2."),
        ("DIVIDE 2 INTO CNT GIVING SGN.", "COMPUTE SGN = CNT / 2."),
        ("divide cnt by 2 giving SGN end-if.", "compute SGN = cnt / 2 end-if."),
    ],
)
def test_products(before: str, after: str) -> None:
    assert changed(MultiplyDivideToCompute(), program(before)).text == program(after).text


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("COMPUTE CNT = SGN + 1.", "no-candidates"),
        ("COMPUTE CNT = 1 - CNT.", "no-candidates"),
        ("COMPUTE CNT = CNT + 1 + 2.", "no-candidates"),
        ("COMPUTE CNT = CNT + 2 * 3.", "no-candidates"),
        ("COMPUTE CNT ROUNDED = CNT + 1.", "no-candidates"),
        ("COMPUTE CNT SGN = CNT + 1.", "no-candidates"),
        ("COMPUTE CNT = CNT + 1 END-COMPUTE.", "no-candidates"),
        ("COMPUTE CNT = CNT + 1 ON SIZE ERROR GO TO P.", "no-candidates"),
        ("COMPUTE CNT = CNT +\n  1.", "no-candidates"),
        ("COMPUTE TBL (1) = TBL (2) + 1.", "no-candidates"),
        ("COMPUTE EDT = EDT + 1.", "no-safe-site: 1 left alone"),
        ("COMPUTE FLT = FLT + 1.", "no-safe-site: 1 left alone"),
        ("COMPUTE CNT = CNT + TXT.", "no-safe-site: 1 left alone"),
        ("COMPUTE UNS = UNS - 1.", "no-safe-site: 1 left alone"),
        ("COMPUTE UNS = UNS + SGN.", "no-safe-site: 1 left alone"),
        ("REPLACE ==A== BY ==B==. COMPUTE CNT = CNT + 1.", "replace-statement: line 2"),
    ],
)
def test_sums_left_alone(statement: str, reason: str) -> None:
    assert refused(ComputeToAddSubtract(), program(statement)) == reason


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("MULTIPLY 2 BY CNT ROUNDED.", "no-candidates"),
        ("MULTIPLY 2 BY CNT SGN.", "no-candidates"),
        ("MULTIPLY 2 BY CNT END-MULTIPLY.", "no-candidates"),
        ("DIVIDE CNT BY 2 GIVING SGN REMAINDER UNS.", "no-candidates"),
        ("DIVIDE 2 INTO CNT NOT ON SIZE ERROR GO TO P.", "no-candidates"),
        ("MULTIPLY CNT BY 2 GIVING FLT.", "no-safe-site: 1 left alone"),
        ("MULTIPLY FLT BY 2 GIVING CNT.", "no-safe-site: 1 left alone"),
        ("MULTIPLY SGN BY UNS.", "no-safe-site: 1 left alone"),
        ("DIVIDE -2 INTO UNS.", "no-safe-site: 1 left alone"),
    ],
)
def test_products_left_alone(statement: str, reason: str) -> None:
    assert refused(MultiplyDivideToCompute(), program(statement)) == reason


def test_a_share_of_the_sites_and_a_listing() -> None:
    many = program("\n".join(["COMPUTE CNT = CNT + 1."] * 40))
    assert 5 < changed(ComputeToAddSubtract(share=50), many).edits < 35
    for transform in (ComputeToAddSubtract(), MultiplyDivideToCompute()):
        assert refused(transform, dataclasses.replace(many, listing=None)) == "no-listing"
    assert isinstance(many, Program)
    assert ITEMS


@pytest.mark.parametrize("std", ["ibm", "default", "mf"])
def test_both_forms_give_one_number_for_every_picture(compiler: Compiler, std: str) -> None:
    fields = [(f"{key}{number}", picture) for key, group in PICTURES.items() for number, picture in enumerate(group)]
    declared = "".join(f"       01 {name} PIC {picture}.\n" for name, picture in fields)
    code = ""
    # Sizes at, under and over every picture's end, so that truncation shows; and division by zero.
    for (name, _), start, other in itertools.product(fields, ("99", "999.9", "-9999"), ("0", "1.26", "-3", "9999")):
        statements = (
            f"COMPUTE {name} = {name} + {other}", f"COMPUTE {name} = {name} - {other}",
            f"MULTIPLY {name} BY {other} GIVING {name}", f"DIVIDE {other} INTO {name}",
        )  # fmt: skip
        for statement in statements:
            code += f"           MOVE {start} TO {name}.\n           {statement.replace('- -', '+ ').replace('+ -', '- ')}.\n"
            code += f"           DISPLAY '{name} ' {name}.\n"
    text = (
        "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. SUMS.\n       DATA DIVISION.\n"
        f"       WORKING-STORAGE SECTION.\n{declared}       PROCEDURE DIVISION.\n{code}           STOP RUN.\n"
    )
    parent = compiler.program(text, std=std)
    before = compiler.behaviour(text, std=std)
    for transform in (ComputeToAddSubtract(), MultiplyDivideToCompute()):
        change = changed(transform, parent)
        assert change.edits > 200
        assert compiler.behaviour(change.text, std=std) == before, transform.name
