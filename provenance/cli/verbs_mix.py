"""The verb that says what a policy's limits on shares leave, what is missing, and what a greater human share would cost."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from provenance import pipeline
from provenance.cli.output import say, show
from provenance.exports.picture import Line, Panel, draw
from provenance.ledger import Ledger
from provenance.pipeline.mixing import Survey, survey
from provenance.pipeline.selection import current


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verb of this module."""
    mix = verb("mix", _mix, "What can be assembled within a policy's shares, what is missing, and how many more human "
               "records are needed.", "provenance mix --policy train --picture mix.svg -l corpus", table=True)
    mix.add_argument("--policy", required=True)
    mix.add_argument("--picture", default="", metavar="FILE.svg", help="draw records against human share")


def _mix(arguments: argparse.Namespace) -> int:
    ledger, policy = Ledger(arguments.ledger), pipeline.read_policy(arguments.policy)
    now = current(ledger)
    found = survey(ledger, now.records, now.verdicts, policy)
    show([{"origin": cell.origin, "language": cell.language, "kind": cell.kind, "model": cell.generator, "depth": cell.depth,
           "admitted": count, "taken": found.plan.take.get(cell, 0)} for cell, count in sorted(found.admitted.items())],
         arguments.format)
    if arguments.format == "table":
        _tell(found, policy.min_records)
    if arguments.picture:
        curve = Line("most records", tuple(share for share, _ in found.curve), tuple(float(most) for _, most in found.curve))
        asked = Line(f"asked: {policy.min_human_share:g}", (policy.min_human_share,) * 2, (0.0, max(curve.y, default=0.0)),
                     dashed=True)
        path = draw(arguments.picture, [Panel(f"policy {policy.name}", "human share of the records",
                                              "records that can be assembled", (curve, asked))])
        if arguments.format == "table":
            say(f"picture: {path}")
    return 0 if found.plan.total >= policy.min_records else 1


def _tell(found: Survey, least: int) -> None:
    say(f"admitted one by one: {sum(found.admitted.values())}; refused: {sum(found.refused.values())}"
        + (f" ({', '.join(f'{count} {reason}' for reason, count in _often(found.refused))})" if found.refused else ""))
    for limit in found.limits:
        before, after = limit.share(found.admitted), limit.share(found.plan.take)
        say(f"limit {limit.name}: {limit.least:g} to {limit.most:g}; of what is admitted {_share(before)}, of what is taken "
            f"{_share(after)}")
    say(f"can be assembled: {found.plan.total}, at least {least} are asked for"
        + (f"; held back by {', '.join(found.plan.binding)}" if found.plan.binding else ""))
    if found.missing is None:
        say("to use everything: no number of further human records would do; a limit has to be loosened")
    elif found.missing:
        say("to use everything, ingest " + ", ".join(f"{count} more human {language} records"
                                                     for language, count in found.missing.items()))
    if found.missing_for_size is None:
        say(f"to reach {least}: more human records alone would not do")
    elif found.missing_for_size:
        say(f"to reach {least}, ingest " + ", ".join(f"{count} more human {language} records"
                                                     for language, count in found.missing_for_size.items()))


def _often(refused: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(refused.items(), key=lambda item: (-item[1], item[0]))[:4]


def _share(share: float | None) -> str:
    return "nothing" if share is None else f"{share:.4g}"
