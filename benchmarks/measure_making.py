"""What models make and what is dropped, through the public pipeline: translation, a small real model, matches, kills.

    python -m benchmarks.measure_making tracks translate match kill model duel --into FOLDER [--corpora FOLDER]

``tracks`` counts the tasks that Exercism's COBOL, Java and REXX tracks have in common and whose human solutions pass
their own human tests; ``translate`` asks an endpoint that knows those solutions (the most that any model could reach, and
no yield), one that answers with the solution of another task (nothing may be kept), and one that answers with a mutant of
the right solution (what is kept is what the human tests do not notice); ``model`` asks the small local model; ``match``
plays scripted players, ``duel`` the local model against itself; ``kill`` ends ``provenance generate`` with SIGKILL, runs it
again, and runs two at once. ``translate`` and ``model`` need ``tracks``. A part that finds its ledger adopts what is there.
"""

from __future__ import annotations

import argparse
import difflib
import json
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
from provenance.steps.generate.asking import Answered, Failure, Request
from provenance.steps.generate.mutants import mutants
from provenance.steps.ingest import Options
from provenance.testing.endpoint import Asked, FakeEndpoint, Reply, Script
from provenance.testing.endpoint_server import FakeServer
from provenance.testing.local_model import LocalModel

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
SAMPLES = Path(__file__).parents[1] / "samples" / "cobol"
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
DROPPED = """SELECT r.params->>'$.mode' AS mode, stage, split_part(reason, ':', 1) || CASE WHEN stage = 'solver'
    OR starts_with(reason, 'source: ') OR starts_with(reason, 'original: ') THEN ':' || split_part(reason, ':', 2) ELSE '' END
    AS reason, count(*) AS n FROM rejects JOIN recipes r USING (recipe) GROUP BY ALL ORDER BY ALL"""
PROVED = """SELECT value->>'$.mode' AS mode, value->>'$.proof.status' AS proof,
    split_part(coalesce(value->>'$.proof.checks.behaviour', value->>'$.proof.checks.tests',
                        value->>'$.proof.checks.bug', ''), ' (', 1) AS seen, count(*) AS n
    FROM (SELECT CAST(value AS JSON) AS value FROM evidence WHERE kind = 'making') GROUP BY ALL ORDER BY ALL"""


def rows(ledger: Ledger, query: str) -> list[dict[str, Any]]:
    """The answer to a query, or to a named question ("@yields")."""
    with Lens(ledger) as lens:
        return [dict(row) for row in (ask(lens, query[1:]) if query.startswith("@") else lens.query(query)).dicts()]


def tell(ledger: Ledger, **queries: str) -> None:
    """A table for each query, under its name."""
    for title, query in queries.items():
        print(f"\n-- {title}", flush=True)
        show(found) if (found := rows(ledger, query)) else print("(nothing)", flush=True)


def track(run: Run, corpora: Path, language: str, tasks: Iterable[str] = ()) -> tuple[BatchId, ...]:
    """Ingest a track, or some tasks of it."""
    paths = tuple(f"exercises/*/{task}/" for task in sorted(tasks))
    return run.ingest(Source(str(corpora / language / f"exercism__{language}"),
                             options=Options(languages=(language, "prose"), paths=paths, licence="MIT")))


def tracks(into: Path, corpora: Path) -> None:
    """Part 1: tasks, solutions, solutions whose human tests hold, and what two languages have in common."""
    run = Run("tracks", Ledger.init(into / "tracks"))
    for language in ("cobol", "java", "rexx"):
        run.verify(track(run, corpora, language))
    tell(run.ledger, solutions=_VERIFIED + (
        "SELECT language, count(*) AS programs, count(DISTINCT task) AS tasks, count(*) FILTER (outcome = 'pass') AS pass, "
        "count(*) FILTER (outcome = 'fail') AS fail, count(*) FILTER (outcome = 'skipped') AS skipped, "
        "(SELECT count(*) FROM solved WHERE verified AND language = j.language) AS tasks_verified "
        "FROM judged j GROUP BY ALL ORDER BY ALL"), why_not=_VERIFIED + (
        "SELECT language, outcome, regexp_replace(left(reason, 60), '[0-9]+', 'N', 'g') AS why, count(*) AS n FROM judged "
        "WHERE outcome <> 'pass' GROUP BY ALL ORDER BY language, n DESC, why"), pairs=_VERIFIED + (
        "SELECT a.language AS one, b.language AS other, count(*) AS common, "
        "count(*) FILTER (a.verified AND b.verified) AS verified "
        "FROM solved a JOIN solved b ON a.task = b.task AND a.language < b.language GROUP BY ALL ORDER BY ALL"))


def solutions(ledger: Ledger, language: str) -> dict[str, list[str]]:
    """Task -> texts of its human solutions that hold, of verified tasks only."""
    found: dict[str, list[str]] = {}
    for row in rows(ledger, _VERIFIED + "SELECT task, text FROM judged JOIN solved USING (language, task) "
                    f"JOIN texts USING (record) WHERE outcome = 'pass' AND verified AND language = '{language}' "
                    "ORDER BY task, record"):
        found.setdefault(row["task"], []).append(row["text"])
    return found


def translator(sources: dict[str, list[str]], answers: dict[str, list[str]], tasks: Sequence[str],
               kind: str) -> Callable[[Request], str | Answered]:
    """Answers with the human solution ("right"), that of the next task ("another"), or a wrong version ("mutant")."""
    def answer(request: Request) -> str | Answered:
        prompt = request.messages[-1].text
        for at, task in enumerate(tasks):
            if any(text.strip() in prompt for text in sources[task]):
                right, another = answers[task][0], answers[tasks[(at + 1) % len(tasks)]][0]
                made = {"right": right, "another": another, "mutant": next(mutants(right, seed=7, most=1), another)}
                return f"```\n{made[kind]}\n```"
        return Failure("refused: not a verified solution", again=False)
    return answer


def translate(into: Path, corpora: Path, most: int) -> None:
    """Part 2: both ends of what translation can give, the right human solution and a wrong one."""
    known = Ledger.init(into / "tracks")
    for one, other in PAIRS:
        sources, answers = solutions(known, one), solutions(known, other)
        every = sorted(set(sources) & set(answers))
        tasks = [every[at * len(every) // min(most, len(every))] for at in range(min(most, len(every)))]
        for kind in ("right", "another", "mutant"):
            ledger = Ledger.init(into / f"translate-{one}-{other}-{kind}")
            run, began = Run("translate", ledger), time.monotonic()
            records = [batch for language in (one, other) for batch in track(run, corpora, language, tasks)]
            endpoint = FakeEndpoint(translator(sources, answers, tasks, kind), ModelFacts("human-solutions", licence="MIT"))
            job = GenerateJob("translate", target=other, languages=(one,), repairs=0, unanswered="drop")
            generate(run.context.child("generate"), records, run._snapshots, job, endpoint, run.workshop(), seed=7)
            print(f"\n== {one} -> {other}, answers: {kind}: {len(tasks)} tasks, asked {sum(endpoint.asked.values())}, "
                  f"{time.monotonic() - began:.0f} s")
            tell(ledger, yields="@yields", kept=PROVED, dropped=DROPPED)


def model(into: Path, corpora: Path, subjects: int, max_tokens: int) -> None:
    """Part 3: the small local model, on the shortest verified COBOL solutions and their tasks."""
    tasks = [row["task"] for row in rows(Ledger.init(into / "tracks"), _VERIFIED + (
        f"SELECT task FROM solved WHERE language = 'cobol' AND verified ORDER BY bytes, task LIMIT {subjects}"))]
    run = Run("model", ledger := Ledger.init(into / "model"))
    records = track(run, corpora, "cobol", (f"{task}/{part}" for task in tasks for part in (".meta", "tst", ".docs")))
    with LocalModel(context=4096) as served, open_endpoint(served.spec()) as endpoint:
        for mode in ("version", "task", "instruct", "repair"):
            began = time.monotonic()
            job = GenerateJob(mode, sampling=Sampling(max_tokens, 0.7), repairs=1, target="cobol" if mode == "task" else "",
                              unanswered="drop")
            result = generate(run.context.child(mode), records, run._snapshots, job, endpoint, run.workshop(), seed=7)
            print(f"{mode}: {time.monotonic() - began:.0f} s, {result.records} records", flush=True)
    tell(ledger, yields="@yields", kept=PROVED, dropped=DROPPED)


def shown_in(request: Request) -> str:
    """The program of a question, whatever was said of answers to it."""
    return str(FENCE.findall(next(message.text for message in request.messages if message.role == "user"))[0])


class Proposer:
    """Plants the first mutant of the shown program that it has not proposed before."""

    def __init__(self) -> None:
        self.proposed: set[str] = set()

    def __call__(self, request: Request) -> str | Answered:
        mutant = next((each for each in mutants(shown_in(request), seed=1, most=500) if each not in self.proposed), "")
        self.proposed.add(mutant)
        return f"```cobol\n{mutant}```" if mutant else Failure("refused: no mutant is left", again=False)


class Solver:
    """Knows the programs that are right, and undoes a mutant only where it has learned its kind."""

    def __init__(self, originals: Sequence[str]) -> None:
        self.originals, self.learned = originals, {"number"}

    def __call__(self, request: Request) -> str | Answered:
        lines = (shown := shown_in(request)).splitlines()
        right = max(self.originals, key=lambda text: difflib.SequenceMatcher(None, text.splitlines(), lines).ratio())
        piece = next((one for one, other in zip(right, shown, strict=False) if one != other), "")
        kind = "number" if piece.isdigit() else "letter" if piece.isalpha() else "operator"
        return f"```cobol\n{right}\n```" if kind in self.learned else f"```cobol\n{shown}      * I see no bug.\n```"


def match(into: Path) -> None:
    """Part 4: scripted players over COBOL programs; what the solver has learned grows by round."""
    run = Run("match", ledger := Ledger.init(into / "match"))
    records = run.ingest(Source(str(SAMPLES), options=Options(languages=("cobol",), licence="Apache-2.0")))
    originals = [row["text"] for row in rows(ledger, "SELECT text FROM texts JOIN records USING (record) "
                                             "WHERE kind = 'program' ORDER BY record")]
    players = (FakeEndpoint(Proposer(), ModelFacts("planter", licence="CC0-1.0")),
               FakeEndpoint(solver := Solver(originals), ModelFacts("learner", licence="CC0-1.0")))
    for number, learns in enumerate(("number", "number", "operator", "letter"), 1):
        solver.learned.add(learns)
        # A match of one round more adopts the rounds before: nobody is asked again.
        adversarial(run.context.child(f"until-{number}"), records, run._snapshots,
                    Match("repair", rounds=number, proposals=8, attempts=2), *players, run.workshop(), seed=7)
        print(f"round {number}: the solver knows {', '.join(sorted(solver.learned))}", flush=True)
    tell(ledger, rounds="@adversarial", kept=PROVED, dropped=DROPPED)
    print("questions by how often they were asked:", Counter(times for player in players for times in player.asked.values()))


def duel(into: Path, max_tokens: int) -> None:
    """Part 4: the small local model against itself."""
    run = Run("duel", ledger := Ledger.init(into / "duel"))
    records = run.ingest(Source(str(SAMPLES), options=Options(languages=("cobol",), licence="Apache-2.0")))
    sampling, began = Sampling(max_tokens, 0.7), time.monotonic()
    with LocalModel(context=4096) as served, open_endpoint(served.spec()) as endpoint:
        found = adversarial(run.context.child("match"), records, run._snapshots,
                            Match("repair", rounds=3, proposals=4, attempts=2, sampling=sampling, solving=sampling),
                            endpoint, endpoint, run.workshop(), seed=7)
    print(f"stopped by {found.stopped}, {time.monotonic() - began:.0f} s")
    tell(ledger, rounds="@adversarial", dropped=DROPPED)


def slow(asked: Asked) -> Reply:
    """After a while a bug for a program, the same for the same question."""
    time.sleep(0.6)
    shown = FENCE.findall(asked.prompt)[0]
    return Reply(next(mutants(shown, seed=asked.seed, most=1), shown), dress="fenced")


def stored(ledger: Ledger) -> Counter[str]:
    """All that has to be the same whoever was killed: records, how they were made, verdicts and rejects."""
    found: Counter[str] = Counter()
    for manifest in ledger.manifests():
        for table in ("records", "texts", "edges", "evidence", "generations", "rejects", "verdicts"):
            for row in ledger.table(manifest, table).to_pylist():
                kept = {key: value for key, value in row.items() if key not in {"created_at", "judged_at", "run"}}
                found[f"{manifest.batch} {table} {json.dumps(kept, sort_keys=True, default=str)}"] += 1
    return found


def kill(into: Path, times: int) -> None:
    """Part 5: SIGKILL in the middle of a run and another run; then two runs at once over one ledger."""
    shutil.rmtree(into / "kill", ignore_errors=True)
    empty, program = into / "kill" / "ingested", str(Path(sys.executable).parent / "provenance")
    Run("kill", Ledger.init(empty)).ingest(Source(str(SAMPLES), options=Options(languages=("cobol",), licence="Apache-2.0")))
    table, states = list[dict[str, Any]](), list[Counter[str]]()
    with FakeServer(Script([slow])) as server:
        words = ["--mode", "repair", "--address", server.address, "--model", "fake-coder", "--licence", "CC0-1.0", "--samples",
                 "3", "--repairs", "1", "--seed", "7", "--max-tokens", "500"]
        for number in range(times + 2):
            where = Path(shutil.copytree(empty, into / "kill" / str(number)))
            command, before, ends = [program, "generate", "-l", str(where), *words], len(server.asked), []
            starts, what = (2, "two at once") if number > times else (1, "undisturbed")
            if 0 < number <= times:
                victim, share = subprocess.Popen(command), table[0]["requests"] * number // (times + 1)
                while len(server.asked) < before + share and victim.poll() is None:
                    time.sleep(0.02)
                victim.kill()
                ends, what = [victim.wait()], f"killed after {share}, again"
            running = [subprocess.Popen(command) for _ in range(starts)]
            ends += [each.wait() for each in running]
            asked, ledger = Counter(each.digest for each in server.asked[before:]), Ledger(where)
            states.append(stored(ledger))
            made = [manifest for manifest in ledger.manifests() if manifest.recipe.step == "generate"]
            table.append({"run": what, "ends": " ".join(map(str, ends)), "requests": sum(asked.values()),
                          "asked twice": sum(asked.values()) - len(asked), "batches": len(made),
                          "records": sum(manifest.records for manifest in made), "equal": states[-1] == states[0],
                          "faults": len(list(verify(ledger)))})
    show(table)


def main() -> int:
    """Measure the parts that were asked for, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=("tracks", "translate", "model", "match", "duel", "kill"))
    parser.add_argument("--into", type=Path, required=True, help="folder for the ledgers")
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="folder with cobol/, java/ and rexx/")
    parser.add_argument("--tasks", type=int, default=15, help="tasks for each direction of translation")
    parser.add_argument("--subjects", type=int, default=8, help="subjects for the local model in each mode")
    parser.add_argument("--max-tokens", type=int, default=700, help="longest answer of the local model")
    parser.add_argument("--kills", type=int, default=2)
    said = parser.parse_args()
    said.into.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[], None]] = {
        "tracks": lambda: tracks(said.into, said.corpora), "translate": lambda: translate(said.into, said.corpora, said.tasks),
        "model": lambda: model(said.into, said.corpora, said.subjects, said.max_tokens),
        "match": lambda: match(said.into), "duel": lambda: duel(said.into, said.max_tokens),
        "kill": lambda: kill(said.into, said.kills)}
    for part in said.parts:
        print(f"\n== {part}", flush=True)
        parts[part]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
