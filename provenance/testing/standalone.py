"""A real Airflow on this machine for demonstrations and end-to-end tests: scheduler, API server, SQLite.

    with Standalone(home, dags=Path("dags"), env={"PROVENANCE_LEDGER": "corpus"}) as airflow:
        run = airflow.trigger("corpus_build", {"config": "corpus.toml"})
        airflow.wait("corpus_build", run)

It listens on loopback only, takes at most four tasks at a time (SQLite stalls above sixteen), watches the health
endpoint rather than the process (components that die are not restarted), and stops its whole process group at the end.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from provenance.errors import ProvenanceError

_ENDED = {"success", "failed"}


class AirflowFailed(ProvenanceError):
    """Airflow did not start, died, or did not end a run in time. Its log is named in the message."""


def settings(home: Path, dags: Path, port: int = 8080) -> dict[str, str]:
    """The environment in which such an Airflow runs; also for ``airflow`` commands beside it."""
    return {
        "AIRFLOW_HOME": str(home),
        # Said and not left to AIRFLOW_HOME: the environment that we are started in may name another database.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "True",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        # The DAGs that ship run when they are triggered and not on top of that because it is a new day.
        "PROVENANCE_SCHEDULE": "",
        "PROVENANCE_ADVERSARIAL_SCHEDULE": "",
        "PROVENANCE_UPKEEP_SCHEDULE": "",
        "_AIRFLOW__STARTUP_BANNER": "0",
    }


def free_port() -> int:
    """A port on loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Standalone:
    """``airflow standalone`` as a context manager, with the few calls of its REST interface that are needed."""

    def __init__(self, home: Path, dags: Path, env: Mapping[str, str] | None = None,
                 start_timeout: float = 180.0) -> None:
        self.home, self.port, self._start_timeout = home, free_port(), start_timeout
        self._bin = Path(sys.executable).parent
        # standalone starts its components as `airflow ...`, found on PATH.
        self.env = {**os.environ, "PATH": f"{self._bin}{os.pathsep}{os.environ.get('PATH', '')}",
                    **settings(home, dags, self.port), **(env or {})}
        self.log = home / "standalone.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._bearer = ""

    def __enter__(self) -> Standalone:
        self.home.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen([str(self._bin / "airflow"), "standalone"], env=self.env, stdout=log,
                                             stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self._until("to become healthy", self._healthy, self._start_timeout)
            self._login()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id (and process group) of the server."""
        if self._process is None:
            raise AirflowFailed("airflow standalone", "is not running")
        return self._process.pid

    def stop(self) -> None:
        """Ask it to end, then make it."""
        if self._process is None:
            return
        for number, patience in ((signal.SIGINT, 8), (signal.SIGTERM, 4), (signal.SIGKILL, 5)):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(patience)
            except (subprocess.TimeoutExpired, ProcessLookupError):
                continue
        self._process = None

    def trigger(self, dag: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run; returns its id. Waits until the DAG was parsed."""
        self._until(f"to know the DAG {dag}", lambda: self._knows(dag), 120)
        self.call("PATCH", f"/api/v2/dags/{dag}", {"is_paused": False})
        body = {"logical_date": None, "conf": dict(conf or {})}
        return str(self.call("POST", f"/api/v2/dags/{dag}/dagRuns", body)["dag_run_id"])

    def wait(self, dag: str, run: str, timeout: float = 600.0,
             watch: Callable[[list[dict[str, Any]]], None] | None = None) -> str:
        """Poll until a run ends; returns its state. ``watch`` is shown its task instances at each poll."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self._healthy():
                raise AirflowFailed("airflow standalone", "has lost a component", f"read {self.log}")
            if watch is not None:
                watch(self.tasks(dag, run))
            state = str(self.call("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")["state"])
            if state in _ENDED:
                return state
            time.sleep(1.0)
        raise AirflowFailed(f"{dag} {run}", f"did not end in {timeout:.0f} s", f"read {self.log}")

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """The runs of a DAG, newest first."""
        return list(self.call("GET", f"/api/v2/dags/{dag}/dagRuns?order_by=-run_after&limit=100")["dag_runs"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        return list(self.call("GET", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances?limit=200")["task_instances"])

    def logs(self, dag: str, run: str, task: str, attempt: int = 1, map_index: int = -1) -> str:
        """The text of a task's log."""
        found = self.call("GET", f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{attempt}"
                                 f"?map_index={map_index}")
        return "\n".join(_said(line) for line in found["content"])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the REST interface. SQLite is sometimes locked by the scheduler; then it is asked again."""
        for pause in (0.5, 1.0, 2.0, 4.0):
            try:
                return self._call(method, path, body)
            except AirflowFailed as error:
                if "Database error" not in error.problem:
                    raise
            time.sleep(pause)
        return self._call(method, path, body)

    def _call(self, method: str, path: str, body: Any) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", "Accept": "application/json"})
        if self._bearer:
            request.add_header("Authorization", f"Bearer {self._bearer}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise AirflowFailed(f"{method} {path}", f"answered {error.code}: {error.read()[:500]!r}") from error

    def _healthy(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AirflowFailed("airflow standalone", "has ended", f"read {self.log}")
        try:
            health = self.call("GET", "/api/v2/monitor/health")
        except (OSError, AirflowFailed):
            return False
        return all(health[part]["status"] == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

    def _login(self) -> None:
        passwords = json.loads((self.home / "simple_auth_manager_passwords.json.generated").read_text())
        who = {"username": "admin", "password": passwords["admin"]}
        self._bearer = self.call("POST", "/auth/token", who)["access_token"]

    def _knows(self, dag: str) -> bool:
        try:
            return bool(self.call("GET", f"/api/v2/dags/{dag}"))
        except AirflowFailed:
            return False

    def _until(self, what: str, holds: Callable[[], bool], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > deadline:
                raise AirflowFailed("airflow standalone", f"took over {timeout:.0f} s {what}", f"read {self.log}")
            time.sleep(0.5)


def _said(line: Any) -> str:
    if not isinstance(line, dict):
        return str(line)
    # The message of what was raised is apart from the line that says that something was.
    raised = [str(each.get("exc_value", "")) for each in line.get("error_detail") or () if isinstance(each, dict)]
    return " ".join([str(line.get("event", line)), *raised])
