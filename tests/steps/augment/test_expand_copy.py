"""Expansion carries the text of copybooks over and names them all."""

from __future__ import annotations

import dataclasses

from provenance.steps.augment.expand_copy import ExpandCopy, clean
from provenance.steps.augment.transform import Program
from tests.steps.augment.augment_cases import Compiler, changed, refused

TEXT = """\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. EXPAND.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
      * A comment is lost.
       COPY OUTER REPLACING ==:TAG:== BY ==WS==.
       PROCEDURE DIVISION.
           MOVE 'ab' TO WS-NAME MOVE 5 TO INNER-FIELD.
           DISPLAY WS-NAME INNER-FIELD ' long literal that is contin
      -    'ued'.
           STOP RUN.
"""
BOOKS = {
    "OUTER": "       01 :TAG:-NAME PIC X(4).\n       COPY INNER.\n",
    "INNER": "       01 INNER-FIELD PIC 99.\n",
}


def test_copybooks_flow_in_and_are_named(compiler: Compiler) -> None:
    change = compiler.same(ExpandCopy(), compiler.program(TEXT, copybooks=BOOKS))
    assert change.included == ("INNER", "OUTER")
    assert (change.free_format, change.edits) == (True, 1)
    assert "COPY" not in change.text
    assert "WS-NAME PIC X(4)" in change.text
    assert "#line" not in change.text


def test_replace_is_expanded_too(compiler: Compiler) -> None:
    replace = "REPLACE ==QQ== BY ==WS-NAME==.\n       01 QQ PIC X(4).\n       01 INNER-FIELD PIC 99."
    text = TEXT.replace("COPY OUTER REPLACING ==:TAG:== BY ==WS==.", replace)
    change = compiler.same(ExpandCopy(), compiler.program(text))
    assert (change.included, change.edits) == ((), 1)
    assert "QQ" not in change.text


def test_refusals(compiler: Compiler) -> None:
    program = compiler.program(TEXT, copybooks=BOOKS)
    assert refused(ExpandCopy(), dataclasses.replace(program, text="       STOP RUN.\n")) == "no-candidates"
    assert refused(ExpandCopy(), dataclasses.replace(program, expanded=None)) == "no-expansion"
    # Whose text would it be? Without its parents a record may not be made.
    assert refused(ExpandCopy(), dataclasses.replace(program, copybooks={})) == "copybook-unknown: OUTER"
    only = {"OUTER": BOOKS["OUTER"]}
    assert refused(ExpandCopy(), dataclasses.replace(program, copybooks=only)) == "copybook-unknown: INNER"


def test_the_seed_changes_nothing() -> None:
    program = Program("x", " COPY A.", True, None, " 01 X.\n", {"A": " 01 X.\n"})
    assert changed(ExpandCopy(), program, 1) == changed(ExpandCopy(), program, 2)


def test_cleaning() -> None:
    assert clean('#line 1 "a"\n A. \n\n\n B.\r\n') == " A.\n B.\n"
    assert clean("") == ""
