"""Kill a whole pipeline with SIGKILL at random moments, run it again to the end, and compare with an undisturbed run.

    python benchmarks/kill_pipeline.py --kills 50 --seed 7

Each round starts ingest, augment, verify, judge and assemble over two small repositories in a process of its own,
kills it after a random share of the time that an undisturbed run takes, and lets another process do the same work on
the same ledger. What then lies in the ledger has to be what the undisturbed run left: no batch, record or member
missing (lost), none more (doubled), and nothing that `ledger verify` or the training set's own check finds fault with
(torn).

Two things are not as in a real run. The compiler is a fake. And Great Expectations is replaced by nothing, in the child
processes of this driver only, because it takes eight seconds to import and would take most of the kills; what it says
is committed together with the rest of a batch, so it changes what a batch holds and not how it comes to be.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.ledger import Ledger
from provenance.ledger.datasets import check_dataset, find_dataset
from provenance.ledger.upkeep import sweep, verify
from provenance.pipeline import Judging, Run, Source, Workshop
from provenance.steps.augment import Change, Program, Refusal
from provenance.testing import FakeToolchain

REPOSITORIES = ("orders", "payroll")
DATASET = "killed"
POLICY = """name = "killed"
[origin]
allow = ["human", "synthetic_rule", "unknown"]
min_evidence = { human = "E0" }
min_human_share = 0.0
max_depth = 4
[licence]
allow = ["*", "NOASSERTION"]
[checks]
ingested = ["syntax"]
derived = ["syntax", "compile", "differential"]
[checks.kinds]
copybook = []
[duplicates]
near = true
exact = true
"""
CONTEXT = multiprocessing.get_context("forkserver")
# A fork of a process that has imported everything starts in milliseconds, so that kills hit the work.
CONTEXT.set_forkserver_preload(["provenance.pipeline", "provenance.testing", "pyarrow.parquet", "pandas", "rensa"])


@dataclass(frozen=True)
class Note:
    """A transform without a compiler's listing: adds one comment line, so that every program has a child."""

    name: str
    version: str = "1"
    language: str = "cobol"
    preserves: str = "everything"
    needs: frozenset[str] = frozenset()

    def params(self) -> dict[str, str | int | bool]:
        return {}

    def apply(self, program: Program, seed: int) -> Change | Refusal:
        return Change(f"      * {self.name} {seed}\n{program.text}", program.free_format, 1)


TRANSFORMS = tuple(Note(f"note-{name}") for name in ("a", "b", "c"))


def repositories(folder: Path) -> None:
    """Two git repositories of four programs and a copybook each, with fixed dates."""
    for name in REPOSITORIES:
        root = folder / name
        (root / "copy").mkdir(parents=True)
        (root / "copy" / "SHARED.cpy").write_text(f"       01 WS-SHARED PIC X(8) VALUE '{name}'.\n")
        for number in range(4):
            (root / f"P{number}.cbl").write_text(
                "       IDENTIFICATION DIVISION.\n"
                f"       PROGRAM-ID. P{number}.\n       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n"
                "       COPY SHARED.\n       PROCEDURE DIVISION.\n"
                f'           DISPLAY "{name} {number}".\n           STOP RUN.\n')
        who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada",
               "GIT_COMMITTER_EMAIL": "ada@example.org", "GIT_AUTHOR_DATE": "2015-03-01T12:00:00Z",
               "GIT_COMMITTER_DATE": "2015-03-01T12:00:00Z", "GIT_CONFIG_GLOBAL": os.devnull,
               "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "programs"]):
            subprocess.run(["git", *command], cwd=root, env=who, check=True, capture_output=True)


def run_pipeline(where: str, home: str) -> None:
    """The whole pipeline, in the process that may be killed."""
    # The same pseudonyms in every ledger, or else the same file would be another batch in each.
    os.environ["PROVENANCE_PSEUDONYM_KEY"] = "the same in every ledger"
    for name in [name for name in os.environ if name.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE"))]:
        del os.environ[name]
    # What a killed process leaves in the temporary folder goes with this driver's own.
    tempfile.tempdir = home
    uninspected = importlib.import_module("provenance.pipeline.run_step")
    uninspected.examine = lambda suite, rows, where: ([], [])  # type: ignore[attr-defined]
    run = Run("kill", Ledger.init(where))
    run._workshop = Workshop(FakeToolchain())
    records = roots = tuple(batch for name in REPOSITORIES for batch in run.ingest(Source(str(Path(home) / name))))
    records += run.augment(roots, TRANSFORMS, seed=7)
    run.verify(records)
    run.judge(records, Judging(("duplicates",)))
    run.assemble(DATASET, records, str(Path(home) / "killed.toml"), {"train": 0.5, "test": 0.5})


def state(where: Path) -> dict[str, Counter[Any]]:
    """All that has to be the same whoever was killed on the way: batches, records with texts, verdicts, members."""
    ledger = Ledger(where)
    names = ("batches", "records", "verdicts", "members", "files")
    found: dict[str, Counter[Any]] = {name: Counter() for name in names}
    for manifest in ledger.manifests():
        found["batches"][str(manifest.batch)] += 1
        texts = ledger.table(manifest, "texts").to_pylist()
        found["records"].update((str(manifest.batch), row["row"], row["text"]) for row in texts)
        found["verdicts"].update((row["batch"], row["row"], row["check"], row["outcome"], row["reason"])
                                 for row in ledger.table(manifest, "verdicts").to_pylist())
        found["members"].update((row["batch"], row["row"], row["split"])
                                for row in ledger.table(manifest, "members").to_pylist())
    # All versions, so that a second one would be seen.
    for path in sorted(ledger.layout.datasets.glob("*/*/manifest.json")):
        said = json.loads(path.read_bytes())
        found["files"][said["version"], said["root"], tuple(sorted(file["path"] for file in said["files"]))] += 1
    return found


def faults(where: Path) -> list[str]:
    """What the ledger's own check and the training set's find, before and after a sweep of leftovers."""
    ledger = Ledger(where)
    found = [f"{fault.where} {fault.problem}" for fault in verify(ledger)]
    sweep(ledger, older_than_s=-1)
    found += [f"{fault.where} {fault.problem}" for fault in verify(ledger)]
    return found + [f"{fault.where} {fault.problem}" for fault in check_dataset(find_dataset(ledger, DATASET), ledger)]


def unsaid(where: Path) -> int:
    """Batches that no COMPLETE event names: their lineage would have been forgotten."""
    ledger = Ledger(where)
    said = {batch for _, event in ledger.outbox.waiting() if event["eventType"] == "COMPLETE"
            for output in event["outputs"] for batch in output["facets"]["provenance_ledger"]["batches"]}
    return len({str(manifest.batch) for manifest in ledger.manifests()} - said)


def start(where: Path, home: Path) -> Any:
    process = CONTEXT.Process(target=run_pipeline, args=(str(where), str(home)))
    process.start()
    return process


def finish(process: Any) -> None:
    process.join(120)
    assert process.exitcode == 0, f"the pipeline ended with {process.exitcode}"


def kill_often(folder: Path, kills: int = 50, seed: int = 0,
               say: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Kill ``kills`` runs and say what became of what they were doing."""
    draw = random.Random(seed)
    repositories(folder)
    (folder / "killed.toml").write_text(POLICY)
    began = time.monotonic()
    finish(start(folder / "warm", folder))
    times = []
    for name in ("reference", "again"):
        clock = time.monotonic()
        finish(start(folder / name, folder))
        times.append(time.monotonic() - clock)
    undisturbed, whole = min(times), 1.1 * max(times)
    wanted = state(folder / "reference")
    total: Counter[str] = Counter(dict.fromkeys(("lost", "doubled", "torn", "unsaid", "killed", "ended_before"), 0))
    stood: Counter[str] = Counter()
    leftovers = 0
    while total["killed"] < kills:
        where = folder / f"ledger-{sum(stood.values())}"
        process = start(where, folder)
        # One moment in each of as many equal parts of the run as there are kills: spread, and still random.
        time.sleep(whole * (total["killed"] + draw.random()) / kills)
        process.kill()
        process.join()
        total["killed" if process.exitcode == -9 else "ended_before"] += 1
        whole *= 1 if process.exitcode == -9 else 0.95  # too late; from now on a little earlier
        left = list(where.rglob("*.json"))
        stood[_reached(where)] += 1
        leftovers += sum(1 for path in where.rglob(".tmp-*"))
        finish(start(where, folder))
        found = state(where)
        for name, there in wanted.items():
            total["lost"] += sum((there - found[name]).values())
            total["doubled"] += sum((found[name] - there).values())
        total["torn"] += len(faults(where))
        total["unsaid"] += unsaid(where)
        say(f"{len(left)} files of JSON there, {dict(total)}")
    return {"kills": kills, **total, "stood_at": dict(sorted(stood.items())), "temporary_files_left": leftovers,
            "reference": {name: sum(rows.values()) for name, rows in wanted.items()},
            "undisturbed_s": round(undisturbed, 2), "seconds": round(time.monotonic() - began, 1)}


def _reached(where: Path) -> str:
    """How far a killed run had come: the last step of which a batch stands."""
    order = ("nothing", "ingest", "snapshot", "augment", "verify", "sketch", "judge", "assemble")
    try:
        steps = {manifest.recipe.step for manifest in Ledger(where).manifests()}
    except Exception:  # not even a ledger yet
        return "no ledger"
    return max(steps or {"nothing"}, key=order.index)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-v", "--verbose", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        say = (lambda text: print(text, flush=True)) if arguments.verbose else (lambda text: None)
        print(json.dumps(kill_often(Path(folder), arguments.kills, arguments.seed, say)))


if __name__ == "__main__":
    main()
