"""How fast each judge is by itself, and how much memory it takes: a ledger of mutated real code, one process a judge.

    python -m benchmarks.bench_judges --records 12500 50000 [--judges screen poison] [--corpora ../shared/corpora]

The texts are runs of lines of real COBOL and Java of about 2 kB, with names changed and lines dropped, put twice or taken
from elsewhere, so that no two are alike but for one in twenty. Three fifths are found (one in ten of them of unknown
origin), a fifth are versions by a rule and a fifth are of four models. ``rest`` is what a process holds before it judges:
Great Expectations and the libraries. ``exponent`` compares the two sizes: 1 is linear, 2 is quadratic.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from provenance.ledger import Draft, Ledger
from provenance.ledger.codec import encode_records
from provenance.model.identity import BatchId, Digest, RecordId, Swhid
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record, SourceFacts
from provenance.pipeline.judges import JUDGES

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
ENDINGS = {".cbl": "cobol", ".cob": "cobol", ".java": "java"}
BATCH = 2_000
_NAME = re.compile(r"\b[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)+\b|\b[a-z]+[A-Z][A-Za-z0-9]*\b")
_ALLOWED = {"pass", "warn", "fail", "abstain", "skipped", "error"}


def lines_of(corpora: Path) -> dict[str, list[str]]:
    """Language -> every line of its files, in order of path."""
    found: dict[str, list[str]] = {"cobol": [], "java": []}
    for path in sorted(corpora.rglob("*")):
        language = ENDINGS.get(path.suffix.lower())
        if language and path.is_file() and 200 < path.stat().st_size < 300_000:
            found[language] += path.read_bytes().decode("latin-1").replace("\r\n", "\n").splitlines(keepends=True)
    return found


def mutated(lines: Sequence[str], draw: random.Random, size: int = 2_000) -> str:
    """Some lines in a row with half of their names changed, and one line in eight dropped, put twice or from elsewhere."""
    wanted, start = draw.lognormvariate(math.log(size) - 0.3, 0.75), draw.randrange(len(lines))
    taken: list[str] = []
    while sum(map(len, taken)) < wanted:
        line = lines[start % len(lines)]
        start += 1
        what = draw.random()
        taken += [line] if what > 0.12 else [] if what > 0.08 else [line, line] if what > 0.05 else [draw.choice(lines)]
    names: dict[str, str] = {}

    def renamed(found: re.Match[str]) -> str:
        name = found[0]
        if name not in names:
            names[name] = f"{name[:6]}{draw.randrange(1000)}" if draw.random() < 0.5 else name
        return names[name]

    return _NAME.sub(renamed, "".join(taken))


def record(text: str, name: str, language: str, ancestry: Ancestry, parents: tuple[Parent, ...] = (),
           source: SourceFacts | None = None) -> Record:
    data = text.encode()
    return Record(text=text, name=name, language=language, kind="program", licence="MIT", content=Digest.of(data),
                  swhid=str(Swhid.of_content(data)), size=len(data), lines=text.count("\n") + 1, ancestry=ancestry,
                  parents=parents, source=source)


def fill(ledger: Ledger, records: int, corpora: Path = CORPORA, batch: int = BATCH, seed: int = 7) -> list[BatchId]:
    """Commit so many records, a share of each kind; the same arguments give the same batches."""
    draw = random.Random(seed)
    lines = lines_of(corpora)
    families: list[tuple[RecordId, Record]] = []
    batches = []
    found = max(1, round(0.6 * records / batch))
    total = max(3, math.ceil(records / batch))
    for number in range(total):
        size = min(batch, records - number * batch)
        if number < found:
            recipe = Recipe("ingest", "1", {"repository": f"https://example.org/{number}", "commit": "0", "seed": seed,
                                            "n": size}, shard=str(number))
            some = [_root(lines, draw, number, families) for _ in range(size)]
            families += [(RecordId(recipe.batch.number, row), each) for row, each in enumerate(some)]
        else:
            # As in a pipeline the parents of a batch are in few batches.
            near = [draw.randrange(len(families)) // batch * batch for _ in range(2)]
            parents = [families[min(len(families) - 1, at + draw.randrange(batch))] for at in near for _ in range(size // 2 + 1)]
            above = tuple(sorted({BatchId(parent.batch) for parent, _ in parents}))
            model = f"model-{number % 4}" if number % 2 else ""
            params = {"mode": "version", "model": model} if model else {"transform": "layout"}
            recipe = Recipe("generate" if model else "augment", "1", {**params, "n": size, "seed": seed}, above,
                            shard=str(number))
            some = [_child(lines, draw, model, *parent) for parent in parents[:size]]
        ledger.commit(Draft(recipe, encode_records(recipe.batch, some), None), run=f"00000000-0000-7000-8000-{number:012d}",
                      job="bench")
        batches.append(recipe.batch)
    return batches


def _root(lines: dict[str, list[str]], draw: random.Random, number: int, before: Sequence[tuple[RecordId, Record]]) -> Record:
    language = "cobol" if draw.random() < 0.5 else "java"
    copy = bool(before) and draw.random() < 0.05
    text = mutated(lines[language], draw)
    if copy:
        language, text = (other := draw.choice(before)[1]).language, other.text[:-40] + f"\n* {draw.random()}\n"
    if draw.random() < 0.02:
        text += f"* mail ada.{draw.randrange(10**6)}@payroll-{draw.randrange(99)}.net password=Xk{draw.randrange(10**9)}zQ!\n"
    source = f"https://example.org/{number}-{draw.randrange(20)}"
    origin = OriginClass.UNKNOWN if draw.random() < 0.1 else OriginClass.HUMAN
    name = f"P{draw.randrange(10**6)}" + (".cbl" if language == "cobol" else ".java")
    facts = SourceFacts(source, "4" * 40, f"src/{name}", "b" * 40, (f"person:{draw.randrange(300):016x}",),
                        "2009-03-01T10:00:00+00:00", "2012-07-01T10:00:00+00:00", 3)
    return record(text, name, language, Ancestry.of_root(origin, "MIT", source, EvidenceGrade.E2), source=facts)


def _child(lines: dict[str, list[str]], draw: random.Random, model: str, above: RecordId, parent: Record) -> Record:
    own = parent.text.splitlines(keepends=True)
    if model:
        more = mutated(lines[parent.language], draw, 800)
        own = [*own[:len(own) // 2], more, *own[len(own) * 3 // 4:]]
        making = OriginClass.SYNTHETIC_MODEL
    else:
        own = [line if draw.random() > 0.1 else f"{line.rstrip()} " + "\n" for line in own] + [f"* {draw.random()}\n"]
        making = OriginClass.SYNTHETIC_RULE
    ancestry = Ancestry.derive([parent.ancestry], making, [model] if model else [])
    return record("".join(own), f"M-{parent.name}", parent.language, ancestry, (Parent(above, "source"),))


def benchmark(where: Path, corpora: Path, items: int = 164) -> Path:
    """JSON lines in the form of a benchmark, of texts that are drawn as the corpus is."""
    draw, lines = random.Random(99), lines_of(corpora)["java"]
    where.write_text("".join(json.dumps({"task_id": f"Bench/{number}", "prompt": mutated(lines, draw, 500),
                                         "canonical_solution": mutated(lines, draw, 500)}) + "\n" for number in range(items)))
    return where


def peak_mb() -> float:
    """Most memory that this process held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(judge: str, where: Path, items: str) -> dict[str, float]:
    """One judge over all records of a ledger, in this process."""
    from provenance.pipeline.context import Context
    from provenance.pipeline.inspection import examine
    from provenance.pipeline.judges import load

    module = load(judge)
    ledger = Ledger(where)
    batches = [manifest.batch for manifest in ledger.manifests() if manifest.records]
    # Great Expectations takes seconds to import; that is nobody's speed.
    examine("verified", {**{key: ["x"] for key in ("record", "check", "value", "reason", "tool", "tool_version")},
                         "outcome": ["pass"]}, "warm")
    known = {each.name for each in fields(module.Settings)}
    settings = module.Settings(**({"benchmarks": (items,)} if "benchmarks" in known else {}))
    if judge == "screen":
        from provenance.sources.secret_scanner import find_scanner
        find_scanner()
    rest, clock, busy = peak_mb(), time.monotonic(), time.process_time()
    result = module.judge(Context(ledger, f"bench.{judge}"), batches, settings)
    seconds, processor = time.monotonic() - clock, time.process_time() - busy
    records = sum(ledger.require(batch).records for batch in batches)
    # Verdicts without a record are the inspection's own.
    said = [(row["check"], row["outcome"]) for batch in result.batches
            for row in ledger.table(ledger.require(batch), "verdicts").select(["batch", "check", "outcome"]).to_pylist()
            if row["batch"] is not None]
    wrong = sum(outcome not in _ALLOWED for _, outcome in said)
    missing = records * len(module.CHECKS) - sum(check in module.CHECKS for check, _ in said)
    return {"records": records, "seconds": round(seconds, 2), "processor_s": round(processor, 2),
            "making_s": round(result.making, 2), "inspecting_s": round(result.inspecting, 2),
            "records_a_second": round(records / seconds, 1), "rest_mb": round(rest, 1), "peak_mb": round(peak_mb(), 1),
            "missing": missing, "wrong": wrong}


def table(said: dict[str, list[dict[str, float]]]) -> Iterator[str]:
    """Lines of Markdown."""
    yield "| judge | records | seconds | processor s | inspecting s | records/s | rest MB | peak MB | exponent |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for judge, rows in said.items():
        for place, row in enumerate(rows):
            before = rows[place - 1] if place else None
            exponent = "" if before is None else format(
                math.log(row["processor_s"] / before["processor_s"]) / math.log(row["records"] / before["records"]), ".2f")
            yield (f"| {judge} | {row['records']} | {row['seconds']} | {row['processor_s']} | {row['inspecting_s']} | "
                   f"{row['records_a_second']} | {row['rest_mb']} | {row['peak_mb']} | {exponent} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, nargs="+", default=[12_500, 50_000])
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--judges", nargs="+", default=list(JUDGES), choices=JUDGES)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--keep", type=Path, help="a folder for the ledgers, which are used again")
    parser.add_argument("--one", nargs=3, metavar=("JUDGE", "LEDGER", "BENCHMARK"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(one(asked.one[0], Path(asked.one[1]), asked.one[2])))
        return
    if not asked.corpora.is_dir():
        sys.exit(f"{asked.corpora} is not there: name real code with --corpora")
    said: dict[str, list[dict[str, float]]] = {judge: [] for judge in asked.judges}
    with tempfile.TemporaryDirectory() as folder:
        home = asked.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        items = benchmark(home / "bench.jsonl", asked.corpora)
        for size in sorted(asked.records):
            where = home / f"ledger-{size}"
            if not where.exists():
                clock = time.monotonic()
                fill(Ledger.init(where), size, asked.corpora, asked.batch)
                print(f"{size} records written in {time.monotonic() - clock:.0f} s", flush=True)
            for judge in asked.judges:
                done = subprocess.run([sys.executable, "-m", "benchmarks.bench_judges", "--one", judge, str(where), str(items)],
                                      capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(home)})
                if done.returncode:
                    print(f"{judge} over {size}: {done.stderr.strip()[-2000:]}", flush=True)
                    continue
                said[judge].append(json.loads(done.stdout.splitlines()[-1]))
                print(json.dumps({"judge": judge, **said[judge][-1]}), flush=True)
    print("\n".join(table(said)))


if __name__ == "__main__":
    main()
