"""COBOL transforms over every program of a corpora folder: how many apply, and what the compiler and a run say of each.

    python -m benchmarks.measure_transforms CORPORA [TRANSFORM ...] [--limit N] [--stride N] [--seed N] [--jobs N]

CORPORA holds one folder a repository; all copybooks of a repository are its library. A program is a candidate if the
compiler accepts it. A child is identical if verify says so (runs equal, or the generated C or the machine code equal)
or, where that is skipped, if a test suite that its parent passes says the same of both; different if any of them tells
them apart; and skipped, with the reason, if nothing could be observed. Every difference is printed. Transforms for
other languages are named and skipped. `--segments` reports the segmenter instead: bytes that did not come back, opaque
statements, speed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from provenance.languages.cobol_copy import looks_free, referenced_members
from provenance.languages.toolchain import SourceText, TestReport, Toolchain
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome, Verdict
from provenance.sources.gnucobol import find_gnucobol
from provenance.sources.sandbox import Missing, find_sandbox
from provenance.steps.augment import ALL, Change, Program, Transform, by_name
from provenance.steps.augment.cobol_listing import parse_listing
from provenance.steps.augment.cobol_structure import Sort, segment
from provenance.steps.augment.cobol_tokens import tokenise
from provenance.steps.verify import ParentSample, Sample, verify

PROGRAMS = (".cbl", ".cob", ".cobol", ".pco")
COPYBOOKS = (".cpy", ".cpb", ".copy", ".inc")


@dataclass
class Row:
    """What came of one transform."""

    applied: int = 0
    edits: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


def main() -> int:
    """Measure; 1 where a child was seen to differ from its parent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("transforms", nargs="*", help="names; all COBOL transforms without any")
    parser.add_argument("--limit", type=int, default=0, help="at most so many programs")
    parser.add_argument("--stride", type=int, default=1, help="every so-manieth program")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--segments", action="store_true", help="the segmenter instead")
    arguments = parser.parse_args()
    if arguments.segments:
        return segments(arguments.corpora)
    chosen = [by_name(name) for name in arguments.transforms] or list(ALL)
    cobol = [transform for transform in chosen if transform.language == "cobol"]
    if other := [transform.name for transform in chosen if transform.language != "cobol"]:
        print(f"skipped, for other languages than COBOL: {', '.join(other)}")
    toolchain = find_gnucobol(find_sandbox())
    if isinstance(toolchain, Missing):
        print(f"nothing measured: {toolchain}", file=sys.stderr)
        return 2
    return measure(arguments, cobol, toolchain)


def measure(arguments: argparse.Namespace, transforms: list[Transform], toolchain: Toolchain) -> int:
    """Every program through every transform, and one table."""
    began = time.monotonic()
    programs = list(_programs(arguments.corpora))[:: arguments.stride][: arguments.limit or None]
    rows = {transform.name: Row() for transform in transforms}
    refused: Counter[str] = Counter()

    def one(item: tuple[Path, dict[str, str]]) -> Callable[[], None]:
        return _one(item[0], item[1], transforms, arguments.seed, toolchain, rows, refused)

    with ThreadPoolExecutor(arguments.jobs) as pool:
        for note in pool.map(one, programs):
            note()
    candidates = len(programs) - refused.total()
    print(f"{len(programs)} programs, {candidates} candidates, {time.monotonic() - began:.0f} s; not accepted: "
          f"{_counted(refused)}")
    _show([{"transform": name, "applied": row.applied, "share": f"{row.applied / max(candidates, 1):.0%}", "edits": row.edits,
           "by run": row.outcomes["run"], "by code": row.outcomes["generated-code"],
           "by machine": row.outcomes["machine-code"], "by tests": row.outcomes["tests"],
           "exit!=0 alike": row.outcomes["exit-alike"], "different": row.outcomes["different"],
           "skipped": row.skipped.total(), "error": row.outcomes["error"]} for name, row in rows.items()])
    for name, row in rows.items():
        print(f"{name}\n  skipped: {_counted(row.skipped)}\n  refused: {_counted(row.refused)}")
        for line in row.told:
            print(f"  DIFFERENT {line}")
    return int(any(row.outcomes["different"] for row in rows.values()))


def _one(path: Path, library: dict[str, str], transforms: list[Transform], seed: int, toolchain: Toolchain,
         rows: dict[str, Row], refused: Counter[str]) -> Callable[[], None]:
    """One program; the counting is returned, so that one thread does it."""
    text = _text(path)
    source = SourceText(path.name, text)
    answer = toolchain.check(source, library)
    if answer.outcome is not Outcome.PASS:
        return lambda: refused.update([answer.reason.split(":")[0]])
    needs = frozenset().union(*(transform.needs for transform in transforms))
    listing = toolchain.listing(source, library, answer.dialect) if "listing" in needs else None
    expanded = toolchain.expand(source, library, answer.dialect) if "expanded" in needs else None
    program = Program(path.name, text, answer.dialect.endswith("free"), parse_listing(listing) if listing else None, expanded,
                      referenced_members(text, library))
    made = {transform.name: transform.apply(program, seed) for transform in transforms}
    changes = {name: change for name, change in made.items() if isinstance(change, Change)}
    parent = ParentSample(RecordId(0, 0), path.name, text)
    samples = [Sample(RecordId(1, at), path.name, "program", change.text, parent) for at, change in enumerate(changes.values())]
    verdicts = [verdict for verdict in verify(samples, toolchain, library) if verdict.check == "differential"]
    suite = _suite(path)
    said: dict[str, tuple[str, str]] = {}
    for (name, change), verdict in zip(changes.items(), verdicts, strict=True):
        said[name] = _said(verdict)
        if said[name][0] in ("skipped", "exit-alike") and suite:
            said[name] = _tested(toolchain, path.name, text, change.text, suite, library) or said[name]

    def note() -> None:
        for name, result in made.items():
            row = rows[name]
            if not isinstance(result, Change):
                row.refused[result.code] += 1
                continue
            row.applied += 1
            row.edits += result.edits
            outcome, detail = said[name]
            if outcome == "skipped":
                row.skipped[detail] += 1
            else:
                row.outcomes[outcome] += 1
            if outcome in ("different", "error"):
                row.told.append(f"{path}: {outcome} {detail}")

    return note


def _said(verdict: Verdict) -> tuple[str, str]:
    """Outcome and detail in this table's words."""
    if verdict.outcome is Outcome.PASS:
        return json.loads(verdict.value)["evidence"], ""
    if verdict.outcome is Outcome.FAIL:
        return "different", verdict.reason
    if verdict.outcome is Outcome.SKIPPED and verdict.reason.startswith("parent-exit"):
        # It failed for want of input; that the child failed alike is a hint, not a proof.
        return ("exit-alike", "") if "true" in verdict.value else ("different", f"{verdict.reason}, then otherwise")
    if verdict.outcome is Outcome.SKIPPED:
        return "skipped", verdict.reason.split(":")[0]
    return "error", verdict.reason


def _tested(toolchain: Toolchain, name: str, parent: str, child: str, suite: str,
            library: dict[str, str]) -> tuple[str, str] | None:
    """What a test suite says where running alone says nothing; None where the parent does not pass it."""
    reports: list[TestReport] = []
    for text in (parent, child):
        dialect = toolchain.check(SourceText(name, text), library).dialect
        answer, report = toolchain.test(SourceText(name, text), SourceText("suite.cut", suite), library, dialect)
        if answer.outcome is not Outcome.PASS or report is None:
            return ("different", f"tests: {answer.reason}") if reports and answer.outcome is Outcome.FAIL else None
        reports.append(report)
        if reports[0].failed or not reports[0].passed:
            return None
    return ("tests", "") if reports[0] == reports[1] else ("different", f"tests: {reports[1].message}")


def _suite(path: Path) -> str:
    """The one test suite of an exercise, or empty."""
    suites = sorted(path.parent.parent.glob("tst/**/*.cut"))
    return _text(suites[0]) if len(suites) == 1 else ""


def _programs(root: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    for repository in sorted(folder for folder in root.iterdir() if folder.is_dir()):
        files = sorted(path for path in repository.rglob("*") if path.is_file())
        library = {str(path.relative_to(repository)): _text(path) for path in files if path.suffix.lower() in COPYBOOKS}
        yield from ((path, library) for path in files if path.suffix.lower() in PROGRAMS)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _show(rows: list[dict[str, object]]) -> None:
    """A plain table."""
    cells = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)] if rows else []
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip())


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common()) or "none"


def segments(root: Path) -> int:
    """Round trip, certainty and speed of the segmenter, over every file in both formats."""
    files = differing = statements = opaque = size = 0
    seconds = 0.0
    why: Counter[str] = Counter()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        text = _text(path)
        for free in (False, True):
            began = time.perf_counter()
            tokens = tokenise(text, free)
            tree = segment(tokens)
            seconds += time.perf_counter() - began
            size += len(text)
            files += 1
            back = "".join(tokens[at].text for first, stop in tree.leaves() for at in range(first, stop))
            differing += abs(len(back) - len(text)) + sum(a != b for a, b in zip(back, text, strict=False))
            if path.suffix.lower() not in PROGRAMS or free != looks_free(text):
                continue
            for node in tree.of(Sort.STATEMENT):
                statements += 1
                sentence = tree.around(node, Sort.SENTENCE)
                reason = tree.unsure or node.opaque or (sentence.opaque if sentence else "")
                opaque += bool(reason)
                why.update([reason] if reason else [])
    print(f"{files} readings (each file in both formats), {differing} bytes differ, {statements} statements of programs, "
          f"{opaque / max(statements, 1):.1%} opaque ({_counted(why)}), {size / 1e6 / max(seconds, 1e-9):.2f} MB/s with tokens")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
