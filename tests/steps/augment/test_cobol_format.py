"""Fixed and free format: the same program before and after, and refusals where it would not be."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.languages.cobol_copy import referenced_members
from provenance.steps.augment.cobol_logical import Unreadable, copy_lines, format_bound, lexemes
from provenance.steps.augment.cobol_tokens import Kind, tokenise, width
from provenance.steps.augment.fixed_to_free import FixedToFree
from provenance.steps.augment.free_to_fixed import FreeToFixed
from provenance.steps.augment.transform import Change, Program
from tests.steps.augment.augment_cases import SAMPLES, Compiler, changed, refused

FIXED = """\
000100 IDENTIFICATION DIVISION.                                         FMT00001
      * A comment of the header
       PROGRAM-ID. FMT.
       AUTHOR. SOMEBODY'S
           FRIEND.
/
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  TXT                 PIC X(70).                               FMT00009
       PROCEDURE DIVISION.
      D    DISPLAY 'not seen'.
           DISPLAY 'this literal goes on in the next line and it''s lon
      -    'ger than one line'. *> inline
           MOVE 'short
      -    'ened' TO TXT.
           DISPLAY TXT.
           STOP RUN.
""".replace("\n/\n", "\n      / page\n")

FREE = """\
IDENTIFICATION DIVISION.
PROGRAM-ID. FMT.
*> A comment that is much too long for the columns of fixed format, so that it has to be wrapped between two words
DATA DIVISION.
WORKING-STORAGE SECTION.
01 TXT PIC X(90).
01 LONG-NAME-OF-A-TABLE.
    05 LONG-NAME-OF-AN-ENTRY PIC 9 OCCURS 9.
PROCEDURE DIVISION.
>>D DISPLAY "not seen".
    MOVE "a literal that goes on and on, with ""quotes"" in it, and is longer than one line in fixed format" TO TXT
    IF TXT NOT = SPACES
                                                     DISPLAY TXT *> deep, and with a remark
    END-IF
    MOVE 5 TO LONG-NAME-OF-AN-ENTRY(1) MOVE 6 TO LONG-NAME-OF-AN-ENTRY(2) MOVE 7 TO LONG-NAME-OF-AN-ENTRY(3)
    DISPLAY LONG-NAME-OF-A-TABLE(1:3)
    STOP RUN.
"""
BOOK = "      * A fixed comment\n       01  FROM-BOOK PIC X(4) VALUE 'book'.\n"
NEUTRAL = "       01  FROM-BOOK PIC X(4) VALUE 'book'.\n"
COPIES = """\
       IDENTIFICATION DIVISION.
       PROGRAM-ID. FMT.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
           COPY BOOK.
       PROCEDURE DIVISION.
           DISPLAY FROM-BOOK.
           STOP RUN.
"""


def test_fixed_becomes_free(compiler: Compiler) -> None:
    change = compiler.same(FixedToFree(), compiler.program(FIXED))
    assert change.free_format
    assert compiler.generated(change.text, free=True) == compiler.generated(FIXED)
    lines = change.text.split("\n")
    assert lines[0] == "IDENTIFICATION DIVISION."
    assert lines[1] == "*> A comment of the header"
    assert lines[3:6] == ["AUTHOR. SOMEBODY'S", "*>    FRIEND.", "*> page"]
    assert ">>D DISPLAY 'not seen'." in lines
    # The first part of a continued literal is filled up with blanks to column 72.
    assert f"    MOVE 'short{' ' * 50}ened' TO TXT." in lines
    assert "FMT0" not in change.text


def test_free_becomes_fixed(compiler: Compiler) -> None:
    change = compiler.same(FreeToFixed(), compiler.program(FREE, free=True))
    assert not change.free_format
    assert compiler.generated(change.text) == compiler.generated(FREE, free=True)
    assert all(width(line) <= 72 for line in change.text.split("\n"))
    assert sum(line.startswith("      -") for line in change.text.split("\n")) == 1
    assert '      D    DISPLAY "not seen".' in change.text.split("\n")
    assert "      * deep, and with a remark" in change.text.split("\n")


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.cbl"))[::3], ids=lambda path: path.stem)
def test_samples_there_and_back(compiler: Compiler, path: Path) -> None:
    text = path.read_text()
    library = {book.name: book.read_text() for book in (SAMPLES / "copy").glob("*.cpy")}
    program = compiler.program(text, copybooks=referenced_members(text, library))
    there = changed(FixedToFree(directives=True), program)
    before = compiler.generated(program.text)
    assert compiler.generated(there.text, free=True) == before
    free = dataclasses.replace(program, text=there.text, free_format=True)
    if ">>SOURCE FORMAT IS FIXED" in there.text:
        assert refused(FreeToFixed(directives=True), free).startswith("format-directive")
    else:
        assert compiler.generated(changed(FreeToFixed(), free).text) == before


def test_copybooks_have_the_format_of_their_program(compiler: Compiler) -> None:
    program = compiler.program(COPIES, copybooks={"BOOK": BOOK})
    assert refused(FixedToFree(), program) == "copybook-format: BOOK"
    change = compiler.same(FixedToFree(directives=True), program)
    assert change.text.count(">>SOURCE FORMAT") == 3  # the first line says that it begins in free format
    plain = compiler.program(COPIES, copybooks={"BOOK": NEUTRAL})
    assert ">>SOURCE" not in compiler.same(FixedToFree(), plain).text
    assert refused(FixedToFree(), dataclasses.replace(program, copybooks={})) == "copybook-unknown: BOOK"


def test_free_copybooks_too(compiler: Compiler) -> None:
    text = "".join(f"{line[7:]}\n" for line in COPIES.splitlines())
    program = compiler.program(text, free=True, copybooks={"BOOK": "*> free\n01 FROM-BOOK PIC X(4) VALUE 'free'.\n"})
    assert refused(FreeToFixed(), program) == "copybook-format: BOOK"
    assert compiler.same(FreeToFixed(directives=True), program).text.startswith("       >>SOURCE FORMAT IS FIXED\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("       MOVE 1\n      -    0 TO A.\n", "continuation-line: line 2"),
        ("           DISPLAY 'A\n           STOP RUN.\n", "open-literal: line 1"),
        ("           DISPLAY 'A\tB'.\n", "tab-in-literal: line 1"),
        ("           EXEC SQL COMMIT END-EXEC.\n", "exec-block: line 1"),
        ("       >>SOURCE FORMAT IS FREE\nSTOP RUN.\n", "format-directive: line 1"),
        ("      X    STOP RUN.\n", "indicator: line 1"),
        ("      -    'A'.\n", "continuation-line: line 1"),
        ("\n \n", "no-candidates"),
    ],
)
def test_fixed_texts_that_are_refused(text: str, reason: str) -> None:
    assert refused(FixedToFree(), Program("a.cob", text, False)) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f'PROGRAM-ID. A.\nDISPLAY X"{"41" * 40}".\n', "column-72: line 2"),
        (f'PROGRAM-ID. A.\nDISPLAY "{"é" * 70}".\n', "column-72: line 2"),
        (f"PROGRAM-ID. A.\n>>D DISPLAY '{'x' * 60}'.\n", "column-72: line 2"),
        (">>SOURCE FORMAT IS FIXED\n       STOP RUN.\n", "format-directive: line 1"),
        ("EXEC SQL COMMIT END-EXEC.\n", "exec-block: line 1"),
        ("DISPLAY 'A.\nSTOP RUN.\n", "open-literal: line 1"),
    ],
)
def test_free_texts_that_are_refused(text: str, reason: str) -> None:
    assert refused(FreeToFixed(), Program("a.cob", text, True)) == reason


def test_each_format_is_left_to_the_other_transform() -> None:
    assert refused(FixedToFree(), Program("a.cob", FREE, True)) == "no-candidates"
    assert refused(FreeToFixed(), Program("a.cob", FIXED, False)) == "no-candidates"


def test_the_last_line_may_lack_its_end() -> None:
    fixed = changed(FixedToFree(), Program("a.cob", "       ID DIVISION.\r\n           STOP RUN.", False))
    assert fixed.text == "ID DIVISION.\r\n    STOP RUN."
    free = changed(FreeToFixed(), Program("a.cob", fixed.text, True))
    assert free.text == "       ID DIVISION.\r\n           STOP RUN."


def test_a_copy_must_have_its_lines_for_itself() -> None:
    assert copy_lines(tokenise("A.\nCOPY B\n REPLACING C BY D.\nE.", True)) == {2, 3}
    for text in ("MOVE A TO B COPY C.", "COPY C. MOVE A TO B."):
        with pytest.raises(Unreadable, match=r"copy-shares-line: line 1"):
            copy_lines(tokenise(text, True))


def test_what_binds_a_copybook_to_a_format() -> None:
    assert format_bound({"A": NEUTRAL, "B": "           MOVE 1 TO A. *> why\n"}) == ""
    for text in (BOOK, "000100 01 A PIC X.\n", f"{' ' * 72}TAIL\n", "01 A PIC X.\n", "      D    MOVE 1 TO A.\n"):
        assert format_bound({"A": NEUTRAL, "B": text}) == "copybook-format: B"


def test_lexemes_know_debugging_lines_and_comment_entries() -> None:
    found = lexemes(tokenise(FIXED, False), False)
    assert [lexeme.text for lexeme in found if lexeme.debug] == ["DISPLAY", "'not seen'", "."]
    assert not any("FRIEND" in lexeme.text for lexeme in found)
    assert [lexeme.kind for lexeme in found].count(Kind.LITERAL) == 3


_words = st.from_regex(r"[A-Z][A-Z0-9]{0,20}", fullmatch=True).map(lambda word: f"W-{word}")
_literals = st.text("ab\"' .*>=-", min_size=1, max_size=150).map(lambda text: '"' + text.replace('"', '""') + '"')


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 70), st.lists(_words | _literals, min_size=1, max_size=6)), min_size=1, max_size=8))
def test_whatever_becomes_fixed_reads_the_same_and_comes_back(lines: list[tuple[int, list[str]]]) -> None:
    body = "".join(f"{' ' * indent}{' '.join(pieces)} .\n" for indent, pieces in lines)
    text = f"IDENTIFICATION DIVISION.\nPROGRAM-ID. A.\n{body}"
    fixed = FreeToFixed().apply(Program("a.cob", text, True), 1)
    if not isinstance(fixed, Change):
        assert fixed.code == "column-72"
        return
    assert all(width(line) <= 72 for line in fixed.text.split("\n"))
    before = lexemes(tokenise(text, True), True)
    assert lexemes(tokenise(fixed.text, False), False) == before
    free = FixedToFree().apply(Program("a.cob", fixed.text, False), 1)
    if isinstance(free, Change):
        assert lexemes(tokenise(free.text, True), True) == before
    else:
        assert free.code == "line-too-long"
