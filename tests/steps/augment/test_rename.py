"""Renaming changes every name that is only a name, everywhere, and no other."""

from __future__ import annotations

import dataclasses
import re

import pytest

from provenance.steps.augment.cobol_listing import DataName, Label, Listing
from provenance.steps.augment.rename import RenameDataNames, RenameParagraphs
from provenance.steps.augment.transform import Program, Refusal
from tests.steps.augment.augment_cases import Compiler, changed, refused

FULL = """\
000100 IDENTIFICATION DIVISION.                                         PAY00001
000200 PROGRAM-ID. TESTA.
       ENVIRONMENT DIVISION.
       CONFIGURATION SECTION.
       SPECIAL-NAMES.
           CLASS VOWEL-CLASS IS 'A' 'E'.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT OUT-FILE ASSIGN TO 'out.txt'
              ORGANIZATION IS LINE SEQUENTIAL FILE STATUS IS OUT-STATUS.
       DATA DIVISION.
       FILE SECTION.
       FD OUT-FILE.
       01 OUT-REC              PIC X(20).
       WORKING-STORAGE SECTION.
       01 OUT-STATUS           PIC XX.
       77 WS-A                 PIC S9(5)V99 COMP-3 VALUE 1.5.            PAY00017
       01 TAB-GROUP.
          05 TAB-ITEM OCCURS 3 TIMES INDEXED BY IX-1, IX-2.
             10 TAB-CODE       PIC X(4).
             10 TAB-AMT        PIC ZZ,ZZ9.99-.
       01 G1.
          05 F1                PIC X VALUE 'Q'.
          05 F2                PIC X VALUE 'R'.
       01 G2.
          05 F2                PIC X.
          05 F1                PIC X.
       01 SW                   PIC X VALUE 'N'.
          88 IS-DONE           VALUE 'Y'.
       COPY CPYA.
       PROCEDURE DIVISION.
       MAIN-SEC SECTION.
       MAIN-PARA.
           OPEN OUTPUT OUT-FILE.
           MOVE CORRESPONDING G1 TO G2.
           SET IX-1 TO 2. SET IX-2 TO IX-1.
           move ws-a to tab-amt (ix-1) MOVE 'WS-A' TO TAB-CODE(IX-2).
           PERFORM 100-SUB THRU 100-EXIT UNTIL IS-DONE.
           MOVE TAB-ITEM OF TAB-GROUP (IX-2) TO OUT-REC.
           DISPLAY OUT-REC F1 OF G2 F2 IN G2 CA-FIELD OUT-STATUS.
           WRITE OUT-REC. CLOSE OUT-FILE.
           STOP RUN.
       100-SUB.
           DISPLAY 'WS-A IS ' WS-A.
           IF F1 OF G1 IS VOWEL-CLASS DISPLAY 'VOWEL'.
           MOVE 7 TO CA-FIELD.
           SET IS-DONE TO TRUE.
       100-EXIT.
           EXIT.
"""
CPYA = "       01 CA-GROUP.\n          05 CA-FIELD PIC 9(3).\n          05 F9 PIC X.\n"


@pytest.mark.parametrize("same_length", [False, True])
def test_data_names_change_everywhere_and_nothing_else_does(compiler: Compiler, same_length: bool) -> None:
    program = compiler.program(FULL, copybooks={"CPYA": CPYA})
    change = compiler.same(RenameDataNames(same_length=same_length), program)
    kept = ["OUT-FILE", "TESTA", "VOWEL-CLASS", "CA-FIELD", "MAIN-PARA", "100-SUB", "'WS-A'", "'WS-A IS '", "CPYA"]
    assert all(word in change.text for word in kept)
    names = "OUT-REC OUT-STATUS TAB-GROUP TAB-ITEM TAB-CODE TAB-AMT IX-1 IX-2 G1 G2 F1 F2 SW IS-DONE"
    renamed = names.split()
    assert change.edits == len(renamed) + 1
    code = re.sub("'[^']*'", "", change.text).upper()
    assert not set(renamed) & set(re.findall(r"[A-Z0-9-]+", code))
    if same_length:
        assert [len(line) for line in change.text.split("\n")] == [len(line) for line in FULL.split("\n")]


def test_columns_and_case_are_kept(compiler: Compiler) -> None:
    text = changed(RenameDataNames(), compiler.program(FULL, copybooks={"CPYA": CPYA})).text
    lines = text.split("\n")
    assert lines[0] == FULL.split("\n", maxsplit=1)[0]
    assert lines[16][72:] == FULL.split("\n")[16][72:]
    assert lines[16].index("PIC") == FULL.split("\n")[16].index("PIC")
    assert re.search(r"           move [a-z0-9-]+ to [a-z0-9-]+ \([a-z0-9-]+\) MOVE 'WS-A' TO", text)
    assert all(len(line) <= 72 for line in lines[1:16])


@pytest.mark.parametrize("same_length", [False, True])
def test_paragraphs_change_everywhere(compiler: Compiler, same_length: bool) -> None:
    program = compiler.program(FULL, copybooks={"CPYA": CPYA})
    change = compiler.same(RenameParagraphs(same_length=same_length), program)
    assert change.edits == 4
    assert "MAIN-PARA" not in change.text
    assert "WS-A" in change.text
    assert re.search(r"PERFORM 100-\S+ THRU 100-\S+ UNTIL", change.text)


def test_seeds_give_other_names(compiler: Compiler) -> None:
    program = compiler.program(FULL, copybooks={"CPYA": CPYA})
    assert changed(RenameDataNames(), program, 1) != changed(RenameDataNames(), program, 2)


def test_names_of_a_copybook_stay_even_where_only_the_expansion_shows_them(compiler: Compiler) -> None:
    program = compiler.program(FULL, copybooks={"CPYA": CPYA.replace("F9", "WS-Z")})
    blind = dataclasses.replace(program, copybooks={})
    assert "CA-FIELD" in changed(RenameDataNames(), blind).text
    without = dataclasses.replace(blind, expanded=None)
    assert refused(RenameDataNames(), without) == "copybook-unknown: CPYA"


def test_a_replacing_operand_stays(compiler: Compiler) -> None:
    text = FULL.replace("COPY CPYA.", "COPY CPYA REPLACING F9 BY WS-Z.\n       01 WS-Y PIC X.")
    text = text.replace("TO CA-FIELD.", "TO CA-FIELD. MOVE 'Z' TO WS-Z WS-Y.")
    program = compiler.program(text, copybooks={"CPYA": CPYA})
    change = compiler.same(RenameDataNames(), program)
    assert change.text.count("WS-Z") == 2
    assert "WS-Y" not in change.text


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("STOP RUN.", "EXEC SQL COMMIT END-EXEC. STOP RUN.", "exec-block: line 42"),
        ("STOP RUN.", "XML GENERATE OUT-REC FROM G1. STOP RUN.", "names-are-data: line 42"),
        ("STOP RUN.", "EXHIBIT NAMED WS-A. STOP RUN.", "exhibit: line 42"),
        ("01 G1.", "REPLACE ==A== BY ==B==. 01 G1.", "replace-statement: line 22"),
        ("           STOP RUN.", "           MOVE SW TO OUT-\n      -    REC.", "continuation-line: line 43"),
    ],
)
@pytest.mark.parametrize("transform", [RenameDataNames(), RenameParagraphs()])
def test_whole_programs_are_refused(old: str, new: str, reason: str, transform: RenameDataNames) -> None:
    program = Program("x.cbl", FULL.replace(old, new), False, Listing(), "", {"CPYA": CPYA})
    assert refused(transform, program) == reason


def test_without_a_listing_there_is_no_oracle() -> None:
    assert refused(RenameDataNames(), Program("x.cbl", FULL, False)) == "no-listing"


@pytest.mark.parametrize("clause", ["EXTERNAL", "IS EXTERNAL"])
def test_an_external_item_keeps_its_name(compiler: Compiler, clause: str) -> None:
    text = f"""\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. EXT.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 SHARED-AREA {clause}.
          05 SHARED-FIELD PIC X(3).
       01 OWN-FIELD PIC X(3) VALUE 'abc'.
       01 SUB-NAME PIC X(8) VALUE 'GONE'.
       PROCEDURE DIVISION.
           MOVE OWN-FIELD TO SHARED-FIELD DISPLAY SHARED-AREA.
           IF OWN-FIELD = 'x' CALL SUB-NAME.
           STOP RUN.
"""
    change = compiler.same(RenameDataNames(), compiler.program(text))
    assert "SHARED-AREA" in change.text
    assert change.text.count("SUB-NAME") == 2
    assert "OWN-FIELD" not in change.text


def test_a_name_without_room_keeps_its_length() -> None:
    text = (
        "       01 A."
        + " " * 60
        + "\n       PROCEDURE DIVISION.\n       P1.\n"
        + f"           DISPLAY A '{'x' * 48}'.\n"
    )
    listing = Listing((DataName("A", "NUMERIC", 1, "9", "WORKING-STORAGE", "A", ""),), (Label("P1", "paragraph", 3),))
    change = changed(RenameDataNames(), Program("x.cbl", text, False, listing))
    assert re.search(r"DISPLAY [B-Z] 'x", change.text)


def test_no_free_name_is_refused() -> None:
    letters = " ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    text = f"      * {letters}\n       01 A.\n" + f"           DISPLAY A '{'x' * 50}'.\n"
    listing = Listing((DataName("A", "NUMERIC", 1, "9", "WORKING-STORAGE", "A", ""),))
    assert RenameDataNames().apply(Program("x.cbl", text, False, listing), 1) == Refusal("no-name-fits")


def test_windows_newlines_and_tabs_stay(compiler: Compiler) -> None:
    text = FULL.replace("           STOP RUN.", "\tSTOP RUN.").replace("\n", "\r\n")
    change = compiler.same(RenameDataNames(), compiler.program(text, copybooks={"CPYA": CPYA}))
    assert change.text.count("\r\n") == text.count("\r\n")
    assert "\tSTOP RUN.\r\n" in change.text


def test_free_format(compiler: Compiler) -> None:
    text = "\n".join(line[7:72] for line in FULL.split("\n")).replace("DISPLAY 'VOWEL'", "DISPLAY 'VOWEL' *> WS-A")
    copybook = "\n".join(line[7:] for line in CPYA.split("\n"))
    change = compiler.same(RenameDataNames(), compiler.program(text, free=True, copybooks={"CPYA": copybook}))
    assert "*> WS-A" in change.text
