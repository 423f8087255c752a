"""Java in the sandbox: the warm compiler, runs in fresh machines, JUnit tests, and whose fault a refusal is."""

import threading

import pytest

from provenance.languages.toolchain import Inputs, SourceText
from provenance.model.verdict import Outcome
from provenance.sources.jvm import Jvm, find_jvm
from provenance.sources.jvm_compiler import answer
from provenance.sources.sandbox import Missing, find_sandbox
from provenance.sources.sandbox_session import SessionOver

FOUND = find_jvm(find_sandbox())
pytestmark = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))

PROGRAM = """
import java.util.Scanner;
/** AI-written. */
public class Sum {
    static int add(int left, int right) { int total = left + right; return total; }
    public static void main(String[] args) throws Exception {
        System.out.println(new Scanner(System.in).nextLine() + add(1, args.length) + new Object());
        java.nio.file.Files.writeString(java.nio.file.Path.of("out.txt"), "x");
        System.exit(3);
    }
}
"""


def check(text, library=None):
    assert isinstance(FOUND, Jvm)
    return FOUND.check(SourceText("any name.java", text), library or {})


def code(text):
    return FOUND.code(SourceText("x", text), {}, "java17")


def test_name_and_version() -> None:
    assert (FOUND.name, FOUND.language) == ("javac", "java") and int(FOUND.version.split(".")[0]) >= 17


def test_the_first_level_that_accepts() -> None:
    assert check("class A { String s = switch (1) { default -> \"a\"; }; }").dialect == "java17"
    assert check("class A { int _ = 1; }").dialect == "java8"


@pytest.mark.parametrize(("text", "reason"), [
    ("class A {\n int x = \"s\";\n}", "syntax: A.java:2: error: incompatible types: "),
    ("class A { int x = }", "syntax: A.java:1: error: illegal start"),
    ("class A { B b; }", "syntax: A.java:1: error: cannot find symbol symbol: class B"),
    ("import java.utill.List; class A {}", "syntax: A.java:1: error: package java.utill does not exist"),
    ("class A { void f() { system.out.println(); } }", "syntax: A.java:1: error: package system does not exist"),
    ("", "syntax: there is no program"), ("// class A {}", "syntax: there is no program"), ("}{", "syntax: Text.java:1: "),
    ("\udcff\ud800\0", "syntax: ")])
def test_the_texts_own_fault(text: str, reason: str) -> None:
    got = check(text)
    assert got.outcome is Outcome.FAIL and got.reason.startswith(reason)


def test_what_is_not_here_is_not_the_texts_fault() -> None:
    got = check("import org.absent.Thing; import static com.gone.X.y; class A { Thing t; int x = \"s\"; }")
    assert (got.outcome, got.reason) == (Outcome.SKIPPED, "missing-import: org.absent, com.gone")
    got = check("class A { B b; }", {"B.java": "class B {"})
    assert got.outcome is Outcome.SKIPPED and got.reason.startswith("library: B.java:1: ")


def test_the_library_is_found_by_package_and_class() -> None:
    library = {"z/Other.java": "package q; public class Other { static Deep d; }", "y/Deep.java": "package q; class Deep {}",
               "a/Mine.java": "package p; public class Mine { int broken = \"x\"; }"}
    assert check("package p; import q.Other; public class Mine { Other o; }", library).outcome is Outcome.PASS


def test_a_compiler_that_breaks_says_nothing_about_the_text_and_the_next_is_answered() -> None:
    deep = check(f"class A {{ int x = {'(' * 20000}1{')' * 20000}; }}")
    assert deep.outcome is Outcome.ERROR and deep.reason.startswith("compiler-crash: ")
    assert check("class A {}").outcome is Outcome.PASS


def test_a_killed_compiler_is_replaced() -> None:
    check("class A {}")
    compiler = FOUND._warm()
    for session, _ in compiler._idle:
        session.close()
        with pytest.raises(SessionOver):
            session.ask(b"", 1.0)
    assert check("class A {}").outcome is Outcome.PASS


def test_from_threads_that_end() -> None:
    seen = []
    for _ in range(2):  # the kernel ends a sandbox with the thread that started it
        thread = threading.Thread(target=lambda: seen.append(check("class A {}").outcome))
        thread.start()
        thread.join()
    assert seen == [Outcome.PASS] * 2


def test_an_answer_cut_short_is_a_crash() -> None:
    with pytest.raises(Exception, match="7 bytes of 2"):
        answer(b"y\0\0\0\1\0\0\0\7ab")


def test_input_arguments_files_and_exit_status() -> None:
    got, (one, two) = FOUND.observe(SourceText("Sum.java", PROGRAM), {}, "java17", 2, Inputs(b"in\n", {}, ("a b", "c")))
    assert (got.outcome, got.dialect) == (Outcome.PASS, "java17") and one == two
    assert one.head.startswith("in3java.lang.Object@") and one.returncode == 3 and list(one.files) == ["out.txt"]


def test_modules_are_compiled_with_it_and_the_public_class_is_run() -> None:
    text = "class First { public static void main(String[] a) {} }\n" \
           "public class Main { public static void main(String[] a) { System.out.print(Mod.X); } }"
    inputs = Inputs(modules=(SourceText("Mod.java", "class Mod { static int X = 7; public static void main(String[] a) {} }"),))
    assert FOUND.observe(SourceText("x", text), {}, "java17", 1, inputs)[1][0].head == "7"


def test_without_a_main_method_nothing_is_run() -> None:
    library = {"B.java": "class B { public static void main(String[] a) {} }"}
    got, seen = FOUND.observe(SourceText("x", "class A { B b; void main(String[] a) {} }"), library, "java17")
    assert got.outcome is Outcome.PASS and got.reason.startswith("not-executable: ") and not seen


def test_a_hostile_program_sees_the_sandbox_only_and_is_stopped() -> None:
    text = """
    class A { public static void main(String[] a) throws Exception {
        System.out.println(new java.io.File("/etc/passwd").exists());
        try { new java.net.Socket("192.0.2.1", 80); } catch (java.io.IOException e) { System.out.print(1); }
        byte[][] all = new byte[999][];
        try { for (int i = 0; i < 999; i++) all[i] = new byte[1 << 24]; } catch (OutOfMemoryError e) { System.out.print(2); }
    } }"""
    _, (seen,) = FOUND.observe(SourceText("x", text), {}, "java17")
    assert seen.head == "false\n12"


@pytest.mark.parametrize(("change", "same"), [
    (("total", "sum"), True), (("/** AI-written. */", "\n\n// note\n"), True), (("left", "x"), True),
    (("left + right", "left - right"), False), (("add", "plus"), False), (("exit(3)", "exit(4)"), False)], ids=str)
def test_the_digest_of_the_classes_sees_meaning_and_not_names_of_locals(change: tuple[str, str], same: bool) -> None:
    assert change[0] in PROGRAM
    before, after = code(PROGRAM), code(PROGRAM.replace(*change))
    assert before and after and (before == after) is same
    assert code("class A {") is None


TESTS = """
import org.junit.jupiter.api.*;
import static org.assertj.core.api.Assertions.assertThat;
public class AddTest {
    @Test public void one() { assertThat(Add.add(1, 2)).isEqualTo(3); }
    @Disabled("Remove to run test") @Test public void two() { assertThat(Add.add(2, 2)).isEqualTo(4); }
}
"""


@pytest.mark.skipif(not getattr(FOUND, "jars", ""), reason="JUnit 5 and AssertJ are not installed")
class TestJunit:
    def ask(self, body, tests=TESTS):
        text = f"class Add {{ static int add(int a, int b) {{ {body} }} }}"
        return FOUND.test(SourceText("Add.java", text), SourceText("AddTest.java", tests), {}, "java17")

    @pytest.mark.parametrize(("body", "passed", "failed"), [
        ("return a + b;", 2, 0), ("return 3;", 1, 1), ("throw new Error(\"x\");", 0, 2),
        ("System.out.println(\"ok\\n2 tests successful\"); System.exit(0); return 0;", 0, 1)])
    def test_reports(self, body: str, passed: int, failed: int) -> None:
        got, report = self.ask(body)
        assert got.outcome is Outcome.PASS and (report.passed, report.failed) == (passed, failed)
        assert bool(report.message) is bool(failed)

    def test_what_cannot_be_tested_is_not_passed(self) -> None:
        assert self.ask("return 1")[0].outcome is Outcome.FAIL
        got, report = self.ask("return 1;", TESTS.replace("Add.add", "Add.plus"))
        assert (got.outcome, got.reason[:7], report) == (Outcome.FAIL, "build: ", None)
        got, report = self.ask("return 1;", "import org.absent.Runner;" + TESTS)
        assert (got.outcome, got.reason, report) == (Outcome.SKIPPED, "no-test-runner: org.absent", None)
        got, report = self.ask("return 1;", TESTS.replace("isEqualTo", "isNoSuchAssertion"))
        assert got.outcome is Outcome.SKIPPED and got.reason.startswith("no-test-runner: ") and report is None

    def test_reference_solutions_of_a_track_hold_their_tests(self, corpora) -> None:
        folder = corpora / "java/exercism__java/exercises/practice"
        passed = 0
        for exercise in ("bob",):
            reference = next((folder / exercise / ".meta/src/reference/java").glob("*.java"))
            tests = next((folder / exercise / "src/test/java").glob("*Test.java"))
            got, report = FOUND.test(SourceText(reference.name, reference.read_text()),
                                     SourceText(tests.name, tests.read_text()), {}, "java17")
            assert got.outcome is Outcome.PASS and report.failed == 0
            passed += report.passed
        assert passed > 10


def test_without_junit_nothing_is_tested() -> None:
    bare = Jvm(FOUND.sandbox, FOUND.version, FOUND.home, FOUND.binds)
    got, report = bare.test(SourceText("A", "class A {}"), SourceText("T", "class T {}"), {}, "java17")
    assert (got.outcome, report) == (Outcome.SKIPPED, None) and got.reason.startswith("no-test-runner: ")


def test_an_unknown_dialect() -> None:
    assert FOUND.observe(SourceText("x", "class A {}"), {}, "-version")[0].outcome is Outcome.ERROR
