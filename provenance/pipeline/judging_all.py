"""All judges that were asked for, in order, each with its settings: what `provenance judge` and the judge task do.

    results = judge_all(context, batches, Judging())          # every judge that ships, as it comes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from provenance.model.identity import BatchId
from provenance.pipeline.context import Context
from provenance.pipeline.judges import JUDGES, load
from provenance.pipeline.run_step import StepResult


@dataclass(frozen=True, slots=True)
class Judging:
    """Which judges are asked, and how.

    Attributes:
        names: judges; asked in the order of `JUDGES`.
        settings: judge -> its ``Settings``; its defaults where absent.
    """

    names: tuple[str, ...] = JUDGES
    settings: Mapping[str, Any] = field(default_factory=dict)


def judge_all(context: Context, batches: Sequence[BatchId], judging: Judging,
              tell: Callable[[StepResult], object] = lambda result: None) -> list[StepResult]:
    """Ask every judge about the records of some batches; each is a run of its own under the context's.

    Args:
        tell: hears of each result as it comes.

    Raises:
        PolicyError: a judge is not known.
        ProvenanceError: whatever a judge raised; what came before stays, and the same call adopts it.
    """
    chosen = [(name, load(name)) for name in sorted(judging.names, key=_place)]
    results = []
    for name, judge in chosen:
        settings = judging.settings.get(name) or judge.Settings()
        result = judge.judge(context.child(f"judge-{name}"), batches, settings)
        # All judges speak in one step; whoever watches wants to know which it was.
        results.append(replace(result, step=f"{result.step} {name}"))
        tell(results[-1])
    return results


def _place(name: str) -> int:
    # An unknown one comes last, and `load` says that it is unknown.
    return JUDGES.index(name) if name in JUDGES else len(JUDGES)
