"""Reads the arguments, calls the verb, and turns what was raised into one line and an exit status."""

from __future__ import annotations

import argparse
import atexit
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from typing import NoReturn

from provenance.cli import (
    verbs_ask,
    verbs_generate,
    verbs_judge,
    verbs_make,
    verbs_mask,
    verbs_measure,
    verbs_mix,
    verbs_review,
    verbs_upkeep,
)
from provenance.cli.output import FORMATS, Deaf, one_line
from provenance.errors import GateClosed, ProvenanceError


class _Parser(argparse.ArgumentParser):
    """Bad usage is one line too, and repeats no control character of what was given."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {one_line(message)}. Next: {self.prog} --help\n")


class _Lines(logging.Formatter):
    """A log record on one line: a server's answer or a file name in it must not drive the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return one_line(super().format(record))


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    top = _Parser(
        prog="provenance", description="Record-level provenance of training sets for code models.",
        epilog="Exit status: 0 done or allowed, 1 denied or found wanting, 2 could not decide or bad usage.")
    top.add_argument("--version", action="version", version=_version())
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, call: Callable[[argparse.Namespace], int], text: str, example: str, *,
             ledger: bool = True, table: bool = False) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text, epilog=f"Example: {example}")
        added.set_defaults(call=call)
        if ledger:
            added.add_argument("-l", "--ledger", default=os.environ.get("PROVENANCE_LEDGER"),
                               help="folder of the ledger (default: $PROVENANCE_LEDGER)")
        if table:
            added.add_argument("--format", choices=FORMATS, default="table")
        added.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
        return added

    for module in (verbs_make, verbs_mask, verbs_generate, verbs_judge, verbs_measure, verbs_review, verbs_mix, verbs_ask,
                   verbs_upkeep):
        module.add(verb)
    return top


def _version() -> str:
    from importlib.metadata import version

    return f"corpus-provenance {version('corpus-provenance')}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    arguments = parser().parse_args(argv)
    talk = logging.StreamHandler()
    talk.setFormatter(_Lines("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[talk])
    # Only our own: libraries say a great deal at this level.
    logging.getLogger("provenance").setLevel(logging.INFO if arguments.verbose else logging.WARNING)
    if "ledger" in arguments and not arguments.ledger:
        print("provenance: no ledger given. Next: pass --ledger FOLDER or set PROVENANCE_LEDGER", file=sys.stderr)
        return 2
    try:
        with redirect_stdout(Deaf(sys.stdout)) as out:
            status = int(arguments.call(arguments))
            out.flush()
            return status
    except GateClosed as error:
        print(f"provenance: {one_line(str(error))}", file=sys.stderr)
        return 1
    except ProvenanceError as error:
        print(f"provenance: {one_line(str(error))}", file=sys.stderr)
        return 2
    except OSError as error:
        # A full or read-only disk, a folder without permission: the machine's word, without our call stack.
        problem = one_line(f"{error.filename or arguments.verb}: {error.strerror or error}")
        print(f"provenance: {problem}. Next: check the path, its owner and mode, and the free space; then run the same "
              "command again", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("provenance: stopped; what was committed stays, and the same command goes on from there", file=sys.stderr)
        return 2


def program() -> NoReturn:
    """The program itself: runs one verb and ends the process with its status.

    Libraries in use leave threads behind that now and then abort a process while it is torn down, after all work is done
    and said (seen with status 134 in one of four runs). So the process ends itself last, behind every other clean-up.
    """
    status = 2

    def leave() -> None:
        with suppress(OSError, ValueError):  # whoever listened may be gone
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)

    # Handlers run in reverse order: what is registered first runs last.
    atexit.register(leave)
    try:
        status = main()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 2
    sys.exit(status)


if __name__ == "__main__":
    program()
