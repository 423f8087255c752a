"""Verbs that read: trace, impact, sql, verify-dataset."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from provenance import lineage
from provenance.cli.output import one_line, say, show
from provenance.errors import QueryError
from provenance.ledger import Ledger
from provenance.ledger.datasets import check_dataset, find_dataset, open_dataset
from provenance.lineage import Impact, Lens
from provenance.lineage.render import RENDERERS
from provenance.lineage.trace import trace


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verbs of this module."""
    trace = verb("trace", _trace, "Follow a record back to its roots.", "provenance trace rec:0123456789abcdef.0 -l corpus")
    trace.add_argument("record", help="record id, SWHID, or sha256:<64 hex>")
    trace.add_argument("--format", choices=["text", "json", "mermaid", "dot"], default="text")
    impact = verb("impact", _impact, "All that came of a record, source, model or licence.",
                  "provenance impact --source https://example.org/payroll -l corpus", table=True)
    kind = impact.add_mutually_exclusive_group(required=True)
    for name in ("record", "source", "model", "prompt", "licence", "person"):
        kind.add_argument(f"--{name}")
    sql = verb("sql", _sql, "Ask in SQL (DuckDB), or a named question; read-only.",
               "provenance sql @origin_mix -l corpus", table=True)
    sql.add_argument("query", help="a SELECT over the views, or @question; @ alone lists the questions")
    sql.add_argument("parameters", nargs="*", metavar="name=value")
    check = verb("verify-dataset", _verify_dataset, "Re-hash a training set's files, contents and root; needs no ledger.",
                 "provenance verify-dataset corpus/datasets/cobol/0123456789abcdef", ledger=False)
    check.add_argument("dataset", help="the set's folder; or its name with --ledger")
    check.add_argument("-l", "--ledger", dest="home", default=os.environ.get("PROVENANCE_LEDGER"))


def _trace(arguments: argparse.Namespace) -> int:
    ledger = Ledger(arguments.ledger)
    with Lens(ledger) as lens:
        records = lineage.resolve(lens, arguments.record)
        if len(records) > 1 and arguments.format != "text":  # two documents in one are none
            raise QueryError(arguments.record, f"is the text of {len(records)} records",
                             f"ask for one of them, for instance {records[0]}")
        traces = [trace(ledger, record, lens=lens) for record in records]
    for found in traces:
        say(RENDERERS[arguments.format](found).removesuffix("\n"))
    return 1 if any(found.gaps for found in traces) else 0


def _impact(arguments: argparse.Namespace) -> int:
    kind, target = next((name, getattr(arguments, name)) for name in ("record", "source", "model", "prompt", "licence", "person")
                        if getattr(arguments, name) is not None)
    with Lens(Ledger(arguments.ledger)) as lens:
        found = lineage.impact(lens, kind, target)
    show(_rows(found), arguments.format)
    if found.note:
        print(one_line(found.note), file=sys.stderr)  # apart from what a program reads
    return 0


def _rows(found: Impact) -> list[dict[str, Any]]:
    counted = [("step", found.by_step), ("origin", found.by_origin), ("language", found.by_language)]
    rows: list[tuple[str, str, int | None]] = [("records", f"{found.kind} {found.target}", found.records)]
    rows += [(what, name, number) for what, counts in counted for name, number in sorted(counts.items())]
    rows += [("example", str(record), None) for record in found.examples]
    rows += [("training set", f"{item.dataset}@{item.version}", item.members) for item in found.datasets]
    rows += [("decision", f"{decision} {outcome} on {dataset}", None) for decision, dataset, outcome in found.decisions]
    rows += [("trained model", f"{model} on {dataset}", None) for model, _, dataset in found.models]
    return [{"what": what, "name": name, "records": number} for what, name, number in rows]


def _sql(arguments: argparse.Namespace) -> int:
    given = {}
    for text in arguments.parameters:
        name, separator, value = text.partition("=")
        if not separator:
            raise QueryError(text, "is not a parameter of the form name=value")
        given[name] = value
    with Lens(Ledger(arguments.ledger)) as lens:
        if arguments.query == "@":
            show([{"question": name, "asks": lineage.load(name).header} for name in lineage.names()], arguments.format)
            return 0
        if arguments.query.startswith("@"):
            result = lineage.ask(lens, arguments.query[1:], **given)
        else:
            result = lens.query(arguments.query)
    show(result.dicts(), arguments.format, result.columns)
    return 0


def _verify_dataset(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.dataset)
    dataset = open_dataset(folder) if folder.is_dir() or not arguments.home else find_dataset(Ledger(arguments.home),
                                                                                              arguments.dataset)
    faults = list(check_dataset(dataset))
    for fault in faults:
        say(f"{fault.where}: {fault.problem}")
    say(f"{dataset.ref}: {dataset.manifest['size']} records, manifest sha256 {dataset.digest.hex}: "
          + ("every digest holds" if not faults else f"{len(faults)} faults"))
    return 1 if faults else 0
