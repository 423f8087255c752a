"""What is scored: two views that drop what they promise, and hashes that are the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.languages import all_languages
from provenance.steps.detect import features
from provenance.steps.detect.views import normalised, raw

LANGUAGES = [*all_languages(), "python"]

JAVA = "class Pay { // tax\n  int due(int base) { return base * 3 + total(\"x\"); }\n}"
JAVA_AGAIN = ("class Wage\n{\n    /* what is owed */\n    int owed(int gross)\n    {\n"
              "        return gross * 17 + sum(\"y z\");\n    }\n}\n")
FIXED = "000100 PROCEDURE DIVISION.                                              PAY00010\n000200*    a comment\n" \
        "000300     MOVE A-1 TO B. DISPLAY 'X'.                                  PAY00030\n"


def test_what_a_formatter_or_a_renaming_changes_is_not_in_the_normalised_view() -> None:
    assert normalised(JAVA, "java") == normalised(JAVA_AGAIN, "java")
    assert "CLASS v { INT v ( INT v ) { RETURN v * 0 + v ( s )" in normalised(JAVA, "java")


def test_columns_comments_and_names_of_cobol_are_not_in_the_normalised_view() -> None:
    assert normalised(FIXED, "cobol") == "PROCEDURE DIVISION . MOVE v TO v . DISPLAY s ."


def test_the_raw_view_keeps_the_hand_and_drops_the_road() -> None:
    assert raw("\ufeffa = 1\r\n// b  \r\n", "java") == "a = 1\n// b"
    assert raw(FIXED, "cobol").splitlines()[1] == "*    a comment"
    assert "PAY00010" not in raw(FIXED, "cobol") and "000100" not in raw(FIXED, "cobol")


@pytest.mark.parametrize("language", ["python", "rpgle", "jcl"])
def test_a_language_without_a_lexer_has_a_plain_rule(language: str) -> None:
    assert normalised("a = 'it''s' + 4", language) == normalised("bcd  =  'x''y' + 10", language)


def test_a_comment_mark_of_an_unknown_language_ends_the_line() -> None:
    assert normalised("a = 1 # why\nb = 2 // who", "python") == "v = 0 v = 0"


@given(st.sampled_from(LANGUAGES), st.text(max_size=200))
def test_every_text_of_every_language_has_both_views(language: str, text: str) -> None:
    assert "\r" not in raw(text, language)
    assert normalised(text, language) == normalised(text, language).strip()


@given(st.text(min_size=1, max_size=300))
def test_features_are_of_length_one_and_known_once_learned(text: str) -> None:
    seen = features.characters(text)
    assert float(np.sum(seen.values ** 2)) == pytest.approx(1)
    assert (np.diff(seen.buckets) > 0).all() and seen.buckets.max() < features.BUCKETS
    known = features.nothing_known()
    features.learn(known, [seen])
    assert features.coverage(seen, known) == (1.0 if len(text) >= features.LONG else 0.0)


def test_hashes_are_those_of_this_version() -> None:
    """A change here changes every stored detector: raise `features.VERSION`."""
    seen = features.characters("STOP RUN.")
    assert (features.VERSION, seen.buckets[:4].tolist(), seen.grams[:2].tolist()) == GOLDEN_CHARACTERS
    assert features.words("STOP v .").buckets.tolist() == GOLDEN_WORDS


def test_a_text_without_runs_is_known_nowhere() -> None:
    assert features.coverage(features.characters("ab"), features.nothing_known() - 1) == 0.0
    assert features.characters("").buckets.tolist() == []


GOLDEN_CHARACTERS: tuple[str, list[int], list[int]] = ("1", [2666, 4134, 5511, 6274], [205949, 214016])
GOLDEN_WORDS: list[int] = [1083, 25573, 26215, 27986, 45332, 52159]
