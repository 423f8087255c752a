"""The verb that masks: of records with personal data or secrets, second ones without."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from provenance.cli.output import say
from provenance.cli.running import context_of, report
from provenance.languages import all_languages
from provenance.pipeline.masking import Masking, mask_records, said_of
from provenance.pipeline.selection import current


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verb of this module."""
    mask = verb("mask", _mask, "Make records without personal data and secrets of the current ones that have some.",
                "provenance mask --language cobol -l corpus")
    mask.add_argument("--language", action="append", default=[], choices=sorted(all_languages()), metavar="NAME",
                      help="only records in it; may be repeated")
    mask.add_argument("--kind", action="append", default=[], metavar="KIND",
                      help="only findings of this kind (card, email, password ...); may be repeated")


def _mask(arguments: argparse.Namespace) -> int:
    context = context_of(arguments, "mask")
    made = mask_records(context, current(context.ledger).records,
                        Masking(tuple(arguments.kind), tuple(arguments.language)))
    report(made)
    said = said_of(context.ledger, made.batches)
    refused, unproved = said["fail"], sum(said["warn"].values())
    say(f"masked {sum(said['pass'].values()) + unproved}" + (f" ({unproved} unproved)" if unproved else "")
        + f"  nothing found in {said['skipped']['nothing-found']}  refused {sum(refused.values())}"
        + (f" ({', '.join(f'{count} {reason}' for reason, count in sorted(refused.items()))})" if refused else ""))
    return 0
