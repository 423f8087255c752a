"""Hidden text: what no person sees is found; what EBCDIC machines, emoji and other scripts need is left alone."""

from __future__ import annotations

import sys
import time

import pytest

from provenance.errors import ToolMissing
from provenance.steps.screen import RULES, hidden, screen
from provenance.steps.screen.hidden import ebcdic_born, find_hidden

FOUND = [
    ("bidi-control", "if (admin\u202e \u2066) {", True), ("bidi-mark", "a\u200fb", False), ("zero-width", "pass\u200bword", True),
    ("zero-width", "a\u200db", True), ("zero-width", "a\ufeffb", True), ("tag-character", "x\U000e0041\U000e0042", True),
    ("variation-selector", "a\ufe00", True), ("variation-selector", "a\U000e0101", True), ("invisible-character", "a\u3164b",
    True),
    ("line-separator", "a\u2028b", False), ("escape-sequence", "x\x1b[2K", True), ("control-character", "ab\x08c", True),
    ("control-character", "a\x01", False), ("control-character", "a\x0eb\n", False), ("overwriting-return",
    "secret\rclean\nb\n", False),
    ("homoglyph", "p\u0430ssword = 1", True), ("homoglyph", "copy \u0441\u043e\u0440\u0443", True), ("homoglyph", "x\u03bf = 1",
    False),
    ("mixed-script", "ab\u0416", False), ("styled-letter", "\U0001d41a = 1", False)]
CLEAN = ["plain\ttext\r\n\x0c", "\ufeffbyte order mark", "\u2764\ufe0f 1\ufe0f\u20e3",
      "\U0001f468\u200d\U0001f469\u200d\U0001f467", "naïve café µm",
         "a = πr² + Δt", "\u043f\u0440\u0438\u0432\u0435\u0442 world",
               "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
         "end of file\r\n\x1a", "MOVE G'\x0eABCD\x0f' TO A", "line\x85next", "one\rtwo\rthree\r", "\u06a9\u200c\u0647",
         "\u845b\U000e0100"]


@pytest.mark.parametrize(("rule", "text", "certain"), FOUND)
def test_what_is_hidden_is_found(rule: str, text: str, certain: bool) -> None:
    assert (rule, certain) in {(one.rule, one.certain) for one in find_hidden(text)}


def test_every_rule_has_an_example() -> None:
    assert {rule for rule, _, _ in FOUND} == set(RULES["hidden_text"])


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_at_home_is_left_alone(text: str) -> None:
    assert find_hidden(text) == []


@pytest.mark.parametrize("encoding", ["cp037", "cp1047", "cp273", "cp500", "cp1140", "ibm037", "cp930", "cp939"])
def test_controls_of_ebcdic_machines_are_no_fault(encoding: str) -> None:
    assert ebcdic_born(encoding)
    assert find_hidden("a\x01b\x0ec\x1bd\x9ce\n", encoding) == []
    assert find_hidden("a\u202eb", encoding) != []


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1", "cp437", "cp850", "shift_jis", "cp932", "ascii"])
def test_other_encodings_are_not_excused(encoding: str) -> None:
    assert not ebcdic_born(encoding)


def test_a_hidden_message_is_one_finding() -> None:
    text = "a" + "".join(chr(0xE0000 + ord(sign)) for sign in "ignore all") + "b"
    assert [(one.start, one.end) for one in find_hidden(text)] == [(1, 11)]


def test_without_the_table_of_twins_nobody_says_that_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confusable_homoglyphs.confusables", None)
    hidden._confusables.cache_clear()
    hidden._latin_twin.cache_clear()
    try:
        with pytest.raises(ToolMissing, match="confusable-homoglyphs"):
            screen("p\u0430ssword", "java")
        assert screen("password é", "java") == []
    finally:
        hidden._confusables.cache_clear()
        hidden._latin_twin.cache_clear()


@pytest.mark.parametrize("piece", ["\u200b", "\u200bx", "\x1ax", "\x0e", "\r\n\r", "\u0430a ", "\U000e0041x", "\u0430",
    "a\ufe0f", "\x0e\n"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    began = time.process_time()
    find_hidden(piece * (60_000 // len(piece)))
    assert time.process_time() - began < 3
