"""The same program in another language, proved on both sides.

Proof: both sides run and give the same standard output, files and return code at every input; or people wrote tests for
the task in both languages, and each side passes those of its own. Without either nothing is known of a translation but
that it compiles, and it counts as unchecked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.languages import all_languages
from provenance.languages.toolchain import SourceText
from provenance.steps.generate.answer import Unreadable
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools
from provenance.steps.generate.modes.task import read_program
from provenance.steps.generate.modes.version import fit_parent, original, printed
from provenance.steps.generate.proof import Seen, against, attempt, failed, passes, reference, unchecked


@dataclass(frozen=True, slots=True)
class Translate:
    """See the module."""

    name: str = "translate"
    version: str = "1"
    prompt: str = "translate@1"
    kind: str = "program"
    subjects: frozenset[str] = frozenset({"program"})
    role: str = "translation"
    placeholders: frozenset[str] = frozenset({"language", "source_language", "program", "copybooks", "examples", "tests",
                                              "output"})
    needs_language: bool = True

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses what is in the wanted language already, does not compile, or shows nothing that could be compared."""
        if aim.language not in all_languages() or aim.language == subject.record.language:
            return failed("subject", f"no-target: from {subject.record.language} to {aim.language or 'nothing'}")
        if (unfit := fit_parent(subject, aim, tools)) is not None:
            return unfit
        if tools.of(aim.language) is None:
            return unchecked(tools.why(aim.language))
        seen, held = _source(subject, aim, tools)
        if seen.runs or (held and subject.tests_in(aim.language)):
            return None
        return unchecked(f"source: {seen.why}")

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """What the source printed."""
        return {"output": printed(subject, aim, tools)}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A program in the language that was asked for."""
        return read_program(completion, subject, aim, told, self.name)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """The same output on both sides, or tests that hold on both sides."""
        source = SourceText(draft.name, draft.text)
        trial = attempt(tools, aim.language, source, {}, aim.inputs)
        if isinstance(trial, Proof):
            return trial
        seen, held = _source(subject, aim, tools)
        other, said = passes(tools, aim.language, source, subject.tests_in(aim.language), {}, trial.dialect)
        checks = {**trial.checks, "tests": said if held and other is not None else f"skipped: {said}"}
        if held and other is False:
            return failed("proof", said, f"The translation fails the tests of its task. {said}", checks, trial.tool)
        if seen.runs:
            proof = against(seen, trial)
            return Proof(proof.status, {**checks, **proof.checks}, proof.tool, proof.stage, proof.reason, proof.feedback)
        if held and other:
            return Proof(Status.PROVED, {**checks, "behaviour": "tests hold on both sides"}, trial.tool)
        return unchecked(f"source: {seen.why}", checks, trial.tool)

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """The program."""
        return draft.text


def _source(subject: Subject, aim: Aim, tools: Tools) -> tuple[Seen, bool]:
    """What the source shows when it runs, and whether it passes the tests that people wrote for it."""
    language = subject.record.language
    seen = reference(attempt(tools, language, original(subject), subject.library, aim.inputs, 2))
    tests = subject.tests_in(language)
    dialect = seen.trial.dialect if seen.trial else ""
    held = bool(tests and seen.trial and passes(tools, language, original(subject), tests, subject.library, dialect)[0])
    return seen, held


MODE = Translate()
