"""Edits stay within columns 8-72, keep columns 73-80 in place, and leave other lines alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.augment.cobol_edit import BREAK, Draft
from provenance.steps.augment.cobol_tokens import Kind, tokenise


def draft(text: str, free: bool = False) -> tuple[Draft, dict[str, int]]:
    tokens = tokenise(text, free)
    return Draft(tokens, free), {token.text: index for index, token in enumerate(tokens)}


def test_the_identification_area_stays_at_column_73() -> None:
    line = "000100     MOVE A TO B.".ljust(72) + "PAY00010\n"
    made, at = draft(line)
    assert made.propose({at["A"]: "LONGER-NAME"})
    assert made.text() == "000100     MOVE LONGER-NAME TO B.".ljust(72) + "PAY00010\n"


def test_an_edit_past_column_72_is_refused_whole() -> None:
    line = "           MOVE A TO B.\n"
    made, at = draft(line)
    assert not made.propose({at["A"]: "X" * 60, at["B"]: "C"})
    assert made.text() == line
    assert made.propose({at["A"]: "X" * 50})
    assert len(made.text()) == 73


def test_free_format_has_no_column_72() -> None:
    made, at = draft("MOVE A TO B.", free=True)
    assert made.propose({at["A"]: "X" * 200})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_new_line_ends_as_its_line_does_and_the_tail_stays_with_the_first(newline: str) -> None:
    made, at = draft("           MOVE A TO B C.".ljust(72) + "X1" + newline)
    assert made.propose({at["B"]: "B" + BREAK + " " * 11 + "MOVE A TO"})
    first, second, end = made.text().split(newline)
    assert first == "           MOVE A TO B".ljust(72) + "X1"
    assert (second, end) == ("           MOVE A TO C.", "")


def test_a_line_with_an_open_literal_keeps_its_length() -> None:
    text = "           MOVE A TO B DISPLAY 'abc".ljust(72) + "\n      -    'def'.\n"
    made, at = draft(text)
    assert not made.propose({at["A"]: "AB"})
    assert not made.propose({at["A"]: BREAK})
    assert made.propose({at["A"]: "Z"})
    assert made.text() == text.replace("MOVE A", "MOVE Z")


@given(st.text(), st.booleans())
def test_no_edit_no_change(text: str, free: bool) -> None:
    assert Draft(tokenise(text, free), free).text() == text


@given(
    st.lists(st.sampled_from(["MOVE ", "A-B ", "TO ", "'x' ", "\n", "       ", "000100 ", "1.5 ", "*> c"])).map("".join)
)
def test_an_accepted_edit_reads_back_as_it_was_meant(text: str) -> None:
    tokens = tokenise(text, False)
    words = [index for index, token in enumerate(tokens) if token.kind is Kind.WORD and token.text == "A-B"]
    made = Draft(tokens, False)
    if made.propose(dict.fromkeys(words, "NEW-NAME")):
        again = [token.text for token in tokenise(made.text(), False) if token.kind is Kind.WORD]
        code = [token.text for token in tokens if token.kind is Kind.WORD]
        meant = ["NEW-NAME" if word == "A-B" else word for word in code]
        assert again == meant
