"""MOVEs are split and joined only where the order of filling cannot show."""

from __future__ import annotations

import dataclasses

import pytest

from provenance.steps.augment.cobol_listing import DataName, Listing
from provenance.steps.augment.move import JoinMove, SplitMove
from provenance.steps.augment.transform import Program, Refusal
from tests.steps.augment.augment_cases import Compiler, changed, refused


def item(name: str, record: str = "", **more: str) -> DataName:
    made = DataName(name, "ALPHANUMERIC", 5 if record else 1, "X", "WORKING-STORAGE", record or name, "")
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


ITEMS = (
    item("FROM-IT"),
    item("ALPHA"),
    item("BETA"),
    item("GAMMA"),
    item("REC-ONE", kind="GROUP"),
    item("ONE-A", "REC-ONE"),
    item("ONE-B", "REC-ONE"),
    item("OVER-IT", redefines="UNDER-IT"),
    item("UNDER-IT"),
    item("LINK-IT", section="LINKAGE"),
    item("TWICE", "REC-ONE"),
    item("TWICE", "REC-TWO"),
)


def program(*lines: str, free: bool = False) -> Program:
    text = "".join(f"{line}\n" for line in ("       PROCEDURE DIVISION.", *lines))
    return Program("x.cbl", text, free, Listing(ITEMS))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["           MOVE 0 TO ALPHA BETA."], ["           MOVE 0 TO ALPHA", "           MOVE 0 TO BETA."]),
        (
            ["           MOVE SPACES TO ALPHA, BETA", "                         , GAMMA."],
            ["           MOVE SPACES TO ALPHA", "           MOVE SPACES TO BETA", "           MOVE SPACES TO GAMMA."],
        ),
        (
            ["           IF ALPHA = 1 MOVE 'x' TO ALPHA BETA ELSE", "              MOVE 'y' TO ALPHA."],
            [
                "           IF ALPHA = 1 MOVE 'x' TO ALPHA",
                "                        MOVE 'x' TO BETA ELSE",
                "              MOVE 'y' TO ALPHA.",
            ],
        ),
        (
            ["           MOVE FROM-IT TO ALPHA(1) BETA OF REC-ONE", "      * why", "             GAMMA(ALPHA:2)."],
            [],
        ),
        (
            ["           MOVE FROM-IT TO ALPHA(1) BETA OF REC-ONE", "      * why", "             GAMMA."],
            [
                "           MOVE FROM-IT TO ALPHA(1)",
                "           MOVE FROM-IT TO BETA OF REC-ONE",
                "      * why",
                "           MOVE FROM-IT TO GAMMA.",
            ],
        ),
        (["           move 1 to ALPHA BETA."], ["           move 1 to ALPHA", "           move 1 to BETA."]),
    ],
)
def test_splitting(before: list[str], after: list[str]) -> None:
    if after:
        assert changed(SplitMove(), program(*before)).text == program(*after).text
    else:
        # A receiver that is a subscript of another one: the order would show.
        assert refused(SplitMove(), program(*before)) == "no-safe-site: 1 left alone"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("MOVE 0 TO ALPHA.", "no-candidates"),
        ("MOVE CORRESPONDING ALPHA TO BETA.", "no-candidates"),
        ("MOVE FUNCTION TRIM (ALPHA) TO BETA GAMMA.", "no-candidates"),
        ("MOVE ALL 'x' TO BETA GAMMA.", "no-candidates"),
        ("MOVE LENGTH OF ALPHA TO BETA GAMMA.", "no-candidates"),
        ("MOVE 0 TO ALPHA BETA", "no-candidates"),
        ("MOVE FROM-IT TO FROM-IT BETA.", "no-safe-site: 1 left alone"),
        ("MOVE FROM-IT(1:2) TO ALPHA BETA.", "no-safe-site: 1 left alone"),
        ("MOVE ALPHA(1) TO GAMMA BETA.", "no-safe-site: 1 left alone"),
        ("MOVE ONE-A TO ONE-B BETA.", "no-safe-site: 1 left alone"),
        ("MOVE ONE-A TO REC-ONE BETA.", "no-safe-site: 1 left alone"),
        ("MOVE REC-ONE TO ALPHA BETA.", "no-safe-site: 1 left alone"),
        ("MOVE OVER-IT TO UNDER-IT BETA.", "no-safe-site: 1 left alone"),
        ("MOVE ALPHA TO UNDER-IT BETA.", "no-safe-site: 1 left alone"),
        ("MOVE LINK-IT TO ALPHA BETA.", "no-safe-site: 1 left alone"),
        ("MOVE ALPHA TO LINK-IT BETA.", "no-safe-site: 1 left alone"),
        ("MOVE TWICE TO ALPHA BETA.", "no-safe-site: 1 left alone"),
        ("MOVE UNKNOWN-IT TO ALPHA BETA.", "no-safe-site: 1 left alone"),
        ("SET ADDRESS OF LINK-IT TO P. MOVE ALPHA TO BETA GAMMA.", "no-safe-site: 1 left alone"),
        ("MOVE 0 TO GAMMA ALPHA(GAMMA).", "no-safe-site: 1 left alone"),
        ("REPLACE ==A== BY ==B==. MOVE 0 TO ALPHA BETA.", "replace-statement: line 2"),
    ],
)
def test_left_whole(line: str, reason: str) -> None:
    assert refused(SplitMove(), program("           " + line)) == reason


def test_splitting_needs_a_listing_and_room() -> None:
    cramped = program(" " * 40 + f"MOVE '{'x' * 15}' TO ALPHA", " " * 38 + "BETA(1234567, 12).")
    assert refused(SplitMove(), dataclasses.replace(program(), listing=None)) == "no-listing"
    assert refused(SplitMove(), cramped) == "column-72"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ["           MOVE 0 TO ALPHA", "           MOVE 0 TO BETA GAMMA."],
            ["           MOVE 0 TO ALPHA", "                     BETA GAMMA."],
        ),
        (["           MOVE 'a' TO ALPHA MOVE 'a' TO BETA."], ["           MOVE 'a' TO ALPHA BETA."]),
        (
            ["           IF ALPHA = 0 MOVE 1 TO ALPHA", "              MOVE 1 TO BETA ELSE MOVE 1 TO GAMMA."],
            ["           IF ALPHA = 0 MOVE 1 TO ALPHA", "                        BETA ELSE MOVE 1 TO GAMMA."],
        ),
    ],
)
def test_joining(before: list[str], after: list[str]) -> None:
    assert changed(JoinMove(), program(*before)).text == program(*after).text


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["MOVE 0 TO ALPHA.", "MOVE 0 TO BETA."], "no-candidates"),
        (["MOVE 0 TO ALPHA", "MOVE 1 TO BETA."], "no-candidates"),
        (["MOVE GAMMA TO ALPHA", "MOVE GAMMA TO BETA."], "no-candidates"),
        (["MOVE 0 TO ALPHA", "DISPLAY ALPHA", "MOVE 0 TO BETA."], "no-candidates"),
        (["MOVE 0 TO ALPHA", "*> why", "MOVE 0 TO BETA."], "no-candidates"),
        (["MOVE 0 TO ALPHA", "MOVE 0 TO", "BETA."], "no-candidates"),
        (["IF ALPHA = 0 MOVE 0 TO ALPHA ELSE", "MOVE 0 TO BETA."], "no-candidates"),
        (["MOVE 0 TO ALPHA", "MOVE 0 TO BETA(ALPHA)."], "no-safe-site: 1 left alone"),
        (["DECIMAL-POINT IS COMMA. MOVE 1 TO A."], "decimal-point-is-comma: line 2"),
    ],
)
def test_left_apart(lines: list[str], reason: str) -> None:
    assert refused(JoinMove(), program(*(f"           {line}" for line in lines))) == reason


def test_a_share_of_the_sites_is_drawn() -> None:
    many = program(*["           MOVE 0 TO ALPHA BETA."] * 40)
    assert SplitMove(share=0).apply(many, 1) == Refusal("no-site-drawn")
    assert 5 < changed(SplitMove(share=50), many).edits < 35
    twos = program(*["           MOVE 0 TO ALPHA MOVE 0 TO BETA."] * 40)
    assert JoinMove(share=0).apply(twos, 1) == Refusal("no-site-drawn")
    assert 5 < changed(JoinMove(share=50), twos).edits < 35


def test_free_format_splits_below_its_verb() -> None:
    change = changed(SplitMove(), program("  MOVE 0 TO ALPHA BETA.", free=True))
    assert change.text.endswith("  MOVE 0 TO ALPHA\n  MOVE 0 TO BETA.\n")


TEXT = """\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. MOVES.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 SRC-1      PIC 9(3)V9 VALUE 12.5.
       01 TAB-1.
          05 SLOT    PIC 9(3) OCCURS 3 TIMES.
       01 EDITED     PIC ZZ9.99.
       01 TEXT-1     PIC X(5).
       01 IDX-1      PIC 9 VALUE 1.
       PROCEDURE DIVISION.
       P1.
           MOVE ZERO TO SLOT (1) SLOT (2), SLOT (3) EDITED
                        TEXT-1.
           DISPLAY TAB-1 EDITED TEXT-1.
           MOVE SRC-1 TO EDITED SLOT (IDX-1)
               TEXT-1.
           IF EDITED = SPACES
               MOVE 9 TO SLOT (2) MOVE 9 TO SLOT (3)
           ELSE
               MOVE 2 TO IDX-1
               MOVE 2 TO TEXT-1
               MOVE 2 TO EDITED.
           DISPLAY TAB-1 EDITED TEXT-1 IDX-1.
           STOP RUN.
"""


def test_split_and_joined_programs_behave_alike(compiler: Compiler) -> None:
    parent = compiler.program(TEXT)
    split = compiler.same(SplitMove(), parent)
    assert split.text.count("MOVE") == TEXT.count("MOVE") + 6
    joined = compiler.same(JoinMove(), parent)
    assert joined.text.count("MOVE") == TEXT.count("MOVE") - 3
