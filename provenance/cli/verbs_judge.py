"""The verb that asks the judges about the current records."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from provenance import pipeline
from provenance.cli.running import context_of, report
from provenance.errors import PolicyError
from provenance.pipeline.build_judging import read_judging
from provenance.pipeline.judges import JUDGES
from provenance.pipeline.selection import current


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verb of this module."""
    judge = verb("judge", _judge, "Ask the judges about the current records: copies, secrets, leaks, traps, origin.",
                 "provenance judge --without origin --benchmark COBOLEval.jsonl -l corpus")
    judge.add_argument("--only", action="append", default=[], metavar="JUDGE",
                       help=f"ask this one; may be repeated (default: {', '.join(JUDGES)})")
    judge.add_argument("--without", action="append", default=[], metavar="JUDGE", help="do not ask this one")
    judge.add_argument("--near-duplicate", type=float, default=None, help="Jaccard similarity, 0.71..1 (default: 0.85)")
    judge.add_argument("--benchmark", action="append", default=[], metavar="PATH",
                       help="an evaluation set that no record may hold; may be repeated")
    judge.add_argument("--set", action="append", default=[], metavar="JUDGE.KEY=VALUE",
                       help="a setting, its value as in a build file: --set collapse.budget=100000")


def _judge(arguments: argparse.Namespace) -> int:
    context = context_of(arguments, "judge")
    table: dict[str, Any] = {}
    for key in ("only", "without"):
        if getattr(arguments, key):
            table[key] = getattr(arguments, key)
    if arguments.near_duplicate is not None:
        table["near_duplicate"] = arguments.near_duplicate
    for text in arguments.set:
        _set(table, text)
    if arguments.benchmark:
        table.setdefault("contamination", {}).setdefault("benchmarks", []).extend(arguments.benchmark)
    mistakes: list[str] = []
    judging = read_judging(table, lambda text: str(Path(text).resolve()) if Path(text).exists() else text, mistakes)
    if mistakes:
        raise PolicyError("judge", "cannot be asked so: " + "; ".join(sorted(mistakes)), "see docs/judge.md")
    pipeline.judge_all(context, current(context.ledger).records, judging, tell=report)
    return 0


def _set(table: dict[str, Any], text: str) -> None:
    path, _, value = text.partition("=")
    judge, _, key = path.strip().partition(".")
    if not judge or not key or not value:
        raise PolicyError(text, "is not a setting", "give JUDGE.KEY=VALUE, for instance collapse.budget=100000")
    try:
        read = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        read = value  # a bare word is a text, as a shell has taken its quotes
    table.setdefault(judge, {})[key] = read
