"""The pipeline that `tests.pipeline` builds once, seen through the command line."""

from __future__ import annotations

from typing import Any

import pytest

from provenance.pipeline import Workshop
from provenance.testing import FakeToolchain
from tests.pipeline.conftest import built, copied, no_transport, quick

__all__ = ["built", "copied", "no_transport", "quick"]


@pytest.fixture
def faked(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verbs that find the fake compiler, and do not inspect."""
    import importlib

    def find() -> Workshop:
        return Workshop(FakeToolchain())

    for room in ("provenance.pipeline", "provenance.pipeline.run", "provenance.cli.verbs_upkeep"):
        monkeypatch.setattr(importlib.import_module(room), "find_workshop", find)


class Terminal:
    """Runs a verb and takes what it printed."""

    def __init__(self, capsys: Any) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        from provenance.cli import main

        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as left:  # argparse
            status = int(left.code or 0)
        out, err = self._capsys.readouterr()
        return status, out, err

    def refused(self, *arguments: object, status: int = 2) -> str:
        """The one line that bad input gets."""
        found, _, err = self(*arguments)
        assert found == status, err
        assert err.endswith("\n") and len(err.splitlines()) == 1, err
        assert err.startswith("provenance") and "Traceback" not in err
        return err


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)
