"""Kill masking, reviewing and judging with SIGKILL at random moments, run them again to the end, and compare.

    python -m benchmarks.kill_judges --kills 30 --seed 7 [--records 300]

Each round copies one ledger of some hundred mutated records of real code, starts ``mask_records``, ``keep``
and `judge_all` over it in a process of its own, kills that after a random share of the time that an undisturbed run takes, and
lets another process do the same work. What then lies in the ledger has to be what the undisturbed run left: no verdict,
finding, measure, detector, sketch or answer missing (lost) or more (doubled), and nothing that `ledger verify` finds fault
with (torn). Temporary files that the killed process left are counted, and so are those after the undisturbed run.

Two things are not as in a real run: Great Expectations is replaced by nothing (it takes seconds to import and would take
most of the kills), and kingfisher is asked only with ``--kingfisher`` for the same reason. A connection to anywhere ends a
child with an error.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import random
import shutil
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bench_judges import CORPORA, fill
from provenance.ledger import Ledger
from provenance.ledger.upkeep import sweep, verify
from provenance.model.identity import BatchId, RecordId
from provenance.pipeline.context import Context
from provenance.pipeline.judges import JUDGES
from provenance.pipeline.judges.collapse import Settings as Collapse
from provenance.pipeline.judges.origin import Settings as Origin
from provenance.pipeline.judges.screen import Settings as Screen
from provenance.pipeline.judging_all import Judging, judge_all
from provenance.pipeline.masking import Masking, mask_records
from provenance.pipeline.reviewing import keep
from provenance.steps.review import Reply

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["benchmarks.bench_judges", "provenance.pipeline.reviewing", "pyarrow.parquet", "rensa",
                                "sklearn.linear_model", *(f"provenance.pipeline.judges.{name}" for name in JUDGES)])
#: Columns that a second run may fill otherwise.
_OF_THE_RUN = {"judged_at", "said_in"}
_AT = datetime(2026, 10, 1, 8, tzinfo=UTC)


def work(where: str, home: str, kingfisher: bool = False) -> None:
    """Mask, review and judge, in the process that may be killed."""
    tempfile.tempdir = home
    for name in [name for name in os.environ if name.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE"))]:
        del os.environ[name]
    uninspected = importlib.import_module("provenance.pipeline.run_step")
    uninspected.examine = lambda suite, rows, where: ([], [])  # type: ignore[attr-defined]

    def refused(*arguments: Any) -> None:
        raise AssertionError(f"somebody connects: {arguments[1:]}")

    socket.socket.connect = refused  # type: ignore[method-assign,assignment]
    ledger = Ledger(where)
    # What was there first, so that a second try asks the same question.
    asked = sorted(manifest.batch for manifest in ledger.manifests() if manifest.recipe.step in {"ingest", "augment", "generate"})
    masked = mask_records(Context(ledger, "kill.mask"), asked, Masking()).batches
    everything = [*asked, *masked]
    # Before the judges: a new review is another question to the one that asks who looked.
    keep(Context(ledger, "kill.review"), replies(ledger, everything), "file")
    judge_all(Context(ledger, "kill.judge"), everything, judging(kingfisher))


def judging(kingfisher: bool = False) -> Judging:
    """All judges; those that need thousands of records are content with few."""
    return Judging(JUDGES, {"screen": Screen(kingfisher=kingfisher), "origin": Origin(least=20, folds=2),
                            "collapse": Collapse(budget=20_000, least_tokens=2_000, draws=20)})


def replies(ledger: Ledger, batches: list[BatchId]) -> list[Reply]:
    """What three people said of some records of every batch, at times that are known."""
    said = []
    for place, batch in enumerate(batches):
        for row in range(0, ledger.require(batch).records, 7):
            for who in range(3):
                verdict = ("approve", "reject", "unsure")[(row + who) % 3 if row % 3 == 0 else 0]
                said.append(Reply(f"row {len(said)}", str(RecordId(batch.number, row)), f"person-{who}", verdict,
                                  comment=f"said {who}", at=_AT + timedelta(seconds=1000 * place + row * 3 + who)))
    return said


def state(where: Path) -> dict[str, Counter[Any]]:
    """Every row of every table of every batch; of verdicts not when and in which batch they were said."""
    ledger = Ledger(where)
    found: dict[str, Counter[Any]] = {"batches": Counter()}
    for manifest in ledger.manifests():
        found["batches"][str(manifest.batch)] += 1
        for name in manifest.parts:
            rows = found.setdefault(name, Counter())
            for row in ledger.table(manifest, name).to_pylist():
                rows[json.dumps({key: value for key, value in row.items() if key not in _OF_THE_RUN}, default=str)] += 1
    return found


def differ(wanted: dict[str, Counter[Any]], found: dict[str, Counter[Any]]) -> tuple[int, int]:
    """Rows that are lacking, and rows that are too many."""
    names = {*wanted, *found}
    return (sum(sum((wanted.get(name, Counter()) - found.get(name, Counter())).values()) for name in names),
            sum(sum((found.get(name, Counter()) - wanted.get(name, Counter())).values()) for name in names))


def faults(where: Path) -> list[str]:
    """What the ledger's own check finds, before and after a sweep of leftovers."""
    ledger = Ledger(where)
    found = [f"{fault.where} {fault.problem}" for fault in verify(ledger)]
    sweep(ledger, older_than_s=-1)
    return found + [f"{fault.where} {fault.problem}" for fault in verify(ledger)]


def start(where: Path, home: Path, kingfisher: bool = False) -> Any:
    home.mkdir(exist_ok=True)
    process = CONTEXT.Process(target=work, args=(str(where), str(home), kingfisher))
    process.start()
    return process


def finish(process: Any) -> None:
    process.join(600)
    assert process.exitcode == 0, f"the judges ended with {process.exitcode}"


def prepare(folder: Path, records: int, corpora: Path = CORPORA) -> Path:
    """The ledger that every round is a copy of."""
    ledger = Ledger.init(folder / "given")
    fill(ledger, records, corpora, batch=max(10, records // 8), seed=3)
    # The same pseudonyms in every copy, or the same answer would be another person's.
    ledger.pseudonym_key()
    return folder / "given"


def kill_often(folder: Path, kills: int = 30, seed: int = 0, records: int = 300, kingfisher: bool = False,
               corpora: Path = CORPORA, say: Callable[[str], None] = lambda text: None) -> dict[str, Any]:
    """Kill ``kills`` runs and say what became of what they were doing."""
    draw = random.Random(seed)
    given = prepare(folder, records, corpora)
    began = time.monotonic()
    times = []
    for name in ("warm", "reference"):
        shutil.copytree(given, folder / name)
        clock = time.monotonic()
        finish(start(folder / name, folder / "quiet", kingfisher))
        times.append(time.monotonic() - clock)
    whole = min(times)
    wanted = state(folder / "reference")
    total: Counter[str] = Counter(dict.fromkeys(("lost", "doubled", "torn", "killed", "ended_before"), 0))
    stood: Counter[str] = Counter()
    left_over: Counter[str] = Counter()
    number = 0
    while total["killed"] < kills:
        number += 1
        where, home = folder / f"ledger-{number}", folder / f"home-{number}"
        shutil.copytree(given, where)
        process = start(where, home, kingfisher)
        time.sleep(whole * (total["killed"] + draw.random()) / kills)
        process.kill()
        process.join()
        total["killed" if process.exitcode == -9 else "ended_before"] += 1
        whole *= 1 if process.exitcode == -9 else 0.85
        stood[reached(where)] += 1
        left_over.update(path.name.partition("-")[0] for path in home.iterdir())
        finish(start(where, home, kingfisher))
        lost, doubled = differ(wanted, state(where))
        found = faults(where)
        total.update({"lost": lost, "doubled": doubled, "torn": len(found)})
        say(f"{dict(total)} {found[:2]}")
        shutil.rmtree(where)
    return {"kills": kills, **total, "stood_at": dict(sorted(stood.items())), "left_in_tmp_by_kills": dict(left_over),
            "left_in_tmp_undisturbed": sum(1 for _ in (folder / "quiet").iterdir()),
            "reference": {name: sum(rows.values()) for name, rows in sorted(wanted.items())},
            "same_twice": differ(wanted, state(folder / "warm")) == (0, 0),
            "undisturbed_s": round(min(times), 2), "seconds": round(time.monotonic() - began, 1)}


def at_once(folder: Path, records: int = 300, kingfisher: bool = False, corpora: Path = CORPORA) -> dict[str, Any]:
    """Two processes over one ledger at once leave what one leaves."""
    given = folder / "given" if (folder / "given").exists() else prepare(folder, records, corpora)
    for name in ("shared", "alone"):
        shutil.copytree(given, folder / name)
    both = [start(folder / "shared", folder / f"both-{one}", kingfisher) for one in range(2)]
    for process in both:
        finish(process)
    finish(start(folder / "alone", folder / "both-0", kingfisher))
    lost, doubled = differ(state(folder / "alone"), state(folder / "shared"))
    return {"two_at_once": "equal" if (lost, doubled) == (0, 0) else "different", "lost": lost, "doubled": doubled,
            "torn": len(faults(folder / "shared"))}


def reached(where: Path) -> str:
    """The farthest word of which a batch stands in what a killed run left."""
    order = ["nothing", "mask", "review", *(f"judge {name}" for name in JUDGES)]
    stood = {manifest.recipe.step for manifest in Ledger(where).manifests()}
    judged = {f"judge {manifest.recipe.params['judge']}" for manifest in Ledger(where).manifests()
              if manifest.recipe.step == "judge"}
    return max({"nothing"} | (stood & {"mask", "review"}) | (judged & set(order)), key=order.index)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--kingfisher", action="store_true")
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("-v", "--verbose", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        say = (lambda text: print(text, flush=True)) if asked.verbose else (lambda text: None)
        print(json.dumps(kill_often(Path(folder), asked.kills, asked.seed, asked.records, asked.kingfisher, asked.corpora, say)))
        print(json.dumps(at_once(Path(folder), asked.records, asked.kingfisher, asked.corpora)))


if __name__ == "__main__":
    main()
