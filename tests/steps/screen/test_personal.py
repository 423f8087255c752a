"""Personal data: numbers by their check digits and what is said nearby, names in the places that are there for them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.screen_plants import PEOPLE, PERSONAL, planted
from provenance.steps.screen import checksums, screen
from provenance.steps.screen.people import RULES as PEOPLE_RULES
from provenance.steps.screen.people import find_people
from provenance.steps.screen.personal import RULES, find_personal


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in PERSONAL.items() for text in texts])
def test_a_rule_finds_the_value_and_nothing_around_it(rule: str, text: str) -> None:
    plain, start, end = planted(text)
    assert (rule, start, end) in {(one.rule, one.start, one.end) for one in screen(plain + "\n", "cobol")}


@pytest.mark.parametrize(("language", "rule", "text"), PEOPLE)
def test_a_name_is_found_and_is_never_certain(language: str, rule: str, text: str) -> None:
    plain, start, end = planted(text)
    assert [(one.rule, one.start, one.end, one.certain) for one in find_people(plain, language) if one.rule == rule] == [
        (rule, start, end, False)]


def test_every_rule_has_an_example() -> None:
    assert set(PERSONAL) == {rule.name for rule in RULES}
    assert {rule for _, rule, _ in PEOPLE} == set(PEOPLE_RULES)


@pytest.mark.parametrize(("text", "rules"), [
    ("4539 3195 0343 6467", {"card-number"}), ("4539 3195 0343 6468", set()), ("9539 3195 0343 6467", set()),
    ("1 4539 3195 0343 6467 12", set()), ("DE68210501700012345679", set()), ("XX68210501700012345678", set()),
    ("512-45-6788-1", set()), ("SSN 078-05-1120", set()), ("SSN 666-45-6788", set()), ("12345678A", set()), ("tel 555-0123",
    set()),
    ("mail jane@example.org", set()), ("mail info@payroll-systems.de", set()), ("version 193.99.144.80", set()),
    ("10.1.2.3 192.168.1.1", set()),
    ("300.1.2.3", set()), ("1.3.6.1.4.1.193.99", set()), ("736160222", set()), ("date 1961-07-14", set()), ("icon@2x.png",
    set())])
def test_what_holds_is_found_and_what_does_not_is_not(text: str, rules: set[str]) -> None:
    assert {one.rule for one in find_personal(text)} == rules


def test_a_bare_card_number_is_uncertain_until_the_text_says_what_it_is() -> None:
    assert [one.certain for one in find_personal("MOVE 4539319503436467 TO WS-KEY")] == [False]
    assert [one.certain for one in find_personal("MOVE 4539319503436467 TO WS-CARD-NUM")] == [True]
    assert [one.certain for one in find_personal("card 4012888888881881")] == [False]


@pytest.mark.parametrize("text", [
    "      * 12/03/1998 ADDED NEW FIELD\n", "      * 12/03/1998 FIX TAX TABLE  IN STEP\n", "       AUTHOR. ACME SOFTWARE INC.\n",
    "      * COPYRIGHT 12/03/1998 J. SMITH\n", "       AUTHOR.\n       DATE-WRITTEN. 1998.\n",
          "* the author of this program is unknown\n"])
def test_a_line_without_a_name_names_nobody(text: str) -> None:
    assert find_people(text, "cobol") == []


def test_several_authors_of_one_tag_are_several_findings() -> None:
    text = "/* Authors: Jane Roe, John Q. Smith and Max Muster */\n"
    assert [text[one.start:one.end] for one in find_people(text, "pli")] == ["Jane Roe", "John Q. Smith", "Max Muster"]


@given(st.integers(10**14, 10**15 - 1))
def test_of_ten_last_digits_one_passes_luhn(body: int) -> None:
    assert sum(checksums.luhn(f"{body}{last}") for last in range(10)) == 1


@given(st.from_regex(r"[0-9]{18}", fullmatch=True), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_breaks_an_iban(account: str, place: int, more: int) -> None:
    check = 98 - int(account + "131400") % 97
    good = f"DE{check:02}{account}"
    wrong = account[:place] + str((int(account[place]) + more) % 10) + account[place + 1:]
    assert checksums.iban(good) and not checksums.iban(f"DE{check:02}{wrong}")


@pytest.mark.parametrize("piece", ["1", "1 ", "12-", "a@", "a.", "+49 ", "Author: ", "12/03/98 J. ", "1.", "A1", "DE12 ",
    "tel 1", "AUTHOR.\n", "\u0130 by ",
                                   "* 1998-01-01 ", "Jane ", "4539 ", "by J. S", "12/03/98", "dob 1961"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    find_personal(text)
    find_people(text, "cobol")
    assert time.process_time() - began < 3
