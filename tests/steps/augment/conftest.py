"""A compiler for the tests of transforms; tests that ask for it are skipped where it is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.steps.augment.augment_cases import Compiler


@pytest.fixture
def compiler(tmp_path: Path) -> Compiler:
    """GnuCOBOL, or a skip."""
    if shutil.which("cobc") is None:
        pytest.skip("cobc is not installed")
    return Compiler(tmp_path)
