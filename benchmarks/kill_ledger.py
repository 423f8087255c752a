"""Kill writers with SIGKILL at random moments and count what was acknowledged and is lost, doubled or torn.

    python benchmarks/kill_ledger.py --kills 200 --seed 7

Each round starts two writers that commit the same batches (a zombie and its retry), with different contents, and notes
each batch after `Ledger.commit` has returned. Both are killed after a random while. At the end the ledger is opened
again and compared with the notes. Only the death of processes is tested, not loss of power.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

from provenance.ledger import Draft, Ledger
from provenance.ledger.codec import encode_records
from provenance.ledger.upkeep import sweep, verify
from provenance.model.identity import Digest
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Record

ROWS = 20
#: A fork of a process that has imported everything starts in milliseconds and has no threads that a fork would lose.
CONTEXT = multiprocessing.get_context("forkserver")
# pyarrow imports pandas, where it is installed, at its first conversion; half a second that each fork would pay.
CONTEXT.set_forkserver_preload(["provenance.ledger.upkeep", "pyarrow.parquet", "pandas"])


def recipe(number: int) -> Recipe:
    return Recipe("kill", "1", {"number": number})


def draft(number: int, salt: str, rows: int = ROWS) -> Draft:
    """A batch whose contents depend on ``salt``, so that two writers' files never pass for each other's."""
    records = []
    for row in range(rows):
        text = f"{salt} {number} {row}\n"
        records.append(
            Record(
                text=text,
                name=f"{row}.cob",
                language="cobol",
                kind="program",
                licence="MIT",
                content=Digest.of(text.encode()),
                swhid="",
                size=len(text),
                lines=1,
                ancestry=Ancestry.of_root(OriginClass.HUMAN, "MIT", "repo"),
            )
        )
    return Draft(recipe(number), encode_records(recipe(number).batch, records))


def write(where: str, notes: str, first: int, ready: Any) -> None:
    """Commit batches from ``first`` on until killed; note each when it is acknowledged."""
    ledger = Ledger(where)
    note = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    draft(first, "warm")
    ready.set()
    number = first
    while True:
        done = ledger.commit(draft(number, secrets.token_hex(8)), run="r", job="kill")
        os.write(note, f"{number} {done.manifest.digest}\n".encode())
        number += 1


def kill_often(folder: Path, kills: int = 50, seed: int = 0, longest_s: float = 0.12) -> dict[str, Any]:
    """Kill ``kills`` writers, two at a time, and say what became of what they had acknowledged."""
    draw = random.Random(seed)
    ledger = Ledger.init(folder / "ledger")
    notes = folder / "notes"
    notes.touch()
    began = time.monotonic()
    while kills > 0:
        acknowledged = {int(line.split()[0]) for line in notes.read_text().splitlines()}
        # Some batches are asked for again: a retry must adopt what its predecessor was killed over.
        first = max(0, max(acknowledged, default=0) - 2)
        ready = [CONTEXT.Event() for _ in range(min(2, kills))]
        pair = [CONTEXT.Process(target=write, args=(str(ledger.path), str(notes), first, event)) for event in ready]
        for process in pair:
            process.start()
        for event in ready:
            event.wait(30)  # else most kills would hit the start of the interpreter
        for process in pair:
            time.sleep(draw.uniform(0, longest_s))
            process.kill()
        for process in pair:
            process.join()
            kills -= 1
    seconds = time.monotonic() - began
    return {**judge(folder), "seconds": round(seconds, 1)}


def judge(folder: Path) -> dict[str, Any]:
    """Compare the ledger, opened afresh, with the notes."""
    ledger = Ledger(folder / "ledger")
    lines = [line.split() for line in (folder / "notes").read_text().splitlines()]
    told: dict[int, set[str]] = {}
    for number, digest in lines:
        told.setdefault(int(number), set()).add(digest)
    lost = other = 0
    for number, digests in told.items():
        manifest = ledger.manifest(recipe(number).batch)
        lost += manifest is None
        # Two acknowledgements of one batch must name the same winner.
        other += manifest is not None and digests != {str(manifest.digest)}
    stored = list(ledger.manifests())
    texts = [text for manifest in stored for text in ledger.table(manifest, "texts").column("text").to_pylist()]
    torn = len(list(verify(ledger)))
    leftovers = len(sweep(ledger, older_than_s=-1))
    torn_by_sweep = len(list(verify(ledger)))
    return {
        "acknowledged": len(told),
        "acknowledgements": len(lines),
        "stored": len(stored),
        "lost": lost,
        "changed": other,
        "doubled": len(texts) - len(set(texts)) + abs(len(texts) - ROWS * len(stored)),
        "torn": torn,
        "torn_by_sweep": torn_by_sweep,
        "leftovers_swept": leftovers,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(kill_often(Path(folder), arguments.kills, arguments.seed)))


if __name__ == "__main__":
    main()
