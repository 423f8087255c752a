"""`make demo`: a real Airflow run over real files, then what it left behind, shown with the commands that a user types.

Offline, SQLite, embedded ledger under ``.demo/``. Without --source it reads the sample repository that ships (written
by AI, and its evidence says so). Run it twice: the second run adopts everything and adds nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import sample_repository

from provenance.cli.output import bar
from provenance.ledger import Ledger
from provenance.ledger.datasets import find_dataset
from provenance.lineage import Lens
from provenance.testing.endpoint import Script
from provenance.testing.endpoint_server import FakeServer
from provenance.testing.standalone import Standalone

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".demo"
#: What the sample repository's build file asks the replaying server for.
_MODEL = """[[model]]
name = "replay"
address = "ADDRESS"
model = "replay-of-samples"
licence = "Apache-2.0"

[[generate]]
mode = "version"
model = "replay"
repairs = 1

"""


def main() -> int:
    """Run everything; 0 where each step did what it should, the refusal included."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", default="", help="a repository path, URL or bundle; default: the sample repository")
    parser.add_argument("--claim", default=os.environ.get("CLAIM", ""))
    parser.add_argument("--by", default=os.environ.get("BY", ""))
    arguments = parser.parse_args()
    began = time.monotonic()
    HOME.mkdir(exist_ok=True)
    ledger, config, policy = _configure(arguments)
    os.environ.update(PROVENANCE_LEDGER=str(ledger), PROVENANCE_BUILD=str(config), PROVENANCE_TRAIN_POLICY="train")
    _say(f"Airflow: corpus_build over {arguments.source or 'the sample repository'} (ledger {ledger})")
    # The model is a server here that replays texts written by AI: it proves the road and the refusals, not a yield.
    with FakeServer(Script.read(ROOT / "samples" / "replay.jsonl"), model="replay-of-samples") as server:
        config.write_text(config.read_text("utf-8").replace("ADDRESS", server.address), "utf-8")
        if not _airflow(config, policy):
            return 1
    found = _show(Ledger(ledger), policy)
    print(f"\nmake demo took {time.monotonic() - began:.0f} s. The ledger stays in {ledger}; try: "
          f".venv/bin/provenance sql @ -l {ledger}")
    return 0 if found else 1


def _configure(arguments: argparse.Namespace) -> tuple[Path, Path, str]:
    name, source = "demo", arguments.source
    claim = f'claim = {json.dumps(arguments.claim)}\nby = {json.dumps(arguments.by)}\n' if arguments.claim else ""
    policy = "sample"
    if source:
        if Path(source).exists():
            source = str(Path(source).resolve())
        name = "demo-" + hashlib.sha256(f"{source} {claim}".encode()).hexdigest()[:8]
        policy = "sample" if claim else "explore"
    else:
        source = str(HOME / "sample-repository")
        sample_repository.make(Path(source))
        claim += 'name = "corpus-provenance-samples"\n'
    config = HOME / f"{name}.toml"
    config.write_text(f'name = "{name}"\npolicy = "{policy}"\n\n[[source]]\nwhere = {json.dumps(source)}\n'
                      f'{claim}\n[augment]\nseed = 7\nper_program = 6\n\n'
                      '[[generate]]\nskeletons = ["control-break", "report", "table-search", "validation"]\n\n'
                      + ("" if source.endswith(".bundle") or arguments.source else _MODEL) +
                      '[mix]\nper_root = 6\n\n'
                      '[splits]\ntrain = 0.8\nvalidation = 0.1\ntest = 0.1\n')
    return HOME / f"ledger-{name}", config, policy


def _airflow(config: Path, policy: str) -> bool:
    transport = json.dumps({"type": "file", "log_file_path": str(HOME / "openlineage.jsonl"), "append": True})
    with Standalone(HOME / "airflow", ROOT / "dags", {"AIRFLOW__OPENLINEAGE__TRANSPORT": transport,
                                                      "AIRFLOW__OPENLINEAGE__NAMESPACE": "demo"}) as airflow:
        print(f"  scheduler and API server are up on http://127.0.0.1:{airflow.port}", flush=True)
        before = {run["dag_run_id"] for run in airflow.runs("model_train")} if _parsed(airflow) else set()
        run = airflow.trigger("corpus_build", {"config": str(config)})
        seen: dict[tuple[str, int], str] = {}
        state = airflow.wait("corpus_build", run, 1800, lambda tasks: _progress(tasks, seen))
        _progress(airflow.tasks("corpus_build", run), seen)
        print(f"  corpus_build: {state}")
        if state != "success":
            for task in airflow.tasks("corpus_build", run):
                if task["state"] == "failed":
                    _why(airflow, "corpus_build", run)
                    break
            print(f"  (the whole logs are in {HOME / 'airflow' / 'logs'})")
            return False
        _say("Airflow: the published set has started model_train, whose policy is 'train'")
        started = _started(airflow, before)
        if started:
            state = airflow.wait("model_train", started, 300)
            print(f"  model_train: {state}")
            _why(airflow, "model_train", started)
        return True


def _why(airflow: Standalone, dag: str, run: str) -> None:
    """The messages with which the tasks of a run failed."""
    for task in airflow.tasks(dag, run):
        if task["state"] == "failed":
            log = airflow.logs(dag, run, task["task_id"], task["try_number"], task["map_index"])
            said = re.findall(r"policy \S+: denies for.*?Next: [^\n]*|[^\n]*Next: [^\n]*", log, re.DOTALL)
            # The cause comes first; the error that it became follows with the same words.
            print(f"  {task['task_id']} said: " + (said[0].strip()[:1200] if said else log[-600:]))


def _parsed(airflow: Standalone) -> bool:
    airflow._until("to know the DAG model_train", lambda: airflow._knows("model_train"), 120)
    airflow.call("PATCH", "/api/v2/dags/model_train", {"is_paused": False})
    return True


def _started(airflow: Standalone, before: set[str]) -> str:
    for _ in range(60):
        new = [run["dag_run_id"] for run in airflow.runs("model_train") if run["dag_run_id"] not in before]
        if new:
            return new[0]
        time.sleep(1)
    print("  model_train was not started within a minute")
    return ""


def _progress(tasks: list[dict[str, Any]], seen: dict[tuple[str, int], str]) -> None:
    for task in sorted(tasks, key=lambda t: (str(t["start_date"]), t["map_index"])):
        key, state = (task["task_id"], task["map_index"]), str(task["state"])
        if seen.get(key) != state and state in {"success", "failed", "up_for_retry"}:
            seen[key] = state
            label = task["task_id"] + (f"[{task['map_index']}]" if task["map_index"] >= 0 else "")
            print(f"  {label:<16} {state:<10} {task['duration'] or 0:6.1f} s", flush=True)


def _show(ledger: Ledger, policy: str) -> bool:
    name = next(iter(sorted(path.name for path in ledger.layout.datasets.iterdir())))
    dataset = find_dataset(ledger, name)
    with Lens(ledger) as lens:
        rows = lens.query("SELECT m.record FROM members m JOIN records r USING (record) LEFT JOIN generations g USING (record) "
                          "WHERE m.version = $v ORDER BY g.model IS NULL, g.round DESC, r.depth DESC, m.record LIMIT 1",
                          {"v": dataset.manifest["version"]}).rows
    _say("A record of the training set, back to its commit")
    _type("trace", rows[0][0])
    _say("A question in SQL")
    _type("sql", "SELECT step, origin, count(*) AS records, sum(lines) AS lines, max(depth) AS depth FROM records "
          "GROUP BY ALL ORDER BY ALL")
    _type("sql", "@transforms")
    _say("What was made, and what was dropped on the way")
    _type("sql", "@yields")
    _say(f"Origin mix of {dataset.ref}")
    total = sum(dataset.manifest["origins"].values())
    for origin, count in dataset.manifest["origins"].items():
        print(f"  {origin:<24} {bar(count / total)} {count:>6} records {count / total:6.1%}")
    _say("The gate, open")
    opened = _type("gate", str(dataset.ref), "--policy", policy, "--explain")
    _type("verify-dataset", str(dataset.path))
    _say("The gate under the policy for training")
    trained = _type("gate", str(dataset.ref), "--policy", "train")
    _say("Nothing was lost")
    holds = _type("ledger", "verify")
    _type("events", "status")
    # The sample set is refused for training, and that is the demonstration; another repository may well be allowed.
    return opened == 0 and holds == 0 and trained in ({1} if ledger.path.name == "ledger-demo" else {0, 1})


def _say(text: str) -> None:
    print(f"\n=== {text}", flush=True)


def _type(*words: str) -> int:
    shown = " ".join(f"'{word}'" if " " in word else word for word in words)
    print(f"$ provenance {shown}", flush=True)
    done = subprocess.run([str(Path(sys.executable).parent / "provenance"), *words], check=False)
    if done.returncode:
        print(f"(exit status {done.returncode})")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
