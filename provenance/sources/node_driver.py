"""Node and the packages that parse for us, inside the sandbox: where they are, and one process for many small jobs.

Node with abaplint takes most of a second before it does anything, so jobs go in batches: the driver (``node/*.mjs``,
shipped with this package) prints one line of JSON a job as soon as it is done. A job at which the process dies or runs
out of its limits is tried once more alone, and is an error then; the others never suffer from it.

The packages are no part of this project's wheel: they lie where ``PROVENANCE_NODE_MODULES`` says, or in
``toolchains/node/node_modules`` of the checkout, put there by ``make toolchains`` from the exact versions of a lock file.

    >>> from provenance.sources.sandbox import Missing
    >>> find_node(Missing("no-sandbox: bwrap is not installed"), "anything").reason
    'no-sandbox: bwrap is not installed'
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.languages.toolchain import Answer
from provenance.model.verdict import Outcome
from provenance.sources.sandbox import Finished, Limits, Missing, Sandbox
from provenance.sources.sandbox_folder import put

_MIB = 1024 * 1024
#: The drivers, beside this module; inside they are ``/driver``.
_DRIVERS = Path(__file__).parent / "node"
_CHECKOUT = Path(__file__).parents[2] / "toolchains" / "node" / "node_modules"
#: V8 reserves address space by the gigabyte before it uses any; what it may really use is the heap below.
_ADDRESSES = 6144 * _MIB
_HEAP = "--max-old-space-size=1024"
#: The clock of every run is UTC, wherever we are.
_ENV = {"TZ": "UTC", "NODE_OPTIONS": ""}
#: Jobs of one process: what is lost when it dies, against the second that starting it takes.
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Node:
    """Node, one set of packages and our drivers, in a sandbox. Safe to use from several threads."""

    sandbox: Sandbox
    program: str
    binds: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]

    def version(self, package: str) -> str:
        """The version of an installed package ("2.120.109")."""
        return dict(self.versions)[package]

    def jobs(self, script: str, verb: str, jobs: Sequence[Any], seconds: int = 30) -> list[dict[str, Any]]:
        """What a driver says of each job, in their order.

        Args:
            script: name of the driver ("abap.mjs").
            verb: what it is asked to do.
            jobs: values of JSON.
            seconds: processor time that one job may take; a batch has four times as much, and whoever does not come
                to an end in it has a process of its own.

        Returns:
            a mapping with at least ``outcome`` and ``reason`` for each job; ``error`` where the process died at it.
        """
        said: list[dict[str, Any]] = []
        alone = False
        while len(said) < len(jobs):
            batch = jobs[len(said) : len(said) + (1 if alone else _BATCH)]
            done = self._run(script, verb, batch, seconds if len(batch) == 1 else 4 * seconds)
            answers = [answer for answer in map(_answer, done.stdout.split(b"\n")[:-1]) if answer is not None]
            if not answers and len(batch) == 1:
                why = f"compiler-stopped: {done.stopped}" if done.stopped else f"compiler-crash: {_last(done)}"
                answers = [{"outcome": Outcome.ERROR.value, "reason": why}]
            # The one after the last answer is where it died: that one is asked again alone.
            alone = len(answers) < len(batch) and not alone
            said += answers[: len(batch)]
        return said

    def run(self, script: str, verb: str, workdir: Path, limits: Limits, binds: Sequence[tuple[str, str]] = ()) -> Finished:
        """Run a driver in a work folder of the sandbox; ``limits.memory_bytes`` is raised to what node needs to start."""
        memory = max(limits.memory_bytes, _ADDRESSES)
        given = {name: getattr(limits, name) for name in Limits.__dataclass_fields__} | {"memory_bytes": memory}
        command = [self.program, _HEAP, "--stack-size=3000", f"/driver/{script}", verb]
        return self.sandbox.run(command, workdir, _ENV, Limits(**given), (*self.binds, *binds))

    def _run(self, script: str, verb: str, batch: Sequence[Any], seconds: int) -> Finished:
        limits = Limits(wall_s=4.0 * seconds, cpu_s=seconds, file_bytes=256 * _MIB, processes=64,
                        output_bytes=256 * _MIB, folder_bytes=512 * _MIB)
        with self.sandbox.workdir() as folder:
            # Lone surrogates, which stand for bytes that were no UTF-8, survive as escapes of JSON.
            put(folder, "jobs.json", json.dumps(list(batch)).encode())
            return self.run(script, verb, folder, limits)


def _answer(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "outcome" in said else None


def _last(done: Finished) -> str:
    lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    named = next((line for line in lines if "Error" in line), lines[-1] if lines else f"it ended with {done.returncode}")
    return named.strip()[:200]


def answered(said: dict[str, Any]) -> Answer:
    """The answer of a driver as the protocol has it; anything strange is an error."""
    try:
        return Answer(Outcome(said["outcome"]), str(said.get("reason", "")), str(said.get("dialect", "")))
    except ValueError:
        return Answer(Outcome.ERROR, "compiler-crash: the driver spoke nonsense")


def node_modules() -> Path | None:
    """The folder of installed packages, or None where there is none."""
    given = os.environ.get("PROVENANCE_NODE_MODULES")
    folder = Path(given) if given else _CHECKOUT
    return folder.resolve() if folder.is_dir() else None


def find_node(sandbox: Sandbox | Missing, *packages: str) -> Node | Missing:
    """Node with the packages named ("@abaplint/core"), tried in the sandbox; or why not."""
    if isinstance(sandbox, Missing):
        return sandbox
    program = shutil.which("node")
    if program is None:
        return Missing("no-compiler: node is not installed (package nodejs, version 20 or newer)")
    modules = node_modules()
    absent = [name for name in packages if modules is None or not (modules / name / "package.json").is_file()]
    if modules is None or absent:
        return Missing(f"no-compiler: {', '.join(absent)} not found; run: make toolchains")
    versions = tuple((name, str(json.loads((modules / name / "package.json").read_bytes())["version"])) for name in packages)
    real = os.path.realpath(program)
    binds = [(str(modules), "/node_modules"), (str(_DRIVERS), "/driver")]
    inside = real
    if not real.startswith("/usr/"):  # a node of one's own, in a home folder: only the program itself is shown
        binds.append((real, "/node"))
        inside = "/node"
    node = Node(sandbox, inside, tuple(binds), versions)
    with sandbox.workdir() as folder:
        tried = node.run("hello.mjs", "", folder, Limits(wall_s=30, cpu_s=10, processes=64))
    major = tried.stdout.decode(errors="replace").removeprefix("v").split(".")[0]
    if tried.stopped or not major.isdigit():
        return Missing(f"no-compiler: node does not run in the sandbox ({tried.stopped or _last(tried)})")
    if int(major) < 20:
        return Missing(f"no-compiler: node {major} is too old (version 20 or newer)")
    return node
