"""What forbids names, and which."""

from __future__ import annotations

import pytest

from provenance.steps.augment.cobol_hazards import (
    forbidden_words,
    hazard,
    words_of,
)
from provenance.steps.augment.cobol_tokens import tokenise


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("MOVE A TO B.", ""),
        ("\nEXEC SQL COMMIT END-EXEC.", "exec-block: line 2"),
        ("XML GENERATE A FROM B.", "names-are-data: line 1"),
        ("JSON GENERATE A FROM B.", "names-are-data: line 1"),
        ("EXHIBIT NAMED A.", "exhibit: line 1"),
        ("REPLACE ==A== BY ==B==.", "replace-statement: line 1"),
        ("USE FOR DEBUGGING ON ALL PROCEDURES.", "debugging: line 1"),
        ("READY TRACE.", "trace: line 1"),
        ("DISPLAY FUNCTION EXCEPTION-LOCATION.", "exception-location: line 1"),
        ("DISPLAY 'XML GENERATE EXEC'.", ""),
    ],
)
def test_hazards(text: str, reason: str) -> None:
    assert hazard(tokenise(text, True)) == reason


def test_a_continued_word_is_a_hazard_and_a_continued_literal_is_not() -> None:
    word = "           MOVE LONG-NA".ljust(72) + "\n      -    ME TO B.\n"
    literal = "           MOVE 'abc".ljust(72) + "\n      -    'def' TO B.\n"
    assert hazard(tokenise(word, False)) == "continuation-line: line 2"
    assert hazard(tokenise(literal, False)) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT OPTIONAL F ASSIGN TO DISK-F ORGANIZATION LINE FILE STATUS IS FS.", {"F", "ASSIGN", "TO", "DISK-F"}),
        ("FD F RECORD 80.", {"F"}),
        ("PROGRAM-ID. P. AUTHOR. X.", {"P"}),
        ("CALL WS-P USING A.", {"WS-P"}),
        ("01 A EXTERNAL PIC X.", {"A"}),
        ("COPY M REPLACING A BY B.", {"COPY", "M", "REPLACING", "A", "BY", "B"}),
        ("COPY M REPLACING ==C== BY ==D==.", {"COPY", "M", "REPLACING", "BY", "C", "D"}),
        ("CONFIGURATION SECTION. SPECIAL-NAMES. C01 IS TOP-1. DATA DIVISION. MOVE Q.", {"C01", "IS", "TOP-1"}),
        (">>IF FLAG DEFINED", {"IF", "FLAG", "DEFINED"}),
        ("MOVE A TO B.", set()),
    ],
)  # fmt: skip
def test_words_that_the_outside_knows(text: str, words: set[str]) -> None:
    found = forbidden_words(tokenise(text, True), {})
    assert words <= found
    assert not {"FS", "Q", "80"} & found


def test_every_word_of_a_copybook_is_forbidden() -> None:
    assert forbidden_words([], {"M": "*> note\n01 A-B PIC X VALUE 'c-d'."}) >= {"NOTE", "A-B", "C-D"}


def test_words_are_upper_case() -> None:
    assert words_of("move A-b to 'c d'") == {"MOVE", "A-B", "TO", "C", "D"}
