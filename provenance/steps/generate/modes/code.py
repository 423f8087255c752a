"""A program from an instruction, from an instruction pair (its program is not shown), or from a task.

Proof as for `task`. Where the instruction came with a program, the evidence also says whether both do the same; an
instruction rarely fixes every character of an output, so a difference is told and not held against the answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from provenance.languages.toolchain import SourceText
from provenance.model.record import Record
from provenance.steps.generate.answer import Unreadable
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools
from provenance.steps.generate.modes.task import fit_language, prove_program, read_program
from provenance.steps.generate.proof import Trial, against, attempt, failed, reference


@dataclass(frozen=True, slots=True)
class Code:
    """See the module."""

    name: str = "code"
    version: str = "1"
    prompt: str = "code@1"
    kind: str = "program"
    subjects: frozenset[str] = frozenset({"instruction_pair", "instruction", "task"})
    role: str = "instruction"
    placeholders: frozenset[str] = frozenset({"language", "instruction", "examples", "tests"})
    needs_language: bool = False

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses pairs that are none, and where nobody says in which language to write."""
        if not instruction_of(subject.record)[0]:
            return failed("subject", "no-instruction: the record is not a pair of instruction and output")
        return fit_language(subject, aim, tools)

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """The instruction alone."""
        return {"instruction": instruction_of(subject.record)[0]}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """A program."""
        return read_program(completion, subject, aim, told, self.name)

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """Compiles and ends well, or passes the tests that people wrote; the pair's own program is only compared."""
        proof = prove_program(draft, subject, aim, tools)
        output = instruction_of(subject.record)[1]
        if proof.status not in (Status.PROVED, Status.PARTLY) or not output or subject.record.language != draft.language:
            return proof
        seen = reference(attempt(tools, draft.language, SourceText("pair", output), {}, aim.inputs, 2))
        trial = attempt(tools, draft.language, SourceText(draft.name, draft.text), {}, aim.inputs)
        said = f"unseen: {seen.why}"
        if seen.runs and isinstance(trial, Trial):
            said = against(seen, trial).checks.get("behaviour", "differs")
        return replace(proof, checks={**proof.checks, "pair": said})

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """The program."""
        return draft.text


def instruction_of(record: Record) -> tuple[str, str]:
    """The instruction and the output of a pair; the text and nothing for a plain instruction or task."""
    if record.kind != "instruction_pair":
        return record.text.strip(), ""
    try:
        pair = json.loads(record.text)
        return str(pair["instruction"]).strip(), str(pair.get("output", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", ""


MODE = Code()
