"""Secrets: every rule finds its examples and only the value in them; nothing that only speaks of secrets is found."""

from __future__ import annotations

import time

import pytest

from benchmarks.screen_plants import FOREIGN, HARMLESS, OWN, planted
from provenance.steps.generate.screen import RULES as GUARDED
from provenance.steps.screen import RULES, screen
from provenance.steps.screen.secrets import PUBLISHED, find_secrets

BEFORE = "       some text before\n"


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in OWN.items() for text in texts])
def test_a_rule_finds_the_value_and_nothing_around_it(rule: str, text: str) -> None:
    plain, start, end = planted(text)
    found = screen(f"{BEFORE}{plain}\nand after\n", "cobol")
    assert (rule, start + len(BEFORE), end + len(BEFORE)) in {(one.rule, one.start, one.end) for one in found}
    assert all(one.certain for one in found if one.rule == rule)


def test_every_rule_has_an_example_and_guards_prompts() -> None:
    assert set(OWN) == set(RULES["secrets"]) == set(GUARDED)


def test_most_of_what_manuals_describe_is_found_without_a_scanner() -> None:
    missed = []
    for text in FOREIGN:
        plain, start, end = planted(text)
        if not any(one.start < end and one.end > start for one in find_secrets(plain + "\n")):
            missed.append(plain)
    assert len(missed) <= len(FOREIGN) // 4, missed


@pytest.mark.parametrize(("language", "text"), HARMLESS)
def test_what_only_speaks_of_them_is_clean(language: str, text: str) -> None:
    assert screen(text, language) == []


@pytest.mark.parametrize("value", sorted(word for word in PUBLISHED if len(word) > 2)[::4])
def test_what_manuals_print_is_never_certain(value: str) -> None:
    found = find_secrets(f"       01 WS-PASSWORD PIC X(20) VALUE '{value}'.\n")
    assert not any(one.certain for one in found)


def test_a_plain_word_is_certain_only_where_the_place_makes_it_a_secret() -> None:
    assert [one.certain for one in find_secrets("password := 'sesame';")] == [False]
    assert [one.certain for one in find_secrets("CREATE USER pay IDENTIFIED BY sesame;")] == [True]


def test_a_name_of_a_rule_asks_for_that_rule_alone() -> None:
    text = "password = 'hunter22'\nconnect scott/t1gress@orcl\n"
    assert {one.rule for one in find_secrets(text)} == {"password-assigned", "sql-connect"}
    assert {one.rule for one in find_secrets(text, frozenset(("sql-connect",)))} == {"sql-connect"}


@pytest.mark.parametrize("piece", ["a", "password ", "01 PASSWORD ", "x://", "'", "-----BEGIN PRIVATE KEY-----", "A-", "eyJ",
    "-eyJ", "ftp\nUSER ab cd ",
                                   "USER A USING ", "password(", "01 PASSWORD-A", "PASSWORD'", "curl -u ",
                                   "PGM=FTP\n//INPUT DD *\n", "://a:", "_pw",
                                   "identified by ", "\u0130password=", "MOVE 'abcdef' TO ", "set_authentication('a',",
                                   "Authorization: Bearer "])
def test_hostile_text_takes_no_time(piece: str) -> None:
    began = time.process_time()
    find_secrets(piece * (60_000 // len(piece)))
    assert time.process_time() - began < 3
