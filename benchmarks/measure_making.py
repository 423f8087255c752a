"""What models make and what is dropped, through the public pipeline: translation, a small real model, matches, kills.

    python -m benchmarks.measure_making tracks translate match kill model duel --into FOLDER [--corpora FOLDER]

``tracks`` counts the tasks that Exercism's COBOL, Java and REXX tracks have in common and whose human solutions pass
their own human tests; ``translate`` asks an endpoint that knows those solutions (the most that any model could reach, and
no yield), and one that answers with the solution of another task (nothing may be kept); ``model`` asks the small local
model; ``match`` plays scripted players, ``duel`` the local model against itself; ``kill`` ends ``provenance generate`` with
SIGKILL and runs it again, and runs two at once. Ledgers are made in FOLDER; a part that finds its own adopts what is there.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from provenance.cli.output import show
from provenance.ledger import Ledger
from provenance.ledger.upkeep import verify
from provenance.lineage import Lens, ask
from provenance.model.identity import BatchId
from provenance.pipeline import Run, Source
from provenance.pipeline.generating import GenerateJob, generate
from provenance.pipeline.matching import adversarial
from provenance.sources.endpoint import open_endpoint
from provenance.steps.adversarial import Match
from provenance.steps.generate import ModelFacts, Sampling
from provenance.steps.generate.asking import Answered, Failure, Message, Request
from provenance.steps.generate.mutants import mutants
from provenance.steps.ingest import Options
from provenance.testing.endpoint import Asked, FakeEndpoint, Reply, Script
from provenance.testing.endpoint_server import FakeServer
from provenance.testing.local_model import LocalModel

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
SAMPLES = Path(__file__).parents[1] / "samples" / "cobol"
TRACKS = ("cobol", "java", "rexx")
PAIRS = (("cobol", "java"), ("java", "cobol"), ("cobol", "rexx"))
FENCE = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_TASK = r"regexp_extract(s.path, 'exercises/(?:practice|concept)/([^/]+)/', 1)"
#: A task is verified where some solution of the maintainers passes its human tests and none fails them.
_VERIFIED = f"""WITH judged AS (
    SELECT r.language, {_TASK} AS task, r.record, r.bytes, v.outcome, v.reason
    FROM verdicts v JOIN records r USING (record) JOIN sources s USING (record)
    WHERE v."check" = 'tests' AND r.kind = 'program' AND s.path LIKE '%/.meta/%'
), solved AS (
    SELECT language, task, bool_or(outcome = 'pass') AND NOT bool_or(outcome = 'fail') AS verified, min(bytes) AS bytes
    FROM judged WHERE task <> '' GROUP BY ALL
) """
DROPPED = """SELECT stage, split_part(reason, ':', 1) || CASE WHEN reason LIKE 'source: %' OR reason LIKE 'original: %'
    OR stage = 'solver' THEN ':' || split_part(reason, ':', 2) ELSE '' END AS reason, count(*) AS n
    FROM rejects GROUP BY ALL ORDER BY ALL"""
PROVED = """SELECT value->>'$.mode' AS mode, value->>'$.proof.status' AS proof,
    coalesce(value->>'$.proof.checks.behaviour', value->>'$.proof.checks.tests', '') AS seen, count(*) AS n
    FROM (SELECT CAST(value AS JSON) AS value FROM evidence WHERE kind = 'making') GROUP BY ALL ORDER BY ALL"""


def rows(ledger: Ledger, query: str) -> list[dict[str, Any]]:
    """The answer to a query."""
    with Lens(ledger) as lens:
        return [dict(row) for row in lens.query(query).dicts()]


def tell(title: str, found: Sequence[dict[str, Any]]) -> None:
    """A titled table."""
    print(f"\n-- {title}", flush=True)
    show(found) if found else print("(nothing)")
    sys.stdout.flush()


def named(ledger: Ledger, question: str) -> list[dict[str, Any]]:
    """The answer to a named question."""
    with Lens(ledger) as lens:
        return [dict(row) for row in ask(lens, question).dicts()]


def track(run: Run, corpora: Path, language: str, tasks: Iterable[str] = ()) -> tuple[BatchId, ...]:
    """Ingest a track, or some tasks of it."""
    paths = tuple(f"exercises/*/{task}/" for task in sorted(tasks))
    folder = corpora / language / f"exercism__{language}"
    return run.ingest(Source(str(folder), options=Options(languages=(language, "prose"), paths=paths, licence="MIT")))


def tracks(into: Path, corpora: Path) -> None:
    """Part 1: tasks, solutions, solutions whose human tests hold, and what two languages have in common."""
    run = Run("tracks", Ledger.init(into / "tracks"))
    for language in TRACKS:
        began = time.monotonic()
        records = track(run, corpora, language)
        run.verify(records)
        print(f"{language}: ingest and verify {time.monotonic() - began:.0f} s", flush=True)
    tell("human solutions (.meta) and what verify says of their human tests", rows(run.ledger, _VERIFIED + (
        "SELECT language, count(*) AS programs, count(DISTINCT task) AS tasks, count(*) FILTER (outcome = 'pass') AS pass, "
        "count(*) FILTER (outcome = 'fail') AS fail, count(*) FILTER (outcome = 'skipped') AS skipped, "
        "count(*) FILTER (outcome = 'error') AS error, "
        "(SELECT count(*) FROM solved WHERE verified AND language = j.language) AS tasks_verified "
        "FROM judged j GROUP BY ALL ORDER BY ALL")))
    tell("why not", rows(run.ledger, _VERIFIED + (
        "SELECT language, outcome, regexp_replace(left(reason, 60), '[0-9]+', 'N', 'g') AS why, count(*) AS n FROM judged "
        "WHERE outcome <> 'pass' GROUP BY ALL ORDER BY language, n DESC, why LIMIT 40")))
    tell("tasks of both tracks; with both sides verified by their own human tests", rows(run.ledger, _VERIFIED + (
        "SELECT a.language AS one, b.language AS other, count(*) AS common, "
        "count(*) FILTER (a.verified AND b.verified) AS verified "
        "FROM solved a JOIN solved b ON a.task = b.task AND a.language < b.language GROUP BY ALL ORDER BY ALL")))


def verified_pairs(ledger: Ledger, one: str, other: str) -> list[str]:
    """Tasks of which both sides are verified, by name."""
    return [row["task"] for row in rows(ledger, _VERIFIED + (
        f"SELECT a.task FROM solved a JOIN solved b ON a.task = b.task WHERE a.language = '{one}' AND b.language = '{other}' "
        "AND a.verified AND b.verified ORDER BY a.task"))]


def solutions(ledger: Ledger, language: str) -> dict[str, list[str]]:
    """Task -> texts of its verified human solutions."""
    found: dict[str, list[str]] = {}
    for row in rows(ledger, _VERIFIED + "SELECT task, text FROM judged JOIN texts USING (record) "
                    f"WHERE outcome = 'pass' AND language = '{language}' ORDER BY task, record"):
        found.setdefault(row["task"], []).append(row["text"])
    return found


def translator(sources: dict[str, list[str]], answers: dict[str, list[str]], tasks: Sequence[str],
               shift: int) -> Callable[[Request], str | Answered]:
    """Answers with the human solution of the task ``shift`` tasks on: 0 is the right one."""
    def answer(request: Request) -> str | Answered:
        prompt = request.messages[-1].text
        for at, task in enumerate(tasks):
            if any(text.strip() in prompt for text in sources[task]):
                return f"```\n{answers[tasks[(at + shift) % len(tasks)]][0]}\n```"
        return Failure("refused: not a verified solution", again=False)
    return answer


def translate(into: Path, corpora: Path, most: int) -> None:
    """Part 2: both ends of what translation can give, the right human solution and a wrong one."""
    known = Ledger.init(into / "tracks")
    for one, other in PAIRS:
        every = verified_pairs(known, one, other)
        tasks = [every[at * len(every) // min(most, len(every))] for at in range(min(most, len(every)))]
        sources, answers = solutions(known, one), solutions(known, other)
        for shift in (0, 1):
            ledger = Ledger.init(into / f"translate-{one}-{other}-{'wrong' if shift else 'right'}")
            run, began = Run("translate", ledger), time.monotonic()
            records = [batch for language in (one, other) for batch in track(run, corpora, language, tasks)]
            endpoint = FakeEndpoint(translator(sources, answers, tasks, shift), ModelFacts("human-solutions", licence="MIT"))
            job = GenerateJob("translate", target=other, languages=(one,), repairs=0, unanswered="drop")
            generate(run.context.child("generate"), records, run._snapshots, job, endpoint, run.workshop(), seed=7)
            print(f"\n== {one} -> {other}, answers {'of another task' if shift else 'right'}: {len(tasks)} tasks, asked "
                  f"{sum(endpoint.asked.values())}, {time.monotonic() - began:.0f} s")
            tell("@yields", named(ledger, "yields"))
            tell("kept", rows(ledger, PROVED))
            tell("dropped", rows(ledger, DROPPED))
            if not shift:
                tell("dropped after they were asked", rows(ledger, (
                    f"SELECT {_TASK} AS task, j.stage, left(j.reason, 110) AS reason FROM rejects j "
                    "JOIN sources s ON s.record = j.subject WHERE j.stage NOT IN ('subject', 'prompt') ORDER BY ALL")))


def model(into: Path, corpora: Path, subjects: int, max_tokens: int) -> None:
    """Part 3: the small local model, on the shortest verified COBOL solutions and their tasks."""
    tasks = [row["task"] for row in rows(Ledger.init(into / "tracks"), _VERIFIED + (
        f"SELECT task FROM solved WHERE language = 'cobol' AND verified ORDER BY bytes, task LIMIT {subjects}"))]
    ledger = Ledger.init(into / "model")
    run = Run("model", ledger)
    paths = tuple(f"exercises/practice/{task}/{sub}/" for task in tasks for sub in (".meta", "tst", ".docs"))
    records = run.ingest(Source(str(corpora / "cobol" / "exercism__cobol"),
                                options=Options(languages=("cobol", "prose"), paths=paths, licence="MIT")))
    with LocalModel(context=4096) as served, open_endpoint(served.spec()) as endpoint:
        for mode in ("version", "task", "instruct", "repair"):
            began = time.monotonic()
            job = GenerateJob(mode, sampling=Sampling(max_tokens, 0.7), repairs=1, target="cobol" if mode == "task" else "",
                              unanswered="drop")
            result = generate(run.context.child(mode), records, run._snapshots, job, endpoint, run.workshop(), seed=7)
            print(f"{mode}: {time.monotonic() - began:.0f} s, {result.records} records", flush=True)
    tell("@yields", named(ledger, "yields"))
    tell("kept", rows(ledger, PROVED))
    tell("dropped", rows(ledger, "SELECT r.params->>'$.mode' AS mode, j.stage, left(split_part(j.reason, ':', 1), 60) AS reason, "
                         "count(*) AS n FROM rejects j JOIN recipes r ON r.batch = j.batch GROUP BY ALL ORDER BY ALL"))


class Proposer:
    """Plants the first mutant of the shown program that it has not proposed before."""

    def __init__(self) -> None:
        self.proposed: set[str] = set()

    def __call__(self, request: Request) -> str | Answered:
        shown = FENCE.findall(first_question(request.messages))[0]
        for mutant in mutants(shown, seed=1, most=500):
            if mutant not in self.proposed:
                self.proposed.add(mutant)
                return f"```cobol\n{mutant}```"
        return Failure("refused: no mutant is left", again=False)


class Solver:
    """Knows the programs that are right, and undoes a mutant only where it has learned its kind."""

    def __init__(self, originals: Sequence[str]) -> None:
        self.originals, self.learned = originals, {"number"}

    def __call__(self, request: Request) -> str | Answered:
        shown = FENCE.findall(first_question(request.messages))[0]
        right = max(self.originals, key=lambda text: difflib.SequenceMatcher(None, text.splitlines(), shown.splitlines()).ratio())
        kind = kind_of_mutant(right, shown)
        return f"```cobol\n{right}\n```" if kind in self.learned else f"```cobol\n{shown}      * I see no bug.\n```"


def first_question(messages: Sequence[Message]) -> str:
    """The text that asked first, before any repair."""
    return next(message.text for message in messages if message.role == "user")


def kind_of_mutant(right: str, shown: str) -> str:
    """Which kind of place a mutant changed: "number", "operator" or "letter"."""
    for one, other in zip(right, shown, strict=False):
        if one != other:
            return "number" if one.isdigit() else "letter" if one.isalpha() else "operator"
    return "none"


def match(into: Path, source: Path, name: str) -> None:
    """Part 4: scripted players over COBOL programs; what the solver has learned grows by round."""
    ledger = Ledger.init(into / f"match-{name}")
    run = Run("match", ledger)
    records = run.ingest(Source(str(source), options=Options(languages=("cobol",), licence="Apache-2.0")))
    originals = [row["text"] for row in rows(ledger, "SELECT text FROM texts JOIN records USING (record) "
                                             "WHERE kind = 'program' ORDER BY record")]
    proposer, solver = Proposer(), Solver(originals)
    players = (FakeEndpoint(proposer, ModelFacts("planter", licence="CC0-1.0")),
               FakeEndpoint(solver, ModelFacts("learner", licence="CC0-1.0")))
    for number, learns in enumerate(("number", "number", "operator", "letter"), 1):
        solver.learned.add(learns)
        began = time.monotonic()
        # A match of one round more adopts the rounds before: nobody is asked again.
        adversarial(run.context.child(f"until-{number}"), records, run._snapshots,
                    Match("repair", rounds=number, proposals=8, attempts=2), *players, run.workshop(), seed=7)
        print(f"round {number} (solver knows {', '.join(sorted(solver.learned))}): {time.monotonic() - began:.0f} s", flush=True)
    tell("@adversarial", named(ledger, "adversarial"))
    tell("kept", rows(ledger, PROVED))
    tell("not kept", rows(ledger, DROPPED))
    asked = Counter(times for player in players for times in player.asked.values())
    print(f"questions by how often they were asked: {dict(asked)}; faults {[str(fault) for fault in verify(ledger)]}")


def duel(into: Path, max_tokens: int) -> None:
    """Part 4: the small local model against itself."""
    ledger = Ledger.init(into / "duel")
    run = Run("duel", ledger)
    records = run.ingest(Source(str(SAMPLES), options=Options(languages=("cobol",), licence="Apache-2.0")))
    sampling = Sampling(max_tokens, 0.7)
    with LocalModel(context=4096) as served, open_endpoint(served.spec()) as endpoint:
        began = time.monotonic()
        found = adversarial(run.context.child("match"), records, run._snapshots,
                            Match("repair", rounds=3, proposals=4, attempts=2, sampling=sampling, solving=sampling),
                            endpoint, endpoint, run.workshop(), seed=7)
    print(f"stopped by {found.stopped}, {time.monotonic() - began:.0f} s")
    tell("@adversarial", named(ledger, "adversarial"))
    tell("not kept", rows(ledger, DROPPED))


class Slow:
    """A script that takes its time: a bug for a program, the same for the same question."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, asked: Asked) -> Reply:
        time.sleep(self.seconds)
        shown = FENCE.findall(asked.messages[1][1])[0]
        made = list(mutants(shown, seed=asked.seed, most=1))
        return Reply(made[0] if made else shown, dress="fenced")


def words(ledger: Path, address: str) -> list[str]:
    """The command that is killed."""
    return [str(Path(sys.executable).parent / "provenance"), "generate", "-l", str(ledger), "--mode", "repair", "--address",
            address, "--model", "fake-coder", "--licence", "CC0-1.0", "--language", "cobol", "--samples", "3", "--repairs", "1",
            "--seed", "7", "--max-tokens", "500"]


def stored(where: Path) -> Counter[str]:
    """All that has to be the same whoever was killed: records with parents, making and verdicts, and rejects."""
    ledger = Ledger(where)
    found: Counter[str] = Counter()
    for manifest in ledger.manifests():
        for table in ("records", "texts", "edges", "evidence", "generations", "rejects", "verdicts"):
            drop = {"created_at", "judged_at", "run", "said_in", "written_at"}
            for row in ledger.table(manifest, table).to_pylist():
                kept = {key: value for key, value in row.items() if key not in drop}
                found[f"{manifest.batch} {table} {json.dumps(kept, sort_keys=True, default=str)}"] += 1
    return found


def kill(into: Path, times: int) -> None:
    """Part 5: SIGKILL in the middle of a run and another run; then two runs at once over one ledger."""
    shutil.rmtree(into / "kill", ignore_errors=True)
    empty = into / "kill" / "ingested"
    Run("kill", Ledger.init(empty)).ingest(Source(str(SAMPLES), options=Options(languages=("cobol",), licence="Apache-2.0")))
    with FakeServer(Script([Slow(0.6)])) as server:
        said: list[dict[str, Any]] = []

        def look(what: str, where: Path, before: int, ends: Sequence[int]) -> Counter[str]:
            asked = Counter(each.digest for each in server.asked[before:])
            done = subprocess.run([words(where, "")[0], "ledger", "verify", "-l", str(where)], capture_output=True, text=True,
                                  check=False)
            ledger = Ledger(where)
            said.append({"run": what, "ends": " ".join(map(str, ends)), "requests": sum(asked.values()), "different": len(asked),
                         "asked twice": sum(asked.values()) - len(asked),
                         "records": sum(manifest.records for manifest in ledger.manifests() if manifest.recipe.step == "generate"),
                         "batches": sum(int(manifest.recipe.step == "generate") for manifest in ledger.manifests()),
                         "journal": len(list((where / "journal").glob("*"))) if (where / "journal").is_dir() else 0,
                         "ledger verify": done.returncode})
            return stored(where)

        def start(where: Path) -> subprocess.Popen[bytes]:
            return subprocess.Popen(words(where, server.address), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

        calm = Path(shutil.copytree(empty, into / "kill" / "calm"))
        first = start(calm)
        error = first.communicate()[1]
        undisturbed = look("undisturbed", calm, 0, [first.returncode])
        total = len(server.asked)
        print(error.decode()[-500:] if first.returncode else f"undisturbed: {total} requests")
        for number in range(times):
            where = Path(shutil.copytree(empty, into / "kill" / f"killed-{number}"))
            before = len(server.asked)
            victim = start(where)
            wanted = before + total * (number + 1) // (times + 1)
            while len(server.asked) < wanted and victim.poll() is None:
                time.sleep(0.02)
            victim.kill()
            victim.communicate()
            again = start(where)
            again.communicate()
            after = look(f"killed at {wanted - before}, again", where, before, [victim.returncode, again.returncode])
            said[-1]["same"] = after == undisturbed
        where = Path(shutil.copytree(empty, into / "kill" / "two"))
        before = len(server.asked)
        both = [start(where), start(where)]
        for each in both:
            each.communicate()
        after = look("two at once", where, before, [each.returncode for each in both])
        said[-1]["same"] = after == undisturbed
        said[0]["same"] = True
    tell("kill -9 and two at once", said)


def main() -> int:
    """Measure the parts that were asked for, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=("tracks", "translate", "model", "match", "duel", "kill"))
    parser.add_argument("--into", type=Path, required=True, help="folder for the ledgers")
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--tasks", type=int, default=15, help="tasks for each direction of translation")
    parser.add_argument("--subjects", type=int, default=8, help="subjects for the local model in each mode")
    parser.add_argument("--max-tokens", type=int, default=700)
    parser.add_argument("--kills", type=int, default=2)
    said = parser.parse_args()
    said.into.mkdir(parents=True, exist_ok=True)
    # Only what this machine can play with: nothing leaves it, and no event is sent anywhere.
    for name in [name for name in os.environ if name.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE"))]:
        del os.environ[name]
    for part in said.parts:
        print(f"\n== {part}", flush=True)
        match part:
            case "tracks":
                tracks(said.into, said.corpora)
            case "translate":
                translate(said.into, said.corpora, said.tasks)
            case "model":
                model(said.into, said.corpora, said.subjects, said.max_tokens)
            case "match":
                match(said.into, SAMPLES, "samples")
            case "duel":
                duel(said.into, said.max_tokens)
            case "kill":
                kill(said.into, said.kills)
    return 0


if __name__ == "__main__":
    sys.exit(main())
