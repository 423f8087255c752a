"""Ingest beside `git cat-file --batch` of the same files, in one run.

    python benchmarks/bench_ingest.py REPOSITORY_OR_BUNDLE [...]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from provenance.ledger import Draft, Ledger
from provenance.ledger.codec import encode_records
from provenance.model.recipe import Recipe
from provenance.sources import open_source
from provenance.steps.ingest import Options, buckets, ingest_snapshot


def measure(where: str) -> dict[str, object]:
    """Seconds and files per second of each part, and the ratio to plain git."""
    with tempfile.TemporaryDirectory() as folder:
        clock = time.perf_counter()
        snapshot = open_source(where, key=b"benchmark", workdir=Path(folder, "work"))
        entries = snapshot.entries()
        history = time.perf_counter() - clock
        clock = time.perf_counter()
        read = sum(data is not None for _, data in snapshot.read(entries))
        reading = time.perf_counter() - clock
        ledger = Ledger.init(f"{folder}/ledger")
        clock = time.perf_counter()
        records = 0
        for shard, group in buckets(entries).items():
            made = [item.record for item in ingest_snapshot(snapshot, group, Options()) if item.record]
            recipe = Recipe("ingest", "1", {"benchmark": where}, shard=shard)
            ledger.commit(Draft(recipe, encode_records(recipe.batch, made)), run="r", job="j")
            records += len(made)
        whole = time.perf_counter() - clock
        bare = Path(folder, "bare")
        subprocess.run(["git", "clone", "--quiet", "--mirror", where, str(bare)], check=True)
        blobs = "\n".join(entry.blob for entry in entries if entry.mode.startswith("100")).encode()
        clock = time.perf_counter()
        subprocess.run(["git", "-C", str(bare), "cat-file", "--batch"], input=blobs, stdout=subprocess.DEVNULL, check=True)
        git = time.perf_counter() - clock
    return {"source": Path(where).name, "files": len(entries), "read": read, "records": records,
            "history_s": round(history, 3), "read_s": round(reading, 3), "ingest_and_commit_s": round(whole, 3),
            "git_cat_file_s": round(git, 3), "read_files_per_s": round(read / reading),
            "ingest_files_per_s": round(len(entries) / whole), "git_files_per_s": round(len(entries) / git),
            "read_over_git": round(git / reading, 3)}


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(json.dumps({"benchmark": "ingest", **measure(each)}))
