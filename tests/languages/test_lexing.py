"""Lexers lose nothing, name what they find, say what is not closed, and take time in proportion to the text."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.languages import all_languages
from provenance.languages.lexing import LEXED, Kind, Token, code_of, line_of, tokenise

_MARKS = "/*\"'`-;:|{}[]()<>\\#&@$?!.=+%^q\n\r\t ab1EXECSQLRemprompt"
TEXTS = st.one_of(st.text(max_size=80), st.text(alphabet=_MARKS, max_size=120))


def kinds(language: str, text: str) -> list[tuple[str, str]]:
    """Kind and text of everything but blanks."""
    return [(t.kind.value, t.text) for t in tokenise(language, text) if t.kind not in (Kind.SPACE, Kind.NEWLINE)]


@pytest.mark.parametrize("language", LEXED)
@given(text=TEXTS)
def test_the_tokens_are_the_text(language: str, text: str) -> None:
    tokens = tokenise(language, text)
    assert "".join(token.text for token in tokens) == text
    assert all(token.text for token in tokens)


def test_a_lexed_language_is_a_language() -> None:
    assert set(LEXED) <= set(all_languages())
    with pytest.raises(PolicyError, match="cobol: has no lexer"):
        tokenise("cobol", "")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("java", "x='\\'';//c", [("word", "x"), ("symbol", "="), ("string", "'\\''"), ("symbol", ";"), ("comment", "//c")]),
        ("java", '"""\na "b" \\""" c""" d', [("string", '"""\na "b" \\""" c"""'), ("word", "d")]),
        ("java", "0xE+1 1e+1 .5f 1_0L", [("number", "0xE"), ("symbol", "+"), ("number", "1"), ("number", "1e+1"),
                                         ("number", ".5f"), ("number", "1_0L")]),
        ("java", "a>>b->c::d", [("word", "a"), ("symbol", ">"), ("symbol", ">"), ("word", "b"), ("symbol", "->"), ("word", "c"),
                                ("symbol", "::"), ("word", "d")]),
        ("apex", "l=[select Id from A where B in :ids[0] and C=']']; x[0]", [
            ("word", "l"), ("symbol", "="), ("embedded", "[select Id from A where B in :ids[0] and C=']']"), ("symbol", ";"),
            ("word", "x"), ("symbol", "["), ("number", "0"), ("symbol", "]")]),
        ("c", "#define A /* x\ny */ 1 \\\n 2\nint a;", [("directive", "#define A /* x\ny */ 1 \\\n 2"), ("word", "int"),
                                                        ("word", "a"), ("symbol", ";")]),
        ("cpp", "R\"x(a)\" )x\" 1'000 // c \\\n d\n e", [("string", "R\"x(a)\" )x\""), ("number", "1'000"),
                                                         ("comment", "// c \\\n d"), ("word", "e")]),
        ("plsql", "q'[it's]' q'!a'b!' 'x''y' \"N 1\" a$b", [("string", "q'[it's]'"), ("string", "q'!a'b!'"), ("string", "'x''y'"),
                                                            ("string", '"N 1"'), ("word", "a$b")]),
        ("plsql", "prompt it's\nrem don't\nx := 1..2;", [("directive", "prompt it's"), ("comment", "rem don't"), ("word", "x"),
                                                         ("symbol", ":="), ("number", "1"), ("symbol", ".."), ("number", "2"),
                                                         ("symbol", ";")]),
        ("rexx", "/* a /* b */ c */ x.i='00'x\"'\"", [("comment", "/* a /* b */ c */"), ("word", "x.i"), ("symbol", "="),
                                                       ("string", "'00'x"), ("string", "\"'\"")]),
        ("mumps", 'A(X) ;c\n I X?1N.E S %Y="a;""b" Q', [
            ("word", "A"), ("symbol", "("), ("word", "X"), ("symbol", ")"), ("comment", ";c"), ("word", "I"), ("word", "X"),
            ("embedded", "?1N.E"), ("word", "S"), ("word", "%Y"), ("symbol", "="), ("string", '"a;""b"'), ("word", "Q")]),
        ("mumps", " W ?10,X?1(1N,1\"+\"),Y", [("word", "W"), ("symbol", "?"), ("number", "10"), ("symbol", ","), ("word", "X"),
                                              ("embedded", '?1(1N,1"+")'), ("symbol", ","), ("word", "Y")]),
        ("abap", "* c\nx = |a\\{ { y } b|. \"d", [("comment", "* c"), ("word", "x"), ("symbol", "="), ("string", "|a\\{ {"),
                                                   ("word", "y"), ("string", "} b|"), ("symbol", "."), ("comment", '"d')]),
        ("abap", "<fs>-a = b * c ##NEEDED.", [("word", "<fs>"), ("symbol", "-"), ("word", "a"), ("symbol", "="), ("word", "b"),
                                              ("symbol", "*"), ("word", "c"), ("directive", "##NEEDED"), ("symbol", ".")]),
        ("abap", "EXEC SQL. a \"b\" ENDEXEC.", [("embedded", "EXEC SQL. a \"b\" ENDEXEC"), ("symbol", ".")]),
    ],
)  # fmt: skip
def test_tokens_have_names(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text", "opened"),
    [
        ("java", "a /* b", "/* b"),
        ("java", 'a "b\nc', '"b'),
        ("java", '"""\n"', '"""\n"'),
        ("apex", "[SELECT x", "[SELECT x"),
        ("plsql", "a 'b\nc", "'b\nc"),
        ("plsql", "q'[a'", "q'[a'"),
        ("rexx", "/* /* */", "/* /* */"),
        ("rexx", "'a\nb", "'a"),
        ("mumps", ' S X="a\n Q', '"a'),
        ("abap", "x = |a { b", None),
        ("abap", "x = 'a\ny.", "'a"),
        ("cpp", 'R"x(a)"', 'R"x(a)"'),
    ],
)
def test_what_is_not_closed_says_so(language: str, text: str, opened: str | None) -> None:
    assert [token.text for token in tokenise(language, text) if token.open] == ([opened] if opened else [])


@pytest.mark.parametrize("language", LEXED)
@pytest.mark.parametrize("piece", ["/*", "#/*\n", '"', "'", "[select ", "q'[", '"""', "a<", "|{", "x?1(", "EXEC SQL ", "\\",
                                   "R\"(", "$", "- \n", "((", "1e"])  # fmt: skip
def test_time_is_in_proportion_to_the_text(language: str, piece: str) -> None:
    def seconds(count: int) -> float:
        # A collection of the whole process's garbage takes longer than the text.
        gc.disable()
        try:
            begin = time.process_time()
            tokenise(language, piece * count)
            return time.process_time() - begin
        finally:
            gc.enable()

    # Sixteen times the text: quadratic work would take 256 times as long.
    short = min(seconds(1_000) for _ in range(3))
    assert seconds(16_000) < 80 * short + 0.2


def test_code_and_lines_are_counted() -> None:
    tokens = tokenise("java", "a // b\n\nc")
    assert [tokens[index].text for index in code_of(tokens)] == ["a", "c"]
    assert line_of(tokens, tokens.index(Token(Kind.WORD, "c"))) == 3


@pytest.mark.parametrize("language", ["java", "apex", "abap", "plsql", "rexx", "mumps"])
def test_real_files_come_out_whole_and_closed(corpora: Path, language: str) -> None:
    files = [path for path in sorted((corpora / language).rglob("*")) if path.is_file() and path.suffix != ".md"]
    assert files
    for path in files[::7]:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        tokens = tokenise(language, text)
        assert "".join(token.text for token in tokens) == text
        assert not [token.text[:40] for token in tokens if token.open], path.name
