"""Commits per second with 1, 2 and 8 writer processes, for large and for small batches.

    python benchmarks/bench_ledger.py [--seconds 3]

Each writer commits batches of its own (no races: `tests/ledger/test_concurrency.py` has those) with records and 1.2
edges a record, as synthetic Arrow tables, so that what is measured is `Ledger.commit`: Parquet,
sha256, manifest, fsync, link. A probe of the bare disk (write 4 KB, fsync, link, fsync of the folder) says how far that
is from what the machine can do. Prints a table and one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from provenance.ledger import Draft, Ledger
from provenance.ledger.codec import SCHEMAS
from provenance.ledger.durable import put_once
from provenance.model.recipe import Recipe

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["provenance.ledger.upkeep", "pyarrow.parquet", "pandas"])
BATCHES = {"large": 10_000, "small": 100}
WRITERS = (1, 2, 8)


def tables(number: int, rows: int, parent: int, draw: random.Random) -> dict[str, pa.Table]:
    """Synthetic records and edges of one batch; content digests are random, as real ones are to a compressor."""
    row = list(range(rows))
    pick = draw.randbytes(32 * rows).hex()
    origins = [("human", "synthetic_rule", "synthetic_model")[byte % 3] for byte in draw.randbytes(rows)]
    records = {
        "batch": [number] * rows,
        "row": row,
        "language": ["cobol"] * rows,
        "kind": ["program"] * rows,
        "origin": origins,
        "evidence": [2] * rows,
        "depth": [byte % 6 for byte in draw.randbytes(rows)],
        "human_share": [byte / 255 for byte in draw.randbytes(rows)],
        "licence": ["Apache-2.0"] * rows,
        "content_sha256": [pick[64 * n : 64 * n + 64] for n in row],
        "swhid": [f"swh:1:cnt:{pick[64 * n : 64 * n + 40]}" for n in row],
        "name": [f"P{n:06}.cob" for n in row],
        "bytes": [900 + n % 700 for n in row],
        "lines": [40 + n % 50 for n in row],
        "encoding": ["utf-8"] * rows,
        "generators": [["model-a"]] * rows,
        "licences": [["Apache-2.0"]] * rows,
        "sources": [["https://example.org/payroll"]] * rows,
        "overflow": [False] * rows,
    }
    child = sorted(row + [draw.randrange(rows) for _ in range(rows // 5)])
    edges = {
        "batch": [number] * len(child),
        "row": child,
        "parent_batch": [parent] * len(child),
        "parent_row": [draw.randrange(rows) for _ in child],
        "role": ["source"] * len(child),
    }
    return {"records": pa.table(records, schema=SCHEMAS["records"]), "edges": pa.table(edges, schema=SCHEMAS["edges"])}


def write(where: str, name: int, rows: int, seconds: float, start: Any, answers: Any) -> None:
    """Commit until the time is over; the tables are made before the clock starts and shared by all batches."""
    ledger = Ledger(where)
    made = tables(name, rows, 1, random.Random(name))
    # What a summary needs is known to a step that made the rows; see `Draft.summary`.
    summary = {"origins": {"human": rows}, "languages": {"cobol": rows}}
    ledger.commit(Draft(Recipe("warm", "1", {"writer": name}), made, summary), run="r", job="bench")
    times: list[float] = []
    start.wait(120)
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        before = time.monotonic()
        ledger.commit(
            Draft(Recipe("bench", "1", {"writer": name}, seed=len(times)), made, summary), run="r", job="bench"
        )
        times.append(time.monotonic() - before)
    answers.put((times, time.monotonic() - began))


def measure(folder: Path, rows: int, writers: int, seconds: float) -> dict[str, Any]:
    ledger = Ledger.init(folder)
    start, answers = CONTEXT.Barrier(writers), CONTEXT.Queue()
    crew = [
        CONTEXT.Process(target=write, args=(str(folder), name, rows, seconds, start, answers))
        for name in range(writers)
    ]
    for process in crew:
        process.start()
    said = [answers.get() for _ in crew]
    for process in crew:
        process.join()
    times = sorted(time_ for times_, _ in said for time_ in times_)
    wall = max(wall for _, wall in said)
    stored = sum(1 for manifest in ledger.manifests() if manifest.recipe.step == "bench")
    if stored != len(times):
        raise AssertionError(f"{len(times)} commits were acknowledged and {stored} are stored")
    return {
        "writers": writers,
        "rows": rows,
        "commits": len(times),
        "commits_per_s": round(len(times) / wall, 1),
        "rows_per_s": round(len(times) * rows / wall),
        "p50_ms": round(1000 * times[len(times) // 2], 1),
        "p99_ms": round(1000 * times[int(len(times) * 0.99)], 1),
    }


def disk(folder: Path, seconds: float = 1.0) -> float:
    """Bare commits a second of one process: 4 KB, fsync, link, fsync of the folder."""
    began, done = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        put_once(folder / f"{done}", os.urandom(4096))
        done += 1
    return round(done / (time.monotonic() - began), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0)
    seconds = parser.parse_args().seconds
    results = []
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "disk").mkdir()
        bare = disk(Path(home) / "disk")
        print(f"bare disk: {bare} commits of 4 KB a second; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(f"{'rows':>7} {'writers':>8} {'commits/s':>10} {'rows/s':>10} {'p50 ms':>8} {'p99 ms':>8}")
        for kind, rows in BATCHES.items():
            for writers in WRITERS:
                found = measure(Path(home) / f"{kind}{writers}", rows, writers, seconds)
                results.append({"batch": kind, **found})
                print(
                    f"{rows:>7} {writers:>8} {found['commits_per_s']:>10} {found['rows_per_s']:>10} "
                    f"{found['p50_ms']:>8} "
                    f"{found['p99_ms']:>8}"
                )
    print(
        json.dumps(
            {"bare_disk_commits_per_s": bare, "cores": os.cpu_count(), "load": os.getloadavg()[0], "results": results}
        )
    )


if __name__ == "__main__":
    main()
