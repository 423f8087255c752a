"""Programs verified a minute, against the plain way of asking, on real programs and their versions, in one run.

    python -m benchmarks.measure_verify [FOLDER] [--stride 8]

FOLDER holds COBOL sources, one repository a folder. Each program and its versions by every transform that applies go
through VERIFY twice, some programs at a time by turns: by `GnuCobol` as it is, and by one that asks the plain way (every
question its own start of the sandbox, cobc's own flags, nothing remembered). The verdicts must be equal; the ratio is of
this one run. Then where the time of the first goes, what a start of the sandbox costs, and how many human tests hold.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from provenance.languages import by_extension, kind_of
from provenance.languages.cobol_copy import looks_free, referenced_members
from provenance.languages.toolchain import Library, SourceText
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome, Verdict
from provenance.sources.gnucobol import GnuCobol, find_gnucobol
from provenance.sources.gnucobol_build import CODE, DIALECTS, NAME, Memory, Translation, read_translation
from provenance.sources.sandbox import Finished, Missing, Sandbox, find_sandbox
from provenance.steps.augment import ALL, Change, Program
from provenance.steps.augment.cobol_listing import parse_listing
from provenance.steps.oracles import File, oracles_of
from provenance.steps.verify import TESTS, ParentSample, Sample, TestSample, verify

CORPORA = Path(__file__).parents[2] / "shared" / "corpora" / "cobol"
CHUNK = 8


class Clocked(Sandbox):
    """A sandbox that counts its runs and seconds by what it ran."""

    __slots__ = ("spent",)
    spent: dict[str, list[float]]

    def run(self, argv: Sequence[str], *rest: Any, **more: Any) -> Finished:
        began = time.monotonic()
        done = super().run(argv, *rest, **more)
        script = argv[-1]
        what = "program" if argv[0] == "/prog" else "gcc" if f"{CODE} >" in script else "cobc"
        self.spent[what].append(time.monotonic() - began)
        return done


def clocked(sandbox: Sandbox) -> Clocked:
    """The same walls, with a clock."""
    made = Clocked(sandbox.prefix, sandbox.uid)
    object.__setattr__(made, "spent", defaultdict(list))
    return made


class Plain(GnuCobol):
    """How it was before: each question a start of its own, cobc's own flags, the C written again for its digest."""

    def _translation(self, text: str, members: Mapping[str, str], names: Sequence[str]) -> Translation:
        if len(names) > 1:
            script = "".join(f"cobc -fsyntax-only -w {DIALECTS[name]} -I copy {NAME} >/dev/null 2>e{at}; s=$?\n"
                             f"echo syntax {name} $s; test $s = 0 && exit 0\n" for at, name in enumerate(names))
        else:
            script = f"cobc -w {DIALECTS[names[0]]} -I copy -C -o {CODE} {NAME} >/dev/null && echo module {names[0]}\n"
        with self._folder(text, members) as folder:
            done = self._sh(f"{script}exit 0\n", folder)
            return read_translation(folder, done.stdout, done.stopped)

    def _linked(self, made: Translation) -> bytes | None:
        return None

    def _program(self, source: SourceText, members: Mapping[str, str], library: Library, dialect: str,
                 modules: Sequence[SourceText]) -> tuple[Any, bytes | None]:
        with self._folder(source.text, members) as folder:
            return self._build(folder, dialect, (source.text, *members.values()), NAME)


def samples_of(folder: Path, stride: int, tool: GnuCobol) -> Iterator[tuple[Library, list[Sample]]]:
    """(library, programs with their versions and tests) of each repository, some programs at a time."""
    row = 0
    for repository in sorted(path for path in folder.iterdir() if path.is_dir()):
        texts = {str(path.relative_to(repository)): path.read_text("utf-8", "surrogateescape")
                 for path in sorted(repository.rglob("*")) if path.is_file() and by_extension(path.name)}
        files = [File(RecordId(1, row + at), path, "cobol", kind_of(path)) for at, path in enumerate(texts)]
        row += len(files)
        paths = {file.record: file.path for file in files}
        oracles = oracles_of(files)
        library = {path: text for path, text in texts.items() if kind_of(path) == "copybook"}
        programs = [file for file in files if file.kind == "program"][::stride]
        for at in range(0, len(programs), CHUNK):
            chunk = []
            for file in programs[at : at + CHUNK]:
                name, text = Path(file.path).name, texts[file.path]
                tests = tuple(TestSample(test.record, Path(test.path).name, texts[paths[test.record]])
                              for test in oracles.get(file.record, ()))
                chunk.append(Sample(file.record, name, "program", text, None, tests))
                parent = ParentSample(file.record, name, text, tests)
                chunk += [Sample(RecordId(2, number), name, "program", version, parent)
                          for number, version in enumerate(versions(tool, name, text, library))]
            yield library, chunk


def versions(tool: GnuCobol, name: str, text: str, library: Library) -> Iterator[str]:
    """What the transforms make of a program."""
    source = SourceText(name, text)
    answer = tool.check(source, library)
    if answer.outcome is not Outcome.PASS:
        return
    listing, expanded = tool.listing(source, library, answer.dialect), tool.expand(source, library, answer.dialect)
    free = answer.dialect.endswith("free") or looks_free(text)
    program = Program(name, text, free, parse_listing(listing) if listing else None,
                      expanded, referenced_members(text, library))
    for transform in ALL:
        change = transform.apply(program, 7) if transform.language == "cobol" else None
        if isinstance(change, Change):
            yield change.text


def timed(tool: GnuCobol, work: tuple[Library, list[Sample]], pool: ThreadPoolExecutor) -> tuple[float, list[Verdict]]:
    """Seconds and verdicts of one chunk."""
    began = time.monotonic()
    verdicts = list(verify(work[1], tool, work[0], mapper=pool.map))
    return time.monotonic() - began, verdicts


def median_ms(what: Callable[[], object], times: int = 60) -> float:
    """Median of some repetitions, in milliseconds."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        what()
        took.append(time.monotonic() - began)
    return 1000 * statistics.median(took)


def differing(one: Sequence[Verdict], other: Sequence[Verdict]) -> list[tuple[Verdict, Verdict]]:
    """Pairs of verdicts that say other things, but for those of the machine's being too slow."""
    def slow(verdict: Verdict) -> bool:
        return "wall" in verdict.reason or "wall" in verdict.value
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b and not slow(a) and not slow(b)]


def main() -> int:
    """Measure and print; 1 where a verdict differs, 0 also where there is nothing to measure with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=CORPORA, type=Path)
    parser.add_argument("--stride", default=8, type=int, help="every n-th program")
    arguments = parser.parse_args()
    sandbox = find_sandbox()
    found = find_gnucobol(sandbox)
    if isinstance(sandbox, Missing) or isinstance(found, Missing) or not arguments.folder.is_dir():
        print(f"nothing measured: {found.reason if isinstance(found, Missing) else f'no folder {arguments.folder}'}")
        return 0
    clock = clocked(sandbox)
    short = GnuCobol(clock, found.version, found.binds, flags=found.flags)
    plain = Plain(sandbox, found.version, found.binds, memory=Memory(0))
    seconds = {"short": 0.0, "plain": 0.0}
    count, wrong, verdicts = 0, 0, []
    with ThreadPoolExecutor(2) as pool:
        for turn, work in enumerate(samples_of(arguments.folder, arguments.stride, found)):
            said = {}
            for name in ("short", "plain") if turn % 2 else ("plain", "short"):
                took, said[name] = timed(short if name == "short" else plain, work, pool)
                seconds[name] += took
            count += len(work[1])
            verdicts += said["short"]
            for one, other in differing(said["short"], said["plain"]):
                wrong += 1
                print(f"DIFFERENT\n  {one}\n  {other}")
    rates = {name: 60 * count / took for name, took in seconds.items()}
    print(f"samples {count}  verdicts {len(verdicts)}  different {wrong}")
    print(f"a minute: short {rates['short']:.0f}  plain {rates['plain']:.0f}  ratio {rates['short'] / rates['plain']:.2f}")
    shares(clock, 2 * seconds["short"], sandbox)
    tests = [verdict for verdict in verdicts if verdict.check == TESTS]
    counted = {outcome: len([verdict for verdict in tests if verdict.outcome is outcome]) for outcome in Outcome}
    print("tests:", "  ".join(f"{outcome} {count}" for outcome, count in counted.items() if count))
    return 1 if wrong else 0


def shares(clock: Clocked, total: float, sandbox: Sandbox) -> None:
    """Where the seconds of two threads went."""
    with sandbox.workdir() as folder:
        start = median_ms(lambda: sandbox.run(["/usr/bin/true"], folder))
    bare = median_ms(lambda: subprocess.run(["/usr/bin/true"], check=False))
    starts = sum(len(took) for took in clock.spent.values())
    inside = {what: sum(took) - len(took) * start / 1000 for what, took in clock.spent.items()}
    inside["sandbox starts"] = starts * start / 1000
    inside["Python and waiting"] = total - sum(inside.values())
    print("share of time:", "  ".join(f"{what} {100 * took / total:.0f} %" for what, took in inside.items()))
    print("starts:", "  ".join(f"{what} {len(took)}" for what, took in clock.spent.items()))
    print(f"start of a process: bare {bare:.1f} ms  sandbox {start:.1f} ms  ratio {start / bare:.1f}  (medians of 60)")


if __name__ == "__main__":
    sys.exit(main())
