"""One verdict for each check of each sample, and what each says."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from provenance.languages.toolchain import Answer
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.verify import CHECKS, TESTS, ParentSample, Sample, TestSample, verify
from provenance.testing import FakeToolchain

HELLO = 'DISPLAY "HELLO".'


def sample(row, text, parent=None, kind="program"):
    made = ParentSample(RecordId(1, row), "p.cob", parent) if parent is not None else None
    return Sample(RecordId(2, row), "c.cob", kind, text, made)


def judged(text, parent=None, library=None, kind="program", tool=None):
    verdicts = list(verify([sample(0, text, parent, kind)], tool or FakeToolchain(), library or {}))
    assert [v.check for v in verdicts] == list(CHECKS)
    return {v.check: (v.outcome.value, v.reason) for v in verdicts} | {v.check + "_value": v.value for v in verdicts}


def test_a_human_program_parses_compiles_and_runs():
    said = judged(HELLO)
    assert said["syntax"] == said["compile"] == said["run"] == ("pass", "")
    assert said["differential"] == ("skipped", "no-parent")
    assert said["syntax_value"] == said["compile_value"] == '{"dialect":"fake"}'
    assert json.loads(said["run_value"]) == {"stdout_bytes": 6, "files": 0, "returncode": 0}


def test_a_child_like_its_parent_passes():
    said = judged(HELLO + " *> renamed", parent=HELLO)
    assert said["differential"] == ("pass", "")
    assert said["differential_value"] == '{"evidence":"run","files":0,"returncode":0,"stdout_bytes":6}'


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        ('DISPLAY "OTHER".', "differs: stdout"),
        (HELLO + " fake: file OUT", "differs: files"),
        (HELLO + " fake: exit 4", "differs: returncode"),
        (HELLO + " fake: stop cpu", "differs: stopped"),
        ("fake: exit 4 fake: file A", "differs: stdout, files, returncode"),
        (HELLO + " fake: syntax-error", "does-not-compile"),
        (HELLO + " fake: build-error", "does-not-compile"),
        (HELLO + " COPY GONE.", "does-not-compile"),
        (HELLO + " fake: subprogram", "not-executable"),
    ],
)
def test_a_child_unlike_its_parent_fails(child, reason):
    assert judged(child, parent=HELLO)["differential"] == ("fail", reason)


@pytest.mark.parametrize(
    ("parent", "outcome", "reason", "value"),
    [
        ("fake: random", "skipped", "nondeterministic-parent", ""),
        ("fake: exit 35", "skipped", "parent-exit: 35", '{"identical":true}'),
        ("fake: stop cpu", "skipped", "parent-stopped: cpu", ""),
        ("MOVE A TO B.", "skipped", "nothing-observable", ""),
        ("fake: subprogram", "skipped", "parent-not-executable", ""),
        ("fake: syntax-error", "skipped", "parent-does-not-compile: syntax: p.cob:1: error: as ordered", ""),
        ("fake: crash", "error", "parent: compiler-crash: fake", ""),
    ],
)
def test_a_parent_that_proves_nothing(parent, outcome, reason, value):
    child = parent if "random" not in parent and "crash" not in parent and "syntax" not in parent else "MOVE A TO B."
    said = judged(child, parent=parent)
    assert said["differential"] == (outcome, reason)
    assert said["differential_value"] == value


def test_a_failing_parent_still_tells_whether_the_child_differs():
    assert judged("fake: exit 36", parent="fake: exit 35")["differential_value"] == '{"identical":false}'


def test_a_child_that_speaks_where_its_parent_was_silent_fails():
    assert judged(HELLO, parent="MOVE A TO B.")["differential"] == ("fail", "differs: stdout")


def test_a_syntax_error_fails_and_does_not_run():
    said = judged("fake: syntax-error")
    assert said["syntax"] == said["compile"] == ("fail", "syntax: c.cob:1: error: as ordered")
    assert said["run"] == ("skipped", "does-not-compile")


def test_a_build_error_is_no_syntax_error():
    said = judged("fake: build-error")
    assert said["syntax"] == ("pass", "")
    assert said["compile"] == ("fail", "build: as ordered")


def test_a_subprogram_compiles_and_is_not_run():
    said = judged("fake: subprogram")
    assert said["compile"] == ("pass", "not-executable: as ordered")
    assert said["run"] == ("skipped", "not-executable: as ordered")


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ("exit 35", ("warn", "exit: 35")),
        ("stop cpu", ("fail", "stopped: cpu")),
        ("stop wall", ("error", "stopped: wall")),
        ("stop sandbox", ("error", "stopped: sandbox")),
    ],
)
def test_how_a_run_ends(order, word):
    assert judged(f"fake: {order}")["run"] == word


def test_a_child_stopped_by_the_clock_is_not_called_wrong():
    assert judged(HELLO + " fake: stop wall", parent=HELLO)["differential"] == ("error", "stopped: wall")


def test_what_the_sample_is_not_to_blame_for_is_skipped_or_error():
    assert judged("COPY GONE.")["syntax"] == judged("COPY GONE.")["run"] == ("skipped", "missing-copybook: GONE")
    assert judged("COPY GONE.", library={"gone.cpy": HELLO})["run"] == ("pass", "")
    for order, reason in (("crash", "compiler-crash: fake"), ("broken", "tool: no such program")):
        said = judged(f"fake: {order}")
        assert said["syntax"] == said["compile"] == said["run"] == ("error", reason)
    assert judged("fake: crash", parent=HELLO)["differential"] == ("error", "compiler-crash: fake")


def test_a_tool_that_breaks_between_check_and_observe():
    class Breaks(FakeToolchain):
        def observe(self, source, library, dialect, runs=1, inputs=None):
            raise OSError("disk full")

    said = judged(HELLO, tool=Breaks())
    assert said["syntax"] == ("pass", "")
    assert said["compile"] == said["run"] == ("error", "tool: disk full")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("copybook", "copybook: compiled only inside a program"), ("test", "not-a-program: test")],
)
def test_what_is_no_program_is_skipped_four_times(kind, reason):
    said = judged(HELLO, kind=kind)
    assert {said[check] for check in CHECKS} == {("skipped", reason)}


def test_without_a_toolchain_everything_is_skipped_and_nothing_passes():
    verdicts = list(verify([sample(0, HELLO), sample(1, HELLO, HELLO)], None, {}, missing="no-sandbox: bwrap"))
    assert len(verdicts) == 8
    assert {(v.outcome, v.reason, v.tool) for v in verdicts} == {(Outcome.SKIPPED, "no-sandbox: bwrap", "")}
    assert next(verify([sample(0, HELLO)], None, {})).reason == "no-toolchain"


def test_a_parent_of_many_is_compiled_once_and_threads_change_nothing():
    family = [sample(row, f"{HELLO} *> {row}", HELLO) for row in range(20)] + [sample(20, HELLO)]
    tool = FakeToolchain()
    alone = list(verify(family, tool, {}))
    # once as the parent under the parent's name, once as a sample under its own
    assert tool.calls["observe", HELLO] == 2
    assert all(count == 1 for (method, text), count in tool.calls.items() if method == "observe" and text != HELLO)
    with ThreadPoolExecutor(4) as pool:
        assert list(verify(family, FakeToolchain(), {}, mapper=pool.map)) == alone
    assert [v.record.row for v in alone] == [row for row in range(21) for _ in CHECKS]
    assert {(v.tool, v.tool_version) for v in alone} == {("fake", "1")}


def _child_of(parent: str, child: str) -> list[Verdict]:
    record, original = RecordId(2, 0), RecordId(1, 0)
    sample = Sample(record, "a.cob", "program", child, ParentSample(original, "a.cob", parent))
    return [verdict for verdict in verify([sample], FakeToolchain(), {}) if verdict.check == "differential"]


def test_equal_code_settles_what_running_cannot() -> None:
    [said] = _child_of("*> fake: exit 35\n*> fake: code same\n", "*> fake: exit 35\n*> fake: code same\n*> renamed\n")
    assert said.outcome is Outcome.PASS
    assert said.value == '{"evidence":"generated-code","run":"parent-exit: 35"}'


@pytest.mark.parametrize("code", ["*> fake: code other\n", ""])
def test_other_code_or_none_settles_nothing(code: str) -> None:
    [said] = _child_of("*> fake: exit 35\n*> fake: code same\n", f"*> fake: exit 35\n{code}")
    assert said.outcome is Outcome.SKIPPED
    [said] = _child_of("*> fake: exit 35\n", "*> fake: exit 35\n*> renamed\n")
    assert said.outcome is Outcome.SKIPPED, "no code on either side is not the same code"


def test_equal_code_never_hides_a_difference_that_was_seen() -> None:
    parent = 'DISPLAY "A"\n*> fake: code same\n'
    [said] = _child_of(parent, parent.replace('"A"', '"B"'))
    assert said.outcome is Outcome.FAIL


def machine_of(parent, child, tool=None, mapper=map):
    made = [Sample(RecordId(2, 0), "a.cob", "program", child, ParentSample(RecordId(1, 0), "a.cob", parent)),
            Sample(RecordId(1, 0), "a.cob", "program", parent)]
    said, own = [v for v in verify(made, tool or FakeToolchain(), {}, mapper=mapper) if v.check == "differential"]
    assert (own.outcome, own.reason) == (Outcome.SKIPPED, "no-parent"), "what it is compared with is no evidence for itself"
    return said


QUIET = "*> fake: exit 35\n*> fake: code one\n*> fake: machine same\n"
TWIN = QUIET.replace("code one", "code other")


@pytest.mark.parametrize("order", ["exit 35", "stop cpu", "subprogram", "exit 0", "random"])
def test_equal_machine_code_settles_what_running_and_code_cannot(order):
    said = machine_of(QUIET.replace("exit 35", order), TWIN.replace("exit 35", order))
    assert said.outcome is Outcome.PASS
    assert json.loads(said.value)["evidence"] == "machine-code"
    assert json.loads(said.value)["run"].split(":")[0] in (
        "parent-exit", "parent-stopped", "parent-not-executable", "nothing-observable", "nondeterministic-parent")


@pytest.mark.parametrize(("parent", "child"), [
    (QUIET, TWIN.replace("machine same", "machine other")),
    (QUIET, TWIN.replace("fake: machine same", "")),
    (QUIET.replace("fake: machine same", ""), TWIN),
    (QUIET.replace("fake: machine same", ""), TWIN.replace("fake: machine same", "")),
    (QUIET.replace("fake: code one", ""), TWIN),  # without generated code the tool is not asked
    (QUIET, TWIN.replace("fake: code other", "")),
    (QUIET, TWIN.replace("exit 35", "exit 36")),  # seen to fail otherwise
    ("fake: syntax-error\n" + QUIET, TWIN),
    ("fake: build-error\n" + QUIET, TWIN),
])
def test_other_machine_code_or_none_settles_nothing(parent, child):
    assert machine_of(parent, child).outcome is Outcome.SKIPPED


def test_equal_machine_code_never_hides_a_difference_that_was_seen():
    assert machine_of('DISPLAY "A"\n' + QUIET.replace("exit 35", "exit 0"),
                      'DISPLAY "B"\n' + TWIN.replace("exit 35", "exit 0")).outcome is Outcome.FAIL
    assert machine_of(QUIET, "fake: build-error\n" + TWIN).outcome is Outcome.FAIL


@pytest.mark.parametrize(("parent", "child", "asked"), [
    (QUIET, TWIN, 2),
    (QUIET, QUIET + "*> renamed", 0),  # the code is the same
    ('DISPLAY "A"\n*> fake: code one', 'DISPLAY "A"\n*> fake: code other', 0),  # the runs are the same
    ('DISPLAY "A"\n*> fake: code one', 'DISPLAY "B"\n*> fake: code other', 0),  # the runs differ
    (QUIET.replace("fake: code one", ""), TWIN, 0),
])
def test_the_machine_code_is_asked_for_where_nothing_else_settles_it(parent, child, asked):
    tool = FakeToolchain()
    machine_of(parent, child, tool)
    assert sum(count for (method, _), count in tool.calls.items() if method == "machine") == asked


def test_machine_code_is_asked_for_once_a_text_and_through_the_mapper():
    family = [Sample(RecordId(2, row), "a.cob", "program", f"{TWIN}*> {row}", ParentSample(RecordId(1, 0), "a.cob", QUIET))
              for row in range(20)]
    tool = FakeToolchain()
    with ThreadPoolExecutor(4) as pool:
        threads = list(verify(family, tool, {}, mapper=pool.map))
    assert threads == list(verify(family, FakeToolchain(), {}))
    assert tool.calls["machine", QUIET] == 1 and sum(1 for method, _ in tool.calls if method == "machine") == 21
    rounds = []
    list(verify(family, tool, {}, mapper=lambda job, items: rounds.append(len(items)) or map(job, items)))
    assert rounds == [21, 21]


def test_a_tool_that_breaks_over_machine_code_is_an_error():
    class Breaks(FakeToolchain):
        def machine(self, source, library, dialect):
            raise OSError("disk full")

    said = machine_of(QUIET, TWIN, Breaks())
    assert (said.outcome, said.reason) == (Outcome.ERROR, "tool: disk full")


SUITE = TestSample(RecordId(3, 0), "p.cut", "EXPECT HELLO")
OTHER = TestSample(RecordId(3, 1), "q.cut", "EXPECT WORLD\nEXPECT HELLO")


def judged_by(text, own=(), parent=None, inherited=(), kind="program", tool=None):
    made = ParentSample(RecordId(1, 0), "p.cob", parent, tuple(inherited)) if parent is not None else None
    verdicts = list(verify([Sample(RecordId(2, 0), "c.cob", kind, text, made, tuple(own))], tool or FakeToolchain(), {}))
    assert [v.check for v in verdicts] == [*CHECKS, TESTS]
    return verdicts[-1].outcome.value, verdicts[-1].reason, json.loads(verdicts[-1].value or "null")


def test_tests_are_told_apart():
    assert judged_by(HELLO, [SUITE]) == ("pass", "", {"suite": str(SUITE.record), "passed": 1, "failed": 0})
    assert judged_by(HELLO, [OTHER]) == ("fail", "failed: 1 of 2: WORLD", {"suite": str(OTHER.record), "passed": 1, "failed": 1})
    both = judged_by(HELLO, [SUITE, OTHER])
    assert both == ("fail", "failed: 1 of 3: WORLD", {"suite": f"{SUITE.record} {OTHER.record}", "passed": 2, "failed": 1})


@pytest.mark.parametrize(("text", "said"), [
    ("fake: syntax-error", ("skipped", "does-not-compile")),
    ("fake: build-error", ("skipped", "does-not-compile")),
    ("fake: crash", ("error", "compiler-crash: fake")),
    ("COPY GONE.", ("skipped", "missing-copybook: GONE")),
])
def test_what_is_not_built_is_not_tested(text, said):
    assert judged_by(text, [SUITE])[:2] == said


def test_tests_without_an_assertion_prove_nothing():
    assert judged_by(HELLO, [TestSample(RecordId(3, 0), "p.cut", "")])[:2] == ("skipped", "no-assertions")


def test_a_child_is_judged_by_its_parents_tests():
    assert judged_by(HELLO + " *> renamed", parent=HELLO, inherited=[SUITE])[0] == "pass"
    assert judged_by('DISPLAY "OTHER".', parent=HELLO, inherited=[SUITE])[:2] == ("fail", "failed: 1 of 1: HELLO")
    said = judged_by(HELLO, parent="fake: exit 3", inherited=[SUITE])
    assert said[:2] == ("skipped", "parent-fails-tests: failed: 1 of 1: HELLO")


def test_its_own_tests_come_first():
    assert judged_by(HELLO, own=[SUITE], parent="fake: exit 3", inherited=[OTHER])[0] == "pass"


class Rigid(FakeToolchain):
    """Tests build with texts that say so only."""

    def test(self, source, tests, library, dialect):
        if "fits" not in source.text:
            return Answer(Outcome.FAIL, "tests-do-not-build: X is not defined", dialect), None
        return super().test(source, tests, library, dialect)


def test_tests_that_no_longer_fit_a_child_are_no_fault_of_its():
    fits = HELLO + " *> fits"
    assert judged_by(HELLO, parent=fits, inherited=[SUITE], tool=Rigid())[:2] == (
        "skipped", "tests-do-not-fit: tests-do-not-build: X is not defined")
    assert judged_by(fits, parent=HELLO, inherited=[SUITE], tool=Rigid())[0] == "skipped"
    assert judged_by(HELLO, own=[SUITE], tool=Rigid())[:2] == ("fail", "tests-do-not-build: X is not defined")


@pytest.mark.parametrize(("outcome", "said"), [(Outcome.SKIPPED, "skipped"), (Outcome.ERROR, "error")])
def test_a_runner_that_is_missing_or_breaks(outcome, said):
    class Runner(FakeToolchain):
        def test(self, source, tests, library, dialect):
            return Answer(outcome, "as ordered"), None

    assert judged_by(HELLO, [SUITE], tool=Runner())[:2] == (said, "as ordered")
    wanted = ("error", "parent: as ordered") if outcome is Outcome.ERROR else ("skipped", "parent-fails-tests: as ordered")
    assert judged_by(HELLO, parent=HELLO, inherited=[SUITE], tool=Runner())[:2] == wanted


def test_a_runner_that_raises_is_an_error():
    class Runner(FakeToolchain):
        def test(self, source, tests, library, dialect):
            raise OSError("disk full")

    assert judged_by(HELLO, [SUITE], tool=Runner())[:2] == ("error", "tool: disk full")


def test_tests_are_run_once_for_equal_texts():
    tool = FakeToolchain()
    parent = ParentSample(RecordId(1, 0), "p.cob", HELLO, (SUITE,))
    children = [Sample(RecordId(2, row), "p.cob", "program", HELLO + " *> same", parent) for row in range(5)]
    assert [v.outcome for v in verify(children, tool, {}) if v.check == TESTS] == [Outcome.PASS] * 5
    assert tool.calls["observe", HELLO] == 2  # to compare, and to test


def test_without_a_tool_tests_are_skipped():
    [*_, said] = verify([Sample(RecordId(2, 0), "c.cob", "program", HELLO, None, (SUITE,))], None, {}, missing="no-sandbox: x")
    assert (said.check, said.outcome, said.reason) == (TESTS, Outcome.SKIPPED, "no-sandbox: x")


class ParseOnly(FakeToolchain):
    """A tool that parses and does no more."""

    def observe(self, source, library, dialect, runs=1, inputs=None):
        return Answer(Outcome.SKIPPED, "parse-only: no compiler"), ()


def test_what_is_parsed_only_is_skipped_with_that_reason():
    said = judged(HELLO + " *> child", parent=HELLO, tool=ParseOnly())
    assert said["syntax"] == ("pass", "")
    assert said["compile"] == said["run"] == said["differential"] == ("skipped", "parse-only: no compiler")
    assert judged("fake: syntax-error", parent=HELLO, tool=ParseOnly())["syntax"][0] == "fail"
    assert judged_by(HELLO, [SUITE], tool=ParseOnly())[:2] == ("skipped", "parse-only: no compiler")
