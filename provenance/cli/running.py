"""What every verb that runs a step needs: as whom it speaks, and how its result is told."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from provenance.cli.output import say
from provenance.ledger import Ledger
from provenance.pipeline import Context, StepResult


def context_of(arguments: argparse.Namespace, verb: str) -> Context:
    """The run of one verb over the ledger that was named."""
    return Context.local(Ledger(arguments.ledger), f"cli.{verb}")


def report(result: StepResult) -> int:
    """One line about a step; exit status 0."""
    row: dict[str, Any] = {"step": result.step, "batches made": result.made, "adopted": result.adopted,
                           "records": result.records, "verdicts": result.verdicts, "seconds": round(result.seconds, 1)}
    say("  ".join(f"{name} {value}" if name != "step" else f"{value}:" for name, value in row.items()))
    # To a file or a pipe too: whoever watches a long build wants the line when the step has ended.
    sys.stdout.flush()
    return 0
