"""COBOL programs with inputs, with modules and with human tests; and the short way to a program is no other way."""

import pytest

from provenance.languages.toolchain import Inputs, SourceText
from provenance.model.verdict import Outcome
from provenance.sources.gnucobol import GnuCobol, find_gnucobol
from provenance.sources.gnucobol_build import DIALECTS, Memory, quick_flags
from provenance.sources.sandbox import Missing, find_sandbox

FOUND = find_gnucobol(find_sandbox())
pytestmark = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))


def program(*statements, data=(), files=(), using="", name="TEST1"):
    lines = ["IDENTIFICATION DIVISION.", f"PROGRAM-ID. {name}."]
    if files:
        lines += ["ENVIRONMENT DIVISION.", "INPUT-OUTPUT SECTION.", "FILE-CONTROL.", *files]
    lines += ["DATA DIVISION.", *data, f"PROCEDURE DIVISION{using}."]
    return "".join(f"       {line}\n" for line in lines) + "".join(f"           {line}\n" for line in (*statements, "GOBACK."))


def observe(text, runs=1, dialect="ibm-fixed", **inputs):
    answer, seen = FOUND.observe(SourceText("t.cob", text), {}, dialect, runs, Inputs(**inputs))
    assert seen, answer
    return seen[0] if runs == 1 else seen


STORE = ("WORKING-STORAGE SECTION.", "01 A PIC X(20).")
READER = ("OPEN INPUT F. READ F. DISPLAY R. CLOSE F.",)
RECORD = ("FILE SECTION.", "FD F.", "01 R PIC X(5).")


class TestInputs:
    def test_standard_input(self):
        text = program("ACCEPT A. DISPLAY A(1:3). ACCEPT A. DISPLAY A(1:3).", data=STORE)
        assert observe(text, stdin=b"one\ntwo\n").head == "one\ntwo\n"
        one, two = observe(text, runs=2, stdin=b"one\ntwo\n")
        assert one == two and one.head == "one\ntwo\n"

    def test_arguments(self):
        text = program("ACCEPT A FROM COMMAND-LINE. DISPLAY A(1:7).", data=STORE)
        assert observe(text, arguments=("ab", "c d")).head == "ab c d \n"

    @pytest.mark.parametrize(("assign", "name"), [
        ('"IN.TXT"', "IN.TXT"), ("INFILE", "INFILE"), ("INFILE", "infile"), ("INFILE", "infile.txt"), ("UT-S-INFILE", "INFILE"),
        ("DISK-NAME", "x.y"),
    ])
    def test_files_by_name_and_by_dd_name(self, assign, name):
        data, first, dialect = RECORD, (), "ibm-fixed"
        if assign == "DISK-NAME":
            data = (*RECORD, "WORKING-STORAGE SECTION.", "01 DISK-NAME PIC X(9).")
            first, dialect = (f'MOVE "{name}" TO DISK-NAME.',), "default-fixed"  # IBM's takes the word itself for the name
        text = program(*first, *READER, files=(f"SELECT F ASSIGN TO {assign} ORGANIZATION LINE SEQUENTIAL.",), data=data)
        seen = observe(text, dialect=dialect, files={name: b"hello\n"})
        assert (seen.head, seen.returncode, dict(seen.files)) == ("hello\n", 0, {})

    def test_a_given_file_that_is_changed_or_removed_counts(self):
        change = program("OPEN EXTEND F. WRITE R FROM 'x'. CLOSE F.",
                         files=('SELECT F ASSIGN "IN" ORGANIZATION LINE SEQUENTIAL.',), data=RECORD)
        removal = program('CALL "CBL_DELETE_FILE" USING "IN".')
        changed, removed = (observe(text, files={"IN": b"hello\n"}) for text in (change, removal))
        assert list(changed.files) == list(removed.files) == ["IN"] and changed.files != removed.files
        assert not changed.silent and not removed.silent

    def test_every_run_gets_the_files_again(self):
        text = program("OPEN EXTEND F. WRITE R FROM 'x'. CLOSE F.",
                       files=('SELECT F ASSIGN "IN" ORGANIZATION LINE SEQUENTIAL.',), data=RECORD)
        one, two = observe(text, runs=2, files={"IN": b"hello\n"})
        assert one == two

    def test_no_input_changes_the_clock_or_the_path(self):
        text = program('ACCEPT A FROM ENVIRONMENT "COB_CURRENT_DATE". DISPLAY A.', data=STORE)
        assert observe(text, files={"COB_CURRENT_DATE": b"x"}).head.strip() == "2020/01/02 03:04:05."[:20]

    def test_modules_are_linked(self):
        main = program('MOVE "in" TO A. CALL "SUB" USING A. DISPLAY A(1:3).', data=STORE)
        sub = program('MOVE "out" TO L.', data=("LINKAGE SECTION.", "01 L PIC X(20)."), using=" USING L", name="SUB")
        assert observe(main, modules=(SourceText("sub.cob", sub),)).head == "out\n"
        assert observe(main).returncode != 0  # without it, the call fails

    def test_a_module_that_does_not_compile_is_said(self):
        answer, seen = FOUND.observe(SourceText("t.cob", program()), {}, "ibm-fixed", 1,
                                     Inputs(modules=(SourceText("sub.cob", "       PROGRAM-ID. S. NONSENSE."),)))
        assert answer.outcome is Outcome.FAIL and "module0.cob" in answer.reason and seen == ()

    def test_messages_are_kept_and_not_compared(self):
        text = program('DISPLAY "said". DISPLAY "error" UPON SYSERR.')
        seen = observe(text)
        assert (seen.head, seen.errors) == ("said\n", "error\n")
        assert seen == observe(program('DISPLAY "said". DISPLAY "other" UPON SYSERR.'))

    def test_a_long_output_keeps_its_head(self):
        seen = observe(program("PERFORM 3000 TIMES DISPLAY 'abcdefgh' END-PERFORM."))
        assert len(seen.head) == 4096 and seen.stdout_bytes == 27000


LEAP = ("       IDENTIFICATION DIVISION.\n       PROGRAM-ID. LEAP.\n       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n"
        "       01 Y PIC 9999.\n       01 R PIC 9.\n       PROCEDURE DIVISION.\n       LEAP.\n           MOVE 0 TO R.\n"
        "           IF FUNCTION MOD(Y, 4) = 0 MOVE 1 TO R.\n")
CUT = ("TESTSUITE 'leap'\nTestCase \"divisible by 4\"\n\tMOVE 1996 TO Y\n\tPERFORM LEAP\n\tEXPECT R = 1\n"
       "TestCase 'not divisible by 4'\n\tMOVE 1997 TO Y\n\tPERFORM LEAP\n\tEXPECT R TO BE 0\n")


def put_to(text, cut=CUT, dialect="ibm-fixed", library=None):
    return FOUND.test(SourceText("t.cob", text), SourceText("t.cut", cut), library or {}, dialect)


class TestTests:
    def test_a_program_that_passes(self):
        answer, report = put_to(LEAP)
        assert answer.outcome is Outcome.PASS and (report.passed, report.failed) == (2, 0)

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_in_every_dialect(self, dialect):
        text = LEAP if dialect.endswith("fixed") else "\n".join(line[7:] for line in LEAP.splitlines())
        assert put_to(text, dialect=dialect)[1].passed == 2

    def test_a_program_that_fails_says_where(self):
        answer, report = put_to(LEAP.replace("MOD(Y, 4) = 0", "MOD(Y, 4) = 1"))
        assert answer.outcome is Outcome.PASS
        assert (report.passed, report.failed) == (0, 2)
        assert report.message == "divisible by 4: EXPECT R = 1: found [0]"

    def test_a_program_that_ends_early_fails_the_rest(self):
        _, report = put_to(LEAP.replace("MOVE 1 TO R.", "MOVE 1 TO R\n           ELSE STOP RUN."))
        assert (report.passed, report.failed) == (1, 1) and report.message.endswith("never reached")

    def test_a_program_that_loops_fails_the_rest(self):
        _, report = put_to(LEAP.replace("MOVE 1 TO R.", "MOVE 1 TO R\n           ELSE PERFORM UNTIL 1 = 2 CONTINUE\n"
                                        "           END-PERFORM."))
        assert report is None or (report.passed, report.failed) == (1, 1)  # None where the machine is too slow for 3 s

    @pytest.mark.parametrize("forged", ['"UT-:P:1:"', '"UT-000000000000000000000000:P:1:"', '"PASS" "PASSED" ":P:1:" ":P:2:"'])
    def test_what_it_displays_is_no_pass(self, forged):
        text = LEAP.replace("MOD(Y, 4) = 0", "MOD(Y, 4) = 1").replace("MOVE 0 TO R.", f"MOVE 0 TO R. DISPLAY {forged}.")
        assert put_to(text)[1].passed == 0

    def test_what_it_leaves_on_an_open_line_hides_nothing(self):
        assert put_to(LEAP.replace("MOVE 0 TO R.", 'MOVE 0 TO R. DISPLAY "x" NO ADVANCING.'))[1].passed == 2

    def test_tests_of_other_names_do_not_build(self):
        answer, report = put_to(LEAP.replace("01 R ", "01 Q ").replace("TO R.", "TO Q."))
        assert answer.outcome is Outcome.FAIL and report is None
        assert answer.reason == "tests-do-not-build: syntax: prog.cob:13: error: 'R' is not defined"

    def test_tests_that_are_not_understood_are_skipped(self):
        answer, report = put_to(LEAP, CUT + "MOCK PARAGRAPH X\nEND-MOCK\n")
        assert (answer.outcome, answer.reason, report) == (Outcome.SKIPPED, "no-test-runner: MOCK in the tests", None)

    def test_a_subprogram(self):
        text = LEAP.replace("       01 Y PIC 9999.\n", "").replace(
            "       PROCEDURE DIVISION.", "       LINKAGE SECTION.\n       01 Y PIC 9999.\n       PROCEDURE DIVISION USING Y.")
        assert put_to(text)[1].passed == 2

    def test_sections_and_copybooks(self):
        text = LEAP.replace("       LEAP.\n", "       MAIN SECTION.\n       LEAP.\n")
        text = text.replace("       01 R PIC 9.\n", "       COPY RES.\n")
        assert put_to(text, library={"res.cpy": "       01 R PIC 9.\n"})[1].passed == 2

    def test_long_literals_are_whole(self):
        long = "x" * 200
        text = LEAP.replace("       01 R PIC 9.", "       01 R PIC 9.\n       01 L PIC X(200).")
        cut = f"TestSuite 's'\nTestCase 'c'\n    MOVE '{long}' TO L\n    EXPECT L = '{long}'\n    EXPECT L(200:1) = 'x'\n"
        assert put_to(text, cut)[1].passed == 2

    def test_human_tests_of_human_programs(self, corpora):
        practice = corpora / "cobol/exercism__cobol/exercises/practice"
        said = {}
        for name in ("leap", "luhn", "sieve", "yacht", "bob", "all-your-base"):
            text = (practice / name / ".meta/proof.ci.cob").read_text()
            cut = (practice / name / f"tst/{name}/{name}.cut").read_text()
            _, report = put_to(text, cut, "default-fixed")
            said[name] = (report.passed, report.failed)
        # bob: a literal over two lines; all-your-base: GOBACK in the paragraph under test ends the run.
        assert said == {"leap": (9, 0), "luhn": said["luhn"], "sieve": said["sieve"], "yacht": said["yacht"],
                        "bob": (24, 1), "all-your-base": (7, 13)}
        assert all(said[name][0] > 5 and said[name][1] == 0 for name in ("luhn", "sieve", "yacht"))


class TestShortWay:
    def test_the_compilers_flags_are_read(self):
        assert set(FOUND.flags) == {"COB_CFLAGS", "COB_LDFLAGS"}
        assert " -g" not in FOUND.flags["COB_CFLAGS"] and "-fsigned-char" in FOUND.flags["COB_CFLAGS"]
        assert quick_flags("another compiler", gold=True) == {}

    def test_equal_code_is_linked_once(self, monkeypatch):
        tool = GnuCobol(FOUND.sandbox, FOUND.version, FOUND.binds, flags=FOUND.flags)
        asked = []
        real = GnuCobol._sh
        monkeypatch.setattr(GnuCobol, "_sh", lambda self, script, *rest: (asked.append(script), real(self, script, *rest))[1])
        text = program('MOVE "X" TO A. DISPLAY A.', data=STORE)
        for renamed in (text, text.replace(" A", " WS-B"), text.replace("TEST1", "TEST1").replace('"X"', '"Y"')):
            source = SourceText("t.cob", renamed)
            dialect = tool.check(source, {}).dialect
            assert tool.observe(source, {}, dialect)[1] and tool.code(source, {}, dialect)
        assert ["prog" in script and "-x -o" in script for script in asked] == [False, True, False, False, True]

    def test_where_the_short_way_fails_the_plain_one_is_gone(self):
        tool = GnuCobol(FOUND.sandbox, FOUND.version, FOUND.binds, flags={"COB_LDFLAGS": "-no-such-flag"}, memory=Memory())
        answer, seen = tool.observe(SourceText("t.cob", program('DISPLAY "A".')), {}, "ibm-fixed")
        assert (answer.outcome, answer.reason) == (Outcome.PASS, "") and seen[0].head == "A\n"

    def test_what_was_asked_before_changes_no_answer(self):
        plain = SourceText("t.cob", program('DISPLAY "A".'))
        char = SourceText("t.cob", program("DISPLAY CHAR.", data=("WORKING-STORAGE SECTION.", "01 CHAR PIC X.")))
        tool = GnuCobol(FOUND.sandbox, FOUND.version, FOUND.binds, flags=FOUND.flags, memory=Memory())
        assert tool.code(plain, {}, "mf-fixed") and tool.check(plain, {}).dialect == "ibm-fixed"
        assert tool.code(char, {}, "ibm-fixed") is None
        assert tool.check(char, {}).dialect == "default-fixed"
        assert tool.code(char, {}, "ibm-fixed") is None
        assert tool.observe(char, {}, "ibm-fixed")[0].outcome is Outcome.FAIL
        assert tool.observe(char, {}, "default-fixed")[0].outcome is Outcome.PASS

    def test_a_copybook_is_part_of_the_question(self):
        text = program("DISPLAY B.", data=("WORKING-STORAGE SECTION.", "COPY PAY."))
        for value in ("one", "two"):
            library = {"pay.cpy": f"       01 B PIC X(3) VALUE '{value}'.\n"}
            assert FOUND.check(SourceText("t.cob", text), library).outcome is Outcome.PASS
            assert FOUND.observe(SourceText("t.cob", text), library, "ibm-fixed")[1][0].head == f"{value}\n"
