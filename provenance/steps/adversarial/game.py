"""The games: what is proposed, what the solver sees of it, and what it has to do.

``repair``: the proposer puts a bug into a program that works; the solver, who sees the buggy program and what it should
print, mends it. ``task``: the proposer writes a task with a program that does it; the solver, who sees the task and what
is to be printed, writes a program of its own.

    >>> game_by_name("repair").propose.name
    'propose-bug'
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from provenance.errors import PolicyError
from provenance.languages.toolchain import SourceText
from provenance.model.record import Record
from provenance.steps.adversarial.solve import Solve
from provenance.steps.adversarial.task import ProposeTask
from provenance.steps.generate.mode import Aim, Mode, Proof, Subject, Tools
from provenance.steps.generate.modes.repair import Repair
from provenance.steps.generate.proof import attempt, reference, unchecked


@dataclass(frozen=True, slots=True)
class ProposeBug(Repair):
    """A bug, as mode `repair` makes it, by a proposer who is told how its last ones fared."""

    name: str = "propose-bug"
    prompt: str = "propose-bug@1"
    placeholders: frozenset[str] = frozenset({"language", "program", "copybooks", "output", "history"})
    history: str = ""

    def fit(self, subject: Subject, aim: Aim, tools: Tools) -> Proof | None:
        """Refuses, besides, a program that shows nothing when it runs: no try of a solver could be judged."""
        if (unfit := Repair.fit(self, subject, aim, tools)) is not None:
            return unfit
        record = subject.record
        seen = reference(attempt(tools, record.language, SourceText(record.name, record.text), subject.library, aim.inputs, 2))
        return None if seen.runs else unchecked(f"original: {seen.why}")

    def values(self, subject: Subject, aim: Aim, tools: Tools) -> Mapping[str, str]:
        """What the program printed, and the history."""
        # Not super(): a dataclass with slots is another class than the one that its methods were written in.
        return {**Repair.values(self, subject, aim, tools), "history": self.history}


@dataclass(frozen=True, slots=True)
class Game:
    """A way to propose and a way to solve.

    Attributes:
        name, version: as recipes hold them; the version changes whenever the same answers could be judged otherwise.
        propose: mode of the proposer; it has a ``history``.
        solve: mode of the solver; its subjects are the proposals.
        truth, lesson: keys of a proposal's JSON: the program that is right, and the text that teaches.
    """

    name: str
    version: str
    propose: ProposeBug | ProposeTask
    solve: Mode
    truth: str
    lesson: str

    def proposing(self, history: str) -> Mode:
        """The proposer's mode, knowing what became of earlier proposals."""
        return replace(self.propose, history=history)

    def taught(self, record: Record) -> str:
        """What is new in a proposal: the lines that the program that was right does not have, or all of its program."""
        said = _object(record)
        right = set(str(said.get(self.truth, "")).splitlines()) if self.lesson != self.truth else set()
        return "\n".join(line for line in str(said.get(self.lesson, "")).splitlines() if line not in right)


def _object(record: Record) -> Mapping[str, Any]:
    value = json.loads(record.text)
    return value if isinstance(value, dict) else {}


GAMES: Mapping[str, Game] = {game.name: game for game in (
    Game("repair", "1", ProposeBug(), Solve("solve-bug", prompt="solve-bug@1", subjects=frozenset({"repair_pair"}),
                                            truth="fixed", shown="buggy"), "fixed", "buggy"),
    Game("task", "1", ProposeTask(), Solve("solve-task", prompt="solve-task@1", subjects=frozenset({"instruction_pair"}),
                                           truth="output", shown="instruction"), "output", "output"),
)}


def game_by_name(name: str) -> Game:
    """The game of that name.

    Raises:
        PolicyError: there is none; the message names those that there are.
    """
    if name not in GAMES:
        raise PolicyError(name, "is not a game", f"use one of {', '.join(sorted(GAMES))}")
    return GAMES[name]
