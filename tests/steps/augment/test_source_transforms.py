"""Laws that every transform outside COBOL keeps, on made-up and on real texts, whole and broken."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.languages.lexing import LEXED, Kind, tokenise
from provenance.steps.augment import ALL, Change, Program, Refusal, Transform, by_name
from provenance.steps.augment.plain_names import PlainNamer
from provenance.steps.augment.source_text import columns_kept, read, renamed_text, same_code, words_of

MINE = [transform for transform in ALL if re.match(r"(rename|layout|strip-comments)-", transform.name)
        and transform.language in LEXED]  # fmt: skip
SPICE = ["{", "}", "(", ")", ";", ".", ",", ":", "=", "'", '"', "/*", "*/", "--", "|", "<", ">", "@", "&", "\\", "\n", "#", "->",
         " end ", " begin ", " class ", " new ", " for ", " do ", " is ", " DATA ", " case ", " N ", "^", "é", "\r"]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(SPICE), st.from_regex(r"\A[a-zA-Z]{1,3} ?\Z")), max_size=40).map("".join)


def test_every_family_has_its_languages() -> None:
    assert {t.name for t in MINE} == {
        *(f"strip-comments-{language}" for language in LEXED),
        *(f"layout-{language}" for language in LEXED),
        *(f"rename-{language}" for language in LEXED if language not in ("c", "cpp")),
    }
    assert all(transform.name.endswith("-" + transform.language) for transform in MINE)


@pytest.mark.parametrize("transform", MINE, ids=lambda transform: transform.name)
@settings(max_examples=60)
@given(text=TEXTS, seed=st.integers(0, 3))
def test_no_text_makes_a_transform_raise(transform: Transform, text: str, seed: int) -> None:
    _lawful(transform, text, seed)


@pytest.mark.parametrize("language", ["java", "apex", "abap", "plsql", "rexx", "mumps"])
def test_broken_real_texts_make_no_transform_raise(corpora: Path, language: str) -> None:
    rng = random.Random(language)
    files = [path for path in sorted((corpora / language).rglob("*")) if path.is_file() and path.suffix != ".md"]
    for path in rng.sample(files, 8):
        text = path.read_bytes().decode("utf-8", "surrogateescape")[:6000]
        for _ in range(3):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(SPICE) + text[at + rng.randrange(4) :]
            for transform in MINE:
                if transform.language == language:
                    _lawful(transform, text, 1)


def _lawful(transform: Transform, text: str, seed: int) -> None:
    result = transform.apply(Program("some", text, False), seed)
    assert result == transform.apply(Program("some", text, False), seed)
    if isinstance(result, Refusal):
        assert re.fullmatch(r"[a-z-]+", result.code)
        return
    assert isinstance(result, Change)
    assert result.text != text
    assert result.edits > 0
    before, after = tokenise(transform.language, text), tokenise(transform.language, result.text)
    if transform.name.startswith("rename"):
        # Nothing but words, blanks that line up a column, and comments that name them.
        assert [token.kind for token in before] == [token.kind for token in after]
        free = (Kind.WORD, Kind.SPACE, Kind.COMMENT)
        assert all(old == new for old, new in zip(before, after, strict=True) if old.kind not in free)
        taken = words_of(before)
        fresh = {new.text for old, new in zip(before, after, strict=True) if old.text != new.text and new.kind is Kind.WORD}
        assert not taken & {word.casefold() for word in fresh}
    elif transform.name.startswith("strip"):
        assert same_code(before, result.text, transform.language)
        assert sum(t.kind is Kind.COMMENT for t in after) <= sum(t.kind is Kind.COMMENT for t in before)
    elif transform.language != "mumps":
        assert same_code(before, result.text, transform.language, fold=True)


@pytest.mark.parametrize("transform", MINE, ids=lambda transform: transform.name)
def test_a_text_of_another_language_is_refused(transform: Transform) -> None:
    result = transform.apply(Program("x.cbl", "       MOVE 1 TO A.", False), 1)
    assert result == Refusal("other-language: cobol")


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("java", "", "no-candidates"),
        ("java", " // only words\n", "no-candidates"),
        ("java", "a\n'b", "unclosed: line 2"),
        ("java", 'String a = "\\u0022;"', "unicode-escape"),
        ("java", "int \\u00e9 = 1;", "unicode-escape: line 1"),
        ("rexx", "a = 1\nb = a -- c\n", "line-comment: line 2"),
    ],
)
def test_texts_that_the_lexer_reads_otherwise_than_the_compiler(language: str, text: str, reason: str) -> None:
    assert read(Program("some", text, False), language) == Refusal(reason)


def test_a_name_that_changes_its_neighbours_is_refused() -> None:
    tokens = tokenise("rexx", "say 'a'n")
    index = len(tokens) - 1
    assert renamed_text(tokens, {index: "total"}, "rexx") == "say 'a'total"
    # "'a'x" is a string in hexadecimal.
    assert renamed_text(tokens, {index: "x"}, "rexx") is None


def test_a_column_stays_where_it_was() -> None:
    tokens = tokenise("plsql", "a    number;")
    assert renamed_text(tokens, columns_kept(tokens, {0: "total"}), "plsql") == "total number;"
    assert renamed_text(tokens, columns_kept(tokens, {0: "sum"}), "plsql") == "sum  number;"
    assert renamed_text(tokens, columns_kept(tokens, {0: "remainder"}), "plsql") == "remainder number;"


@pytest.mark.parametrize(
    ("text", "language", "fold", "same"),
    [
        ("a  /* x */ b", "java", False, True),
        ("a c", "java", False, False),
        ("A b", "java", False, False),
        ("A b", "plsql", True, True),
        ("a b 'c", "java", False, False),
    ],
)
def test_same_code_is_the_same_tokens(text: str, language: str, fold: bool, same: bool) -> None:
    assert same_code(tokenise(language, "a b"), text, language, fold) is same


@pytest.mark.parametrize("old", ["i", "idx", "lv_total", "<ls_row>", "m_Count", "MAX_SIZE", "lineCount", "Total", "%X", "_a"])
def test_names_are_new_and_in_the_manner_of_the_old(old: str) -> None:
    taken: set[str] = set()
    namer = PlainNamer(random.Random(5), taken, frozenset({"TOTAL"}))
    given_names = [namer.like(old) for _ in range(40)]
    names = [name for name in given_names if name]
    assert len({name.casefold() for name in names}) == len(names) > 20
    assert "total" not in {name.casefold() for name in names}
    assert all(name.isupper() == old.isupper() for name in names if len(name) > 1)
    assert all((name[0] == "<") == (old[0] == "<") and (name[-1] == ">") == (old[-1] == ">") for name in names)


def test_where_nothing_is_free_there_is_no_name() -> None:
    taken = set("abcdefghijklmnopqrstuvwxyz")
    assert PlainNamer(random.Random(5), taken, frozenset(), longest=1).like("i") is None


def test_refusals_in_the_page_and_in_the_code_agree() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "transforms.md").read_text("utf-8")
    folder = Path(__file__).resolve().parents[3] / "provenance" / "steps" / "augment"
    names = ["source_text", "strip_comments", "layout_braces", "layout_words", "layout_mumps", "rename_braces", "rename_abap",
             "rename_plsql", "rename_rexx", "rename_mumps"]  # fmt: skip
    for name in names:
        for code in re.findall(r'Refusal\(f?"([a-z-]+)', (folder / f"{name}.py").read_text("utf-8")):
            assert f"`{code}" in page, f"{code} of {name}"
    assert by_name("rename-java").params() == {"members": True}
