"""What all rooms' tests share: hypothesis settings and the corpora."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SHARED = Path(__file__).parents[2] / "shared"

# A deadline measures the machine, not the code. CI repeats the same examples, so that a red run is a changed program.
_QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
settings.register_profile("local", **_QUIET)
settings.register_profile("ci", derandomize=True, **_QUIET)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of example corpora; tests that need it are skipped where it is not at hand."""
    folder = SHARED / "corpora"
    if not folder.is_dir():
        pytest.skip(f"no corpora at {folder}")
    return folder
