"""One small pipeline: COBOL in a repository made by git, a compiler that obeys orders, transforms without one."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from benchmarks.kill_pipeline import POLICY, Note
from provenance.ledger import Ledger
from provenance.pipeline import Judging, Run, Source, Workshop
from provenance.testing import FakeToolchain
from tests.sources.repository_maker import MIT, OLD, Maker

#: The module; the package gives its function the same name.
RUN_STEP = importlib.import_module("provenance.pipeline.run_step")
NOTES = (Note("note-a"), Note("note-b"))
#: Takes near-copies (a note is one), and no copies.
LOOSE = POLICY.replace('name = "killed"', 'name = "loose"').replace("exact = true", "exact = false")
#: Only the judge of copies: the others are tried by themselves.
COPIES = Judging(("duplicates",))
COPYBOOK = "       01 WS-SHARED PIC X(8) VALUE 'shared'.\n"

__all__ = ["COPIES", "COPYBOOK", "LOOSE", "NOTES", "RUN_STEP", "Note", "build", "program", "repository", "run_of"]


def program(name: str, says: str = "", copies: str = "", more: str = "") -> str:
    return ("       IDENTIFICATION DIVISION.\n"
            f"       PROGRAM-ID. {name}.\n{more}"
            "       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n"
            f"       01 WS-{name} PIC 9(4) VALUE 1.\n" + (f"       COPY {copies}.\n" if copies else "")
            + f"       PROCEDURE DIVISION.\n           ADD 1 TO WS-{name}.\n"
            f'           DISPLAY "{says or name}".\n           DISPLAY WS-{name}.\n           STOP RUN.\n')


def repository(root: Path) -> Maker:
    """Five programs (one a copy of another, one that does not compile), a copybook, and two files that are refused."""
    maker = Maker(root)
    maker.commit({
        "LICENSE": MIT, "README.md": "# payroll\n", "copy/SHARED.cpy": COPYBOOK,
        "ONE.cbl": program("ONE"), "src/TWO.cbl": program("TWO", copies="SHARED"), "src/THREE.cbl": program("THREE"),
        "old/ONE.cbl": program("ONE"),
        "BROKEN.cbl": program("BROKEN", more="      * fake: syntax-error\n")}, at=OLD)
    return maker


def run_of(ledger: Ledger, name: str = "small", **context: Any) -> Run:
    """A run whose compiler is the fake."""
    run = Run(name, ledger, **context)
    run._workshop = Workshop(FakeToolchain())
    return run


def build(where: Path, repo: Path, policy: Path, name: str = "small") -> dict[str, Any]:
    """The whole pipeline by the words of `Run`; everything that a test wants to know of it."""
    ledger = Ledger.init(where)
    run = run_of(ledger)
    roots = run.ingest(Source(str(repo), name="payroll"))
    derived = run.augment(roots, NOTES, seed=7)
    run.verify(roots + derived)
    run.judge(roots + derived, COPIES)
    dataset = run.assemble(name, roots + derived, str(policy))
    ticket = run.gate(dataset, str(policy))
    return {"ledger": ledger, "run": run, "roots": roots, "derived": derived, "verdicts": run._verdicts,
            "dataset": dataset, "ticket": ticket, "snapshots": run._snapshots, "policy": policy, "repo": repo}
