"""A detector of one language and corpus: as many linear models a view as there are folds, and the scores of known origin.

    fitted = fit([Sample(look(text, "cobol"), label, fold), ...], Plan())
    fitted.score(look(text, "cobol"), fold).both          # higher: nearer to what models wrote here

It refuses to be one model for all: each fold's model never saw the fold that it scores, nor its relatives (`folds`). A
score says which side a text is more like, in no unit; only its rank among known scores means something (`conformal`).
What is fitted are arrays of numbers (`stored`), which score the same again without scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from provenance.errors import ToolMissing
from provenance.steps.detect import features as hashed
from provenance.steps.detect.features import BUCKETS, Features
from provenance.steps.detect.labels import KNOWN_HUMAN, KNOWN_SYNTHETIC
from provenance.steps.detect.views import VIEWS, normalised, raw

VERSION = "1"
#: What a score is of: a view, or the mean of both.
SCORES: tuple[str, ...] = (*VIEWS, "both")
SIDES: Mapping[str, int] = {"human": KNOWN_HUMAN, "synthetic": KNOWN_SYNTHETIC}
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Look:
    """One text in both views, and how many characters its raw view has."""

    raw: Features
    normalised: Features
    length: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A text of known origin: what it looks like, its label, and the fold that it is held apart in."""

    look: Look
    label: int
    fold: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit.

    Attributes:
        folds: how many parts, each scored by a model of the others.
        strength: inverse of the regularisation of the logistic regression (scikit-learn's C).
        domain: share of known records that may lie outside the domain, for each view.
        seed: of the solver.
    """

    folds: int = 5
    strength: float = 10.0
    domain: float = 0.01
    seed: int = 42


@dataclass(frozen=True, slots=True)
class Scored:
    """What a detector says of one text: scores, to six digits, and the share of its runs that are known, to four."""

    raw: float
    normalised: float
    both: float
    known_raw: float
    known_normalised: float


@dataclass(frozen=True, slots=True)
class Model:
    """One fold's linear model of one view, and the runs that its teachers had."""

    intercept: float
    weights: Numbers
    known: npt.NDArray[np.int64]

    def score(self, features: Features) -> float:
        """To six digits, so that a sum in another order is the same score."""
        return round(self.intercept + float(np.sum(self.weights[features.buckets] * features.values)), 6)


@dataclass(frozen=True, slots=True)
class Detector:
    """What was fitted.

    Attributes:
        models: view -> one model a fold.
        scores: (side, view or "both") -> sorted out-of-fold scores of the known records of that side.
        least_known: (side, view) -> share of known runs below which a text is outside the domain of that side.
        said: counts and measured quality, plain values.
    """

    models: Mapping[str, Sequence[Model]]
    scores: Mapping[tuple[str, str], Numbers]
    least_known: Mapping[tuple[str, str], float]
    said: Mapping[str, Any] = field(default_factory=dict)

    def score(self, look: Look, fold: int) -> Scored:
        """Score a text by the model that its fold is held apart from."""
        raw_model, normalised_model = (self.models[view][fold] for view in VIEWS)
        one, two = raw_model.score(look.raw), normalised_model.score(look.normalised)
        return Scored(one, two, round((one + two) / 2, 6), round(hashed.coverage(look.raw, raw_model.known), 4),
                      round(hashed.coverage(look.normalised, normalised_model.known), 4))

    def outside(self, scored: Scored) -> str:
        """Why a text is outside the domain of the known records of either side; empty where it is inside one of them.

        Inside one is enough: a smuggled text lies in the domain of the other side than it declares.
        """
        found = dict(zip(VIEWS, (scored.known_raw, scored.known_normalised), strict=True))
        if any(all(found[view] >= self.least_known[side, view] for view in VIEWS) for side in SIDES):
            return ""
        least = {view: min(self.least_known[side, view] for side in SIDES) for view in VIEWS}
        return ", ".join(f"{view} runs known {found[view]} (least {least[view]})" for view in VIEWS)


def look(text: str, language: str) -> Look:
    """Both views of a text."""
    shown = raw(text, language)
    return Look(hashed.characters(shown), hashed.words(normalised(text, language)), len(shown))


def fit(samples: Sequence[Sample], plan: Plan) -> Detector:
    """Fit a detector.

    Args:
        samples: texts of known origin, both labels in the rest of every fold (`folds.teachable`).

    Raises:
        ToolMissing: scikit-learn is not installed.
    """
    folds = np.array([sample.fold for sample in samples])
    labels = np.array([sample.label for sample in samples])
    models: dict[str, list[Model]] = {}
    for view in VIEWS:
        seen = [getattr(sample.look, view) for sample in samples]
        models[view] = [_model([seen[place] for place in np.flatnonzero(folds != number)], labels[folds != number], plan)
                        for number in range(plan.folds)]
    bare = Detector(models, {}, {})
    found = [bare.score(sample.look, sample.fold) for sample in samples]
    scores = {name: np.array([getattr(each, name) for each in found], np.float64) for name in SCORES}
    known = {view: np.array([getattr(each, f"known_{view}") for each in found], np.float64) for view in VIEWS}
    said = {"human": int(np.sum(labels == KNOWN_HUMAN)), "synthetic": int(np.sum(labels == KNOWN_SYNTHETIC)),
            "auroc": {name: round(auroc(scores[name], labels), 4) for name in SCORES}}
    return Detector(models, {(side, name): np.sort(scores[name][labels == label])
                             for side, label in SIDES.items() for name in SCORES},
                    {(side, view): float(np.quantile(known[view][labels == label], plan.domain, method="lower"))
                     for side, label in SIDES.items() for view in VIEWS}, said)


def auroc(scores: Numbers, labels: npt.NDArray[np.int_]) -> float:
    """Chance that a known synthetic text scores above a known human one, ties half; 0.5 says nothing."""
    human, made = np.sort(scores[labels == KNOWN_HUMAN]), scores[labels == KNOWN_SYNTHETIC]
    below = np.searchsorted(human, made, "left") + np.searchsorted(human, made, "right")
    return float(np.mean(below)) / (2 * len(human)) if len(human) and len(made) else 0.5


def libraries() -> dict[str, str]:
    """Names and versions of what decides the weights, for the recipe.

    Raises:
        ToolMissing: scikit-learn is not installed.
    """
    return {"sklearn": str(_sklearn().__version__), "numpy": np.__version__, "features": hashed.VERSION, "detector": VERSION}


def _sklearn() -> Any:
    try:
        import sklearn
        import sklearn.linear_model
    except ImportError as error:
        raise ToolMissing("scikit-learn", "is not installed; no detector of origin can be fitted",
                          "pip install 'corpus-provenance[quality]'") from error
    return sklearn


def _model(seen: Sequence[Features], labels: npt.NDArray[np.int_], plan: Plan) -> Model:
    sklearn = _sklearn()
    from scipy.sparse import csr_matrix  # scikit-learn stands on both

    # Of buckets that no text is in the weight is 0: they only slow the solver down.
    used, column = np.unique(np.concatenate([each.buckets for each in seen]), return_inverse=True)
    ends = np.cumsum([0, *(len(each.buckets) for each in seen)])
    matrix = csr_matrix((np.concatenate([each.values for each in seen]), column.astype(np.int32), ends.astype(np.int32)),
                        shape=(len(seen), len(used)))
    # liblinear's trust-region Newton draws nothing; on one thread it adds in the same order on every run, and sooner than
    # several threads do that wait for each other at every short sum.
    regression = sklearn.linear_model.LogisticRegression(C=plan.strength, solver="liblinear", class_weight="balanced",
                                                         max_iter=1_000, random_state=plan.seed)
    with import_module("threadpoolctl").threadpool_limits(1):
        regression.fit(matrix, labels)
    weights = np.zeros(BUCKETS, np.float64)
    # Seven digits are more than the solver's tolerance gives, and a third of the bytes.
    weights[used] = np.round(regression.coef_[0], 7)
    known = hashed.nothing_known()
    hashed.learn(known, seen)
    return Model(round(float(regression.intercept_[0]), 7), weights, known)
