"""A pipeline that was run once, for real but for the compiler; and pipelines without Great Expectations, for speed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from provenance.ledger import Ledger
from provenance.pipeline import Context
from tests.pipeline.small_pipeline import LOOSE, RUN_STEP, build, repository


@pytest.fixture(autouse=True)
def no_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    """No OpenLineage configuration of the machine that runs the tests."""
    for key in list(os.environ):
        if key.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE")) or key == "PROVENANCE_LEDGER":
            monkeypatch.delenv(key)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No inspection: Great Expectations takes eight seconds to import and has its own tests."""
    monkeypatch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Read-only: a test that plants something takes `copied`."""
    home = tmp_path_factory.mktemp("built")
    (home / "loose.toml").write_text(LOOSE)
    repository(home / "payroll")
    with pytest.MonkeyPatch.context() as patch:
        for key in list(os.environ):
            if key.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE")):
                patch.delenv(key)
        yield build(home / "ledger", home / "payroll", home / "loose.toml")


@pytest.fixture
def copied(built: dict[str, Any], tmp_path: Any) -> dict[str, Any]:
    """A copy of the ledger to spoil."""
    shutil.copytree(built["ledger"].path, tmp_path / "ledger")
    return {**built, "ledger": Ledger(tmp_path / "ledger")}


@pytest.fixture
def ledger(tmp_path: Any) -> Ledger:
    return Ledger.init(tmp_path / "ledger")


@pytest.fixture
def context(ledger: Ledger) -> Context:
    return Context(ledger, "test.step")
