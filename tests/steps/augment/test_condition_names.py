"""A test of an item against a literal becomes a condition name, where both ask the same."""

from __future__ import annotations

import dataclasses

import pytest

from provenance.steps.augment.cobol_conditions import relations
from provenance.steps.augment.cobol_entries import character_size, digits, entries
from provenance.steps.augment.cobol_listing import Listing
from provenance.steps.augment.cobol_statements import Code
from provenance.steps.augment.cobol_tokens import tokenise
from provenance.steps.augment.condition_names import IntroduceConditionNames
from tests.steps.augment.augment_cases import Compiler, changed, refused

HEAD = """\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. CND.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  REC.
           05  KIND            PIC X(3) VALUE 'ABC'.
           05  QTY             PIC S9(3)V9 COMP-3 VALUE 7.
           05  FLAG            PIC X.
               88  FLAG-UP     VALUE 'U'.
           05  TBL             PIC X OCCURS 3.
           05  OVER REDEFINES TBL PIC X.
           05  EDT             PIC ZZ9.
           05  JST             PIC X(3) JUSTIFIED RIGHT.
       77  CNT                 PIC 99 VALUE 0.
       PROCEDURE DIVISION.
       MAIN-PARA.
"""


def text(*statements: str) -> str:
    return HEAD + "".join(f"           {line}\n" for statement in statements for line in statement.split("\n"))


RUNS = text(
    "IF KIND = 'ABC' DISPLAY 'IS ABC' END-IF.",
    "IF KIND NOT = 'ABC' AND CNT = 0\n  DISPLAY 'IS NOT' ELSE DISPLAY 'ELSE'.",
    "PERFORM UNTIL CNT = 5 ADD 1 TO CNT END-PERFORM.",
    "IF QTY IS EQUAL TO 7 OR FLAG-UP DISPLAY 'SEVEN'.",
    "MOVE SPACES TO FLAG. IF FLAG = SPACE DISPLAY 'BLANK'.",
    "IF NOT (FLAG = 'X')DISPLAY 'NO X'.",
    "IF KIND = 'XYZ'DISPLAY 'XYZ'.",
    "IF KIND = 'AB' OR 'ABC' DISPLAY 'ABBREVIATED'.",
    "STOP RUN.",
)


def test_tests_become_names(compiler: Compiler) -> None:
    program = compiler.program(RUNS)
    change = compiler.same(IntroduceConditionNames(), program)
    assert change.edits == 8
    assert change.text.count("88  ") == 8
    assert "KIND = 'AB' OR 'ABC'" in change.text
    assert "IF KIND = 'ABC'" not in change.text
    assert change.text.index("88  KIND") < change.text.index("05  QTY")
    assert IntroduceConditionNames(share=0).apply(program, 1).reason == "no-site-drawn"  # type: ignore[union-attr]


def test_one_name_for_one_value(compiler: Compiler) -> None:
    program = compiler.program(text("IF FLAG = 'Q' DISPLAY 1.", "IF FLAG = 'Q' DISPLAY 2.", "STOP RUN."))
    change = compiler.same(IntroduceConditionNames(), program)
    assert (change.edits, change.text.count("VALUE 'Q'")) == (2, 1)
    assert len({changed(IntroduceConditionNames(), program, seed).text for seed in range(9)}) > 1


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DISPLAY 1.", "no-candidates"),
        ("IF KIND = FLAG DISPLAY 1.", "no-candidates"),
        ("IF KIND > 'A' DISPLAY 1.", "no-candidates"),
        ("IF KIND = 'A' OR 'B' DISPLAY 1.", "no-candidates"),
        ("IF KIND = 'A' AND NOT = 'B' DISPLAY 1.", "no-candidates"),
        ("IF KIND = 'A' OR FLAG DISPLAY 1.", "no-candidates"),
        ("IF QTY = 1 + CNT DISPLAY 1.", "no-candidates"),
        ("IF CNT + QTY = 1 DISPLAY 1.", "no-candidates"),
        ("IF TBL (1) = 'A' DISPLAY 1.", "no-candidates"),
        ("IF KIND (1:1) = 'A' DISPLAY 1.", "no-candidates"),
        ("IF KIND OF REC = 'A' DISPLAY 1.", "no-candidates"),
        ("IF KIND = ALL 'A' DISPLAY 1.", "no-candidates"),
        ("IF KIND =\n  'A' DISPLAY 1.", "no-candidates"),
        ("EVALUATE TRUE WHEN KIND = 'A' DISPLAY 1 END-EVALUATE.", "no-candidates"),
        ("IF REC = SPACES DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF OVER = 'A' DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF JST = 'A' DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF EDT = '  1' DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF KIND = 'LONGER' DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF KIND = ZERO DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF KIND = X'41' DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF CNT = 100 DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF CNT = -1 DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF QTY = 1.25 DISPLAY 1.", "no-safe-site: 1 left alone"),
        ("IF CNT = '1' DISPLAY 1.", "no-safe-site: 1 left alone"),
    ],
)
def test_left_alone(compiler: Compiler, statement: str, reason: str) -> None:
    assert refused(IntroduceConditionNames(), compiler.program(text(statement))) == reason


def test_refusals(compiler: Compiler) -> None:
    program = compiler.program(RUNS)
    assert refused(IntroduceConditionNames(), dataclasses.replace(program, listing=None)) == "no-listing"
    exec_block = dataclasses.replace(program, text=f"{RUNS}           EXEC SQL COMMIT END-EXEC.\n")
    assert refused(IntroduceConditionNames(), exec_block).startswith("exec-block")


def test_an_entry_that_shares_its_line_is_left(compiler: Compiler) -> None:
    shared = text("IF FLAG = 'Q' DISPLAY 1.").replace("05  FLAG            PIC X.", "05  FLAG  PIC X. *> flag")
    assert refused(IntroduceConditionNames(), compiler.program(shared)) == "no-safe-site: 1 left alone"


def test_entries_of_a_text() -> None:
    tokens = tokenise(HEAD + "      D    01 X.\n", False)
    found = {tokens[entry.name].text: entry for entry in entries(tokens)}
    assert list(found) == ["REC", "KIND", "QTY", "FLAG", "FLAG-UP", "TBL", "OVER", "EDT", "JST", "CNT"]
    assert (found["QTY"].picture, found["QTY"].level, found["QTY"].section) == ("S9(3)V9", 5, "WORKING-STORAGE")
    assert "REDEFINES" in found["OVER"].clauses
    nameless = tokenise(" DATA DIVISION. LINKAGE SECTION. 05 PIC X. 05 FILLER PIC X.", True)
    assert [entry.name for entry in entries(nameless)] == [0, 0]


@pytest.mark.parametrize(
    "relation",
    ["NOT QTY NOT = 1", "QTY = 1 OR 2", "QTY = 1 AND (> 2)", "QTY + 1 = 2", "QTY = 1 + 2", "CNT = QTY = 1", "QTY = 1 OR CNT"],
)
def test_what_is_no_whole_relation(relation: str) -> None:
    code = Code(tokenise(f" PROCEDURE DIVISION. IF {relation} DISPLAY 1.", True))
    assert list(relations(code, Listing())) == []


def test_pictures() -> None:
    assert [character_size(picture) for picture in ("X", "X(3)", "AX(2)X", "9", "X(3)BX", "")] == [1, 3, 4, 0, 0, 0]
    assert [digits(picture) for picture in ("9", "S9(3)V99", "V9", "ZZ9", "X")] == [
        (False, 1, 0), (True, 3, 2), (False, 0, 1), None, None,
    ]  # fmt: skip
