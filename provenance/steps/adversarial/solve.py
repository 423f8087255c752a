"""Solving: a program that does at every input what the program that was right does.

The solver sees the proposal and what is to come out, never the program that was right. Its answer is judged by running
both; an answer that equals the right program in text is a solution like any other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from provenance.languages.toolchain import SourceText
from provenance.steps.generate.answer import Unreadable, read_code
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Subject, Tools, file_name
from provenance.steps.generate.proof import Seen, against, attempt, reference, unchecked
from provenance.steps.generate.template import fenced


@dataclass(frozen=True, slots=True)
class Solve:
    """See the module.

    Attributes:
        truth, shown: keys of the proposal's JSON: the program that is right, and what the solver is given.
    """

    name: str
    truth: str
    shown: str
    prompt: str
    subjects: frozenset[str]
    version: str = "1"
    kind: str = "program"
    role: str = "proposal"
    placeholders: frozenset[str] = frozenset({"language", "program", "task", "copybooks", "output"})
    needs_language: bool = False

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses where the program that is right shows nothing, which its proposal's proof has ruled out before."""
        seen = self._right(subject, aim, tools)
        return None if seen.runs else unchecked(f"original: {seen.why}")

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """The proposal without the program that is right, and what that one prints."""
        given = str(json.loads(subject.record.text)[self.shown])
        runs = self._right(subject, aim, tools).runs
        said = [f"Run {number}, {'return code ' + str(run.returncode) + ', ' if run.returncode else ''}standard output:\n"
                f"{fenced(run.head, 'text')}" for number, run in enumerate(runs, 1)]
        return {"program": fenced(given, subject.record.language), "task": given, "output": "\n\n".join(said)}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A program that is not the proposal itself."""
        language = subject.record.language
        given = str(json.loads(subject.record.text)[self.shown])
        read = read_code(completion, language, (given,), told, most=aim.most, alike=2.0)
        return read if isinstance(read, Unreadable) else Draft(read.text, language, file_name(subject, self.name, language),
                                                               read.notes)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """That it does what the right program does."""
        seen = self._right(subject, aim, tools)
        if not seen.runs:
            return unchecked(f"original: {seen.why}")
        source = SourceText(subject.record.name.rpartition(".")[0] or subject.record.name, draft.text)
        trial = attempt(tools, draft.language, source, subject.library, aim.inputs)
        return trial if isinstance(trial, Proof) else against(seen, trial)

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """The program."""
        return draft.text

    def _right(self, subject: Subject, aim: Aim, tools: Tools) -> Seen:
        text = str(json.loads(subject.record.text)[self.truth])
        name = subject.record.name.rpartition(".")[0] or subject.record.name
        return reference(attempt(tools, subject.record.language, SourceText(name, text), subject.library, aim.inputs, 2))
