"""The verb that measures: novelty and diversity of each generator, language and depth, as a table and a picture."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from provenance.cli.output import say, show
from provenance.cli.running import context_of
from provenance.errors import PolicyError
from provenance.exports.picture import Line, Panel, draw
from provenance.ledger import Ledger
from provenance.ledger.datasets import find_dataset
from provenance.model.identity import BatchId
from provenance.pipeline.judges import collapse, novelty
from provenance.pipeline.measures import read_measures
from provenance.pipeline.selection import current
from provenance.steps.collapse import FALLING
from provenance.steps.novelty.portrait import NAMES

#: What a table for people has room for; JSON and CSV have every measure with its interval.
_SHOWN = ("novelty", "unseen", *FALLING, "heldout_bits")
_ORDER = ("novelty", "unseen", "parent", *NAMES)
_LONG = ("side", "generator", "language", "depth", "metric", "value", "low", "high", "human", "ratio", "records", "tokens")


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verb of this module."""
    measured = verb("measure", _measure, "Measure how novel and how diverse the records of each generator, language and depth "
                    "are, beside what people wrote; the judges novelty and collapse speak on the way.",
                    "provenance measure --picture collapse.svg -l corpus", table=True)
    measured.add_argument("--dataset", default="", metavar="NAME", help="the batches of this training set (default: current)")
    measured.add_argument("--language", default="", metavar="NAME", help="only groups in it")
    measured.add_argument("--budget", type=int, default=collapse.Settings().budget, help="tokens looked at on each side")
    measured.add_argument("--picture", default="", metavar="FILE.svg", help="draw each measure by depth")


def _measure(arguments: argparse.Namespace) -> int:
    context = context_of(arguments, "measure")
    ledger = context.ledger
    batches = _members(ledger, arguments.dataset) if arguments.dataset else current(ledger).records
    least = min(collapse.Settings().least_tokens, max(1, arguments.budget))
    told = [novelty.judge(context, batches, novelty.Settings()),
            collapse.judge(context, batches, replace(collapse.Settings(), budget=arguments.budget, least_tokens=least))]
    # The same batches may have been measured before: their numbers are adopted with them.
    rows = list(read_measures(ledger, (batch for result in told for batch in result.batches)))
    chosen = [row for row in rows if not arguments.language or row["language"] == arguments.language]
    if arguments.language and rows and not chosen:
        known = ", ".join(sorted({row["language"] for row in rows}))
        raise PolicyError(f"--language {arguments.language}", "has no measured group", f"measured were: {known}")
    if arguments.format == "table":
        show(_wide(chosen), "table", ("generator", "language", "depth", "side", "records", "tokens", *_SHOWN))
        if not chosen:
            say("nothing was measured: there are no records of people, or none at all")
    else:
        show(_long(chosen), arguments.format, _LONG)
    if arguments.picture:
        path = draw(arguments.picture, _panels(chosen), "Novelty and diversity by depth")
        if arguments.format == "table":
            say(f"picture: {path}")
    return 0


def _members(ledger: Ledger, name: str) -> Sequence[BatchId]:
    """The batches that the members of a training set are of."""
    stored = ledger.require(BatchId.parse(find_dataset(ledger, name).manifest["version"]))
    return [BatchId(number) for number in sorted(ledger.table(stored, "members").column("batch").unique().to_pylist())]


def _human(rows: Sequence[dict[str, Any]]) -> dict[tuple[str, int, str, str], dict[str, Any]]:
    return {(row["generator"], row["depth"], row["language"], row["metric"]): row for row in rows if row["side"] == "human"}


def _beside(row: dict[str, Any], human: dict[tuple[str, int, str, str], dict[str, Any]]) -> dict[str, Any] | None:
    """The human measure beside a made one: taken at its own budget, else the one of all people's records."""
    own = human.get((row["generator"], row["depth"], row["language"], row["metric"]))
    return own or human.get(("", 0, row["language"], row["metric"]))


def _long(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    human, told = _human(rows), []
    for row in rows:
        beside = _beside(row, human)
        of = beside["value"] if beside is not None else None
        told.append({**row, "human": of, "ratio": row["value"] / of if of else None})
    return sorted(told, key=lambda row: (row["language"], row["generator"], row["depth"], row["side"],
                                         _ORDER.index(row["metric"])))


def _wide(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    wide: dict[tuple[str, str, int, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["language"], row["generator"], row["depth"], row["side"] == "human")):
        key = (row["language"], row["generator"], row["depth"], row["side"])
        line = wide.setdefault(key, {name: row[name] for name in ("generator", "language", "depth", "side")}
                               | {"records": None, "tokens": None} | dict.fromkeys(_SHOWN))
        line[row["metric"]] = row["value"]
        if row["metric"] in NAMES:  # the sample; novelty is over every record
            line["records"], line["tokens"] = row["records"], row["tokens"]
    return list(wide.values())


def _panels(rows: Sequence[dict[str, Any]]) -> list[Panel]:
    """One panel a measure and language: generators as lines over depth, people dashed."""
    panels = []
    for language in sorted({row["language"] for row in rows}):
        for metric in _ORDER:
            mine = [row for row in rows if row["language"] == language and row["metric"] == metric]
            depths = sorted({row["depth"] for row in mine} | {0})
            lines = []
            for generator in sorted({row["generator"] for row in mine if row["side"] == "made"}):
                points = sorted((row for row in mine if row["side"] == "made" and row["generator"] == generator),
                                key=lambda row: int(row["depth"]))
                depth, value, low, high = (tuple(float(row[name]) for row in points)
                                           for name in ("depth", "value", "low", "high"))
                lines.append(Line(generator, depth, value, low, high))
            people = next((row for row in mine if row["side"] == "human" and not row["generator"]), None)
            if people is not None:
                ends = (float(depths[0]), float(max(1, depths[-1])))
                value, low, high = ((float(people[name]),) * 2 for name in ("value", "low", "high"))
                lines.append(Line("people", ends, value, low, high, dashed=True))
            if lines:
                panels.append(Panel(f"{metric} ({language})", "depth", "", tuple(lines)))
    return panels
