"""Children with their true parent and with a wrong one: how well likeness tells them apart, and what the rule says of each.

    python -m benchmarks.measure_parents CORPORA [--pairs PAIRS.jsonl ...]

CORPORA holds one folder a language and in it one a repository. Children are made by every transform that ships (those of
COBOL that need a compiler's listing need GnuCOBOL), and by the recorded answers of ``samples/replay.jsonl``. A file of
pairs has one object a line, ``name``, ``parent`` and ``child``, all in Java: real rewrites by a model, where you have some.
A wrong parent is drawn from the other roots at random; a *sibling* is the root most like the true parent. What the rule
says is asked as the judge asks it, with all roots of the language as the corpus, or with 14 of them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure_transforms import COPYBOOKS, PROGRAMS
from provenance.cli.output import show
from provenance.languages import by_extension, kind_of
from provenance.languages.cobol_copy import referenced_members
from provenance.languages.toolchain import SourceText
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome
from provenance.pipeline.judges.parents import Settings
from provenance.sources.gnucobol import find_gnucobol
from provenance.sources.sandbox import Missing, find_sandbox
from provenance.steps.augment import ALL, Change, Program
from provenance.steps.augment.cobol_listing import parse_listing
from provenance.steps.parenthood import (
    Chance,
    Fingerprints,
    Likeness,
    Rival,
    Sample,
    chance,
    grams_of,
    judged,
    likeness,
)

LANGUAGES = ("cobol", "java", "rexx", "plsql", "abap", "mumps", "apex")
SAMPLES = Path(__file__).parents[1] / "samples"


@dataclass(frozen=True, slots=True)
class Found:
    """A program as it lies in a corpus, and for COBOL the copybooks beside it."""

    path: str
    language: str
    text: str
    library: dict[str, str]


@dataclass(frozen=True, slots=True)
class Child:
    """A text and the number of its parent; how it was made."""

    parent: int
    maker: str
    text: str


def programs_of(corpora: Path, language: str, repository: str = "*") -> list[Found]:
    """The programs of a language: of COBOL by ending, of others by kind."""
    found = []
    for folder in sorted((corpora / language).glob(repository)):
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        library = {str(path.relative_to(folder)): _text(path) for path in files if path.suffix.lower() in COPYBOOKS}
        for path in files:
            known = by_extension(str(path))
            program = path.suffix.lower() in PROGRAMS if language == "cobol" else kind_of(str(path)) in ("program", "body")
            if program and known and known.name == language:
                found.append(Found(str(path), language, _text(path), library if language == "cobol" else {}))
    return found


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def children_of(found: Found) -> list[tuple[str, str]]:
    """Every transform that applies: its name and the new text. Nothing of COBOL that the compiler refuses."""
    name = Path(found.path).name
    program = Program(name, found.text, True) if found.language != "cobol" else _compiled(found, name)
    if program is None:
        return []
    made = ((each.name, each.apply(program, 7)) for each in ALL if each.language == found.language)
    return [(maker, change.text) for maker, change in made if isinstance(change, Change)]


@cache
def _compiler() -> Any:
    found = find_gnucobol(find_sandbox())
    if isinstance(found, Missing):
        print(f"transforms of COBOL that need a listing are left out: {found}", file=sys.stderr)
        return None
    return found


def _compiled(found: Found, name: str) -> Program | None:
    compiler, source, copied = _compiler(), SourceText(name, found.text), referenced_members(found.text, found.library)
    if compiler is None:
        return Program(name, found.text, False, None, None, copied)
    answer = compiler.check(source, found.library)
    if answer.outcome is not Outcome.PASS:
        return None
    listing = compiler.listing(source, found.library, answer.dialect)
    return Program(name, found.text, answer.dialect.endswith("free"), parse_listing(listing) if listing else None,
                   compiler.expand(source, found.library, answer.dialect), copied)


class Bench:
    """Roots of one language, children of them, and what the judge would know of the roots."""

    def __init__(self, language: str, roots: Sequence[str], children: Sequence[Child]) -> None:
        self.children = children
        self.roots = grams_of(roots, language)
        self.grams = grams_of([child.text for child in children], language)

    def among(self, chosen: Sequence[int]) -> tuple[Chance, Fingerprints]:
        """Threshold and fingerprints where only some roots are in the corpus."""
        options, sample, prints = Settings(), Sample(Settings().roots, Settings().seed), Fingerprints()
        for at in chosen:
            sample.offer(RecordId(1, at), self.roots[at])
            prints.add(RecordId(1, at), self.roots[at].raw)
        return chance(sample.chosen(), options.seed, options.pairs, options.quantile, options.related, options.least_pairs,
                      options.ranked_pairs, options.few), prints

    def said(self, number: int, parent: int, known: tuple[Chance, Fingerprints]) -> str:
        """The outcome of one child with some parent, and the code of its reason."""
        options, grams = Settings(), self.grams[number]
        by_chance, prints = known
        rivals = [Rival(record, likeness(grams, self.roots[record.row]).score)
                  for record in prints.near(grams.raw, RecordId(1, parent), options.rivals)]
        if grams.tokens < options.least_tokens:
            return "too-short"
        verdict = judged(RecordId(2, number), RecordId(1, parent), likeness(grams, self.roots[parent]), by_chance, rivals,
                         options.margin)
        return f"{verdict.outcome} {verdict.reason.split(':')[0]}".strip()


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Probability that a true parent scores above a wrong one; ties count half."""
    ordered = np.sort(np.array(wrong))
    values = np.array(right)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return float((below + upto).mean() / 2 / len(ordered))


def measured(title: str, bench: Bench, draw: random.Random) -> dict[str, object]:
    """One row of the table of likeness, and the outcomes printed."""
    count = len(bench.roots)
    wrong = [(child.parent + draw.randrange(1, count)) % count for child in bench.children]
    alike = [[likeness(grams, bench.roots[at]) for grams, at in zip(bench.grams, chosen, strict=True)]
             for chosen in ([child.parent for child in bench.children], wrong)]
    known = bench.among(range(count))
    outcomes = {"true": Counter(bench.said(at, child.parent, known) for at, child in enumerate(bench.children)),
                "wrong": Counter(bench.said(at, wrong[at], known) for at in range(len(wrong)))}
    nearest = _siblings(bench, draw)
    outcomes["sibling"] = Counter(bench.said(at, nearest[bench.children[at].parent], known) for at in range(len(bench.children)))
    for whose, counter in outcomes.items():
        print(f"{title:14} {whose:8} " + ", ".join(f"{said} {number / len(wrong):.2%}" for said, number in counter.most_common()))
    scores = {name: auroc(*([_score(like, name) for like in side] for side in alike))
              for name in ("raw", "contained", "contains", "masked", "masked_contained", "score")}
    return {"corpus": title, "roots": count, "children": len(bench.children),
            **{key: f"{value:.4f}" for key, value in scores.items()}, "threshold": f"{known[0].threshold:.3f}",
            "true median": f"{np.median([each.score for each in alike[0]]):.3f}",
            "refused": f"{_share(outcomes['true'], 'fail'):.2%}", "wrong passed": f"{_share(outcomes['wrong'], 'pass'):.2%}",
            "sibling passed": f"{_share(outcomes['sibling'], 'pass'):.2%}"}


def _score(like: Likeness, name: str) -> float:
    return float(getattr(like, name))


def _share(counter: Counter[str], outcome: str) -> float:
    return sum(number for said, number in counter.items() if said.startswith(outcome)) / sum(counter.values())


def _siblings(bench: Bench, draw: random.Random) -> list[int]:
    """For each root the other that is most like it, among at most 300."""
    count = len(bench.roots)
    others = sorted(draw.sample(range(count), min(count, 300)))
    return [max((at for at in others if at != own), key=lambda at: likeness(bench.roots[own], bench.roots[at]).score)
            for own in range(count)]


def small(bench: Bench, size: int, draw: random.Random, times: int = 200) -> dict[str, object]:
    """Corpora of a few roots: a true parent, a wrong one, and a wrong one where the true one is not in the corpus."""
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    of_root: dict[int, list[int]] = defaultdict(list)
    for at, child in enumerate(bench.children):
        of_root[child.parent].append(at)
    for _ in range(times):
        chosen = sorted(draw.sample(sorted(of_root), size))
        known = bench.among(chosen)
        for root in chosen:
            at, other = draw.choice(of_root[root]), draw.choice([each for each in chosen if each != root])
            outcomes["true"][bench.said(at, root, known)] += 1
            outcomes["wrong"][bench.said(at, other, known)] += 1
        without = bench.among(chosen[1:])
        outcomes["foreign"][bench.said(draw.choice(of_root[chosen[0]]), draw.choice(chosen[1:]), without)] += 1
    row: dict[str, object] = {"roots": size, "pairs": size * (size - 1) // 2}
    for whose in ("true", "wrong", "foreign"):
        for outcome in ("pass", "abstain", "fail", "warn"):
            row[f"{whose} {outcome}"] = f"{_share(outcomes[whose], outcome):.2%}"
    return row


def recorded() -> Iterator[tuple[str, str]]:
    """The recorded answers of the demonstration and the programs that they are versions of."""
    for line in (SAMPLES / "replay.jsonl").read_text("utf-8").splitlines():
        text = str(json.loads(line).get("text", ""))
        if "PROGRAM-ID." in text:
            yield text.split("PROGRAM-ID.")[1].split(".", maxsplit=1)[0].strip(), text


def main() -> int:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--pairs", type=Path, nargs="*", default=[])
    said = parser.parse_args()
    draw, rows, benches, began = random.Random(7), [], {}, time.monotonic()
    for language in LANGUAGES:
        programs = programs_of(said.corpora, language)
        with ThreadPoolExecutor(max_workers=2) as pool:
            made = list(pool.map(children_of, programs))
        # Of COBOL a root is what compiles, as everywhere in the pipeline.
        roots = [at for at, children in enumerate(made) if children or language != "cobol"]
        children = [Child(place, maker, text) for place, at in enumerate(roots) for maker, text in made[at]]
        if children:
            benches[language] = Bench(language, [programs[at].text for at in roots], children)
            rows.append(measured(language, benches[language], draw))
    for file in said.pairs:
        pairs = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        benches[file.stem] = Bench("java", [pair["parent"] for pair in pairs],
                                   [Child(at, "model", pair["child"]) for at, pair in enumerate(pairs)])
        rows.append(measured(f"model:{file.stem}", benches[file.stem], draw))
    names = {path.stem: path.read_text("utf-8") for path in sorted((SAMPLES / "cobol").glob("*.cbl"))}
    order = list(names)
    replayed = [Child(order.index(name), "replay", text) for name, text in recorded()]
    replayed += [Child(at, maker, text) for at, name in enumerate(order)
                 for maker, text in children_of(Found(f"{name}.cbl", "cobol", names[name], {}))]
    rows.append(measured("samples", Bench("cobol", list(names.values()), replayed), draw))
    show(rows)
    for name, bench in benches.items():
        if name in ("cobol", *(file.stem for file in said.pairs)):
            print(f"\nsmall corpora: {name}")
            show([small(bench, size, draw) for size in (3, 5, 8, 14)])
    print(f"{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
