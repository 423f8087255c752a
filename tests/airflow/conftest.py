"""One Airflow home with a migrated SQLite database for all tests of this room, and small build files.

Airflow reads its environment when it is imported: nothing here imports it before `airflow_home` has set it.
"""

import logging
import os
import runpy
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAGS = ROOT / "dags"


def sample_repository(folder: Path, programs: tuple[str, ...] = ()) -> Path:
    """The sample repository that ships, or one of some of its programs."""
    make = runpy.run_path(str(ROOT / "scripts" / "sample_repository.py"))["make"]
    if programs:
        shipped, samples = ROOT / "samples" / "cobol", folder.parent / f"{folder.name}-of" / "samples"
        shutil.copytree(shipped / "copy", samples / "cobol" / "copy")
        shutil.copy(ROOT / "LICENSE", samples.parent)
        for program in programs:
            shutil.copy(shipped / program, samples / "cobol")
        make.__globals__["SAMPLES"] = samples
    make(folder)
    return folder


def build_file(path: Path, sources: list[Path], policy: str = "sample", transforms: tuple[str, ...] = (),
               extra: str = "") -> Path:
    """A build file over some repositories."""
    text = f'name = "trial"\npolicy = "{policy}"\n'
    for source in sources:
        text += f'\n[[source]]\nwhere = "{source}"\nname = "{source.name}"\nlanguages = ["cobol"]\n{extra}'
    path.write_text(text + f"\n[augment]\nseed = 7\ntransforms = {list(transforms)!r}\n"
                    "\n[splits]\ntrain = 0.8\nvalidation = 0.1\ntest = 0.1\n")
    return path


def needs_compiler() -> None:
    """Skip where there is no compiler in a sandbox: every policy refuses what no compiler has seen."""
    from provenance.pipeline import find_workshop

    if missing := find_workshop().why("cobol"):
        pytest.skip(missing)


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory):
    """A home with an empty, migrated database; Airflow may be imported by whoever asks for it."""
    assert "airflow" not in sys.modules, "Airflow was imported before its environment was set"
    home = tmp_path_factory.mktemp("airflow-home")
    said = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False", "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            "PROVENANCE_SCHEDULE": "", "PROVENANCE_ADVERSARIAL_SCHEDULE": "",
            "PROVENANCE_UPKEEP_SCHEDULE": ""}
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    from airflow.utils.db import initdb

    initdb()
    logging.getLogger("airflow").setLevel(logging.WARNING)
    yield home
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


@pytest.fixture(scope="session")
def dag_bag(airflow_home: Path):
    """The DAGs that ship, imported once."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(DAGS))
