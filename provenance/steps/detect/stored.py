"""A detector as rows of the ledger's table ``detectors``, and back: integers, numbers and canonical JSON, no pickles.

    rows(detector, "cobol", "program")  ->  one row a part
    read(rows)                          ->  the same detector, to the last digit

| view | part | integers | numbers |
|---|---|---|---|
| raw, normalised | ``weights:<fold>`` | buckets | intercept, then the weight of each bucket |
| raw, normalised | ``known:<fold>`` | place and 32 bits of the set of known runs, in turn | |
| raw, normalised, both | ``human``, ``synthetic`` | | sorted out-of-fold scores |
| both | ``about`` | | |
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from provenance.errors import LedgerCorrupt
from provenance.model.identity import canonical_json
from provenance.steps.detect import features
from provenance.steps.detect.detector import SCORES, SIDES, Detector, Model
from provenance.steps.detect.views import VIEWS


def rows(detector: Detector, language: str, corpus: str) -> list[dict[str, Any]]:
    """The rows of a detector, without the number of their batch."""
    def row(view: str, part: str, integers: Any = (), numbers: Any = (), said: Any = None) -> dict[str, Any]:
        return {"language": language, "corpus": corpus, "view": view, "part": part, "integers": list(integers),
                "numbers": list(numbers), "said": canonical_json(said or {}).decode()}

    found = [row("both", "about", said={**detector.said, "folds": len(detector.models["raw"])})]
    for view in VIEWS:
        for fold, model in enumerate(detector.models[view]):
            buckets = np.flatnonzero(model.weights)
            found.append(row(view, f"weights:{fold}", buckets.tolist(), [model.intercept, *model.weights[buckets].tolist()]))
            places = np.flatnonzero(model.known)
            found.append(row(view, f"known:{fold}", np.stack([places, model.known[places]], axis=1).reshape(-1).tolist()))
    for name in SCORES:
        for side in SIDES:
            said = {"least_known": detector.least_known[side, name]} if name in VIEWS else {}
            found.append(row(name, side, numbers=detector.scores[side, name].tolist(), said=said))
    return found


def read(stored: Iterable[Mapping[str, Any]]) -> Detector:
    """The detector of some rows, in any order.

    Raises:
        LedgerCorrupt: a part is absent.
    """
    parts = {(row["view"], row["part"]): row for row in stored}
    try:
        about = json.loads(parts["both", "about"]["said"])
        count = int(about.pop("folds"))
        models = {view: [_model(parts[view, f"weights:{fold}"], parts[view, f"known:{fold}"]) for fold in range(count)]
                  for view in VIEWS}
        scores = {(side, name): np.array(parts[name, side]["numbers"], np.float64) for name in SCORES for side in SIDES}
        least = {(side, view): float(json.loads(parts[view, side]["said"])["least_known"]) for view in VIEWS for side in SIDES}
    except KeyError as error:
        raise LedgerCorrupt("a detector", f"lacks the part {error}", "run: provenance ledger verify") from error
    return Detector(models, scores, least, about)


def _model(weights: Mapping[str, Any], known: Mapping[str, Any]) -> Model:
    dense = np.zeros(features.BUCKETS, np.float64)
    numbers = np.array(weights["numbers"], np.float64)
    dense[np.array(weights["integers"], np.int64)] = numbers[1:]
    bits = features.nothing_known()
    pairs = np.array(known["integers"], np.int64).reshape(-1, 2)
    bits[pairs[:, 0]] = pairs[:, 1]
    return Model(float(numbers[0]), dense, bits)
