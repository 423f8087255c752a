"""The tokeniser loses nothing, knows columns, and keeps opaque what must not be edited."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.steps.augment.cobol_tokens import BLANK, Kind, Token, tokenise, width
from tests.steps.augment.augment_cases import SHARED

PIECES = [
    *"\t\n\r\f\v\0 .,;'\"=()-*/>$#:é𝔘\x85\u2028²٣",
    "\r\n", "==", "*>", "EXEC ", "END-EXEC", "PIC ", " IS ", "MOVE ", "N'", 'X"', "000100", "      -", "      *",
    "      D", ">>SOURCE FORMAT FREE\n", "$SET SOURCEFORMAT(FIXED)\n", "       ", "1.5", "-1", "A" * 70, " " * 80,
]  # fmt: skip


def code(text: str, free: bool = True) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in tokenise(text, free) if token.kind not in BLANK]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)), st.booleans())
def test_the_tokens_joined_are_the_text(text: str, free: bool) -> None:
    tokens = tokenise(text, free)
    assert "".join(token.text for token in tokens) == text
    assert all(token.text for token in tokens)
    assert [token.line for token in tokens] == sorted(token.line for token in tokens)


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.booleans())
def test_columns_are_where_the_text_is(text: str, free: bool) -> None:
    lines: dict[int, str] = {}
    for token in tokenise(text, free):
        assert token.column == width(lines.get(token.line, "")) + 1
        lines[token.line] = lines.get(token.line, "") + token.text


def test_every_file_of_the_corpus_survives() -> None:
    root = SHARED / "corpora" / "cobol"
    if not root.is_dir():
        pytest.skip(f"no corpus at {root}")
    seen = 0
    for path in sorted(root.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            for free in (False, True):
                assert "".join(token.text for token in tokenise(text, free)) == text, path
            seen += 1
    assert seen > 300


@pytest.mark.parametrize("piece", ["'", '"', "==", "A-", "1.", "*", " ", "(", "PIC ", "EXEC ", "''", "é"])
@pytest.mark.parametrize("free", [True, False])
def test_time_grows_with_the_text_only(piece: str, free: bool) -> None:
    started = time.perf_counter()
    tokenise(piece * (200_000 // len(piece)), free)
    # Quadratic scanning of 200 kB would take minutes.
    assert time.perf_counter() - started < 5


def test_fixed_format_has_four_areas() -> None:
    line = "000100     MOVE A TO B." + " " * 50 + "PAY00010"
    assert [(token.kind, token.text, token.column) for token in tokenise(line + "\r\n", False)] == [
        (Kind.SEQUENCE, "000100", 1),
        (Kind.INDICATOR, " ", 7),
        (Kind.SPACE, "    ", 8),
        (Kind.WORD, "MOVE", 12),
        (Kind.SPACE, " ", 16),
        (Kind.WORD, "A", 17),
        (Kind.SPACE, " ", 18),
        (Kind.WORD, "TO", 19),
        (Kind.SPACE, " ", 21),
        (Kind.WORD, "B", 22),
        (Kind.PERIOD, ".", 23),
        (Kind.SPACE, " " * 49, 24),
        (Kind.TAIL, " PAY00010", 73),
        (Kind.NEWLINE, "\r\n", 82),
    ]


def test_a_tab_runs_to_the_next_multiple_of_eight() -> None:
    tokens = tokenise("\tMOVE", False)
    assert [(token.kind, token.column) for token in tokens] == [(Kind.SEQUENCE, 1), (Kind.WORD, 9)]
    assert width("ab\tc") == 9
    assert width("é𝔘\udc80") == 2 + 4 + 1


@pytest.mark.parametrize("indicator", ["*", "/"])
def test_a_comment_line_is_one_comment(indicator: str) -> None:
    tokens = tokenise(f"000100{indicator} MOVE A TO B.", False)
    assert [token.kind for token in tokens] == [Kind.SEQUENCE, Kind.COMMENT]


def test_a_continued_literal_is_open() -> None:
    text = "       01 A PIC X VALUE 'abc" + " " * 44 + "\n      -    'def'.\n"
    literals = [token for token in tokenise(text, False) if token.kind is Kind.LITERAL]
    assert [token.open for token in literals] == [True, False]


@pytest.mark.parametrize(
    "literal", ["'a'", '"a""b"', "'it''s'", "X'FF'", 'N"x"', "nx'00'", "z'z'", "B'1'", "''", "G'g'", "'*> no'"]
)
def test_literals(literal: str) -> None:
    assert code(f"MOVE {literal} TO B")[1] == (Kind.LITERAL, literal)


@pytest.mark.parametrize("number", ["1", "01", "1.5", "-1", "+12.50", ".5", "-.5"])
def test_numbers(number: str) -> None:
    assert code(f"MOVE {number} TO B.")[1] == (Kind.NUMBER, number)


def test_a_name_may_begin_with_a_digit() -> None:
    assert code("PERFORM 100-MAIN.")[1:] == [(Kind.WORD, "100-MAIN"), (Kind.PERIOD, ".")]


@pytest.mark.parametrize("picture", ["S9(4)V99", "X(10)", "ZZ,ZZ9.99-", "$(4)9.99", "9", "'", "+++.99"])
@pytest.mark.parametrize("before", ["PIC ", "PICTURE IS ", "pic\n"])
def test_pictures(before: str, picture: str) -> None:
    assert (Kind.PICTURE, picture) in code(f"01 A {before}{picture}. 01 B.")


def test_exec_blocks_are_opaque_over_lines() -> None:
    text = "EXEC SQL\n SELECT A INTO :B\n END-EXEC. MOVE A TO B."
    assert [text for kind, text in code(text) if kind is Kind.WORD] == ["MOVE", "A", "TO", "B"]
    assert all(kind is not Kind.WORD for kind, _ in code("EXECUTE CICS MOVE A"))


def test_pseudo_text_is_opaque_over_lines() -> None:
    text = "COPY A REPLACING ==:X:== BY ==W\nY==. MOVE"
    assert [text for kind, text in code(text) if kind is Kind.WORD] == ["COPY", "A", "REPLACING", "BY", "MOVE"]


@pytest.mark.parametrize("line", [">>IF A DEFINED", "  >>SET X", "$SET ANS85", "$IF A"])
def test_directives_are_opaque(line: str) -> None:
    assert code(line) == [(Kind.DIRECTIVE, line)]
    assert [token.kind for token in tokenise("       " + line, False)] == [Kind.DIRECTIVE]


def test_preprocessor_lines_are_directives_in_free_format_only() -> None:
    assert code('#line 1 "A.cob"') == [(Kind.DIRECTIVE, '#line 1 "A.cob"')]
    assert tokenise("#00010 MOVE A", False)[0] == Token(Kind.SEQUENCE, "#00010", 1, 1)


@pytest.mark.parametrize(
    "line", ["       >>SOURCE FORMAT IS FREE", '      $SET SOURCEFORMAT"FREE"', "      >>SOURCE FREE"]
)
def test_the_source_says_its_format(line: str) -> None:
    tokens = tokenise(line + "\nMOVE A TO B", False)
    assert tokens[2] == Token(Kind.WORD, "MOVE", 2, 1)


def test_an_inline_comment_ends_with_its_line() -> None:
    assert code("MOVE *> A TO\nB") == [(Kind.WORD, "MOVE"), (Kind.WORD, "B")]
