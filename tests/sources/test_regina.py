"""Regina in the sandbox: what is REXX and what is not, runs with inputs, the digest of the tree, tests of a track."""

import pytest

from provenance.languages.toolchain import Inputs, SourceText
from provenance.model.verdict import Outcome
from provenance.sources.regina import Regina, find_regina
from provenance.sources.sandbox import Limits, Missing, find_sandbox

FOUND = find_regina(find_sandbox())
pytestmark = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))

PROGRAM = "/* AI-written */\nparse pull line\nsay 'got' line arg(1)\ncall lineout 'out.txt', total(2, 3)\nexit 4\n" \
          "total: procedure\n  parse arg a, b\n  return a + b\n"


def check(text):
    assert isinstance(FOUND, Regina)
    return FOUND.check(SourceText("a.rexx", text), {})


def observe(text, inputs=None, library=None, runs=1):
    return FOUND.observe(SourceText("a.rexx", text), library or {}, "regina", runs, inputs or Inputs())


def code(text):
    return FOUND.code(SourceText("a.rexx", text), {}, "regina")


def test_name_and_version() -> None:
    assert (FOUND.name, FOUND.language) == ("regina", "rexx") and FOUND.version[0].isdigit()


def test_a_program_is_parsed_and_not_run() -> None:
    assert check("call lineout '/w/made', 1\nexit 7").outcome is Outcome.PASS


@pytest.mark.parametrize(("text", "line"), [
    ("say 'a'\nif x then do\nsay 1\n", 3), ("say 1\nsay (1 +\n", 2), ("exit 0\n)(&&", 2), ("say 'open\n", 1)])
def test_a_syntax_error_names_its_line(text: str, line: int) -> None:
    answer = check(text)
    assert answer.outcome is Outcome.FAIL and answer.reason.startswith(f"syntax: prog.rexx:{line}: Error ")


@pytest.mark.parametrize("text", ["", "\n\n", "/* only a comment */", "Here is the program that you asked for.", "\0\0", "#"])
def test_what_is_no_program_fails_although_rexx_would_send_it_to_the_shell(text: str) -> None:
    assert check(text).reason == "syntax: there is no program in the text"
    assert observe(text)[0].outcome is Outcome.FAIL


@pytest.mark.parametrize("text", ["a = 1\na += 1\nsay a", "s = ''\ns ||= 'x'", "a = .array~new\nsay a~items",
                                  "say 1\n::routine x\nreturn 1"])
def test_what_oorexx_added_is_not_the_texts_fault(text: str) -> None:
    answer = check(text)
    assert answer.outcome is Outcome.SKIPPED and answer.reason.startswith("oorexx: ")


def test_an_operator_of_oorexx_in_a_comment_is_no_excuse() -> None:
    assert check("/* a += 1 */\nsay 'b ||= c'\nsay (1 +\n").outcome is Outcome.FAIL


def test_input_arguments_files_and_exit_status() -> None:
    answer, (one, two) = observe(PROGRAM, Inputs(b"hello\n", {"in.txt": b"1"}, ("an", "argument")), runs=2)
    assert (answer.outcome, answer.dialect) == (Outcome.PASS, "regina")
    assert one == two and one.head == "got hello an argument\n" and one.returncode == 4 and list(one.files) == ["out.txt"]


def test_modules_and_members_of_the_library_are_external_routines() -> None:
    text = "say Twice(2) Thrice(2)\n"
    library = {"lib/thrice.rexx": "return arg(1) * 3", "lib/unused.rexx": "say ("}
    _, (seen,) = observe(text, Inputs(modules=(SourceText("twice.rexx", "return arg(1) * 2"),)), library)
    assert seen.head == "4 6\n"


def test_routines_alone_are_not_run() -> None:
    answer, seen = observe("/* c */ F : procedure\nreturn 1\n")
    assert answer.outcome is Outcome.PASS and answer.reason.startswith("not-executable: ") and not seen


def test_an_error_when_it_runs_is_an_exit_status_with_a_message() -> None:
    _, (seen,) = observe("say 1 / 0\n")
    assert seen.returncode and "Error 42" in seen.errors and seen.stdout_bytes == 0


def test_an_endless_loop_is_stopped(monkeypatch) -> None:
    monkeypatch.setattr("provenance.sources.regina._RUN", Limits(wall_s=30, cpu_s=1))
    assert observe("do forever\nend\n")[1][0].stopped == "cpu"


def test_the_shell_sees_the_sandbox_only() -> None:
    _, (seen,) = observe("address system 'cat /etc/passwd; ls /home; echo ran'\nexit 0\n")
    assert seen.head == "ran\n"


@pytest.mark.parametrize(("change", "same"), [
    (("/* AI-written */\n", "/* a\n longer\n comment */\n\n"), True), (("say 'got'", "SAY   'got'"), True),
    (("a + b", "A+B"), True), (("'got'", "'Got'"), False), (("a + b", "a - b"), False), (("exit 4", "exit 5"), False),
    (("total", "sum"), False), (("2, 3", "3, 2"), False)], ids=str)
def test_the_digest_of_the_tree_sees_meaning_and_not_layout(change: tuple[str, str], same: bool) -> None:
    assert change[0] in PROGRAM
    before, after = code(PROGRAM), code(PROGRAM.replace(*change))
    assert before and after and (before == after) is same


def test_a_text_that_reads_its_own_lines_has_no_digest() -> None:
    assert code("say sourceline(1)") is None and code("say 'sourceline'") is not None and code("say (") is None


CHECKS = "context('sums')\ncheck('one' 'F(1)', 'F(1)',, '=', 2)\nx = 3\ncheck('var' 'F(x)',,\n      'F(x)',, '=', 4)\n"


@pytest.mark.parametrize(("solution", "passed", "failed"), [
    ("F: procedure; return arg(1) + 1", 2, 0), ("F: procedure; return 2", 1, 1),
    ("F: procedure; say 'ok'; exit 0", 0, 1), ("F: procedure; return 1 / 0", 0, 1), ("F: return later(arg(1))", 2, 0)])
def test_tests_of_the_track(solution: str, passed: int, failed: int) -> None:
    library = {"testlib/x-funcs.rexx": "later: return arg(1) + 1"}
    answer, report = FOUND.test(SourceText("x.rexx", solution), SourceText("x-check.rexx", CHECKS), library, "regina")
    assert answer.outcome is Outcome.PASS and (report.passed, report.failed) == (passed, failed)
    assert bool(report.message) is bool(failed)


def test_what_cannot_be_tested_is_not_passed() -> None:
    def outcome(solution, tests, dialect="regina"):
        answer, report = FOUND.test(SourceText("x", solution), SourceText("t", tests), {}, dialect)
        assert report is None
        return answer.outcome, answer.reason.split(":")[0]

    good = "F: return 1"
    assert outcome(good, "say F()") == (Outcome.SKIPPED, "no-test-runner")
    assert outcome(good, "check('a', 'F()', , 'like', 1)") == (Outcome.SKIPPED, "no-test-runner")
    assert outcome("say (", CHECKS) == (Outcome.FAIL, "syntax")
    assert outcome(good, CHECKS, "oorexx") == (Outcome.ERROR, "unknown-dialect")


def test_the_reference_solutions_of_the_track_hold_their_tests(corpora) -> None:
    folders = sorted((corpora / "rexx/exercism__rexx/exercises/practice").iterdir())[::8]
    seen = []
    for folder in folders:
        library = {path.name: path.read_text() for path in folder.rglob("*-*.rexx")}
        tests = SourceText("check.rexx", library[f"{folder.name}-check.rexx"])
        answer, report = FOUND.test(SourceText("e", (folder / ".meta/example.rexx").read_text()), tests, library, "regina")
        seen.append(answer.outcome)
        assert answer.outcome is Outcome.PASS or answer.reason.startswith("oorexx: ")
        assert report is None or (report.passed > 0 and report.failed == 0)
    assert seen.count(Outcome.PASS) >= 3
