"""abaplint in the sandbox: what it accepts and where it says no, what runs, what the tests of a class say, and who cheats.

The programs here were written for these tests.
"""

import pytest

from provenance.languages.toolchain import Inputs, SourceText
from provenance.model.verdict import Outcome
from provenance.sources import abaplint
from provenance.sources.abaplint import DIALECTS, Abaplint, _file_name, _files, _reported, find_abaplint
from provenance.sources.node_driver import find_node
from provenance.sources.sandbox import Finished, Limits, Missing, find_sandbox

FOUND = find_abaplint(find_sandbox())
needs_abaplint = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))

SUMS = """CLASS zcl_sums DEFINITION PUBLIC FINAL CREATE PUBLIC.
  PUBLIC SECTION.
    METHODS twice IMPORTING n TYPE i RETURNING VALUE(result) TYPE i.
ENDCLASS.
CLASS zcl_sums IMPLEMENTATION.
  METHOD twice.
    result = n * 2.
  ENDMETHOD.
ENDCLASS.
"""


def unit_tests(*bodies):
    """Local test methods m1, m2 ... with these bodies."""
    declared = "".join(f"    METHODS m{at} FOR TESTING.\n" for at in range(1, len(bodies) + 1))
    methods = "".join(f"  METHOD m{at}.\n    {body}\n  ENDMETHOD.\n" for at, body in enumerate(bodies, 1))
    return SourceText("zcl_sums.clas.testclasses.abap",
                      f"CLASS ltc DEFINITION FOR TESTING RISK LEVEL HARMLESS DURATION SHORT FINAL.\n  PRIVATE SECTION.\n"
                      f"    DATA cut TYPE REF TO zcl_sums.\n    METHODS setup.\n{declared}ENDCLASS.\n"
                      f"CLASS ltc IMPLEMENTATION.\n  METHOD setup.\n    CREATE OBJECT cut.\n  ENDMETHOD.\n{methods}ENDCLASS.\n")


HOLDING = ("assert_true( abap_true", "assert_false( abap_false", "assert_initial( 0", "assert_not_initial( 1",
           "assert_bound( cut", "assert_differs( act = 1 exp = 2", "assert_equals( act = '1.05' exp = '1.00' tol = '0.1'",
           "assert_char_cp( act = 'abc' exp = 'a*'", "assert_char_np( act = 'abc' exp = 'b*'",
           "assert_number_between( number = 5 lower = 1 upper = 9", "assert_subrc( exp = 4 act = 4",
           "assert_equals( act = 'a' exp = `a`")
BREAKING = ("assert_true( abap_false", "assert_false( abap_true", "assert_initial( 1", "assert_not_initial( 0",
            "assert_not_bound( cut", "assert_differs( act = 1 exp = 1", "assert_equals( act = '1.05' exp = '1.00' tol = '0.01'",
            "assert_char_cp( act = 'abc' exp = 'b*'", "assert_char_np( act = 'abc' exp = 'a*'",
            "assert_number_between( number = 0 lower = 1 upper = 9", "assert_subrc( exp = 0 act = 4", "fail( 'x'",
            "assert_equals( act = 1 exp = 2")


def equals(act, exp):
    return f"cl_abap_unit_assert=>assert_equals( act = {act} exp = {exp} )."


def observe(text, library=None, dialect="v702", runs=1, **given):
    return FOUND.observe(SourceText("x.abap", text), library or {}, dialect, runs, Inputs(**given))


def unit(tests, text=SUMS):
    return FOUND.test(SourceText("zcl_sums.clas.abap", text), tests, {}, "v702")


class TestNames:
    @pytest.mark.parametrize(("name", "text", "known"), [
        ("../../x", "REPORT zx.", "zprogram.prog.abap"),
        ("x.abap", SUMS, "zcl_sums.clas.abap"),
        ("x.abap", "CLASS lcl DEFINITION CREATE PUBLIC.\nENDCLASS.", "zprogram.prog.abap"),
        ("x.abap", "* CLASS zcl_no DEFINITION PUBLIC.\nWRITE 1.", "zprogram.prog.abap"),
        ("x.abap", "INTERFACE zif_a PUBLIC.\nENDINTERFACE.", "zif_a.intf.abap"),
        ("x.abap", "CLASS /abc/cl DEFINITION PUBLIC.\nENDCLASS.", "#abc#cl.clas.abap"),
        ("A B/c.clas.locals_imp.abap", "", "a_b#c.clas.locals_imp.abap"),
    ])
    def test_a_name_comes_from_the_text(self, name, text, known):
        assert _file_name(SourceText(name, text)) == known

    def test_the_library_gives_what_is_named_and_what_that_names(self):
        library = {"src/zcl_b.clas.abap": "zcl_c", "src/zcl_c.clas.abap": "", "src/zcl_d.clas.abap": "",
                   "src/zcl_b.clas.testclasses.abap": "", "src/README.md": "", "../zcl_b/../x.abap": ""}
        files = _files(SourceText("a", "REPORT z.\nCREATE OBJECT o TYPE ZCL_B."), library, ())
        assert [file["name"] for file in files] == ["zprogram.prog.abap", "zcl_b.clas.abap", "zcl_c.clas.abap"]


def test_without_sandbox_or_packages_there_is_no_compiler(tmp_path, monkeypatch):
    assert find_abaplint(Missing("no-sandbox: x")) == Missing("no-sandbox: x")
    monkeypatch.setenv("PROVENANCE_NODE_MODULES", str(tmp_path))
    found = find_abaplint(find_sandbox())
    assert isinstance(found, Missing)
    assert found.reason.startswith(("no-compiler: ", "no-sandbox: "))


class TestReports:
    """What the lines of the runner add up to, without the runner."""

    def reported(self, out, stopped="", expected=2):
        return _reported(Finished(1 if stopped else 0, out, b"", stopped, 0.1), expected, "v702")

    def test_all_is_well_only_with_the_last_line(self):
        lines = b'{"test":"a"}\n{"test":"a","passed":true,"message":""}\n{"test":"b"}\n{"test":"b","passed":true,"message":""}\n'
        assert self.reported(lines + b'{"done":true}\n')[1].failed == 0
        assert self.reported(lines)[0].outcome is Outcome.ERROR
        assert self.reported(b"")[0].outcome is Outcome.ERROR

    def test_what_ran_for_ever_has_failed_and_so_has_what_came_after(self):
        answer, report = self.reported(b'{"test":"a"}\n{"test":"a","passed":true,"message":""}\n{"test":"b"}\n', "cpu", 3)
        assert (answer.outcome, report.passed, report.failed) == (Outcome.PASS, 1, 2)
        assert report.message == "b: stopped: cpu"

    def test_a_slow_machine_is_nobodys_failure(self):
        assert self.reported(b'{"test":"a"}\n', "wall") == (self.reported(b"", "wall")[0], None)
        assert self.reported(b"", "wall")[0].outcome is Outcome.ERROR

    def test_what_never_ran_has_not_passed(self):
        line = b'{"test":"a","passed":true,"message":""}\n{"done":true}\n'
        assert self.reported(line, expected=5)[1].failed == 4


@needs_abaplint
class TestCheck:
    def test_many_at_once(self):
        texts = {
            "REPORT z.\nWRITE 'A'.": ("pass", "v702", ""),
            "REPORT z.\na = COND i( WHEN 1 = 1 THEN 2 ).": ("pass", "v740sp08", ""),
            "REPORT z.\nWRITE 1\nWRITE 2.": ("fail", "", "syntax: line 2"),
            "REPORT z.\nIF 1 = 1.\nWRITE 2.": ("fail", "", "syntax: line 1"),
            "* nothing": ("fail", "", "syntax: there is no program"),
            "": ("fail", "", "syntax: there is no program"),
            "to be or not": ("fail", "", "syntax: line 1"),
            "\0\0": ("fail", "", "syntax: "),
            "REPORT z.\nWRITE '\udcff'.": ("pass", "v702", ""),
            SUMS: ("pass", "v702", ""),
            SUMS.replace("ENDMETHOD.", ""): ("fail", "", "syntax: "),
        }
        answers = FOUND.check_many([SourceText("x.abap", text) for text in texts])
        for (text, (outcome, dialect, reason)), answer in zip(texts.items(), answers, strict=True):
            assert (answer.outcome.value, answer.dialect) == (outcome, dialect), text
            assert answer.reason.startswith(reason), text

    def test_one_is_like_many(self):
        assert isinstance(FOUND, Abaplint)
        assert FOUND.check(SourceText("x", "REPORT z."), {}).dialect == "v702" and FOUND.version.count(".") == 2
        assert FOUND.check_many([]) == []

    def test_it_is_the_job_that_kills_the_process_that_is_an_error(self, tmp_path):
        # The driver gets something that is no job; what stands around it is answered all the same.
        good = {"name": "z.prog.abap", "text": "REPORT z."}
        said = FOUND.node.jobs("abap.mjs", "check", [good, {"name": 1}, good])
        assert [one["outcome"] for one in said] == ["pass", "error", "pass"]

    def test_a_driver_that_dies_is_an_error_for_each(self):
        said = FOUND.node.jobs("abap.mjs", "no-such-verb", [{}, {}])
        assert {one["outcome"] for one in said} == {"error"} and len(said) == 2


@needs_abaplint
class TestObserve:
    def test_a_report_twice_with_files_and_a_clock_that_stands(self):
        text = ("REPORT z.\nDATA l TYPE string.\nOPEN DATASET 'in' FOR INPUT IN TEXT MODE ENCODING DEFAULT.\n"
                "READ DATASET 'in' INTO l.\nWRITE / l.\nWRITE / sy-datum.\n"
                "OPEN DATASET 'out' FOR OUTPUT IN TEXT MODE ENCODING DEFAULT.\nTRANSFER l TO 'out'.\nCLOSE DATASET 'out'.")
        answer, (one, two) = observe(text, runs=2, files={"in": b"abc\n"})
        assert (answer.outcome, answer.dialect, one) == (Outcome.PASS, "v702", two)
        assert (one.head, one.returncode, sorted(one.files)) == ("abc\n20200102\n", 0, ["out"])

    def test_an_exception_that_nobody_catches_is_an_exit_status(self):
        _, (seen,) = observe("REPORT z.\nDATA i TYPE i.\nWRITE 'before'.\ni = 1 / i.")
        assert (seen.returncode, seen.head) == (1, "before\n") and "CX_SY_ZERODIVIDE" in seen.errors

    def test_a_class_runs_by_its_console(self):
        text = ("CLASS zcl_a DEFINITION PUBLIC.\nPUBLIC SECTION.\nINTERFACES if_oo_adt_classrun.\nENDCLASS.\n"
                "CLASS zcl_a IMPLEMENTATION.\nMETHOD if_oo_adt_classrun~main.\nout->write( 'hello' ).\nENDMETHOD.\nENDCLASS.")
        assert observe(text)[1][0].head == "hello\n"

    def test_a_class_without_an_entry_is_built_and_not_run(self):
        answer, seen = observe(SUMS)
        assert answer.outcome is Outcome.PASS and answer.reason.startswith("not-executable: ") and seen == ()

    def test_includes_and_classes_come_from_the_library(self):
        library = {"src/zinc.prog.abap": "CONSTANTS c TYPE i VALUE 7.", "src/zcl_sums.clas.abap": SUMS}
        text = ("REPORT z.\nINCLUDE zinc.\nDATA o TYPE REF TO zcl_sums.\nDATA r TYPE i.\nCREATE OBJECT o.\n"
                "r = o->twice( c ).\nWRITE r.")
        assert observe(text, library)[1][0].head == "14\n"
        assert observe(text)[0].outcome is Outcome.SKIPPED

    @pytest.mark.parametrize(("text", "outcome", "reason"), [
        ("REPORT z.\nWRITE gone.", Outcome.FAIL, 'build: line 2: "gone" not found'),
        ("REPORT z.\nDATA x TYPE REF TO cl_gui_alv_grid.\nCREATE OBJECT x.", Outcome.SKIPPED, "missing-object: CL_GUI_ALV_GRID"),
        ("REPORT z.\nWRITE '@KERNEL process.exit(0);'.", Outcome.SKIPPED, "javascript: "),
        ("REPORT z.\nCALL 'SYSTEM' ID 'COMMAND' FIELD 'id'.", Outcome.SKIPPED, "unsupported: "),
    ])
    def test_why_it_was_not_run(self, text, outcome, reason):
        answer, seen = observe(text)
        assert (answer.outcome, seen) == (outcome, ()) and answer.reason.startswith(reason)

    def test_no_sample_takes_the_place_of_an_object_of_saps(self):
        text = "CLASS cl_abap_unit_assert DEFINITION PUBLIC.\nENDCLASS.\nCLASS cl_abap_unit_assert IMPLEMENTATION.\nENDCLASS."
        assert observe(text)[0].outcome is Outcome.SKIPPED

    def test_files_of_the_host_cannot_be_opened(self):
        text = ("REPORT z.\nOPEN DATASET '/etc/passwd' FOR INPUT IN TEXT MODE ENCODING DEFAULT.\nWRITE / sy-subrc.\n"
                "OPEN DATASET '../prog/plan.json' FOR OUTPUT IN TEXT MODE ENCODING DEFAULT.\nWRITE / sy-subrc.")
        assert observe(text)[1][0].head == "8\n8\n"

    def test_an_endless_loop(self, monkeypatch):
        monkeypatch.setattr(abaplint, "_RUN", Limits(wall_s=20, cpu_s=2, processes=64))
        assert observe("REPORT z.\nDO.\nENDDO.")[1][0].stopped in ("cpu", "wall")

    def test_an_unknown_dialect(self):
        assert observe("REPORT z.", dialect="-x")[0].outcome is Outcome.ERROR


@needs_abaplint
class TestUnit:
    def test_passed_and_failed_are_counted_by_method(self):
        answer, report = unit(unit_tests(equals("cut->twice( 2 )", "4"), equals("cut->twice( 2 )", "5"),
                                     "cl_abap_unit_assert=>fail( 'so it was' )."))
        assert (answer.outcome, report.passed, report.failed) == (Outcome.PASS, 1, 2)
        assert report.message == "ltc=>m2: expected [5], got [4]"

    def test_a_mutant_is_killed(self):
        tests = unit_tests(equals("cut->twice( 2 )", "4"), equals("cut->twice( 3 )", "6"))
        assert unit(tests)[1].failed == 0
        assert unit(tests, SUMS.replace("n * 2", "n + 2"))[1].failed == 1

    def test_a_failure_cannot_be_caught_and_forgotten(self):
        hidden = f"TRY.\n{equals('1', '2')}\nCATCH cx_root.\nENDTRY."
        assert unit(unit_tests(hidden))[1].failed == 1

    def test_an_exception_fails_and_one_that_was_expected_does_not(self):
        raised = "DATA i TYPE i.\ni = 1 / i."
        caught = f"TRY.\n{raised}\ncl_abap_unit_assert=>fail( ).\nCATCH cx_sy_zerodivide.\nENDTRY."
        report = unit(unit_tests(raised, caught))[1]
        assert (report.passed, report.failed, report.message) == (1, 1, "ltc=>m1: exception CX_SY_ZERODIVIDE")

    @pytest.mark.parametrize(("bodies", "holds"), [(HOLDING, True), (BREAKING, False)])
    def test_every_assertion_holds_and_breaks(self, bodies, holds):
        report = unit(unit_tests(*(f"cl_abap_unit_assert=>{body} )." for body in bodies)))[1]
        assert (report.passed, report.failed) == ((len(bodies), 0) if holds else (0, len(bodies)))

    def test_tests_that_test_nothing_are_no_tests(self):
        answer, report = unit(SourceText("zcl_sums.clas.testclasses.abap", "* none"))
        assert (answer.outcome, report) == (Outcome.SKIPPED, None) and answer.reason.startswith("no-test-runner: ")

    def test_tests_that_do_not_fit_the_class_do_not_build(self):
        answer, report = unit(unit_tests("cut->gone( )."))
        assert (answer.outcome, report) == (Outcome.FAIL, None)

    def test_an_endless_loop_in_a_method_fails_it(self, monkeypatch):
        monkeypatch.setattr(abaplint, "_TEST", Limits(wall_s=20, cpu_s=3, processes=64))
        answer, report = unit(unit_tests(equals("1", "1"), "DO.\nENDDO."))
        if answer.outcome is Outcome.PASS:  # a machine that is slow enough says that it was itself the reason
            assert (report.passed, report.failed) == (1, 1)
        else:
            assert answer.reason == "test-stopped: wall"


@needs_abaplint
@pytest.mark.parametrize(("change", "same"), [
    (("    result = n * 2.", "* a note\n    RESULT =\n      n * 2. \" another"), True),
    (("n * 2", "n * 3"), False),
    (("TYPE i RETURNING", "TYPE p RETURNING"), False),
    (("    result = n * 2.", "    SET EXTENDED CHECK OFF.\n    result = n * 2."), False),
])
def test_the_digest_of_the_code_sees_meaning_and_not_layout(change, same):
    before, after = (FOUND.code(SourceText("a", text), {}, "v702") for text in (SUMS, SUMS.replace(*change)))
    assert change[0] in SUMS and before and after
    assert (before == after) is same


@needs_abaplint
def test_no_code_of_what_does_not_build():
    assert FOUND.code(SourceText("a", "REPORT z.\nWRITE gone."), {}, "v702") is None
    assert FOUND.code(SourceText("a", "REPORT z."), {}, "nope") is None
    assert FOUND.listing(SourceText("a", SUMS), {}, DIALECTS[0]) is None
    assert FOUND.expand(SourceText("a", SUMS), {}, DIALECTS[0]) is None


@needs_abaplint
def test_every_fifteenth_real_file_parses(corpora):
    paths = sorted((corpora / "abap").rglob("*.abap"))[::15]
    if not paths:
        pytest.skip("the corpora hold no ABAP")
    answers = FOUND.check_many([SourceText(path.name, path.read_text("utf-8", "surrogateescape")) for path in paths])
    assert [path.name for path, answer in zip(paths, answers, strict=True) if answer.outcome is not Outcome.PASS] == []


def test_find_node_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("PROVENANCE_NODE_MODULES", str(tmp_path))
    found = find_node(find_sandbox(), "@abaplint/core")
    assert isinstance(found, Missing)
    if found.reason.startswith("no-compiler: @"):
        assert found.reason == "no-compiler: @abaplint/core not found; run: make toolchains"
