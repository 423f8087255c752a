"""Whole texts: what is masked, where, what is refused, and that everything else stays as it was."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.steps.mask import CHECKS, RULES, Masked, Refused, left, mask, prove
from provenance.steps.mask.cells import LANGUAGES, Cell, cells, looks_free, skeleton
from provenance.steps.mask.values import Value, again
from provenance.steps.screen import screen
from provenance.steps.screen.finding import Finding

KEY = b"k" * 32
PROGRAM = """       IDENTIFICATION DIVISION.
       PROGRAM-ID. PAY01.
       AUTHOR. ERIKA MUSTERMANN.
      * 2019-03-04  E. MUSTERMANN  CUSTOMER ACCOUNT NO 40718263 MOVED
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 WS-CARD-NUMBER PIC X(19) VALUE '4539-5787-6362-1486'.
       01 WS-CARD PIC 9(16) VALUE 4539578763621486.
       01 WS-MAIL PIC X(34) VALUE 'erika.mustermann@firma-muster.de'.
       01 WS-ACCOUNT-NO PIC X(10) VALUE '0040718263'.
       01 WS-PASSWORD PIC X(11) VALUE 'Sommer2019!'.
       PROCEDURE DIVISION.
           IF WS-ACCOUNT-NO = '40718263' DISPLAY WS-CARD.
           IF WS-PASSWORD = 'Sommer2019!' CALL 'PAY02'.
           STOP RUN.
"""
VALUES = ("ERIKA", "MUSTERMANN", "40718263", "4539", "5787", "mustermann", "Sommer2019!")


def found_in(text: str, language: str = "cobol") -> list[Finding]:
    return screen(text, language, rules=RULES)


def masked(text: str, language: str = "cobol", **options) -> Masked:
    made = mask(text, language, found_in(text, language), KEY, **options)
    assert isinstance(made, Masked), made
    return made


def test_a_program_with_all_of_it():
    made = masked(PROGRAM)
    assert made.proof == "literals-and-comments" and len(made.text) == len(PROGRAM)
    assert not [value for value in VALUES if value in made.text]
    lines = dict(zip(PROGRAM.split("\n"), made.text.split("\n"), strict=True))
    # The account is the same account in the remark, with zeros and without; the card with separators and as a number.
    number = lines["           IF WS-ACCOUNT-NO = '40718263' DISPLAY WS-CARD."].split("'")[1]
    assert f"'00{number}'" in made.text and f"NO {number} MOVED" in made.text
    card = next(line for line in made.text.split("\n") if "PIC 9(16)" in line).split()[-1].rstrip(".")
    assert "-".join(card[at:at + 4] for at in range(0, 16, 4)) in made.text
    assert made.text.count("XXXXXXXXXXX") == 2 and "CALL 'PAY02'" in made.text
    assert not [each for each in found_in(made.text) if each.certain]
    assert set(made.replacements) <= RULES and sum(made.replacements.values()) >= 6
    assert masked(PROGRAM) == made


def test_outside_of_the_spans_nothing_changes():
    made = masked(PROGRAM)
    inside = {at for start, end in made.spans for at in range(start, end)}
    assert all(made.text[at] == char for at, char in enumerate(PROGRAM) if at not in inside)
    assert prove("cobol", PROGRAM, made.text, made.spans) == made.proof


def test_masking_what_is_masked_leaves_it_clean():
    once = masked(PROGRAM).text
    twice = mask(once, "cobol", found_in(once), KEY)
    text = twice.text if isinstance(twice, Masked) else once
    assert not [each for each in found_in(text) if each.certain] and len(text) == len(once)


def test_only_some_kinds():
    made = masked(PROGRAM, kinds=("password",))
    assert made.replacements == {"cobol-password": 2} and "4539578763621486" in made.text
    assert mask(PROGRAM, "cobol", found_in(PROGRAM), KEY, kinds=("iban",)) is None


def test_nothing_found_and_hidden_characters_alone_are_nothing_to_mask():
    assert mask("x = 1", "java", [], KEY) is None
    assert mask('a = "b\u200bc"', "java", [Finding(6, 7, "hidden_text", "zero-width", "hidden", True)], KEY) is None


def quiet(text: str, language: str) -> list[Finding]:
    return []


def card(start: int, end: int, *, certain: bool = True, kind: str = "card") -> Finding:
    return Finding(start, end, "personal_data", "planted", kind, certain)


def test_code_is_never_masked():
    text = "int smith = 1; // smith"
    assert mask(text, "java", [card(4, 9, kind="person")], KEY, screen=quiet) == Refused("in-code: planted")
    assert mask(text, "java", [card(4, 9, kind="person", certain=False)], KEY, screen=quiet) is None
    made = mask(text, "java", [card(18, 23, kind="person")], KEY, screen=quiet)
    assert isinstance(made, Masked) and made.text[:18] == text[:18]


def test_a_bare_number_is_masked_only_where_it_is_certain():
    text = "x = 40718263;"
    assert mask(text, "java", [card(4, 12, kind="account", certain=False)], KEY, screen=quiet) is None
    made = mask(text, "java", [card(4, 12, kind="account")], KEY, screen=quiet)
    assert isinstance(made, Masked) and made.text[4] != "0" and made.text[4:12].isdecimal()


def test_what_stays_found_is_refused():
    text = "s = 'AB-471147';"

    def stubborn(text: str, language: str) -> list[Finding]:
        return [Finding(0, 1, "personal_data", "stubborn", "person", True)]

    assert mask(text, "plsql", [card(5, 14, kind="code")], KEY, screen=stubborn) == Refused("in-code: stubborn")

    def restless(text: str, language: str) -> list[Finding]:
        return [Finding(5, 6, "personal_data", "restless", "hidden", True)]

    refused = mask("s = '-----';", "plsql", [card(5, 10, kind="code")], KEY, screen=restless)
    assert isinstance(refused, Refused) and refused.reason.startswith("still-found")


def test_what_comes_to_light_by_masking_is_masked_too():
    text = "s = '471147 815815';"
    rounds = []

    def second(text: str, language: str) -> list[Finding]:
        rounds.append(text)
        return [card(12, 18, kind="account")]

    made = mask(text, "plsql", [card(5, 11, kind="account")], KEY, screen=second)
    assert isinstance(made, Masked) and len(rounds) == 2 and "815815" not in made.text
    assert left(text, made.text, [card(5, 11), card(12, 18)]) == []


def test_languages_without_a_lexer_are_masked_and_not_proved():
    text = "//PAY JOB (A),USER=U,PASSWORD=HUNTER22\n//* MAIL erika.muster@firma-muster.de 40718263\n"
    made = masked(text, "jcl")
    assert made.proof == "spans" and "PASSWORD=XXXXXXXX" in made.text and "firma-muster" not in made.text
    account = Finding(text.index("40718263"), text.index("40718263") + 8, "personal_data", "bank-account", "account", False)
    assert mask(text, "jcl", [account], KEY, screen=quiet) is None


def test_escapes_quotes_and_prefixes_stay():
    text = 's = "Erika\\nMuster \\u0041BC"; t = """x Erika y""";'
    start = text.index("Erika")
    made = mask(text, "java", [card(start, start + 14, kind="person")], KEY, screen=quiet)
    assert isinstance(made, Masked) and "\\n" in made.text and "\\u0041" in made.text and '"""x' in made.text
    hexed = "       01 A PIC X(4) VALUE X'C1C2C3C4'."
    made = mask(hexed, "cobol", [card(29, 37, kind="password")], KEY, screen=quiet)
    assert isinstance(made, Masked) and set(made.text[29:37]) <= set("0123456789abcdefABCDEF")
    binary = "       01 A PIC X(4) VALUE B'10101010'."
    assert mask(binary, "cobol", [card(29, 37, kind="password")], KEY, screen=quiet) == Refused("in-code: planted")


def test_a_literal_that_goes_on_in_the_next_line_is_one_value():
    first = "           MOVE 'PLEASE WRITE TO THE CLERK IN CHARGE, MRS ERIKA MUST"
    text = first.ljust(72) + "\n      -    'ERMANN' TO A.\n"
    text = text.replace(" " * (72 - len(first)) + "\n", "\n")
    start, end = text.index("ERIKA"), text.index("' TO A")
    made = mask(text, "cobol", [card(start, end, kind="account")], KEY, screen=quiet)
    assert isinstance(made, Masked) and "\n      -    '" in made.text and "ERMANN" not in made.text
    assert len(made.spans) == 2


def test_embedded_sql_and_comment_entries_and_margins():
    text = ("000100 IDENTIFICATION DIVISION.                                         ERIKA M\n"
            "       AUTHOR. ERIKA MUSTERMANN.\n       PROCEDURE DIVISION.\n"
            "           EXEC SQL CONNECT TO DB USER 'ERIKA' USING 'Geheim99' END-EXEC.\n")
    made = masked(text)
    assert "Geheim99" not in made.text and "MUSTERMANN" not in made.text and "EXEC SQL CONNECT TO DB USER '" in made.text
    found, known = cells("cobol", text)
    assert known and found[0] == Cell.MARGIN and found[text.index("ERIKA M")] == Cell.MARGIN


def test_what_nothing_fits_for_is_refused(monkeypatch):
    from provenance.steps.mask.replace import Replacer

    monkeypatch.setattr(Replacer, "_drawn", lambda self, family, core, make: None)
    for kind in ("account", "person", "email"):
        made = mask("s = 'AB-4711';", "plsql", [card(5, 12, kind=kind)], KEY, screen=quiet)
        assert made == Refused("no-replacement: planted")
        assert mask("s = 'AB-4711';", "plsql", [card(5, 12, kind=kind, certain=False)], KEY, screen=quiet) is None
    # Nothing to replace is no refusal.
    assert mask("s = '--';", "plsql", [card(5, 7)], KEY, screen=quiet) is None


def test_a_text_whose_code_cannot_be_proved_to_be_unchanged_is_not_handed_out(monkeypatch):
    import provenance.steps.mask.masking as room

    monkeypatch.setattr(room, "prove", lambda *given: room.UNPROVED)
    made = mask("s = '40718263';", "plsql", [card(5, 13)], KEY, screen=quiet)
    assert made == Refused("unproved: more than literals and comments would change")


def test_a_name_in_full_is_masked_wherever_it_stands():
    text = "a = 'Erika Mustermann'; b = 'x'; // by ERIKA MUSTERMANN, and Erika alone\n"
    made = mask(text, "java", [card(5, 21, kind="person")], KEY, screen=quiet)
    assert isinstance(made, Masked) and "MUSTERMANN" not in made.text and "Erika alone" in made.text
    # In code it stays: a literal next to it is another matter.
    code = "int x40718263 = 1; s = '40718263'; y = 40718263;"
    made = mask(code, "java", [card(24, 32, kind="account")], KEY, screen=quiet)
    assert isinstance(made, Masked) and made.text.startswith("int x40718263") and made.text.count(made.text[24:32]) == 2


def test_a_value_that_runs_into_code_is_refused():
    made = mask("s = 'AB' + x4711 + 'CD';", "java", [card(5, 22, kind="account")], KEY, screen=quiet)
    assert made == Refused("in-code: planted")


def test_names_of_programs_are_left_where_no_rule_finds_them():
    text = "           MOVE 'PAYROLL1' TO P.\n           CALL 'PAYROLL1'.\n"
    made = mask(text, "cobol", [card(17, 25, kind="account")], KEY, screen=quiet)
    assert isinstance(made, Masked) and "CALL 'PAYROLL1'" in made.text and "MOVE 'PAYROLL1'" not in made.text


def test_short_values_and_secrets_are_the_same_only_as_whole_literals():
    text = "a = '4711'; b = '4711'; c = '94711'; // 4711\n"
    made = mask(text, "java", [card(5, 9, kind="account")], KEY, screen=quiet)
    assert isinstance(made, Masked) and made.text[5:9] == made.text[17:21] and made.text.endswith("'94711'; // 4711\n")
    text = "a = 'TANGO12'; // TANGO12 'TANGO12x'\n"
    made = mask(text, "java", [card(5, 12, kind="password")], KEY, screen=quiet)
    assert isinstance(made, Masked) and made.text.count("XXXXXXX") == 1
    assert list(again("ab ab", cells("prose", "ab ab")[0], Value((0, 1), "ab", Cell.LITERAL), name=False, secret=False)) == []


def test_a_value_under_two_kinds_is_one_value():
    text = "a = '40718263'; b = '40718263';"
    one, other = card(5, 13, kind="account"), card(21, 29, kind="phone")
    made = mask(text, "java", [one, other], KEY, screen=quiet)
    assert isinstance(made, Masked) and made.text[5:13] == made.text[21:29]
    turned = mask(text, "java", [card(5, 13, kind="phone"), card(21, 29, kind="account")], KEY, screen=quiet)
    assert isinstance(turned, Masked) and turned.text == made.text


def test_the_proof_sees_code_that_changed():
    assert prove("java", "a = 1;", "b = 1;", [(0, 1)]) == "unproved"
    assert prove("java", "a = 1;", "a = 2;", []) == "unproved"
    assert prove("java", "a = '1';", "a = '12;", [(5, 7)]) == "unproved"
    assert prove("cobol", "       MOVE 'A' TO B.", "       MOVE 'C' TO B.", [(13, 14)]) == "literals-and-comments"
    assert prove("cobol", "       MOVE 'A' TO B.", "       MOVE 'A' TO C.", [(19, 20)]) == "unproved"


def test_left_tells_the_originals_values_from_replacements():
    hidden = Finding(0, 1, "hidden_text", "zero-width", "hidden", True)
    assert left("a", "b", [hidden]) == [hidden]
    assert left("von der Muster", "von der Pelano", [card(0, 14)]) == []
    assert left("abc", "abc", [card(0, 3)]) == [card(0, 3)] and left("abcd", "abc", [card(0, 4)]) == [card(0, 4)]
    assert left("x 471147", "x 471199", [card(2, 8)]) == [card(2, 8)]


@pytest.mark.parametrize(("text", "free"), [
    ("IDENTIFICATION DIVISION.\nPROGRAM-ID. A.\n", True), ("       IDENTIFICATION DIVISION.\n", False), ("", False),
    ("000100 IDENTIFICATION DIVISION.\n000200* REMARK\n", False), ("*> free\nDISPLAY 'A'.\n", True),
    (">>SOURCE FORMAT FREE\nDISPLAY 'A'.\n", True)])
def test_formats_are_told_by_their_words(text, free):
    assert looks_free(text) is free


SAMPLES = {"java": "String a = %s; // it's %s\n", "plsql": "x := %s; -- %s\n", "rexx": "say %s /* %s */\n",
           "abap": "a = %s. \" %s\n",
           "mumps": " S X=%s ;%s\n", "c": "char *a = %s; /* %s */\n", "cobol": "           MOVE %s TO A. *> %s\n",
           "apex": "String a = %s; // %s\n", "cpp": "auto a = %s; // %s\n"}


@settings(max_examples=60)
@given(st.sampled_from(sorted(SAMPLES)), st.text(string.ascii_letters + string.digits + " .-@", min_size=6, max_size=24),
       st.sampled_from(["account", "person", "email", "password", "national-id", "phone"]))
def test_any_literal_of_any_language(language, value, kind):
    quote = '"' if language in ("java", "c", "cpp", "mumps") else "'"
    text = SAMPLES[language] % (quote + value + quote, "40718263")
    start = text.index(value)
    made = mask(text, language, [card(start, start + len(value), kind=kind)], KEY, screen=quiet)
    if isinstance(made, Masked):
        assert made.proof == "literals-and-comments" and len(made.text) == len(text)
        assert skeleton(language, made.text) == skeleton(language, text)
        end = start + len(value)
        assert made.text[:start] == text[:start] and made.text[end:].startswith(text[end:end + 3])
        assert made.text != text
    else:
        assert made is None or made.reason.startswith("no-replacement")


@settings(max_examples=60)
@given(st.sampled_from(sorted(LANGUAGES)), st.text(max_size=120))
def test_cells_cover_any_text(language, text):
    found, known = cells(language, text)
    assert known and len(found) == len(text)
    assert sum(len(piece) for _, piece in skeleton(language, text)) == len(text)


def test_what_is_asked_for_is_known():
    assert {"personal_data", "secrets"} == CHECKS and "cobol-password" in RULES and not RULES & {"zero-width"}
