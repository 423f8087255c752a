"""A new program from a task that somebody wrote down.

Proof: it compiles, runs to its end with status 0 and shows something; where people wrote tests for the task, it passes
them instead. That it does what the task says is known only in the second case, and the evidence says which it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.languages import all_languages
from provenance.languages.toolchain import SourceText
from provenance.steps.generate.answer import Unreadable, read_code
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools, file_name, language_of
from provenance.steps.generate.proof import attempt, ends_well, failed, passes, unchecked


@dataclass(frozen=True, slots=True)
class Task:
    """See the module."""

    name: str = "task"
    version: str = "1"
    prompt: str = "task@1"
    kind: str = "program"
    subjects: frozenset[str] = frozenset({"task"})
    role: str = "task"
    placeholders: frozenset[str] = frozenset({"language", "task", "examples", "tests"})
    needs_language: bool = False

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses where nobody says in which language to write."""
        return fit_language(subject, aim, tools)

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """The task's text is the record's."""
        return {}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A program."""
        return read_program(completion, subject, aim, told, self.name)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """Compiles and ends well, or passes the tests that people wrote."""
        return prove_program(draft, subject, aim, tools)

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """The program."""
        return draft.text


def fit_language(subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
    """Why no program can be asked for: no language, or no toolchain to prove it with."""
    language = language_of(subject, aim)
    if language not in all_languages():
        return failed("subject", f"no-language: {language or 'none'} is none that is known here; name the target")
    return unchecked(tools.why(language)) if tools.of(language) is None else None


def read_program(completion: Completion, subject: Subject, aim: Aim, told: str, mode: str,
                 alike: float = 2.0) -> Draft | Unreadable:
    """The program in an answer, named after its subject. The default for ``alike`` compares it with nothing but wholes."""
    language = language_of(subject, aim)
    read = read_code(completion, language, (subject.record.text, *(shown.record.text for shown in subject.examples)), told,
                     most=aim.most, alike=alike)
    return read if isinstance(read, Unreadable) else Draft(read.text, language, file_name(subject, mode, language), read.notes)


def prove_program(draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
    """That a program without a parent to compare with compiles and ends well, or passes tests."""
    source = SourceText(draft.name, draft.text)
    trial = attempt(tools, draft.language, source, {}, aim.inputs)
    if isinstance(trial, Proof):
        return trial
    held, said = passes(tools, draft.language, source, subject.tests_in(draft.language), {}, trial.dialect)
    checks = {**trial.checks, "tests": said}
    if held is False:
        return failed("proof", said, f"The program fails its tests. {said}", checks, trial.tool)
    if held:
        return Proof(Status.PROVED, checks, trial.tool)
    ended = ends_well(trial)
    # It runs; whether it does what the task says, nobody has seen.
    status = Status.PARTLY if ended.status is Status.PROVED else ended.status
    return Proof(status, {**ended.checks, "tests": f"skipped: {said}"}, ended.tool, ended.stage, ended.reason, ended.feedback)


MODE = Task()
