"""Proposing a task: a text that says what a program shall print, and a program that does it.

Proof: the program compiles, ends by itself, shows something, and shows the same when it runs again. That the text says
what the program does is what a solver finds out: nobody can solve a text that does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from provenance.languages.toolchain import SourceText
from provenance.model.identity import canonical_json
from provenance.model.record import Record
from provenance.steps.generate.answer import Unreadable, read_code
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools, file_name, language_of
from provenance.steps.generate.modes.task import fit_language
from provenance.steps.generate.proof import attempt, ends_well, failed, reference
from provenance.steps.generate.template import fenced

_TASK = re.compile(r"^[\s*#]*TASK\**\s*:\**\s*(.+?)\s*^(?=[ \t]*(?:```|~~~))", re.MULTILINE | re.DOTALL | re.IGNORECASE)
#: Between task and program in a draft; no answer holds it, for it is taken out before.
_PART = "\x1e"
#: Shortest task, in characters; less says nothing.
_LEAST = 20


@dataclass(frozen=True, slots=True)
class ProposeTask:
    """See the module."""

    name: str = "propose-task"
    version: str = "1"
    prompt: str = "propose-task@1"
    kind: str = "instruction_pair"
    subjects: frozenset[str] = frozenset({"program", "instruction_pair"})
    role: str = "source"
    placeholders: frozenset[str] = frozenset({"language", "program", "history"})
    needs_language: bool = False
    history: str = ""

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses where nothing can compile the answer."""
        return fit_language(subject, aim, tools)

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """A program for inspiration, and the history."""
        return {"program": fenced(program_of(subject.record), subject.record.language), "history": self.history}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A task and a program that is not the one shown."""
        language = language_of(subject, aim)
        found = _TASK.search(completion.text)
        task = found[1].replace(_PART, " ").strip() if found else ""
        if len(task) < _LEAST:
            return Unreadable("no-task", "Begin with a line TASK: that says what the program prints, then give the program.")
        read = read_code(completion, language, (program_of(subject.record),), told, most=aim.most)
        if isinstance(read, Unreadable):
            return read
        return Draft(f"{task}{_PART}{read.text}", language, file_name(subject, self.name, language, ".json"), read.notes)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """Compiles, ends well, shows something, twice the same."""
        text = draft.text.partition(_PART)[2]
        name = draft.name.rpartition(".")[0] or draft.name
        trial = attempt(tools, draft.language, SourceText(name, text), {}, aim.inputs, 2)
        if isinstance(trial, Proof):
            return trial
        seen = reference(trial)
        if not seen.runs:
            return failed("proof", seen.why, f"The program cannot be judged: {seen.why}.", trial.checks, trial.tool)
        ended = ends_well(trial)
        return Proof(ended.status, {**ended.checks, "deterministic": "pass"}, ended.tool, ended.stage, ended.reason,
                     ended.feedback) if ended.status is Status.PROVED else ended

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """Canonical JSON, as mode `instruct` writes it."""
        task, _, program = draft.text.partition(_PART)
        return canonical_json({"instruction": task, "output": program}).decode()


def program_of(record: Record) -> str:
    """The program in a record: its text, or the output of an instruction pair."""
    if record.kind != "instruction_pair":
        return record.text
    return str(json.loads(record.text)["output"])
