"""Another layout, the same program: case of keywords, indentation and blanks, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.languages.cobol_copy import referenced_members
from provenance.steps.augment.cobol_tokens import Kind, tokenise, width
from provenance.steps.augment.layout import Layout
from provenance.steps.augment.transform import Program
from tests.steps.augment.augment_cases import SAMPLES, Compiler, changed, refused

TEXT = """\
000100 IDENTIFICATION DIVISION.                                         LAY00001
       PROGRAM-ID. LAY.
       AUTHOR. MOVE  IT  TO ME.
       ENVIRONMENT DIVISION.
       CONFIGURATION SECTION.
       SPECIAL-NAMES.
           SYSOUT IS  OUT.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  GRP.
           05  CELL           PIC X(8)   VALUE  'MOVE  TO'.
               88  CELL-SET   VALUE 'X'.
       PROCEDURE DIVISION.
       MAIN-PARA.
      * MOVE  A  TO  B
           IF CELL NOT   =   SPACES                                     LAY00012
                    DISPLAY 'IF  '   CELL
                       UPON OUT
           END-IF.
           DISPLAY 'continued to the next line because it is so very lo
      -    'ng'.
           STOP RUN.
"""


def test_a_program_in_another_layout(compiler: Compiler) -> None:
    change = compiler.same(Layout(step=2), compiler.program(TEXT))
    assert compiler.generated(change.text) == compiler.generated(TEXT)
    lines = change.text.split("\n")
    assert lines[0] == "000100 identification division.                                         LAY00001"
    assert lines[2] == "       author. MOVE  IT  TO ME."
    assert lines[6] == "           SYSOUT IS OUT."
    # Some dialect reserves CELL, but here it is a name.
    assert lines[10] == "           05 CELL pic X(8) value 'MOVE  TO'."
    assert lines[11] == "             88 CELL-SET value 'X'."
    assert lines[14] == "      * MOVE  A  TO  B"
    assert lines[15] == "           if CELL not = spaces                                         LAY00012"
    assert lines[16] == "             display 'IF  ' CELL"
    assert lines[17] == "               upon OUT"
    assert lines[19] == "           display 'continued to the next line because it is so very lo"
    assert lines[20] == "      -    'ng'."


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.cbl"))[1::4], ids=lambda path: path.stem)
@pytest.mark.parametrize("layout", [Layout(), Layout("keep", 8, False)], ids=["default", "indentation"])
def test_samples_stay_the_same_program(compiler: Compiler, path: Path, layout: Layout) -> None:
    text = path.read_text()
    library = {book.name: book.read_text() for book in (SAMPLES / "copy").glob("*.cpy")}
    program = compiler.program(text, copybooks=referenced_members(text, library))
    change = changed(layout, program)
    assert compiler.generated(change.text) == compiler.generated(program.text)
    assert all(width(line) <= 80 for line in change.text.split("\n"))


def test_options() -> None:
    program = Program("a.cob", "           move 1   TO A.\n           MOVE 2 TO A.\n", False)
    assert changed(Layout("upper"), program).text == "           MOVE 1 TO A.\n           MOVE 2 TO A.\n"
    assert changed(Layout("lower", blanks=False), program).text.startswith("           move 1   to A.\n")
    assert changed(Layout("keep"), program).text == "           move 1 TO A.\n           MOVE 2 TO A.\n"
    assert changed(Layout("other"), program).text.isupper() is False
    plain = Program("a.cob", "           MOVE 2 TO A.\n", False)
    assert refused(Layout("upper"), plain) == "no-candidates"


def test_the_step_is_drawn_by_seed() -> None:
    program = Program("a.cob", "           IF A\n                MOVE 1 TO A.\n", False)
    texts = {changed(Layout("keep"), program, seed).text for seed in range(12)}
    assert texts == {f"           IF A\n{' ' * (11 + step)}MOVE 1 TO A.\n" for step in (2, 3, 4)}


def test_a_line_that_does_not_fit_stays_where_it_was() -> None:
    inner = f"            DISPLAY '{'x' * 50}'."
    program = Program("a.cob", f"           IF A\n{inner}\n", False)
    change = changed(Layout("lower", 8), program)
    assert change.text == f"           if A\n{inner.replace('DISPLAY', 'display')}\n"


def test_outside_names_keep_their_case() -> None:
    text = "SELECT REPORT ASSIGN TO PRINTER.\nCOPY TITLE.\nPROGRAM-ID. TEXT.\nCALL REPORT USING MODE\nMOVE TITLE TO A.\n"
    change = changed(Layout("lower"), Program("a.cob", text, True))
    assert "COPY TITLE." in change.text.replace("copy", "COPY")
    assert "REPORT ASSIGN TO PRINTER." in change.text
    assert "program-id. TEXT." in change.text
    assert "call REPORT using" in change.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("           EXEC SQL COMMIT END-EXEC.\n", "exec-block: line 1"),
        ("           XML GENERATE A FROM B.\n", "names-are-data: line 1"),
        ("           DISPLAY 'A\n           STOP RUN.\n", "open-literal: line 1"),
    ],
)
def test_refusals(text: str, reason: str) -> None:
    assert refused(Layout(), Program("a.cob", text, False)) == reason


def test_free_format_has_its_own_first_column() -> None:
    text = "PROCEDURE DIVISION.\nMAIN.\n    IF A\n            MOVE 1 TO A\n    END-IF.\n"
    change = changed(Layout("keep", 2), Program("a.cob", text, True))
    assert change.text == "PROCEDURE DIVISION.\nMAIN.\n    IF A\n      MOVE 1 TO A\n    END-IF.\n"
    assert not any(token.kind is Kind.INDICATOR for token in tokenise(change.text, True))
