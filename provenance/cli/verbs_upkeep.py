"""Verbs of upkeep: ledger, events, doctor."""

from __future__ import annotations

import argparse
import json
import platform
import shutil
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from provenance.cli.output import say, show
from provenance.errors import ProvenanceError
from provenance.events import forwarder_from_config, read_events
from provenance.languages import all_languages
from provenance.languages.language import Tier
from provenance.ledger import Ledger
from provenance.ledger.upkeep import sweep, verify
from provenance.pipeline import find_workshop
from provenance.sources.sandbox import Missing, find_sandbox


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verbs of this module."""
    ledger = verb("ledger", _ledger, "Recompute, count, or tidy a ledger.", "provenance ledger verify -l corpus")
    ledger.add_argument("action", choices=["verify", "stats", "sweep"])
    ledger.add_argument("--older-than", type=float, default=86_400.0, metavar="SECONDS", help="sweep: least age (default a day)")
    ledger.add_argument("--dry-run", action="store_true", help="sweep: name the files and leave them")
    events = verb("events", _events, "The outbox of OpenLineage events.", "provenance events forward -l corpus")
    events.add_argument("action", choices=["status", "forward", "import"])
    events.add_argument("files", nargs="*", type=Path)
    verb("doctor", _doctor, "Versions, toolchains and sandbox found, and what a missing part costs.", "provenance doctor",
         ledger=False, table=True)


def _ledger(arguments: argparse.Namespace) -> int:
    ledger = Ledger(arguments.ledger)
    if arguments.action == "stats":
        say(json.dumps(ledger.stats(), indent=1))
        return 0
    if arguments.action == "sweep":
        removed = sweep(ledger, older_than_s=arguments.older_than, dry_run=arguments.dry_run)
        for path in removed:
            say(path)
        say(f"{len(removed)} files {'would be ' if arguments.dry_run else ''}removed")
        return 0
    faults = 0
    for fault in verify(ledger):
        faults += 1
        say(f"{fault.where}: {fault.problem}")
    # Counted by name: a manifest that cannot be read is a fault that was told above, and no reason to fall silent here.
    batches = sum(1 for _ in ledger.layout.batches.glob("??/*.json"))
    say(f"{ledger.path}: {batches} batches, "
          + ("every digest, chain and summary holds" if not faults else f"{faults} faults"))
    return 1 if faults else 0


def _events(arguments: argparse.Namespace) -> int:
    ledger = Ledger(arguments.ledger)
    if arguments.action == "import":
        taken = bad = 0
        for path in arguments.files:
            for event in read_events(path):
                if isinstance(event, dict):
                    ledger.outbox.receive(event)
                    taken += 1
                else:
                    bad += 1
                    say(event)
        say(f"{taken} events taken, {bad} refused")
        return 1 if bad else 0
    if arguments.action == "forward":
        forwarder = forwarder_from_config()
        if forwarder is None:
            raise ProvenanceError("OpenLineage", "has no transport configured; events wait",
                                  "set OPENLINEAGE_URL, OPENLINEAGE_CONFIG, or AIRFLOW__OPENLINEAGE__TRANSPORT")
        sent, error = ledger.outbox.forward(forwarder.send)
        say(f"{sent} events sent")
        if error is not None:
            raise error
    counts = ledger.outbox.counts()
    say("  ".join(f"{name}: {count}" for name, count in counts.items()))
    return 0


#: What an absent toolchain costs, by the tier of its language.
_WITHOUT = {Tier.RUN: "verify says skipped; no policy that asks for runs allows",
            Tier.PARSE: "verify says skipped; nothing of it can be run on an ordinary machine",
            Tier.TEXT: "ingested and traced; nothing checks its syntax"}


def _doctor(arguments: argparse.Namespace) -> int:
    rows: list[dict[str, Any]] = [{"part": "python", "found": platform.python_version(), "without it": ""}]
    for package, cost in (("duckdb", "no questions, no gate"), ("pyarrow", "no ledger"),
                          ("openlineage-python", "no events"), ("great-expectations", "no step runs (extra: quality)"),
                          ("rensa", "no near-duplicate check (extra: quality)"),
                          ("openai", "no models are asked (extra: llm)"),
                          ("apache-airflow", "no schedule; provenance build still works (extra: airflow)")):
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "missing"
        rows.append({"part": package, "found": found, "without it": cost})
    rows.append({"part": "git", "found": shutil.which("git") or "missing", "without it": "no ingest from repositories"})
    sandbox = find_sandbox()
    rows.append({"part": "sandbox (bubblewrap)", "without it": "nothing is compiled or run; every check says skipped",
                 "found": f"missing: {sandbox.reason}" if isinstance(sandbox, Missing) else "sound"})
    workshop = find_workshop()
    for language in all_languages().values():
        rows.append({"part": f"language {language.name}", "found": f"tier {language.tier}, {workshop.said(language.name)}",
                     "without it": _WITHOUT[language.tier]})
    show(rows, arguments.format)
    return 0
