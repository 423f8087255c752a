"""Modes: what each refuses to ask, reads, proves and makes, with a compiler that obeys orders."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.languages.toolchain import Answer, Inputs
from provenance.model.verdict import Outcome
from provenance.steps.generate import MODES, Aim, Completion, Mode, Proof, Status, Subject, by_name
from provenance.steps.generate.answer import Unreadable
from provenance.steps.generate.mode import file_name
from provenance.steps.generate.mutants import mutants
from provenance.testing import FakeToolchain
from tests.steps.generate.generate_cases import Bench, bench, cobol, fence, record, shown, subject

ONE = cobol("ONE")
#: The same behaviour, another text.
OTHER = cobol("ONE", "      *> another way\n       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n       01 A PIC 9.\n")
REXX = "/* REXX */\nDISPLAY \"ONE\"\nexit\n"
TASK = record("Print the word ONE.", "one.txt", "cobol", "task")


def order(text: str, what: str) -> str:
    return text + f"      *> fake: {what}\n"


def proved(mode: str, about: Subject, answer: str, tools: Any = None, aim: Aim | None = None) -> Proof | Unreadable:
    one, wanted = by_name(mode), aim or Aim()
    draft = one.read(Completion(answer, "stop"), about, wanted, "")
    return draft if isinstance(draft, Unreadable) else one.prove(draft, about, wanted, tools or bench("cobol", "rexx"))


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_a_mode_keeps_its_contract(mode: Mode) -> None:
    assert mode == type(mode)() and by_name(mode.name) is mode
    assert mode.prompt == f"{mode.name}@1" and mode.subjects and mode.kind and mode.version
    assert mode.role in {"source", "translation", "instruction", "task"}
    with pytest.raises(AttributeError):
        mode.name = "other"  # type: ignore[misc]


def test_an_unknown_mode_is_told_what_there_is() -> None:
    with pytest.raises(PolicyError, match="translate"):
        by_name("improve")


@pytest.mark.parametrize(("answer", "status", "stage", "reason"), [
    (OTHER, Status.PROVED, "", ""),
    (cobol("TWO"), Status.FAILED, "proof", "differs: stdout (input 1)"),
    (order(OTHER, "syntax-error"), Status.FAILED, "syntax", "syntax: ONE-version.cbl:1: error: as ordered"),
    (order(OTHER, "build-error"), Status.FAILED, "compile", "build: as ordered"),
    (order(OTHER, "exit 35"), Status.FAILED, "proof", "differs: returncode (input 1)"),
    (order(OTHER, "stop cpu"), Status.FAILED, "proof", "differs: stopped (input 1)"),
    (order(OTHER, "stop sandbox"), Status.FAILED, "tool", "tool: stopped by sandbox"),
    (order(OTHER, "file OUT"), Status.FAILED, "proof", "differs: files (input 1)"),
    (order(OTHER, "subprogram"), Status.FAILED, "run", "not-executable: as ordered"),
    (order(OTHER, "crash"), Status.FAILED, "syntax", "tool: compiler-crash: fake"),
    (order(OTHER, "broken"), Status.FAILED, "tool", "tool: no such program"),
    (OTHER.replace("PROCEDURE", "COPY GONE. PROCEDURE"), Status.FAILED, "syntax", "missing-copybook: GONE"),
])
def test_a_version_does_what_its_parent_does(answer: str, status: Status, stage: str, reason: str) -> None:
    proof = proved("version", subject(ONE), fence(answer))
    assert isinstance(proof, Proof) and (proof.status, proof.stage, proof.reason) == (status, stage, reason)
    # What only a better machine can mend is not asked for again; what the model can mend is, with the cause.
    assert bool(proof.feedback) == (status is Status.FAILED and not reason.startswith("tool"))


def test_a_version_of_a_program_that_shows_nothing_is_known_to_compile_and_says_so() -> None:
    silent = ONE.replace('DISPLAY "ONE"', "CONTINUE")
    proof = proved("version", subject(silent), fence(OTHER))
    assert isinstance(proof, Proof) and proof.status is Status.PARTLY
    assert proof.checks["behaviour"] == "skipped: nothing-observable"
    for what, why in (("random", "nondeterministic-parent"), ("stop cpu", "parent-stopped: cpu")):
        proof = proved("version", subject(order(ONE, what)), fence(OTHER))
        assert isinstance(proof, Proof) and proof.checks["behaviour"] == f"skipped: {why}"


def test_a_version_passes_the_tests_that_its_parent_passes() -> None:
    tests = (shown(1, "EXPECT ONE\n", name="one.cut", kind="test"),)
    silent = order(ONE, "random")
    good = proved("version", subject(silent, tests), fence(OTHER))
    bad = proved("version", subject(silent, tests), fence(cobol("TWO")))
    assert isinstance(good, Proof) and good.checks["tests"] == "tests: 1 held"
    assert isinstance(bad, Proof) and bad.status is Status.FAILED and bad.reason.startswith("tests: 1 of 1 failed")


def test_every_input_is_compared() -> None:
    """An answer that ignores what it is given differs at the second input alone."""
    echo = order(ONE, "echo")
    aim = Aim(inputs=(Inputs(), Inputs(stdin=b"7\n")))
    kept = proved("version", subject(echo), fence(order(OTHER, "echo")), aim=aim)
    lost = proved("version", subject(echo), fence(OTHER), aim=aim)
    assert isinstance(kept, Proof) and kept.checks["behaviour"].endswith("inputs: 2")
    assert isinstance(lost, Proof) and lost.reason == "differs: stdout (input 2)"


@pytest.mark.parametrize(("mode", "about", "reason"), [
    ("version", order(ONE, "syntax-error"), "parent-does-not-compile"),
    ("instruct", order(ONE, "build-error"), "parent-does-not-compile"),
    ("repair", ONE.replace('DISPLAY "ONE"', "CONTINUE"), "original"),
    ("repair", order(ONE, "syntax-error"), "parent-does-not-compile"),
    ("tests", order(ONE, "syntax-error"), "parent-does-not-compile"),
    ("translate", ONE.replace('DISPLAY "ONE"', "CONTINUE"), "source"),
])
def test_what_cannot_be_proved_is_not_asked(mode: str, about: str, reason: str) -> None:
    unfit = by_name(mode).fit(subject(about), Aim("rexx" if mode == "translate" else ""), bench("cobol", "rexx"))
    assert unfit is not None and unfit.code == reason


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_without_a_toolchain_nothing_is_proved(mode: Mode) -> None:
    about = subject(record(ONE) if "program" in mode.subjects else TASK)
    aim = Aim("rexx" if mode.needs_language else "")
    unfit = mode.fit(about, aim, Bench())
    assert unfit is not None and unfit.status is Status.UNCHECKED
    answer = '{"instruction": "Print the word ONE once."}' if mode.name == "instruct" else fence(REXX if aim.language else OTHER)
    draft = mode.read(Completion(answer), about, aim, "")
    assert not isinstance(draft, Unreadable)
    assert mode.prove(draft, about, aim, Bench()).status is Status.UNCHECKED


@pytest.mark.parametrize(("answer", "status", "reason"), [
    (REXX, Status.PROVED, ""),
    (REXX.replace("ONE", "TWO"), Status.FAILED, "differs: stdout (input 1)"),
    (order(REXX, "syntax-error"), Status.FAILED, "syntax: ONE-translate.rexx:1: error: as ordered"),
])
def test_a_translation_says_the_same_on_both_sides(answer: str, status: Status, reason: str) -> None:
    proof = proved("translate", subject(ONE), fence(answer, "rexx"), aim=Aim("rexx"))
    assert isinstance(proof, Proof) and (proof.status, proof.reason) == (status, reason)


def test_a_translation_of_what_shows_nothing_needs_tests_on_both_sides() -> None:
    quiet = order(ONE, "random")
    tests = (shown(1, "EXPECT ONE\n", name="a.cut", kind="test"),
             shown(2, "EXPECT ONE\n", name="a-check.rexx", kind="test", language="rexx"))
    both, one_side = subject(quiet, tests), subject(quiet, tests[:1])
    mode, aim, tools = by_name("translate"), Aim("rexx"), bench("cobol", "rexx")
    assert mode.fit(both, aim, tools) is None
    unfit = mode.fit(one_side, aim, tools)
    assert unfit is not None and unfit.status is Status.UNCHECKED
    good, bad = (proved("translate", both, fence(text, "rexx"), aim=aim) for text in (REXX, REXX.replace("ONE", "TWO")))
    assert isinstance(good, Proof) and good.checks["behaviour"] == "tests hold on both sides"
    assert isinstance(bad, Proof) and bad.status is Status.FAILED and bad.stage == "proof"
    alone = proved("translate", one_side, fence(REXX, "rexx"), aim=aim)
    assert isinstance(alone, Proof) and alone.status is Status.UNCHECKED


def test_a_translation_into_its_own_language_is_none() -> None:
    unfit = by_name("translate").fit(subject(ONE), Aim("cobol"), bench())
    assert unfit is not None and unfit.code == "no-target"


@pytest.mark.parametrize("mode", ["task", "code"])
@pytest.mark.parametrize(("answer", "status", "stage", "reason"), [
    (ONE, Status.PARTLY, "", ""),
    (ONE.replace('DISPLAY "ONE"', "CONTINUE"), Status.FAILED, "run", "says-nothing"),
    (order(ONE, "exit 3"), Status.FAILED, "run", "exit: 3"),
    (order(ONE, "stop wall"), Status.FAILED, "run", "stopped: wall"),
    (order(ONE, "subprogram"), Status.UNCHECKED, "proof", "not-executable: as ordered"),
    (order(ONE, "syntax-error"), Status.FAILED, "syntax", None),
])
def test_a_new_program_compiles_and_ends_well(mode: str, answer: str, status: Status, stage: str, reason: str | None) -> None:
    proof = proved(mode, subject(TASK), fence(answer))
    assert isinstance(proof, Proof) and (proof.status, proof.stage) == (status, stage)
    assert reason is None or proof.reason == reason


def test_the_tests_of_a_task_decide_where_people_wrote_some() -> None:
    about = subject(TASK, (shown(1, "EXPECT ONE\n", name="one.cut", kind="test"),))
    good, bad = (proved("task", about, fence(cobol(word))) for word in ("ONE", "TWO"))
    assert isinstance(good, Proof) and good.status is Status.PROVED and good.checks["tests"] == "tests: 1 held"
    assert isinstance(bad, Proof) and bad.status is Status.FAILED and bad.stage == "proof"


def test_a_task_without_a_language_needs_a_target() -> None:
    about = subject(record("Print ONE.", "a.txt", "text", "task"))
    unfit = by_name("task").fit(about, Aim(), bench())
    assert unfit is not None and unfit.code == "no-language"
    assert by_name("task").fit(about, Aim("cobol"), bench()) is None


def test_a_pair_gives_its_instruction_and_is_compared_with_its_program() -> None:
    def pair(says: str) -> Subject:
        return subject(record(json.dumps({"instruction": "Print ONE.", "output": cobol(says)}), kind="instruction_pair"))
    code = by_name("code")
    assert code.values(pair("ONE"), Aim(), bench()) == {"instruction": "Print ONE."}
    for says, word in (("ONE", "same"), ("TWO", "differs")):
        proof = proved("code", pair(says), fence(ONE))
        assert isinstance(proof, Proof) and proof.status is Status.PARTLY and proof.checks["pair"].startswith(word)
    for text in ("{}", "[]", '"x"', "no json", '{"instruction": ""}'):
        unfit = code.fit(subject(record(text, kind="instruction_pair")), Aim(), bench())
        assert unfit is not None and unfit.code == "no-instruction"


@pytest.mark.parametrize(("answer", "reason"), [
    ('{"instruction": "Print ONE."}', "length"),
    (json.dumps({"instruction": f"Write this program:\n{cobol('ONE')}"}), "quotes-program"),
    ('{"instruction": "Print the wo', "half-json"),
])
def test_an_instruction_is_one(answer: str, reason: str) -> None:
    refused = proved("instruct", subject(ONE), answer)
    assert isinstance(refused, Unreadable) and refused.code == reason


def test_an_instruction_pair_holds_the_program_and_says_that_nobody_checked_the_instruction() -> None:
    mode, about = by_name("instruct"), subject(ONE)
    draft = mode.read(Completion('{"instruction": "Print the word ONE and stop."}'), about, Aim(), "")
    assert not isinstance(draft, Unreadable) and draft.name == "ONE-instruct.json"
    proof = mode.prove(draft, about, Aim(), bench())
    assert proof.status is Status.PARTLY and proof.checks["instruction"].startswith("unchecked")
    assert json.loads(mode.compose(draft, about, proof)) == {"instruction": "Print the word ONE and stop.", "output": ONE}


@pytest.mark.parametrize(("answer", "status", "said"), [
    (cobol("TWO"), Status.PROVED, "differs: stdout (input 1)"),
    (order(ONE, "syntax-error"), Status.PROVED, "does-not-compile: syntax: ONE.cbl:1: error: as ordered"),
    (order(ONE, "stop cpu"), Status.PROVED, "differs: stopped (input 1)"),
    (order(ONE, "harmless"), Status.FAILED, "no-difference"),
    (order(ONE, "stop wall"), Status.FAILED, "tool: stopped by wall"),
    (order(ONE, "broken"), Status.FAILED, "tool: no such program"),
    (order(ONE, "crash"), Status.FAILED, "tool: compiler-crash: fake"),
])
def test_a_bug_shows_in_the_program_that_has_it(answer: str, status: Status, said: str) -> None:
    proof = proved("repair", subject(ONE), fence(answer))
    assert isinstance(proof, Proof) and proof.status is status
    assert (proof.checks.get("bug") or proof.reason) == said
    if status is Status.PROVED:
        assert proof.checks["original compile"] == "pass"


def test_a_repair_pair_holds_both_and_the_evidence() -> None:
    mode, about = by_name("repair"), subject(ONE)
    draft = mode.read(Completion(fence(cobol("TWO"))), about, Aim(), "")
    assert not isinstance(draft, Unreadable)
    proof = mode.prove(draft, about, Aim(), bench())
    assert json.loads(mode.compose(draft, about, proof)) == {
        "buggy": cobol("TWO"), "fixed": ONE, "evidence": "differs: stdout (input 1)"}
    refused = proved("repair", subject(ONE), fence('       PROGRAM-ID. X.\n           DISPLAY "9".\n'))
    assert isinstance(refused, Unreadable) and refused.code == "not-a-version"


def test_a_bug_that_only_tests_notice() -> None:
    tests = (shown(1, "EXPECT ONE\n", name="one.cut", kind="test"),)
    proof = proved("repair", subject(order(ONE, "random"), tests), fence(order(cobol("TWO"), "random")))
    assert isinstance(proof, Proof) and proof.status is Status.PROVED and proof.checks["bug"].startswith("tests: 1 of 1")


@pytest.mark.parametrize(("answer", "status", "reason"), [
    ("EXPECT ONE\n", Status.PROVED, ""),
    ("EXPECT TWO\n", Status.FAILED, "tests"),
    ("TestSuite nothing\n", Status.FAILED, "tests"),
])
def test_tests_hold_and_notice_a_mutant(answer: str, status: Status, reason: str) -> None:
    proof = proved("tests", subject(ONE), fence(answer, ""))
    assert isinstance(proof, Proof) and (proof.status, proof.code) == (status, reason)


def test_tests_that_no_mutant_breaks_are_none() -> None:
    """The only place in which a mutant of this program can differ is a comment."""
    program = cobol("...") + "      *> 7\n"
    proof = proved("tests", subject(program), fence("EXPECT ...\n", ""))
    assert len(list(mutants(program, 0))) == 1
    assert isinstance(proof, Proof) and proof.status is Status.FAILED and proof.code == "no-mutant-noticed"


class NoRunner(FakeToolchain):
    """It compiles and runs, and has no runner of tests."""

    def test(self, source: Any, tests: Any, library: Any, dialect: str) -> Any:
        return Answer(Outcome.SKIPPED, f"no-test-runner: {self.language}"), None


def test_without_a_runner_no_tests_are_asked_for() -> None:
    unfit = by_name("tests").fit(subject(ONE), Aim(), Bench(NoRunner()))
    assert unfit is not None and unfit.status is Status.UNCHECKED and unfit.reason == "no-test-runner: cobol"


@pytest.mark.parametrize(("name", "language", "wanted"), [
    ("PAY.CBL", "cobol", "PAY-version.CBL"), ("PAY.cbl", "rexx", "PAY-version.rexx"), ("PAY", "java", "PAY-version.java"),
    (".cbl", "cobol", ".cbl-version.cbl"), ("a.b.cbl", "unheard-of", "a.b-version.txt")])
def test_names(name: str, language: str, wanted: str) -> None:
    assert file_name(subject(record(ONE, name)), "version", language) == wanted


@given(st.text(alphabet="01 +-<>'\"aZ.\nPIC", max_size=80), st.integers(0, 9))
def test_a_mutant_differs_in_one_place_and_keeps_its_length(text: str, seed: int) -> None:
    made = list(mutants(text, seed))
    assert made == list(mutants(text, seed)) and len(set(made)) == len(made) <= 12
    for mutant in made:
        assert len(mutant) == len(text) and sum(a != b for a, b in zip(mutant, text, strict=True)) == 1
