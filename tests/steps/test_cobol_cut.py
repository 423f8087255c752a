"""The `.cut` translator: what its EXPECTs become, where they go, what is refused, and that nothing forges a pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.languages.toolchain import TestReport as Report
from provenance.steps.cobol_cut import Untranslatable, translate
from provenance.steps.cobol_cut_script import Expectation, Script

FIXED = (
    "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. A.\n       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n"
    "       01 X PIC 9.\n       PROCEDURE DIVISION.\n       P1.\n           ADD 1 TO X.\n"
)
SUITE = "TestSuite 'S'\n"


def script(tests):
    made = Script("M")
    made.read(SUITE + tests)
    return made.lines(), made.expectations


def condition(expectation):
    lines, _ = script(f"TestCase 'c'\n  EXPECT {expectation}\n")
    return next(line.strip() for line in lines.splitlines() if line.strip().startswith("IF "))


@pytest.mark.parametrize(("expectation", "wanted"), [
    ("X TO BE 5", "IF (X = 5)"),
    ("X to be 5", "IF (X = 5)"),
    ("X TO EQUAL 'a b'", "IF (X = 'a b')"),
    ("X EQUAL 5", "IF (X = 5)"),
    ("X = -1.5", "IF (X = -1.5)"),
    ("X != 5", "IF (X <> 5)"),
    ("X NOT TO BE 5", "IF NOT (X = 5)"),
    ("X NOT = 5", "IF NOT (X = 5)"),
    ("X NOT >= 5", "IF NOT (X >= 5)"),
    ("X(1:2) = Y(3)", "IF (X(1:2) = Y(3))"),
    ("X OF Y(I, J) < Z", "IF (X OF Y(I, J) < Z)"),
    ("X TO BE NUMERIC 8", "IF (X = 8)"),
    ("X TO BE TRUE", "IF (X)"),
    ("X TO BE FALSE", "IF NOT (X)"),
    ("X NOT TO BE FALSE", "IF (X)"),
    ('X = "TRUE"', 'IF (X = "TRUE")'),
    ("X = 5.", "IF (X = 5)"),
    ("X = 2 *\n 3", "IF (X = 2 *  3)"),
    ("X =\n 5", "IF (X = 5)"),
    ("FUNCTION LENGTH(X) = 3", "IF (FUNCTION LENGTH(X) = 3)"),
    ("X = 5 *> five", "IF (X = 5)"),
    ("X(Y = 1) = 2", "IF (X(Y = 1) = 2)"),
])
def test_an_expectation_becomes_a_condition(expectation, wanted):
    assert condition(expectation) == wanted


def test_statements_stay_as_they_are():
    lines, expectations = script("TestCase 'c', 'd'\n\tMOVE 'EXPECT X = 1' TO Y. *> note\n  STRING 'a'\n INTO Y\nEND-STRING\n")
    assert expectations == []
    assert "\tMOVE 'EXPECT X = 1' TO Y. \n  STRING 'a'\n INTO Y\nEND-STRING\n" in lines


def test_before_and_after_surround_every_case():
    lines, expectations = script(
        "BEFORE-EACH\n MOVE 1 TO B\nEND-BEFORE\nAFTER EACH\n MOVE 2 TO A\n EXPECT A = 2\nEND-AFTER\n"
        "TestCase 'one'\n PERFORM P\nTESTCASE \"two\"\n PERFORM Q\n")
    said = [line.strip() for line in lines.splitlines() if line.strip().startswith(("MOVE", "PERFORM"))]
    assert said == ["MOVE 1 TO B", "PERFORM P", "MOVE 2 TO A", "MOVE 1 TO B", "PERFORM Q", "MOVE 2 TO A"]
    assert expectations == [Expectation("one", "A = 2"), Expectation("two", "A = 2")]


def test_comments_are_left_out():
    lines, expectations = script("* MOCK\n      * EXPECT X = 1\n   *> EXPECT X = 1\nTestCase 'c'\n EXPECT X = 2\n")
    assert [e.text for e in expectations] == ["X = 2"] and "X = 1" not in lines


@pytest.mark.parametrize(("tests", "why"), [
    ("TestCase 'c'\nMOCK PARAGRAPH P\nEND-MOCK\n", "MOCK in the tests"),
    ("TestCase 'c'\nVERIFY P HAPPENED ONCE\n", "VERIFY in the tests"),
    ("TestCase 'c'\nEXPECT X\n", "EXPECT without a comparison: X"),
    ("TestCase 'c'\nEXPECT X =\n", "EXPECT without a value: X ="),
    ("TestCase c\nEXPECT X = 1\n", "TESTCASE without a name"),
    ("MOVE 1 TO X\n", "a statement before the first test case: MOVE 1 TO X"),
])
def test_what_is_not_known_is_refused_by_name(tests, why):
    with pytest.raises(Untranslatable) as raised:
        script(tests)
    assert str(raised.value) == why


@pytest.mark.parametrize(("program", "why"), [
    ("       PROGRAM-ID. A.\n", "no PROCEDURE DIVISION in the program"),
    (FIXED.replace("       DATA", "       REPLACE ==NOT== BY == ==.\n       DATA"),
     "REPLACE in the program may change the tests"),
    (FIXED.replace("       DATA", "       ENVIRONMENT DIVISION.\n       CONFIGURATION SECTION.\n       OBJECT-COMPUTER. X\n"
                   "           PROGRAM COLLATING SEQUENCE IS ALL-ALIKE.\n       DATA"),
     "PROGRAM COLLATING SEQUENCE may change the tests"),
])
def test_programs_that_could_bend_the_tests_are_refused(program, why):
    with pytest.raises(Untranslatable) as raised:
        translate(program, SUITE + "TestCase 'c'\nEXPECT X = 1\n", free_format=False)
    assert str(raised.value) == why


def test_a_copybook_may_not_bend_them_either():
    with pytest.raises(Untranslatable, match="REPLACE"):
        translate(FIXED, SUITE + "TestCase 'c'\nEXPECT X = 1\n", free_format=False, members=["       REPLACE ==A== BY ==B==."])


def test_no_expectations_are_no_tests():
    with pytest.raises(Untranslatable, match="no EXPECT"):
        translate(FIXED, SUITE + "TestCase 'c'\nPERFORM P1\n", free_format=False)


def test_the_tests_stand_before_the_program_in_free_format():
    made = translate(FIXED, SUITE + "TestCase 'c'\nPERFORM P1\nEXPECT X = 1\n", free_format=False)
    before, _, after = made.text.partition("       >>SOURCE FORMAT IS FREE\n")
    assert before == FIXED.partition("       P1.")[0] and after.startswith(f"{made.marker}.\n")
    assert after.partition(">>SOURCE FORMAT IS FIXED\n")[2].strip("\n") == FIXED[FIXED.index("       P1."):].strip("\n")


def test_what_follows_the_header_on_its_line_keeps_its_column():
    text = FIXED.replace("DIVISION.\n       P1.\n", "DIVISION. P1.\n")
    made = translate(text, SUITE + "TestCase 'c'\nEXPECT X = 1\n", free_format=False)
    line = next(line for line in made.text.split("FORMAT IS FIXED\n")[1].splitlines() if "P1." in line)
    assert line.index("P1.") == next(line.index("P1.") for line in text.splitlines() if "P1." in line)


def test_a_subprogram_gets_its_own_storage():
    text = FIXED.replace("       PROCEDURE DIVISION.", "       LINKAGE SECTION.\n       01 L PIC 9.\n"
                         "       PROCEDURE DIVISION\n           USING L.")
    made = translate(text, SUITE + "TestCase 'c'\nEXPECT L = 1\n", free_format=False).text
    assert "LINKAGE" not in made and "USING" not in made and "01 L PIC 9." in made
    alone = translate(text.replace("       WORKING-STORAGE SECTION.\n       01 X PIC 9.\n", ""), SUITE
                      + "TestCase 'c'\nEXPECT L = 1\n", free_format=False).text
    assert "WORKING-STORAGE SECTION." in alone


def test_declaratives_stay_first():
    text = FIXED.replace("       P1.", "       DECLARATIVES.\n       END DECLARATIVES.\n       P1.")
    made = translate(text, SUITE + "TestCase 'c'\nEXPECT X = 1\n", free_format=False)
    assert made.text.index("END DECLARATIVES.") < made.text.index(f"{made.marker}.") < made.text.index("P1.")


MADE = translate(FIXED, SUITE + "TestCase 'one'\nEXPECT X = 1\nEXPECT X = 2\nTestCase 'two'\nEXPECT X = 3\n", free_format=False)


def said(*words):
    return "".join(f"{MADE.marker}:{word}\n" for word in words).encode()


@pytest.mark.parametrize(("stdout", "ended", "report"), [
    (said("P:1:", "P:2:", "P:3:"), "", Report(3, 0)),
    (b"open" + said("P:1:", "P:2:", "P:3:"), "", Report(3, 0)),
    (said("P:1:", "F:2:[07]", "P:3:"), "", Report(2, 1, "one: EXPECT X = 2: found [07]")),
    (said("P:1:", "F:2:", "P:3:"), "", Report(2, 1, "one: EXPECT X = 2: did not hold")),
    (said("P:1:", "P:2:"), "stopped: cpu", Report(2, 1, "two: EXPECT X = 3: never reached: stopped: cpu")),
    (b"", "", Report(0, 3, "one: EXPECT X = 1: never reached")),
    (said("P:1:", "P:2:", "P:3:", "F:3:"), "", Report(2, 1, "two: EXPECT X = 3: did not hold")),
    (said("P:1:", "P:1:", "P:1:", "P:4:"), "", Report(1, 2, "one: EXPECT X = 2: never reached")),
    (b"UT-000000000000000000000000:P:1:\nUT-:P:2:\nPASS\n", "", Report(0, 3, "one: EXPECT X = 1: never reached")),
])
def test_only_what_was_reported_counts(stdout, ended, report):
    assert MADE.report(stdout, ended) == report


@given(st.binary(max_size=300))
def test_no_output_without_the_marker_passes_anything(output):
    assert MADE.report(output, "").passed == 0


@given(st.text(max_size=40))
def test_the_marker_depends_on_every_character(text):
    program = FIXED + "".join(f"      * {line}\n" for line in text.splitlines())
    tests = SUITE + "TestCase 'c'\nEXPECT X = 1\n"
    other = translate(program, tests, free_format=False)
    assert (other.marker == translate(FIXED, tests, free_format=False).marker) is (program == FIXED)
    assert other.marker not in program + tests


@given(st.text(alphabet="EXPCT= ()'\"\n.*>ABCMOVE1TOTestCase", max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        made = translate(FIXED, text, free_format=False)
    except Untranslatable:
        return
    assert made.expectations
