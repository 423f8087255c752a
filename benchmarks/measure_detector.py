"""What the detector of `provenance.steps.detect` finds, and how often it is wrong: the tables of docs/detector.md.

    python -m benchmarks.measure_detector --labelled semeval2026_task13a_trial.parquet [--corpora FOLDER] [--most 3000]

The labelled set is that of SemEval-2026 Task 13 A (columns code, generator, language); a text is human where ``generator``
says so, and the column ``label`` is not read. The folder has a ``manifest.jsonl`` with local_path, language, role and
first_commit_date. Nothing is fitted on the folder: it is what a fitted detector must not be believed on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from provenance.cli.output import show
from provenance.steps import detect
from provenance.steps.detect.conformal import p_value
from provenance.steps.detect.detector import auroc

LANGUAGES = {"Python": "python", "C++": "cpp", "Java": "java"}
ALPHAS = (0.01, 0.05)
FAMILIES = ("meta-llama", "Qwen", "microsoft", "codellama")
#: Before the technical preview of GitHub Copilot.
CUT_OFF = "2021-06-29"


class Texts:
    """Texts of one language with their looks, computed once."""

    def __init__(self, rows: Sequence[tuple[str, str]], language: str) -> None:
        self.language = language
        self.makers = np.array([maker for _, maker in rows])
        self.labels = np.array([int(maker.lower() != "human") for _, maker in rows], np.int8)
        self.looks = [detect.look(text, language) for text, _ in rows]
        self.long = np.array([look.length >= 200 for look in self.looks])

    def fit(self, places: np.ndarray, labels: np.ndarray | None = None, seed: int = 1) -> detect.Detector:
        """Fitted on some of them; folds by chance, as nothing here has an author."""
        labels = self.labels if labels is None else labels
        folds = np.random.default_rng(seed).permutation(len(places)) % 5
        return detect.fit([detect.Sample(self.looks[place], int(labels[place]), int(fold))
                           for place, fold in zip(places, folds, strict=True)], detect.Plan(seed=seed))


def said(detector: detect.Detector, looks: Sequence[detect.Look]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(score, p against known human, outside the domain) of texts that taught nothing; models in turn."""
    scored = [detector.score(look, number % 5) for number, look in enumerate(looks)]
    scores = np.array([each.both for each in scored])
    known = detector.scores["human", "both"]
    return (scores, np.array([p_value(known, score) for score in scores]),
            np.array([bool(detector.outside(each)) for each in scored]))


def row_of(detector: detect.Detector, looks: Sequence[detect.Look], labels: np.ndarray) -> dict[str, object]:
    """Counts over texts that are all declared human: forced, and as the judge speaks (abstaining)."""
    scores, p, outside = said(detector, looks)
    human, made = labels == 0, labels == 1
    row: dict[str, object] = {"human": int(human.sum()), "synthetic": int(made.sum())}
    if human.any() and made.any():
        row["auroc"] = round(auroc(scores, labels), 3)
    row["outside human"] = share(outside[human])
    row["outside synthetic"] = share(outside[made])
    for alpha in ALPHAS:
        row[f"forced false alarms {alpha}"] = share(p[human] <= alpha)
        row[f"forced found {alpha}"] = share(p[made] <= alpha)
        row[f"false alarms {alpha}"] = share((p[human] <= alpha) & ~outside[human])
        row[f"found {alpha}"] = share((p[made] <= alpha) & ~outside[made])
    return row


def reversed_of(detector: detect.Detector, looks: Sequence[detect.Look], labels: np.ndarray) -> dict[str, object]:
    """The same texts, all declared synthetic."""
    known = detector.scores["synthetic", "both"]
    p = np.array([p_value(known, detector.score(look, number % 5).both, high=False) for number, look in enumerate(looks)])
    return {"reversed false alarms 0.01": share(p[labels == 1] <= 0.01), "reversed found 0.01": share(p[labels == 0] <= 0.01)}


def share(found: np.ndarray) -> object:
    return round(float(found.mean()), 3) if len(found) else "-"


def in_domain(sets: dict[str, Texts]) -> None:
    print("\n== in domain: a fifth held out and asked as declared human; mean of 3 draws")
    rows = []
    for name, texts in sets.items():
        draws = []
        for seed in range(3):
            places = np.random.default_rng(seed).permutation(np.flatnonzero(texts.long))
            cut = len(places) // 5
            detector = texts.fit(places[cut:], seed=seed)
            draws.append({"train": len(places) - cut, **row_of(detector, [texts.looks[p] for p in places[:cut]],
                                                               texts.labels[places[:cut]]),
                          **reversed_of(detector, [texts.looks[p] for p in places[:cut]], texts.labels[places[:cut]]),
                          "auroc raw": detector.said["auroc"]["raw"], "auroc normalised": detector.said["auroc"]["normalised"]})
        rows.append({"language": name, **{key: round(float(np.mean([draw[key] for draw in draws])), 3) for key in draws[0]}})
    show(rows, "csv")


def families(texts: Texts, name: str) -> None:
    print(f"\n== leave one family of generators out ({name}); its texts and a fifth of the human ones asked")
    rows = []
    for family in FAMILIES:
        theirs = np.char.startswith(texts.makers, family)
        human = np.random.default_rng(1).permutation(np.flatnonzero((texts.labels == 0) & texts.long))
        held = human[:len(human) // 5]
        train = np.concatenate([human[len(held):], np.flatnonzero((texts.labels == 1) & ~theirs & texts.long)])
        asked = np.concatenate([held, np.flatnonzero(theirs & texts.long)])
        if np.count_nonzero(theirs) >= 50:
            rows.append({"family": family, **row_of(texts.fit(train), [texts.looks[p] for p in asked], texts.labels[asked])})
    show(rows, "csv")


def across(sets: dict[str, Texts]) -> dict[str, detect.Detector]:
    print("\n== across languages (the product never does this; forced to, and as it would abstain)")
    fitted = {name: texts.fit(np.flatnonzero(texts.long)) for name, texts in sets.items()}
    show([{"fitted on": one, "asked of": other,
           **row_of(fitted[one], [texts.looks[p] for p in np.flatnonzero(texts.long)], texts.labels[texts.long])}
          for one in fitted for other, texts in sets.items() if one != other], "csv")
    return fitted


def foreign(fitted: dict[str, detect.Detector], folder: Path) -> None:
    print("\n== human files of other projects: false alarms of the SemEval detectors, forced and abstaining")
    rows = []
    for language, old_only in (("java", True), ("abap", True), ("cobol", False), ("plsql", True)):
        entries = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
        files = [entry for entry in entries if entry["language"] == language and entry["role"] in ("program", "test")
                 and (not old_only or (entry["first_commit_date"] or "9") < CUT_OFF)]
        looks = [detect.look((folder / entry["local_path"]).read_text(errors="replace"), language) for entry in files]
        looks = [look for look in looks if look.length >= 200]
        for name, detector in fitted.items() if looks else ():
            found = row_of(detector, looks, np.zeros(len(looks), np.int8))
            rows.append({"files of": language, "since": "before 2021-06-29" if old_only else "any date", "fitted on": name,
                         **{key: value for key, value in found.items() if "synthetic" not in key and "found" not in key}})
    show(rows, "csv")


def audit(sets: dict[str, Texts]) -> None:
    print("\n== smuggling: synthetic texts are 5 % of what is declared human; mean of 3 draws")
    rows = []
    for name, texts in sets.items():
        for taught in (True, False):
            found: dict[str, list[float]] = {}
            for seed in range(3):
                draw = np.random.default_rng(seed)
                human = draw.permutation(np.flatnonzero((texts.labels == 0) & texts.long))
                made = draw.permutation(np.flatnonzero((texts.labels == 1) & texts.long))
                smuggled = made[:len(human) // 19]
                for key, value in _audited(texts, human, smuggled, made[len(smuggled):], taught, seed).items():
                    found.setdefault(key, []).append(value)
            rows.append({"language": name, "smuggled as": "known history" if taught else "a claim",
                         **{key: round(float(np.mean(values)), 3) for key, values in found.items()}})
    show(rows, "csv")


def _audited(texts: Texts, human: np.ndarray, smuggled: np.ndarray, made: np.ndarray, taught: bool,
             seed: int) -> dict[str, float]:
    """As known history the smuggled texts teach the detector that they are human; as a claim a half of the human ones is
    asked with them, and neither teaches."""
    labels = texts.labels.copy()
    labels[smuggled] = 0
    if taught:
        places = np.concatenate([human, smuggled, made])
        folds = np.random.default_rng(seed).permutation(len(places)) % 5
        detector = detect.fit([detect.Sample(texts.looks[p], int(labels[p]), int(f)) for p, f in zip(places, folds, strict=True)],
                              detect.Plan(seed=seed))
        asked = len(human) + len(smuggled)
        scores = np.array([detector.score(texts.looks[p], int(f)).both
                           for p, f in zip(places[:asked], folds[:asked], strict=True)])
        p = np.array([p_value(detector.scores["human", "both"], score, member=True) for score in scores])
        hidden = np.arange(asked) >= len(human)
    else:
        half = len(human) // 2
        smuggled = smuggled[:len(smuggled) // 2]
        detector = texts.fit(np.concatenate([human[half:], made]), seed=seed)
        asked_places = np.concatenate([human[:half], smuggled])
        scores, p, _ = said(detector, [texts.looks[place] for place in asked_places])
        hidden = np.arange(len(asked_places)) >= half
    order = np.argsort(-scores, kind="stable")
    row = {"declared human": float(len(hidden)), "smuggled": float(hidden.sum())}
    for part in (0.01, 0.05, 0.10):
        top = hidden[order[:max(1, round(part * len(order)))]]
        row[f"found in top {part:.0%}"] = float(top.sum() / hidden.sum())
        row[f"precision {part:.0%}"] = float(top.mean())
    row["found by verdict 0.01"] = float((p[hidden] <= 0.01).mean())
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", required=True)
    parser.add_argument("--corpora", default="")
    parser.add_argument("--most", type=int, default=3_000)
    arguments = parser.parse_args()
    began = time.process_time()
    table = pq.read_table(arguments.labelled, columns=["code", "generator", "language"]).to_pylist()
    sets = {}
    for name, language in LANGUAGES.items():
        rows = [(row["code"], row["generator"]) for row in table if row["language"] == name]
        order = np.random.default_rng(0).permutation(len(rows))[:arguments.most]
        sets[name] = Texts([rows[place] for place in order.tolist()], language)
        print(f"{name}: {len(rows)} texts, {len(order)} drawn, {int(sets[name].long.sum())} of 200 characters or more")
    print(f"both views of all of them: {time.process_time() - began:.1f} s of processor time")
    in_domain(sets)
    families(sets["Python"], "Python")
    fitted = across(sets)
    if arguments.corpora:
        foreign(fitted, Path(arguments.corpora))
    audit(sets)
    print(f"\n{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
