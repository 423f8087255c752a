"""On a public labelled set: the detector is worth something where it was fitted, and has no ground elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from provenance.steps import detect

LABELLED = Path(__file__).parents[4] / "shared" / "vectors" / "detection" / "semeval2026_task13a_trial.parquet"


@pytest.mark.skipif(not LABELLED.exists(), reason="the shared detection set is not here")
def test_worth_something_at_home_and_silent_abroad() -> None:
    rows = pq.read_table(LABELLED, columns=["code", "generator", "language"]).to_pylist()

    def looks(name: str, language: str, most: int) -> tuple[list[detect.Look], list[int]]:
        chosen = [row for row in rows if row["language"] == name and len(row["code"]) >= 300][:most]
        return ([detect.look(row["code"], language) for row in chosen],
                [int(row["generator"].lower() != "human") for row in chosen])

    seen, labels = looks("C++", "cpp", 400)
    fitted = detect.fit([detect.Sample(look, label, place % 5) for place, (look, label) in
                         enumerate(zip(seen, labels, strict=True))], detect.Plan())
    assert fitted.said["auroc"]["both"] > 0.85
    abroad, _ = looks("Python", "python", 100)
    assert np.mean([bool(fitted.outside(fitted.score(look, 0))) for look in abroad]) > 0.9
