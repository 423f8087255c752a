"""An instruction for a given program: a pair whose output is the program itself, word for word.

Proof: the program compiles. That the instruction fits it is checked by nothing here; the evidence says so, and a review
or a `code` round can follow. An instruction that quotes the program, or is a program, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provenance.model.identity import canonical_json
from provenance.steps.generate.answer import Unreadable, read_json
from provenance.steps.generate.asking import Completion
from provenance.steps.generate.mode import Aim, Draft, Proof, Status, Subject, Tools, file_name
from provenance.steps.generate.modes.version import fit_parent, original, printed
from provenance.steps.generate.proof import attempt
from provenance.steps.generate.tongues import looks_like

#: Shortest and longest instruction, in characters.
SHORTEST, LONGEST = 20, 6000


@dataclass(frozen=True, slots=True)
class Instruct:
    """See the module."""

    name: str = "instruct"
    version: str = "1"
    prompt: str = "instruct@1"
    kind: str = "instruction_pair"
    subjects: frozenset[str] = frozenset({"program"})
    role: str = "source"
    placeholders: frozenset[str] = frozenset({"language", "program", "copybooks", "output"})
    needs_language: bool = False

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses a program that does not compile here: it is to be an answer worth learning."""
        return fit_parent(subject, aim, tools)

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """What the program printed."""
        return {"output": printed(subject, aim, tools)}

    def read(self, completion: Completion, subject: Subject, aim: Aim, told: str) -> Draft | Unreadable:
        """The text under "instruction"."""
        found = read_json(completion, ("instruction",), told, most=aim.most)
        if isinstance(found, Unreadable):
            return found
        text = found["instruction"]
        if not SHORTEST <= len(text) <= LONGEST:
            return Unreadable(f"length: {len(text)} characters", f"Between {SHORTEST} and {LONGEST} characters, please.")
        quoted = {line for line in map(str.strip, subject.record.text.splitlines()) if len(line) >= 16}
        if sum(line.strip() in quoted for line in text.splitlines()) >= 3 or looks_like(text) == subject.record.language:
            return Unreadable("quotes-program", "The instruction must not hold the program. Say what it has to do.")
        return Draft(text, subject.record.language, file_name(subject, self.name, subject.record.language, ".json"))

    def prove(self, draft: Draft, subject: Subject, aim: Aim, tools: Tools) -> Proof:
        """That the program compiles."""
        trial = attempt(tools, subject.record.language, original(subject), subject.library, aim.inputs, 2)
        nobody = {"instruction": "unchecked: no tool can tell whether it fits"}
        if isinstance(trial, Proof):
            return Proof(trial.status, {**trial.checks, **nobody}, trial.tool, trial.stage, trial.reason)
        return Proof(Status.PARTLY, {**trial.checks, **nobody}, trial.tool)

    def compose(self, draft: Draft, subject: Subject, proof: Proof) -> str:
        """Canonical JSON."""
        return canonical_json({"instruction": draft.text, "output": subject.record.text}).decode()


MODE = Instruct()
