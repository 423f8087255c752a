"""Verbs that write: init, ingest, augment, verify, assemble, build, gate, recall."""

from __future__ import annotations

import argparse
import getpass
from collections import Counter
from collections.abc import Callable

from provenance import pipeline
from provenance.cli.output import say, show
from provenance.cli.running import context_of, report
from provenance.errors import PolicyError
from provenance.gate import explain
from provenance.languages import all_languages
from provenance.ledger import Ledger
from provenance.ledger.datasets import DatasetFolder, find_dataset
from provenance.lineage import Lens, impact
from provenance.model.identity import BatchId
from provenance.model.origin import OriginClass
from provenance.pipeline import Run, Source
from provenance.pipeline.choosing import consider
from provenance.pipeline.recalling import KINDS, recall
from provenance.pipeline.selection import current, people_of
from provenance.steps.augment import by_name
from provenance.steps.ingest import Options
from provenance.steps.mixture import Mixture


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verbs of this module."""
    verb("init", _init, "Make an empty ledger.", "provenance init -l corpus")
    ingest = verb("ingest", _ingest, "Read human code from a git repository (path, URL, bundle), a folder, or a "
                  "Parquet/JSONL corpus.", "provenance ingest payroll.bundle --licence Apache-2.0 -l corpus")
    ingest.add_argument("source")
    ingest.add_argument("--rev", default="HEAD")
    ingest.add_argument("--name", default="", help="name of the repository in the ledger")
    ingest.add_argument("--language", action="append", default=[], choices=sorted(all_languages()), metavar="NAME",
                        help="take only this one; may be repeated (default: all that are known)")
    ingest.add_argument("--path", action="append", default=[], help="glob of paths to take")
    ingest.add_argument("--licence", default="", help="SPDX expression that you declare")
    ingest.add_argument("--claim", default="", choices=["", *map(str, OriginClass)], metavar="CLASS",
                        help=f"origin that somebody answers for: {', '.join(OriginClass)}")
    ingest.add_argument("--by", default="", help="who answers for the claim")
    ingest.add_argument("--max-bytes", type=int, default=1_000_000)
    ingest.add_argument("--include-vendored", action="store_true")
    ingest.add_argument("--include-generated", action="store_true")
    ingest.add_argument("--show-authors", action="store_true", help="keep names instead of pseudonyms")
    ingest.add_argument("--allowed-signers", default="", help="git's allowed-signers file; verified signatures raise the grade")
    augment = verb("augment", _augment, "Make versions of the current programs by rules.",
                   "provenance augment --transform rename-data-names --seed 7 -l corpus")
    augment.add_argument("--transform", action="append", default=[], help="a transform (default: all)")
    augment.add_argument("--seed", type=int, default=0)
    augment.add_argument("--per-program", type=int, default=0, help="at most so many versions of a program (default: all)")
    verb("verify", _verify, "Compile and run the current records, children against their parents.",
         "provenance verify -l corpus")
    assemble = verb("assemble", _assemble, "Choose a training set from the current records.",
                    "provenance assemble cobol-2026-11 --policy train -l corpus")
    assemble.add_argument("name")
    assemble.add_argument("--policy", required=True)
    assemble.add_argument("--seed", type=int, default=0)
    assemble.add_argument("--split", action="append", default=[], metavar="NAME=SHARE", help="for instance train=0.8")
    for name, text in (("root", "descendants of one ingested record"), ("transform", "records of one transform or skeleton"),
                       ("generator", "records of one model")):
        assemble.add_argument(f"--per-{name}", type=int, default=0, help=f"most {text} (default: no limit)")
    assemble.add_argument("--weight", action="append", default=[], metavar="LANGUAGE=SHARE", help="for instance java=0.5")
    build = verb("build", _build, "Run the whole pipeline of one file, without Airflow.",
                 "provenance build corpus.toml -l corpus")
    build.add_argument("config")
    gate = verb("gate", _gate, "Decide whether a training set may train a model.",
                "provenance gate cobol-2026-11 --policy train --explain -l corpus")
    gate.add_argument("dataset")
    gate.add_argument("--policy", required=True)
    gate.add_argument("--explain", action="store_true", help="show every rule, not only those that deny")
    gate.add_argument("--dry-run", action="store_true", help="decide and keep nothing; works on a ledger that is read-only")
    withdraw = verb("recall", _recall, "Withdraw a record, source, model, licence or person; later gates deny what came of it.",
                    "provenance recall --source https://example.org/payroll --reason 'licence withdrawn' --by me -l corpus")
    kind = withdraw.add_mutually_exclusive_group(required=True)
    for name in KINDS:
        kind.add_argument(f"--{name}")
    withdraw.add_argument("--reason", required=True)
    withdraw.add_argument("--by", default="", help="who withdraws it (default: the user running this)")


def _init(arguments: argparse.Namespace) -> int:
    ledger = Ledger.init(arguments.ledger)
    say(f"ledger {ledger.id} in {ledger.path}")
    return 0


def _ingest(arguments: argparse.Namespace) -> int:
    options = Options(languages=tuple(arguments.language), paths=tuple(arguments.path), licence=arguments.licence,
                      claim=arguments.claim, claimed_by=arguments.by, max_bytes=arguments.max_bytes,
                      include_vendored=arguments.include_vendored, include_generated=arguments.include_generated)
    source = Source(arguments.source, arguments.rev, arguments.name, options, arguments.show_authors,
                    arguments.allowed_signers)
    return report(pipeline.ingest(context_of(arguments, "ingest"), source))


def _augment(arguments: argparse.Namespace) -> int:
    context = context_of(arguments, "augment")
    now = current(context.ledger)
    chosen = [by_name(name) for name in arguments.transform]
    return report(pipeline.augment(context, now.grounds, now.snapshots, chosen or pipeline.making.default_transforms(),
                                    pipeline.find_workshop(), arguments.seed, arguments.per_program))


def _verify(arguments: argparse.Namespace) -> int:
    context = context_of(arguments, "verify")
    now = current(context.ledger)
    return report(pipeline.verify(context, now.records, now.snapshots, pipeline.find_workshop()))


def _assemble(arguments: argparse.Namespace) -> int:
    context = context_of(arguments, "assemble")
    now = current(context.ledger)
    mixture = Mixture(arguments.per_root, arguments.per_transform, arguments.per_generator,
                      _shares(arguments.weight, "a weight of the form java=0.5") or {})
    result, dataset = pipeline.assemble(context, arguments.name, now.records, now.verdicts,
                                        pipeline.read_policy(arguments.policy), _shares(arguments.split), arguments.seed, mixture)
    report(result)
    _tell(context.ledger, dataset)
    return 0


def _tell(ledger: Ledger, dataset: DatasetFolder) -> None:
    """The set and its mixture: what made how many of its records, what was left out, and the limits that were asked for."""
    manifest = dataset.manifest
    say(f"{dataset.ref}: {manifest['size']} records in {dataset.path}")
    makers = sorted(manifest["makers"].items(), key=lambda item: (-item[1], item[0]))
    say("made by: " + ", ".join(f"{name} {count}" for name, count in makers))
    if manifest["mixture"]:
        limits = {**manifest["mixture"], **manifest["mixture"].get("weights", {})}
        say("limits: " + ", ".join(f"{name} {value}" for name, value in limits.items() if name != "weights"))
    batch = ledger.require(BatchId.parse(manifest["version"]))
    said = ledger.table(batch, "verdicts").to_pylist() if "verdicts" in batch.parts else []
    reasons = [row["reason"].split("; ")[0] for row in said if row["check"] == "assemble"]
    if reasons:
        say(f"left out: {len(reasons)} (first reasons: "
            + ", ".join(f"{count} {reason}" for reason, count in Counter(reasons).most_common(4)) + ")")


def _shares(given: list[str], meant: str = "a split of the form train=0.9") -> dict[str, float] | None:
    shares = {}
    for text in given:
        name, _, share = text.partition("=")
        try:
            shares[name] = float(share)
        except ValueError:
            raise PolicyError(text, f"is not {meant}") from None
    return shares or None


def _build(arguments: argparse.Namespace) -> int:
    build = pipeline.read_build(arguments.config)
    pipeline.read_policy(build.policy)  # a typo in it shows now, and not after hours of compiling
    ledger = Ledger.init(arguments.ledger)
    # As it goes: a build of hours that says nothing looks dead, and one that is killed has said where it was.
    with Run(build.name, ledger, tell=report) as run:
        roots: pipeline.Batches = ()
        for source in build.sources:
            roots += run.ingest(source)
        if build.masking is not None:
            roots += run.mask(roots, build.masking)
        records = roots + (run.augment(roots, build.transforms, build.seed, build.per_program) if build.transforms else ())
        records += run.produce(roots, build.generating)
        if build.playing is not None:
            records += run.play(roots, build.playing, build.seed)
        records += people_of(ledger, records)[0]
        run.verify(records)
        run.judge(records, build.judging)
        dataset = run.assemble(build.dataset, records, build.policy, dict(build.shares) or None, build.seed, build.mixture)
        ticket = run.gate(dataset, build.policy)
    _tell(ledger, dataset)
    say(explain(ticket.decision))
    return 0 if ticket.allowed else 1


def _gate(arguments: argparse.Namespace) -> int:
    policy = pipeline.read_policy(arguments.policy)
    if arguments.dry_run:
        ledger = Ledger(arguments.ledger)
        dataset = find_dataset(ledger, arguments.dataset)
        decision = consider(ledger, dataset, policy)
    else:
        ticket = pipeline.gate(context_of(arguments, "gate"), arguments.dataset, policy)
        dataset, decision = ticket.dataset, ticket.decision
    say(f"{dataset.ref} under policy {decision.policy_name}: {decision.outcome}")
    if arguments.explain:
        say(explain(decision))
    elif decision.allowed:
        say(f"all {len(decision.reasons)} rules hold")
    else:
        show([{"rule": r.rule, "asked": r.asked, "found": r.found, "count": r.count, "for example": ", ".join(r.examples[:3])}
              for r in decision.denials])
    return 0 if decision.allowed else 1


def _recall(arguments: argparse.Namespace) -> int:
    kind, target = next((name, getattr(arguments, name)) for name in KINDS
                        if getattr(arguments, name) is not None)
    context = context_of(arguments, "recall")
    report(recall(context, kind, target, arguments.reason, arguments.by or _user()))
    # A recall may come before what it withdraws, so a target that nothing has is no error. A slip of the pen looks the
    # same, so how much is withdrawn is said.
    if kind != "record":
        with Lens(context.ledger) as lens:
            found = impact(lens, kind, target)
        say(f"{kind} {target}: {found.records} records withdrawn" + (f" ({found.note})" if found.note else ""))
    return 0


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:  # a container's user without a name
        raise PolicyError("by", "is not given, and this machine has no name for the user", "add --by NAME") from error
