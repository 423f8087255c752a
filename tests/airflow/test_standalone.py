"""A real `airflow standalone`, one for all tests: a build at parallelism 4, killed supervisors, forged events.

The tests go on where the one before stopped; each needs only what the fixture `built` has made.
"""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provenance.ledger import Ledger
from provenance.ledger.upkeep import verify
from provenance.pipeline.judges import JUDGES
from provenance.steps.augment import ALL
from provenance.testing.standalone import AirflowFailed, Standalone
from tests.airflow.conftest import DAGS, build_file, needs_compiler, sample_repository

pytestmark = [pytest.mark.airflow, pytest.mark.server]
# All of them: the killed verify must still be at work when it is tried again.
TRANSFORMS = tuple(transform.name for transform in ALL if transform.language == "cobol")
#: Seconds without a heartbeat after which a task counts as lost. 300 where not set.
LOST_AFTER = 6


class Site:
    """The server, its ledgers, and what tests ask of both."""

    def __init__(self, home: Path) -> None:
        self.home, self.ledger, self.killed = home, home / "ledger", home / "ledger-killed"
        self.events = home / "openlineage.jsonl"
        self.config = build_file(home / "corpus.toml", [sample_repository(home / "sample")], transforms=TRANSFORMS)
        (home / "large.toml").write_text((DAGS.parent / "policies" / "sample.toml").read_text()
                                         + "\n[size]\nmin_records = 1000\n")
        self.denied = build_file(home / "denied.toml", [home / "sample"], transforms=TRANSFORMS,
                                 policy=str(home / "large.toml"))
        dags = home / "dags"
        dags.mkdir()
        for path in DAGS.glob("*.py"):
            (dags / path.name).write_text(path.read_text())
        text = (DAGS / "corpus_build.py").read_text()
        for old, new in (('dag_id="corpus_build"', 'dag_id="corpus_build_killed"'), ('"retries": 1', '"retries": 3'),
                         ('CONFIG = {', f'CONFIG = {{"ledger": "{self.killed}", ')):
            assert text.count(old) == 1
            text = text.replace(old, new)
        (dags / "corpus_build_killed.py").write_text(text)
        transport = {"type": "file", "log_file_path": str(self.events), "append": True}
        self.airflow = Standalone(home / "airflow", dags, {
            "PROVENANCE_LEDGER": str(self.ledger), "PROVENANCE_BUILD": str(self.config),
            "PROVENANCE_TRAIN_POLICY": "sample", "PROVENANCE_PSEUDONYM_KEY": "k" * 32,
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport), "AIRFLOW__OPENLINEAGE__NAMESPACE": "trial",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(LOST_AFTER),
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "1",
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1"})

    def until(self, what: str, found: Callable[[], Any], timeout: float = 60) -> Any:
        deadline = time.monotonic() + timeout
        while not (value := found()):
            assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
            time.sleep(0.3)
        return value

    def said(self, dag: str, run: str, task: str) -> str:
        instance = next(each for each in self.airflow.tasks(dag, run) if each["task_id"] == task)
        return self.airflow.logs(dag, run, task, instance["try_number"], instance["map_index"])

    def forge(self, **extra: Any) -> None:
        (asset,) = self.airflow.call("GET", "/api/v2/assets?name_pattern=corpus_provenance_training_set")["assets"]
        self.airflow.call("POST", "/api/v2/assets/events", {"asset_id": asset["id"], "extra": extra})

    def mark_success(self, dag: str, run: str, task: str) -> None:
        self.airflow.call("PATCH", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}", {"new_state": "success"})

    def clear(self, dag: str, run: str, task: str) -> None:
        self.airflow.call("POST", f"/api/v2/dags/{dag}/clearTaskInstances", {
            "dry_run": False, "dag_run_id": run, "task_ids": [task], "only_failed": False, "include_downstream": True})

    def consumptions(self) -> int:
        return int(Ledger(self.ledger).stats()["tables"].get("consumptions", {"rows": 0})["rows"])

    def asset_events(self) -> list[dict[str, Any]]:
        return list(self.airflow.call("GET", "/api/v2/assets/events?limit=100")["asset_events"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    needs_compiler()
    made = Site(tmp_path_factory.mktemp("server"))
    with made.airflow:
        made.until("model_train", lambda: made.airflow._knows("model_train"))
        yield made


@pytest.fixture(scope="module")
def built(site: Site) -> Site:
    """After one run of corpus_build, and of model_train which it starts."""
    site.run = site.airflow.trigger("corpus_build")
    assert site.airflow.wait("corpus_build", site.run, 240) == "success", site.airflow.log
    site.refused = site.airflow.trigger("corpus_build", {"config": str(site.denied)})  # for a test below, meanwhile
    site.trained = site.until("model_train", lambda: site.airflow.runs("model_train"))[0]["dag_run_id"]
    site.train_state = site.airflow.wait("model_train", site.trained, 60)
    (event,) = site.asset_events()
    site.published = event["extra"]
    return site


def manifests(ledger: Path) -> dict[str, dict[str, int]]:
    return {f"{each.recipe.step} {each.batch}": {name: part.rows for name, part in each.parts.items()}
            for each in Ledger(ledger).manifests()}


def test_build_publishes_and_training_starts_on_its_own(built: Site) -> None:
    assert built.published["dataset"].startswith("trial@")
    assert built.train_state == "success", built.said("model_train", built.trained, "require_ticket")
    assert built.consumptions() == 1
    assert list(verify(Ledger(built.ledger))) == []


def test_our_events_and_the_providers_are_events_of_one_run(built: Site) -> None:
    # Ours wait in the ledger's outbox until they are sent; the provider's are sent by a fork some time after the task.
    def told() -> list[dict[str, Any]]:
        events = [json.loads(line) for line in built.events.read_text().splitlines()]
        done = {e["job"]["name"] for e in events if e["eventType"] == "COMPLETE" and "apache/airflow" in e["producer"]}
        return events if "model_train.record_consumption" in done else []

    events = built.until("the provider's events", told)
    theirs = [event for event in events if "apache/airflow" in event["producer"] and {built.run, built.trained} & {
        event["run"]["facets"].get("airflow", {}).get("dagRun", {}).get("run_id")}]
    tasks = {event["run"]["runId"] for event in theirs}
    ours = [event for event in events if "corpus-provenance" in event["producer"] and event["run"]["runId"] in tasks]
    kept = [event for event in (json.loads(path.read_text()) for path in (built.ledger / "events").glob("*/*.json"))
            if event["run"]["runId"] in tasks]
    assert len(kept) == len(ours) == 2 * len({event["run"]["runId"] for event in ours})
    steps = {"ingest", "augment", "verify", "assemble", "gate"}
    assert {f"corpus_build.{step}" for step in steps} <= {event["job"]["name"] for event in ours}
    # Each judge is a run of its own, under the task that asked them all.
    judges = {event["job"]["name"] for event in events if "corpus-provenance" in event["producer"]
              and event["run"]["facets"].get("parent", {}).get("run", {}).get("runId") in tasks}
    assert {f"corpus_build.judge.judge-{name}" for name in JUDGES} <= judges
    for event in ours:
        same = [other for other in theirs if other["run"]["runId"] == event["run"]["runId"]]
        assert {other["eventType"] for other in same} == {"START", "COMPLETE"}, event["job"]
        for other in same:
            assert _job(other) == _job(event)
            mine, parent = event["run"]["facets"]["parent"], other["run"]["facets"]["parent"]
            assert (mine["run"]["runId"], mine["job"]["name"]) == (parent["run"]["runId"], parent["job"]["name"])
            assert mine["root"]["run"]["runId"] == parent["root"]["run"]["runId"]
        if event["eventType"] == "COMPLETE":
            (done,) = (other for other in same if other["eventType"] == "COMPLETE")
            # Who listens to the provider only sees the same datasets, with the same facets.
            for side in ("inputs", "outputs"):
                assert _datasets(done, side) == _datasets(event, side), (event["job"]["name"], side)
    assert not any("unknownSourceAttribute" in event["run"]["facets"] for event in theirs)


def _job(event: dict[str, Any]) -> tuple[str, str]:
    return event["job"]["namespace"], event["job"]["name"]


def _datasets(event: dict[str, Any], side: str) -> dict[tuple[str, str], Any]:
    return {(each["namespace"], each["name"]): each.get("facets", {}).get("provenance_ledger", {}).get("batchesDigest")
            for each in event.get(side) or ()}


# -- what opens nothing --------------------------------------------------------------------------------------------


def test_forged_events_open_nothing(built: Site) -> None:
    before = {run["dag_run_id"] for run in built.airflow.runs("model_train")}
    forged = [{"dataset": "other@0123456789abcdef", "manifest_sha256": "0" * 64, "verdict": "pass"},
              {**built.published, "manifest_sha256": "0" * 64}, {**built.published, "from_rest_api": False}, {}]
    for extra in forged:
        built.forge(**extra)

    def started() -> set[str]:
        return {run["dag_run_id"] for run in built.airflow.runs("model_train")} - before

    def all_taken() -> bool:
        # One run may take several events, and some may come too late for it. None waiting is a 404.
        try:
            return not built.airflow.call("GET", "/api/v2/dags/model_train/assets/queuedEvents")["total_entries"]
        except AirflowFailed:
            return True

    built.until("the runs that they start", lambda: started() and all_taken())
    for run in sorted(started()):
        assert built.airflow.wait("model_train", run, 60) == "failed"
        said = built.said("model_train", run, "require_ticket")
        assert "not started by a published training set" in said and "made by hand" in said, said
    assert built.consumptions() == 1
    print(f"{len(forged)} forged events started {len(started())} runs")


def test_a_run_by_hand_without_a_name_opens_nothing_and_nor_does_a_mark(built: Site) -> None:
    run = built.airflow.trigger("model_train")
    assert built.airflow.wait("model_train", run, 60) == "failed"
    assert "not started by a published training set" in built.said("model_train", run, "require_ticket")
    built.mark_success("model_train", run, "require_ticket")
    built.clear("model_train", run, "record_consumption")
    assert built.airflow.wait("model_train", run, 60) == "failed"
    assert "has no ticket" in built.said("model_train", run, "record_consumption")
    assert built.consumptions() == 1


def test_a_gate_marked_as_success_publishes_nothing(built: Site) -> None:
    assert built.airflow.wait("corpus_build", built.refused, 120) == "failed"
    assert "at least 1000 records" in built.said("corpus_build", built.refused, "gate")
    events, runs = len(built.asset_events()), len(built.airflow.runs("model_train"))
    built.mark_success("corpus_build", built.refused, "gate")
    time.sleep(3)
    assert {each["task_id"]: each["state"] for each in built.airflow.tasks("corpus_build", built.refused)}[
        "gate"] == "success"
    assert len(built.asset_events()) == events and len(built.airflow.runs("model_train")) == runs


# -- kill -9 -------------------------------------------------------------------------------------------------------


def processes(instance: str) -> dict[str, int]:
    """Process ids of a task instance: its supervisor and the child that does the work."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            title = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if instance in title:
            found["supervisor" if "LocalExecutor" in title else "child"] = int(path.parent.name)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_killed_tasks_and_supervisors_lose_and_double_nothing(built: Site) -> None:
    airflow, dag = built.airflow, "corpus_build_killed"
    run = airflow.trigger(dag)

    def running(task: str, tries: int) -> dict[str, Any] | None:
        return next((each for each in airflow.tasks(dag, run) if each["task_id"] == task and each["map_index"] == 0
                     and each["state"] == "running" and each["try_number"] == tries), None)

    def saying(task: str) -> int:
        return sum(json.loads(path.read_text())["job"]["name"] == f"{dag}.{task}"
                   for path in (built.killed / "events").glob("*/*.json"))

    augment = built.until("augment runs", lambda: running("augment", 1))
    # At once: it compiles and loads Great Expectations for seconds now, and is through soon after its first batch.
    built.until("augment has begun", lambda: saying("augment"))
    os.kill(processes(augment["id"])["child"], signal.SIGKILL)
    built.until("augment is tried again", lambda: running("augment", 2))

    first = built.until("verify runs", lambda: running("verify", 1))
    # Before its word begins, a task still needs its supervisor; from here on it needs it only for its result.
    built.until("verify has begun", lambda: saying("verify"))
    pids = processes(first["id"])
    orphan = pids["child"]
    try:
        os.kill(pids["supervisor"], signal.SIGKILL)
        killed_at = time.monotonic()
        built.until("verify is tried again", lambda: running("verify", 2), 60)
        print(f"the retry began {time.monotonic() - killed_at:.1f} s after the kill; orphan alive: {alive(orphan)}")
        assert alive(orphan), "the orphan ended before the retry began: nothing wrote at once"
        assert airflow.wait(dag, run, 240) == "success"
        built.until("the orphan ends", lambda: not alive(orphan), 60)
    finally:
        if alive(orphan):
            os.kill(orphan, signal.SIGKILL)
    assert saying("verify") >= 3  # START of the killed try, START and COMPLETE of the next
    winners = Counter(each.run for each in Ledger(built.killed).manifests() if each.recipe.step == "verify")
    print(f"verify batches by the run that committed first: {sorted(winners.values())}")
    tries = {each["task_id"]: each["try_number"] for each in airflow.tasks(dag, run)}
    assert tries["augment"] == 2 and tries["verify"] >= 2
    assert list(verify(Ledger(built.killed))) == []
    # The same batches with the same rows as in the ledger whose build nobody killed; that one holds a little more, of
    # the tests above. The gate names the manifest of the set's files, which names the ledger.
    made, reference = manifests(built.killed), manifests(built.ledger)
    assert {name.partition(" ")[0] for name in made} == {
        "ingest", "snapshot", "augment", "verify", "sketch", "judge", "assemble", "gate"}
    wanted = {name: rows for name, rows in made.items() if not name.startswith("gate")}
    assert wanted == {name: reference.get(name) for name in wanted}
    more = {name.partition(" ")[0] for name in set(reference) - set(wanted)}
    assert more <= {"assemble", "gate", "consume"}


def test_files_changed_after_the_gate_close_it(built: Site) -> None:
    name, _, version = built.published["dataset"].partition("@")
    path = next((built.ledger / "datasets" / name / version).glob("train-*.parquet"))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-8] + b"tampered")
    # The run that was started by the true event, and allowed, once more.
    built.clear("model_train", built.trained, "require_ticket")
    assert built.airflow.wait("model_train", built.trained, 60) == "failed"
    said = built.said("model_train", built.trained, "require_ticket")
    assert path.name in said, said
    assert built.consumptions() == 1
