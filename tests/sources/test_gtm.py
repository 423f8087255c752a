"""GT.M in the sandbox: compilation, runs with globals, what other makers added, the digest of the machine code."""

import pytest

from provenance.languages.toolchain import Inputs, SourceText
from provenance.model.verdict import Outcome
from provenance.sources.gtm import GLOBALS, Gtm, find_gtm
from provenance.sources.gtm_object import meaning
from provenance.sources.sandbox import Limits, Missing, find_sandbox

FOUND = find_gtm(find_sandbox())
needs_gtm = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))

ROUTINE = 'SUM ; AI-written\n new x set x=5\n write "total ",$$ADD(x,2.5),!\n quit\nADD(a,b) ; adds\n quit a+b\n'


def check(text, name="SUM.m"):
    assert isinstance(FOUND, Gtm)
    return FOUND.check(SourceText(name, text), {})


def observe(text, inputs=None, library=None, runs=1, name="SUM.m"):
    return FOUND.observe(SourceText(name, text), library or {}, "gtm", runs, inputs or Inputs())


@needs_gtm
class TestGtm:
    def test_name_and_version(self) -> None:
        assert (FOUND.name, FOUND.language) == ("gtm", "mumps") and FOUND.version.startswith("V")

    def test_a_syntax_error_names_its_line(self) -> None:
        answer = check('A ; x\n write "open,!\n')
        assert answer.outcome is Outcome.FAIL and answer.reason.startswith("syntax: line 2, column ")
        assert check("A ;\n frobnicate x\n").reason.endswith("INVCMD: Invalid command keyword encountered")

    @pytest.mark.parametrize("text", ["", "\n", "; only a comment\n ; and more\n"])
    def test_what_is_no_program_fails(self, text: str) -> None:
        assert check(text).reason == "syntax: there is no program in the text"
        assert observe(text)[0].outcome is Outcome.FAIL

    @pytest.mark.parametrize("text", ["A ;\n set x=$SYSTEM.Process.Name()\n", "A ;\n do ##class(X).Y()\n"])
    def test_what_other_makers_added_is_not_the_texts_fault(self, text: str) -> None:
        answer = check(text)
        assert answer.outcome is Outcome.SKIPPED and answer.reason.startswith("vendor: line 2: ")

    @pytest.mark.parametrize("name", ["SUM.m", "_SUM.m", "../../x y.m", "-x", "", "\0.m", "9.m"])
    def test_any_name_of_a_record_will_do(self, name: str) -> None:
        assert check(ROUTINE, name).outcome is Outcome.PASS
        assert observe(ROUTINE, name=name)[1][0].head == "total 7.5\n"

    def test_input_arguments_and_files(self) -> None:
        text = 'R ;\n read x write "[",x,"] ",$zcmdline,!\n open "in.txt":readonly use "in.txt" read y\n' \
               ' use $principal write y,!\n open "out.txt":newversion use "out.txt" write 1,!\n'
        answer, (one, two) = observe(text, Inputs(b"line\n", {"in.txt": b"inside\n"}, ("a b", "c")), runs=2)
        assert answer.outcome is Outcome.PASS and one == two and one.returncode == 0
        assert one.head == "[line] a b c\ninside\n" and list(one.files) == ["out.txt"]

    def test_globals_are_part_of_what_it_did_and_gone_in_the_next_run(self) -> None:
        text = 'G ;\n write $get(^a,"none"),!\n set ^a=%s,^%%b("x")="y"\n'
        _, (one, two) = observe(text % 1, runs=2)
        assert one == two and one.head == "none\n" and list(one.files) == [GLOBALS]
        assert observe(text % 2)[1][0].files != one.files

    def test_an_error_ends_the_run_and_standard_input_is_never_read_as_commands(self) -> None:
        _, (seen,) = observe('E ;\n write "a",!\n write 1/0\n', Inputs(b' write "direct mode",!\n'))
        assert (seen.head, seen.returncode) == ("a\n", 1) and "DIVZERO" in seen.errors

    def test_library_and_modules_are_called(self) -> None:
        inputs = Inputs(modules=(SourceText("MOD.m", 'MOD write "module",!\n quit\n'),))
        _, (seen,) = observe("A ;\n do ^MOD,^LIB quit\n", inputs, {"p/LIB.m": 'LIB write "library",!\n', "p/BAD.m": " x y z"})
        assert seen.head == "module\nlibrary\n"

    def test_a_routine_that_wants_parameters_is_not_run(self) -> None:
        answer, seen = observe("A(x) write x\n quit\n")
        assert answer.outcome is Outcome.PASS and answer.reason.startswith("not-executable: ") and not seen

    def test_an_endless_loop_is_stopped(self, monkeypatch) -> None:
        monkeypatch.setattr("provenance.sources.gtm._RUN", Limits(wall_s=30, cpu_s=1, memory_bytes=1 << 30))
        # GT.M catches the kernel's warning and is killed a second later: that looks like a crash.
        assert observe("L ;\n for  set x=1\n")[1][0].stopped in ("cpu", "signal")

    def test_the_shell_sees_the_sandbox_only(self) -> None:
        assert observe('S ;\n zsystem "cat /etc/passwd; ls /home; echo ran"\n')[1][0].head == "ran\n"

    @pytest.mark.parametrize(("change", "same"), [
        (("; AI-written", "; another comment"), True), ((" quit\nADD", " ; more\n ;\n quit\nADD"), True),
        ((" new x set", " n x s"), True), (("total", "Total"), False), (("2.5", "2.6"), False), (("a+b", "a-b"), False),
        (("ADD", "PLUS"), False), (("x=5", "x=6"), False), ((" quit a", " write 1 quit a"), False)], ids=str)
    def test_the_digest_sees_meaning_and_not_layout(self, change: tuple[str, str], same: bool) -> None:
        assert change[0] in ROUTINE
        before, after = (FOUND.code(SourceText("SUM.m", text), {}, "gtm") for text in (ROUTINE, ROUTINE.replace(*change)))
        assert before and after and (before == after) is same

    def test_a_routine_that_reads_its_own_text_has_no_digest(self) -> None:
        assert FOUND.code(SourceText("A.m", "A ;\n write $text(A+1)\n"), {}, "gtm") is None
        assert FOUND.code(SourceText("A.m", "A ;\n frobnicate\n"), {}, "gtm") is None

    def test_no_test_runner_and_no_other_dialect(self) -> None:
        source = SourceText("A.m", ROUTINE)
        assert FOUND.test(source, source, {}, "gtm")[0].outcome is Outcome.SKIPPED
        assert FOUND.observe(source, {}, "cache")[0].outcome is Outcome.ERROR

    def test_real_routines_compile_or_are_of_another_maker(self, corpora) -> None:
        for path in sorted((corpora / "mumps").rglob("*.m"))[::12]:
            answer = check(path.read_text(errors="surrogateescape"), path.name)
            assert answer.outcome is Outcome.PASS or answer.reason.startswith("vendor: "), (path.name, answer)


@pytest.mark.parametrize("made", [b"", b"GTM_CODE", b"\0" * 8 + b"GTM_CODE" + b"\xff" * 400, b"\0" * 64 + b"GTM_CODE"])
def test_an_object_laid_out_otherwise_means_nothing(made: bytes) -> None:
    assert meaning(made) is None
