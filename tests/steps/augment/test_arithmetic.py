"""ADD and SUBTRACT become COMPUTE only where GnuCOBOL gives the same number, overflow included."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from provenance.steps.augment.arithmetic import AddSubtractToCompute
from provenance.steps.augment.cobol_listing import DataName, Listing
from provenance.steps.augment.transform import Program, Refusal
from tests.steps.augment.augment_cases import Compiler, changed, refused

PICTURES = {
    "D": ("99", "S99", "9(3)V9", "S9(4)V99", "S99 SIGN LEADING SEPARATE"),
    "P": ("99 COMP-3", "S9(3) COMP-3", "S9(5)V99 COMP-3"),
    "B": ("9(4) COMP", "S9(4) COMP", "S9(9) COMP", "9(4) COMP-5", "S9(4) COMP-5", "S9(3)V9 COMP"),
}


def item(name: str, picture: str, kind: str = "NUMERIC") -> DataName:
    return DataName(name, kind, 77, picture, "WORKING-STORAGE", name, "")


ITEMS = (
    item("CNT", "9(4)"),
    item("SGN", "S9(4)"),
    item("UNS", "9(4) COMP"),
    item("EDT", "ZZ9"),
    item("FLT", "S9(7)V9(8) COMP-1"),
    item("TXT", "X(4)", "ALPHANUMERIC"),
    item("LONG-NAME-OF-A-COUNTER-IN-TABLE", "9(4)"),
    item("TBL", "9(4), OCCURS 5"),
)


def program(statement: str, free: bool = False) -> Program:
    lines = "".join(f"           {line}\n" for line in statement.split("\n"))
    text = "       PROCEDURE DIVISION.\n" + lines
    return Program("x.cbl", text if not free else text.replace("       ", ""), free, Listing(ITEMS))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ADD 1 TO CNT.", "COMPUTE CNT = CNT + 1."),
        ("SUBTRACT SGN FROM CNT.", "COMPUTE CNT = CNT - SGN."),
        ("ADD -1 TO CNT.", "COMPUTE CNT = CNT - 1."),
        ("SUBTRACT -2.5 FROM CNT.", "COMPUTE CNT = CNT + 2.5."),
        ("ADD +3 TO CNT.", "COMPUTE CNT = CNT + 3."),
        ("ADD CNT TO TBL (CNT, 2).", "COMPUTE TBL (CNT, 2) = TBL (CNT, 2) + CNT."),
        ("ADD 1 TO CNT ADD 2 TO SGN.", "COMPUTE CNT = CNT + 1 COMPUTE SGN = SGN + 2."),
        ("IF CNT = 1 ADD 1 TO CNT ELSE ADD 2 TO CNT.", "IF CNT = 1 COMPUTE CNT = CNT + 1 ELSE COMPUTE CNT = CNT + 2."),
        ("add cnt to sgn end-if.", "compute sgn = sgn + cnt end-if."),
        ("ADD 1 TO UNS.", "COMPUTE UNS = UNS + 1."),
        ("ADD CNT TO UNS.", "COMPUTE UNS = UNS + CNT."),
        (
            "ADD 1 TO LONG-NAME-OF-A-COUNTER-IN-TABLE.",
            "COMPUTE LONG-NAME-OF-A-COUNTER-IN-TABLE =\n    LONG-NAME-OF-A-COUNTER-IN-TABLE + 1.",
        ),
    ],
)
def test_rewriting(before: str, after: str) -> None:
    assert changed(AddSubtractToCompute(), program(before)).text == program(after).text


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("MOVE 1 TO CNT.", "no-candidates"),
        ("ADD 1 2 TO CNT.", "no-candidates"),
        ("ADD 1 TO CNT SGN.", "no-candidates"),
        ("ADD 1 TO CNT ROUNDED.", "no-candidates"),
        ("ADD 1 TO CNT GIVING SGN.", "no-candidates"),
        ("ADD 1 TO CNT ON SIZE ERROR GO TO P.", "no-candidates"),
        ("ADD 1 TO CNT NOT ON SIZE ERROR GO TO P.", "no-candidates"),
        ("ADD 1 TO CNT END-ADD.", "no-candidates"),
        ("ADD CORRESPONDING CNT TO SGN.", "no-candidates"),
        ("ADD FUNCTION MAX (CNT SGN) TO CNT.", "no-candidates"),
        ("ADD LENGTH OF CNT TO CNT.", "no-candidates"),
        ("ADD 1\n  TO CNT.", "no-candidates"),
        ("ADD 1 TO CNT", "no-candidates"),
        ("ADD 1 TO EDT.", "no-safe-site: 1 left alone"),
        ("ADD 1 TO FLT.", "no-safe-site: 1 left alone"),
        ("ADD TXT TO CNT.", "no-safe-site: 1 left alone"),
        ("ADD '1' TO CNT.", "no-safe-site: 1 left alone"),
        ("ADD 1 TO UNKNOWN-ITEM.", "no-safe-site: 1 left alone"),
        ("SUBTRACT 1 FROM UNS.", "no-safe-site: 1 left alone"),
        ("ADD -1 TO UNS.", "no-safe-site: 1 left alone"),
        ("ADD SGN TO UNS.", "no-safe-site: 1 left alone"),
        ("SPECIAL-NAMES. DECIMAL-POINT IS COMMA. ADD 1 TO CNT.", "decimal-point-is-comma: line 2"),
        ("REPLACE ==A== BY ==B==. ADD 1 TO CNT.", "replace-statement: line 2"),
    ],
)
def test_left_alone(statement: str, reason: str) -> None:
    assert refused(AddSubtractToCompute(), program(statement)) == reason


def test_debugging_and_continued_lines_are_left_alone() -> None:
    debug = "       PROCEDURE DIVISION.\n      D    ADD 1 TO CNT.\n"
    assert refused(AddSubtractToCompute(), Program("x", debug, False, Listing(ITEMS))) == "no-candidates"


def test_free_format_needs_no_second_line() -> None:
    name = "LONG-NAME-OF-A-COUNTER-IN-TABLE"
    free = changed(AddSubtractToCompute(), program(f"ADD 1 TO {name}.", free=True))
    assert f"COMPUTE {name} = {name} + 1." in free.text


def test_a_share_of_the_sites_is_drawn_by_seed() -> None:
    many = program("\n".join(["ADD 1 TO CNT."] * 40))
    assert AddSubtractToCompute(share=0).apply(many, 1) == Refusal("no-site-drawn")
    some = {changed(AddSubtractToCompute(share=50), many, seed).edits for seed in range(5)}
    assert all(5 < edits < 35 for edits in some)
    assert changed(AddSubtractToCompute(), many).edits == 40


def test_a_listing_is_needed() -> None:
    assert refused(AddSubtractToCompute(), dataclasses.replace(program("ADD 1 TO CNT."), listing=None)) == "no-listing"


@pytest.mark.parametrize("std", ["ibm", "default", "mf"])
def test_both_forms_give_one_number_for_every_picture(compiler: Compiler, std: str) -> None:
    fields = [(f"{key}{number}", picture) for key, group in PICTURES.items() for number, picture in enumerate(group)]
    declared = "".join(f"       01 {name} PIC {picture}.\n" for name, picture in fields)
    # Sizes at, under and over every picture's end, so that truncation shows.
    starts, steps = ("0", "99", "999.9", "9999", "-99", "-9999"), ("1", "1.26", "-1", "9999")
    code = ""
    for (name, _), start, step in itertools.product(fields, starts, steps):
        for verb, word in (("ADD", "TO"), ("SUBTRACT", "FROM")):
            code += f"           MOVE {start} TO {name}.\n           {verb} {step} {word} {name}.\n"
            code += f"           DISPLAY '{name} ' {name}.\n"
    text = (
        "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. SUMS.\n       DATA DIVISION.\n"
        f"       WORKING-STORAGE SECTION.\n{declared}       PROCEDURE DIVISION.\n{code}           STOP RUN.\n"
    )
    parent = compiler.program(text, std=std)
    change = changed(AddSubtractToCompute(), parent)
    assert change.edits > 500
    assert compiler.behaviour(change.text, std=std) == compiler.behaviour(text, std=std)
