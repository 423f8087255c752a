"""Tests for a given program, in the form that its language's runner takes.

Proof: they pass on the program, and fail on at least one mutant of it that compiles (`provenance.steps.generate.mutants`):
tests that nothing can break test nothing. Without a runner for the language nothing is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.errors import ProvenanceError
from provenance.languages import all_languages
from provenance.languages.toolchain import SourceText
from provenance.model.verdict import Outcome
from provenance.steps.generate.answer import Unreadable, read_code
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools, file_name
from provenance.steps.generate.modes.version import fit_parent, original, printed
from provenance.steps.generate.mutants import mutants
from provenance.steps.generate.proof import attempt, failed, named, unchecked


@dataclass(frozen=True, slots=True)
class Tests:
    """See the module."""

    name: str = "tests"
    version: str = "1"
    prompt: str = "tests@1"
    kind: str = "test"
    subjects: frozenset[str] = frozenset({"program"})
    role: str = "source"
    placeholders: frozenset[str] = frozenset({"language", "program", "copybooks", "output", "tests"})
    needs_language: bool = False

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses a program that does not compile, and a language without a runner of tests."""
        if (unfit := fit_parent(subject, aim, tools)) is not None:
            return unfit
        language = subject.record.language
        tool = tools.of(language)
        assert tool is not None  # or it would not fit
        answer = tool.check(original(subject), subject.library)
        probe, _ = tool.test(original(subject), SourceText("probe", ""), subject.library, answer.dialect)
        # A runner that cannot run nothing says something else than that there is none.
        if probe.outcome is Outcome.SKIPPED and probe.reason == f"no-test-runner: {language}":
            return unchecked(probe.reason, tool=named(tool))
        return None

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """What the program printed."""
        return {"output": printed(subject, aim, tools)}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A text of tests; it need not look like a program."""
        language = subject.record.language
        read = read_code(completion, f"{language} tests", (subject.record.text,), told, most=aim.most)
        if isinstance(read, Unreadable):
            return read
        known = all_languages().get(language)
        endings = [ext for ext, kind in known.extensions.items() if kind == "test"] if known else []
        return Draft(read.text, language, file_name(subject, self.name, language, endings[0] if endings else ""), read.notes)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """That they hold, and notice at least one mutant."""
        language = subject.record.language
        tool = tools.of(language)
        if tool is None:
            return unchecked(tools.why(language))
        trial = attempt(tools, language, original(subject), subject.library, aim.inputs)
        if isinstance(trial, Proof):
            return trial
        tests, name = SourceText(draft.name, draft.text), subject.record.name
        try:
            answer, report = tool.test(original(subject), tests, subject.library, trial.dialect)
            if answer.outcome is Outcome.SKIPPED:
                return unchecked(answer.reason, trial.checks, trial.tool)
            if answer.outcome is Outcome.ERROR:
                return failed("tool", f"tool: {answer.reason}", "", trial.checks, trial.tool)
            if report is None:
                return failed("compile", f"tests-do-not-build: {answer.reason}", f"The tests do not build: {answer.reason}",
                              trial.checks, trial.tool)
            if report.failed or not report.passed:
                said = f"tests: {report.failed} failed, {report.passed} held: {report.message}"
                return failed("proof", said, f"The tests have to hold on the program as it is. {said}", trial.checks, trial.tool)
            noticed, tried = 0, 0
            for mutant in mutants(subject.record.text, aim.seed):
                changed = SourceText(name, mutant)
                if tool.check(changed, subject.library).outcome is not Outcome.PASS:
                    continue
                tried += 1
                again, other = tool.test(changed, tests, subject.library, trial.dialect)
                noticed += again.outcome is Outcome.PASS and other is not None and other.failed > 0
        except (OSError, ProvenanceError) as problem:
            return failed("tool", f"tool: {problem}", "", trial.checks, trial.tool)
        checks = {**trial.checks, "tests": f"{report.passed} held", "mutants": f"{noticed} of {tried} noticed"}
        if not noticed:
            return failed("proof", f"no-mutant-noticed: of {tried}", "The tests hold on wrong versions of the program too. Test "
                          "what it computes.", checks, trial.tool)
        return Proof(Status.PROVED, checks, trial.tool)

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """The tests."""
        return draft.text


MODE = Tests()
