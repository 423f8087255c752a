"""Good rows for every suite, which a test then spoils in one place."""

from __future__ import annotations

from typing import Any

import pytest


def _ids(count: int) -> list[str]:
    return [f"rec:0123456789abcdef.{row}" for row in range(count)]


def _records(count: int, **change: Any) -> dict[str, list[Any]]:
    return {
        "record": _ids(count), "language": ["cobol"] * count, "kind": ["program"] * count,
        "content_sha256": [f"{row:064x}" for row in range(count)],
        "swhid": [f"swh:1:cnt:{row:040x};path=/A%3BB.CBL" for row in range(count)], "bytes": [10] * count,
        "lines": [1] * count, "encoding": ["utf-8"] * count, "name": ["A.CBL"] * count, "licence": ["MIT"] * count,
        **{name: [value] * count for name, value in change.items()},
    }


@pytest.fixture
def good() -> dict[str, dict[str, list[Any]]]:
    return {
        "ingested": _records(4, origin="human", evidence=2, depth=0, human_share=1.0, parents=0),
        "derived": _records(4, origin="synthetic_rule", evidence=2, depth=1, human_share=1.0, parents=1),
        "verified": {"record": _ids(4), "check": ["syntax"] * 4, "outcome": ["pass"] * 4, "value": [""] * 4,
                     "reason": [""] * 4, "tool": ["cobc"] * 4, "tool_version": ["3.2"] * 4},
        "assembled": {"record": _ids(4), "split": ["train", "train", "validation", "test"], "origin": ["human"] * 4,
                      "language": ["cobol"] * 4, "licence": ["MIT"] * 4,
                      "content_sha256": [f"{row:064x}" for row in range(4)]},
    }
