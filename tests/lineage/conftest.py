"""One small ledger for the tests that only read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from provenance.lineage import Lens
from tests.lineage.small_ledger import small


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Read-only: tests that plant something build their own with `small`."""
    return small(tmp_path_factory.mktemp("corpus") / "ledger")


@pytest.fixture(scope="session")
def lens(corpus: dict[str, Any]) -> Iterator[Lens]:
    with Lens(corpus["ledger"]) as opened:
        yield opened
