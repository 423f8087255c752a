"""gcc and g++ in the sandbox: standards, absent headers, runs, tests with a main, the digest of the assembly."""

import pytest

from provenance.languages.toolchain import Inputs, SourceText
from provenance.model.verdict import Outcome
from provenance.sources.ccompiler import CCompiler, find_c, find_cpp
from provenance.sources.sandbox import Limits, Missing, find_sandbox

C, CPP = find_c(find_sandbox()), find_cpp(find_sandbox())
pytestmark = pytest.mark.skipif(isinstance(C, Missing) or isinstance(CPP, Missing), reason="gcc or g++ is not installed")

PROGRAM = """#include <stdio.h>
#include "sum.h"
/* AI-written */
static int add(int left, int right) { int total = left + right; return total; }
int main(int count, char **words) {
    char line[80];
    FILE *out = fopen("out.txt", "w");
    if (!out || !fgets(line, 80, stdin)) return 9;
    fputs("x", out);
    printf("%s%s %d\\n", line, words[count - 1], add(count, START));
    return 3;
}
"""
LIBRARY = {"include/sum.h": "#include \"more/deep.h\"\n", "other/more/deep.h": "#define START 40\n", "deep.h": "#error wrong"}


def check(text, library=None, tool=C):
    assert isinstance(tool, CCompiler)
    return tool.check(SourceText("a.c", text), LIBRARY if library is None else library)


def test_names_and_versions() -> None:
    assert [(tool.name, tool.language) for tool in (C, CPP)] == [("gcc", "c"), ("g++", "cpp")]
    assert C.version.count(".") == 2


@pytest.mark.parametrize(("tool", "text", "dialect"), [
    (C, "int main(void) { return 0; }", "c17"), (C, "int f(int x) { typeof(x) y = x; return y; }", "gnu17"),
    (CPP, "#include <string>\nint main() { auto [a, b] = std::pair(1, 2); return a - b; }", "c++17"),
    (CPP, "int f(int x) { typeof(x) y = x; return y; }", "gnu++17"),
    (CPP, "template <class T> concept Any = true; Any auto x = 1;", "c++20")])
def test_the_first_standard_that_accepts(tool: CCompiler, text: str, dialect: str) -> None:
    assert check(text, {}, tool).dialect == dialect


def test_a_syntax_error_names_its_line() -> None:
    answer = check("int x;\nint main( {\n")
    assert answer.outcome is Outcome.FAIL and answer.reason.startswith("syntax: prog.c:2:11: error: ")


@pytest.mark.parametrize("text", ["", "  \n", "/* nothing */ // at all\n"])
def test_what_is_no_program_fails(text: str) -> None:
    assert check(text).reason == "syntax: there is no program in the text"
    assert C.observe(SourceText("a", text), {}, "c17")[0].outcome is Outcome.FAIL


@pytest.mark.parametrize("name", ["absent.h", "/etc/passwd", "../../../etc/passwd"])
def test_an_absent_header_is_not_the_texts_fault_and_no_host_file_is_one(name: str) -> None:
    answer = check(f'#include "{name}"\nint x;', {"/etc/passwd": "int y;"})
    assert (answer.outcome, answer.reason) in [(Outcome.SKIPPED, f"missing-include: {name}"), (Outcome.PASS, "")]
    assert name == "../../../etc/passwd" or answer.outcome is Outcome.SKIPPED
    assert "root:" not in (C.expand(SourceText("a", f'#include "{name}"\n'), {}, "c17") or "")


def test_input_arguments_files_and_exit_status() -> None:
    inputs = Inputs(b"hello\n", {"in.txt": b"kept"}, ("a b",))
    answer, (one, two) = C.observe(SourceText("a.c", PROGRAM), LIBRARY, "c17", 2, inputs)
    assert answer.outcome is Outcome.PASS and one == two
    assert (one.head, one.returncode, list(one.files)) == ("hello\na b 42\n", 3, ["out.txt"])


def test_an_input_file_counts_only_where_it_was_changed_or_removed() -> None:
    text = '#include <stdio.h>\nint main(void) { remove("gone"); fputs("more", fopen("changed", "a")); return 0; }'
    files = {"gone": b"1", "changed": b"2", "kept": b"3"}
    assert sorted(C.observe(SourceText("a", text), {}, "c17", 1, Inputs(files=files))[1][0].files) == ["changed", "gone"]


def test_modules_are_built_with_it() -> None:
    modules = (SourceText("g.c", '#include "g.h"\nint g(void) { return G; }'), SourceText("g.h", "#define G 9"))
    source = SourceText("a.c", "int g(void); int main(void) { return g(); }")
    assert C.observe(source, {}, "c17", 1, Inputs(modules=modules))[1][0].returncode == 9
    answer, seen = C.observe(source, {}, "c17")
    assert answer.outcome is Outcome.FAIL and answer.reason.startswith("build: ") and not seen


def test_without_main_it_compiles_and_is_not_run() -> None:
    answer, seen = C.observe(SourceText("a", "int f(void) { return 1; }"), {}, "c17")
    assert (answer.outcome, answer.reason, seen) == (Outcome.PASS, "not-executable: there is no main", ())


@pytest.fixture
def short(monkeypatch):
    """A run that loops is stopped after a second of processor time; a slow machine has time enough for it."""
    monkeypatch.setattr("provenance.sources.ccompiler._RUN", Limits(wall_s=30, cpu_s=1))


@pytest.mark.usefixtures("short")
def test_a_crash_a_loop_and_the_clock_of_the_compiler() -> None:
    def run(body):
        return C.observe(SourceText("a", f"#include <stdio.h>\nint main(void) {{ {body} }}"), {}, "c17")[1][0]

    assert run("volatile int *p = 0; return *p;").stopped == "signal"
    assert run("for (volatile int i = 0;; i++);").stopped == "cpu"
    assert run("puts(__DATE__); return 0;").head == "Jan  2 2020\n"


def test_endless_templates_are_stopped() -> None:
    text = "template <int N> struct A { static const int v = A<N - 1>::v + A<N - 2>::v; }; int x = A<-1>::v;"
    assert check(text, {}, CPP).outcome in (Outcome.FAIL, Outcome.ERROR)


@pytest.mark.parametrize(("change", "same"), [
    (("total", "sum"), True), (("/* AI-written */", "\n// note\n\n"), True), (("left", "x"), True),
    (("left + right", "left - right"), False), (("return 3", "return 4"), False), (("out.txt", "put.txt"), False)], ids=str)
def test_the_digest_of_the_assembly_sees_meaning_and_not_names_of_locals(change: tuple[str, str], same: bool) -> None:
    assert change[0] in PROGRAM
    before, after = (C.code(SourceText("a", text), LIBRARY, "c17") for text in (PROGRAM, PROGRAM.replace(*change)))
    assert before and after and (before == after) is same
    assert C.code(SourceText("a", "int x = ;"), {}, "c17") is None


def test_expand_is_the_text_behind_the_preprocessor() -> None:
    expanded = C.expand(SourceText("a", '#include "sum.h"\nint x = START;'), LIBRARY, "c17")
    assert expanded is not None and expanded.strip() == "int x = 40;"


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(("tests", "held"), [
    ('#include "add.h"\n#include <assert.h>\nint main(void) { assert(add(1, 2) == 3); return 0; }', True),
    ('#include "add.h"\n#include <assert.h>\nint main(void) { assert(add(1, 2) == 4); return 0; }', False),
    ('#include "add.c"\nint main(void) { return add(1, 2) - 3; }', True),
    ('#include "add.c"\nint main(void) { for (;;) add(1, 2); }', False)])
def test_tests_with_a_main_of_their_own(tests: str, held: bool) -> None:
    source = SourceText("src/add.c", '#include "add.h"\nint add(int a, int b) { volatile int t = a + b; return t; }')
    answer, report = C.test(source, SourceText("t.c", tests), {"add.h": "int add(int, int);"}, "c17")
    assert answer.outcome is Outcome.PASS and (report.passed, report.failed) == (int(held), int(not held))
    assert bool(report.message) is not held


def test_what_cannot_be_tested_is_not_passed() -> None:
    def ask(text, tests, dialect="c17"):
        answer, report = C.test(SourceText("a.c", text), SourceText("t.c", tests), {}, dialect)
        assert report is None
        return answer.outcome, answer.reason.split(":")[0]

    good = "int f(void) { return 1; }"
    assert ask(good, '#include "vendor/framework.h"\nint main(void) { return 0; }') == (Outcome.SKIPPED, "no-test-runner")
    assert ask(good, "int nothing;") == (Outcome.SKIPPED, "no-test-runner")
    assert ask(good, "int g(void); int main(void) { return g(); }") == (Outcome.FAIL, "build")
    assert ask("int f(", "int main(void) { return 0; }") == (Outcome.FAIL, "syntax")
    assert ask('#include "gone.h"', "int main(void) { return 0; }") == (Outcome.SKIPPED, "missing-include")
    assert ask(good, "int main(void) { return 0; }", "c99; rm -rf /") == (Outcome.ERROR, "unknown-dialect")
