"""Make a git repository of the sample programs under ``samples/``: the demo's input where no other is given.

The programs were written by the AI authors of this project, and the history says so: every commit carries a
``AI-generated-by`` trailer, which ingest reads as evidence of a model. Dates and names are fixed, so the commits are
the same on every machine.

    python scripts/sample_repository.py FOLDER
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
AUTHOR = {"GIT_AUTHOR_NAME": "corpus-provenance authors", "GIT_AUTHOR_EMAIL": "authors@corpus-provenance.dev",
          "GIT_COMMITTER_NAME": "corpus-provenance authors", "GIT_COMMITTER_EMAIL": "authors@corpus-provenance.dev"}
TRAILER = "AI-generated-by: corpus-provenance AI developers"


def make(folder: Path) -> str:
    """Write the repository (two commits: copybooks, then programs); returns the head's id. Replaces what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    shutil.copy(SAMPLES.parent / "LICENSE", folder / "LICENSE")
    shutil.copytree(SAMPLES / "cobol" / "copy", folder / "copy")
    _commit(folder, "Data layouts of the payroll and order batches", "2026-11-01T09:00:00Z")
    for program in sorted((SAMPLES / "cobol").glob("*.cbl")):
        shutil.copy(program, folder / program.name)
    return _commit(folder, "Payroll and order batches", "2026-11-02T09:00:00Z")


def _commit(folder: Path, subject: str, date: str) -> str:
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", f"{subject}\n\n{TRAILER}", env={"GIT_AUTHOR_DATE": date,
                                                                              "GIT_COMMITTER_DATE": date})
    return _git(folder, "rev-parse", "HEAD")


def _git(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    clean = {**os.environ, **AUTHOR, **(env or {}), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-c", "commit.gpgsign=false", "-c", "core.autocrlf=false", *arguments]
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
