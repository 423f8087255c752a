"""The judges: each looks at records and adds verdicts; none changes a record or decides anything.

    for name in JUDGES:
        judge = load(name)
        judge.judge(context, batches, judge.Settings())

A judge is a module of this folder with ``CHECKS`` (the checks that it speaks), ``Settings`` (a frozen dataclass of plain
values that checks itself), and ``judge(context, batches, settings) -> StepResult``. What it says is worked out in
`provenance.steps`; how it reaches the ledger is `provenance.pipeline.judge_step`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from provenance.errors import PolicyError
from provenance.model.identity import BatchId
from provenance.pipeline.context import Context
from provenance.pipeline.run_step import StepResult

#: In the order in which they are asked: what looks at one text first, what needs the whole last.
JUDGES: tuple[str, ...] = ("screen", "parents", "duplicates", "contamination", "poison", "novelty", "collapse", "origin")


class Judge(Protocol):
    """What the module of a judge offers."""

    CHECKS: tuple[str, ...]
    Settings: Any

    def judge(self, context: Context, batches: Sequence[BatchId], settings: Any) -> StepResult:
        """Speak of all records of some batches."""


def load(name: str) -> Judge:
    """The judge of a name.

    Raises:
        PolicyError: there is none.
    """
    if name not in JUDGES:
        near = difflib.get_close_matches(name, JUDGES, 1)
        raise PolicyError(f"judge {name}", "is none that is known here",
                          f"did you mean {near[0]}?" if near else f"known: {', '.join(JUDGES)}")
    module: Any = import_module(f"provenance.pipeline.judges.{name}")
    found: Judge = module
    return found
