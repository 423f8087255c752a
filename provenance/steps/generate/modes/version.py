"""Another version of a given program: same language, other text, same behaviour.

Proof: it compiles, and where the parent's behaviour can be observed (it ends, is the same twice, and shows something)
the version does the same at every input; where people wrote tests that the parent passes, the version passes them too.
Where neither can be seen, the evidence says so and why: such a version is known to compile and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.languages.toolchain import SourceText
from provenance.steps.generate.answer import NEARLY, Unreadable
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools
from provenance.steps.generate.modes.task import read_program
from provenance.steps.generate.proof import against, attempt, failed, passes, reference, unchecked


@dataclass(frozen=True, slots=True)
class Version:
    """See the module."""

    name: str = "version"
    version: str = "1"
    prompt: str = "version@1"
    kind: str = "program"
    subjects: frozenset[str] = frozenset({"program"})
    role: str = "source"
    placeholders: frozenset[str] = frozenset({"language", "program", "copybooks", "examples", "tests", "output"})
    needs_language: bool = False

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses a parent that does not compile here."""
        return fit_parent(subject, aim, tools)

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """What the parent printed."""
        return {"output": printed(subject, aim, tools)}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A program that is not nearly the parent."""
        own = Aim(subject.record.language, aim.inputs, aim.most, aim.seed)
        return read_program(completion, subject, own, told, self.name, NEARLY)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """Compiles, and behaves like its parent where that can be observed."""
        language, source = subject.record.language, SourceText(draft.name, draft.text)
        trial = attempt(tools, language, source, subject.library, aim.inputs)
        if isinstance(trial, Proof):
            return trial
        seen = reference(attempt(tools, language, original(subject), subject.library, aim.inputs, 2))
        proof = Proof(Status.PARTLY, {**trial.checks, "behaviour": f"skipped: {seen.why}"}, trial.tool)
        if seen.runs:
            proof = against(seen, trial)
            if proof.status is not Status.PROVED:
                return proof
        tests = subject.tests_in(language)
        if tests and seen.trial and passes(tools, language, original(subject), tests, subject.library, seen.trial.dialect)[0]:
            held, said = passes(tools, language, source, tests, subject.library, trial.dialect)
            checks = {**proof.checks, "tests": said}
            if not held:
                return failed("proof", said, f"The given program passes its tests, this one does not. {said}", checks, trial.tool)
            proof = Proof(Status.PROVED, checks, trial.tool)
        return proof

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """The program."""
        return draft.text


def original(subject: Subject) -> SourceText:
    """The subject as the compiler sees it."""
    return SourceText(subject.record.name, subject.record.text)


def fit_parent(subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
    """Why nothing can be held against a version of this program: it does not compile, or there is no compiler."""
    trial = attempt(tools, subject.record.language, original(subject), subject.library, aim.inputs, 2)
    if not isinstance(trial, Proof):
        return None
    if trial.status is Status.FAILED:
        return failed("subject", f"parent-does-not-compile: {trial.reason}", "", trial.checks, trial.tool)
    return unchecked(trial.reason, trial.checks, trial.tool)


def printed(subject: Subject, aim: Aim, tools: Tools) -> str:
    """What the subject printed at its first input, in a fence; empty where nothing can be told of it."""
    seen = reference(attempt(tools, subject.record.language, original(subject), subject.library, aim.inputs, 2))
    head = seen.runs[0].head if seen.runs else ""
    return f"When it runs it prints:\n```text\n{head}{'' if head.endswith(chr(10)) else chr(10)}```" if head else ""


MODE = Version()
