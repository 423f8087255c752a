"""A repair pair: the model puts a bug into a program that works; the program is the repair.

Proof: the original compiles and shows something, or passes its tests; the buggy version does not compile, does something
else at some input, or fails a test that the original passes. A version in which nothing shows is no bug, and one that
shares less than half of its lines with the original is no version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.languages.toolchain import SourceText
from provenance.model.identity import canonical_json
from provenance.steps.generate.answer import Unreadable, similarity
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools, file_name
from provenance.steps.generate.modes.task import read_program
from provenance.steps.generate.modes.version import fit_parent, original, printed
from provenance.steps.generate.proof import (
    MACHINE,
    Seen,
    Trial,
    attempt,
    differences,
    failed,
    passes,
    reference,
    unchecked,
)

#: Least share of common lines of a program and its buggy version.
LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Repair:
    """See the module."""

    name: str = "repair"
    version: str = "1"
    prompt: str = "repair@1"
    kind: str = "repair_pair"
    subjects: frozenset[str] = frozenset({"program"})
    role: str = "source"
    placeholders: frozenset[str] = frozenset({"language", "program", "copybooks", "output"})
    needs_language: bool = False

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses a program that does not compile, or of which nothing can be seen."""
        if (unfit := fit_parent(subject, aim, tools)) is not None:
            return unfit
        seen, held = _original(subject, aim, tools)
        return None if seen.runs or held else unchecked(f"original: {seen.why}")

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """What the program printed."""
        return {"output": printed(subject, aim, tools)}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A program that is like the original and not the original."""
        own = Aim(subject.record.language, aim.inputs, aim.most, aim.seed)
        draft = read_program(completion, subject, own, told, self.name)
        if isinstance(draft, Unreadable):
            return draft
        if (share := similarity(draft.text, subject.record.text)) < LEAST:
            return Unreadable(f"not-a-version: {share:.0%} of the lines are the program's",
                              "Change as little as possible: give the whole program with one bug in it.")
        return Draft(draft.text, draft.language, file_name(subject, self.name, draft.language, ".json"), draft.notes)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """That the original works and this does not."""
        language, name = subject.record.language, subject.record.name
        seen, held = _original(subject, aim, tools)
        if not seen.runs and not held:
            return unchecked(f"original: {seen.why}")
        first = seen.trial
        if first is None:
            return unchecked(f"original: {seen.why}")
        ok = {**{f"original {check}": said for check, said in first.checks.items()}}
        trial = attempt(tools, language, SourceText(name, draft.text), subject.library, aim.inputs)
        if isinstance(trial, Proof):
            if trial.status is Status.FAILED and trial.stage in ("syntax", "compile") and trial.code != "tool":
                return Proof(Status.PROVED, {**ok, "bug": f"does-not-compile: {trial.reason}"}, trial.tool)
            return trial
        if held:
            _, said = answer = passes(tools, language, SourceText(name, draft.text), subject.tests_in(language),
                                      subject.library, trial.dialect)
            if answer[0] is False:
                return Proof(Status.PROVED, {**ok, "original tests": "pass", "bug": said}, trial.tool)
        if said := _shows(seen, trial):
            if said.startswith("tool"):
                return failed("tool", said, "", ok, trial.tool)
            return Proof(Status.PROVED, {**ok, "bug": said}, trial.tool)
        return failed("proof", "no-difference", "The changed program still does the same. Put in a bug that changes what it "
                      "prints or returns.", ok, trial.tool)

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """Canonical JSON."""
        return canonical_json({"buggy": draft.text, "fixed": subject.record.text,
                               "evidence": proof.checks.get("bug", "unchecked")}).decode()


def _shows(seen: Seen, trial: Trial) -> str:
    """In what a buggy version differs from the original when it runs; empty where in nothing."""
    if not seen.runs:
        return ""
    if not trial.ran:
        return f"does-not-run: {trial.answer.reason}"
    for number, (wanted, each) in enumerate(zip(seen.runs, trial.runs, strict=True), 1):
        if each[0].stopped in MACHINE:
            # The machine may have been slow: that says nothing of the program.
            return f"tool: stopped by {each[0].stopped}"
        if found := differences(wanted, each[0]):
            return f"differs: {', '.join(found)} (input {number})"
    return ""


def _original(subject: Subject, aim: Aim, tools: Tools) -> tuple[Seen, bool]:
    language, tests = subject.record.language, subject.tests_in(subject.record.language)
    seen = reference(attempt(tools, language, original(subject), subject.library, aim.inputs, 2))
    held = bool(seen.trial and passes(tools, language, original(subject), tests, subject.library, seen.trial.dialect)[0])
    return seen, held


MODE = Repair()
