"""A copy of a copy on real code: five generations, every measure of each, and where the limits refuse.

    python -m benchmarks.measure_collapse CORPUS [--budget N] [--generations N] [--nulls N] [--regime NAME ...]

CORPUS holds one folder a repository (COBOL programs). Regimes: `replace-0.7` and `replace-1.0` learn a token 4-gram model of
the previous generation alone and write the next one at that temperature; `accumulate-0.7` learns of people's programs and
of every generation before; `transforms` rewrites each program of the previous generation by one of the project's own
transforms that need no compiler. The generator is a toy: it shows how the measures behave, not what a language model does.
`--nulls N` compares N pairs of disjoint random halves of people's programs instead: what the limits must let through.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from provenance.languages.cobol_copy import looks_free
from provenance.steps.augment import ALL, Change, Program
from provenance.steps.collapse import FALLING, Limits, compare
from provenance.steps.novelty.portrait import NAMES, Reference
from provenance.steps.novelty.sample import Sample, cut, draw_key, read

_TOKEN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*|[^\sA-Za-z0-9_]")
_END = ""
SHOWN = (*FALLING, "heldout_bits", "own_bits", "distinct_1", "entropy_1", "identifiers", "exact_duplicates")


def programs(root: Path) -> dict[str, str]:
    """Every COBOL program of a corpora folder by its path."""
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() in (".cbl", ".cob") and path.is_file())
    return {str(path.relative_to(root)): path.read_bytes().decode("utf-8", "replace") for path in files}


def sample(texts: Sequence[str], budget: int, seed: int) -> Sample:
    """Texts at a budget, in a seeded order."""
    pieces = read(texts, "cobol", [draw_key(seed, place, text[:200]) for place, text in enumerate(texts)])
    return cut(sorted((piece for piece in pieces if len(piece.tokens)), key=lambda piece: (piece.key, piece.whole)), budget)


class Generator:
    """Maximum-likelihood 4-grams of words, written out at a temperature."""

    def __init__(self, texts: Sequence[str], temperature: float) -> None:
        counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self.lengths = []
        for text in texts:
            words = [_END] * 3 + _TOKEN.findall(text) + [_END]
            self.lengths.append(len(words))
            for at in range(3, len(words)):
                counts[tuple(words[at - 3:at])][words[at]] += 1
        self.choices = {history: (list(found), np.cumsum([count ** (1 / temperature) for count in found.values()]).tolist())
                        for history, found in counts.items()}

    def write(self, draw: random.Random) -> str:
        """One program, as long as one that was learned."""
        history = (_END, _END, _END)
        words: list[str] = []
        for _ in range(draw.choice(self.lengths)):
            names, weights = self.choices[history]
            word = draw.choices(names, cum_weights=weights)[0]
            if word == _END:
                break
            words.append(word)
            history = (*history[1:], word)
        lines, line = [], ""
        for word in words:
            if len(line) + len(word) > 60:
                lines.append(line)
                line = ""
            line += f" {word}"
        return "".join(f"       {line.strip()}\n" for line in [*lines, line])


def written(texts: Sequence[str], temperature: float, tokens: int, seed: int) -> list[str]:
    """Programs by a generator that learned these, until they have so many tokens."""
    generator, draw, made, size = Generator(texts, temperature), random.Random(seed), [], 0
    while size < tokens:
        made.append(generator.write(draw))
        size += len(_TOKEN.findall(made[-1]))
    return made


def rewritten(texts: Sequence[str], seed: int) -> list[str]:
    """Each text by one of the transforms that need no compiler; those that none could change stay out."""
    able = [transform for transform in ALL if transform.language == "cobol" and not transform.needs]
    made = []
    for place, text in enumerate(texts):
        draw = random.Random(f"{seed}:{place}")
        for transform in draw.sample(able, len(able)):
            change = transform.apply(Program("P.cbl", text, looks_free(text)), draw.randrange(1 << 30))
            if isinstance(change, Change):
                made.append(change.text)
                break
        else:
            made.append(text)
    return made


def plain(texts: Sequence[str]) -> list[str]:
    """Texts as they are learned: without columns that say nothing and rules of one mark, in which a generator would stay."""
    return [piece.text for piece in read(texts, "cobol", [0] * len(texts))]


def regimes(budget: int) -> dict[str, Callable[[list[str], list[list[str]], int], list[str]]]:
    """Name -> (people's programs, generations so far, seed) -> next generation."""
    more = int(budget * 1.05)
    return {
        "replace-0.7": lambda human, past, seed: written(past[-1] if past else human, 0.7, more, seed),
        "replace-1.0": lambda human, past, seed: written(past[-1] if past else human, 1.0, more, seed),
        "accumulate-0.7": lambda human, past, seed: written([*human, *(text for made in past for text in made)], 0.7, more, seed),
        "transforms": lambda human, past, seed: rewritten(past[-1] if past else human, seed),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--budget", type=int, default=200_000)
    parser.add_argument("--generations", type=int, default=5)
    parser.add_argument("--nulls", type=int, default=0)
    parser.add_argument("--regime", action="append", default=[])
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    texts = programs(arguments.corpus)
    held = [text for name, text in texts.items() if draw_key(arguments.seed, "held", name) % 100 < 20]
    human = [text for name, text in texts.items() if draw_key(arguments.seed, "held", name) % 100 >= 20]
    heldout = sample(held, 1 << 60, 1)
    print(f"{len(human)} programs to learn, {len(held)} held out ({heldout.size} tokens)")
    if arguments.nulls:
        nulls(human, heldout, arguments.budget, arguments.nulls)
        return
    began = time.monotonic()
    reference = Reference.of(sample(human, arguments.budget, 1), heldout)
    base = reference.portrait_of_human
    print(f"reference: {reference.human.size} tokens of {len(reference.human)} programs, {time.monotonic() - began:.1f} s")
    print("| regime | generation | " + " | ".join(SHOWN) + " | said |\n|---|---|" + "---|" * (len(SHOWN) + 1))
    _row("human", 0, {name: base[name] for name in NAMES if name in base}, "")
    known = regimes(reference.human.size)
    for name in arguments.regime or known:
        past: list[list[str]] = []
        for generation in range(1, arguments.generations + 1):
            past.append(known[name](human if name == "transforms" else plain(human), past, generation))
            made = sample(past[-1], reference.human.size, 2)
            # A sample that is smaller than the reference is compared at its own size.
            fair = reference if made.size == reference.human.size else Reference.of(sample(human, made.size, 1), heldout)
            found = fair.portrait(made)
            said = compare(found, fair.portrait_of_human, Limits())
            _row(name, generation, found, said.mode or ("warn" if said.signs else "pass"))


def _row(regime: str, generation: int, found: dict, said: str) -> None:
    cells = [f"{found[name].value:.4g}" if name in found else "" for name in SHOWN]
    print(f"| {regime} | {generation} | " + " | ".join(cells) + f" | {said} |", flush=True)


def nulls(human: Sequence[str], heldout: Sample, budget: int, pairs: int) -> None:
    """The spread of every share between two disjoint random halves of people's programs."""
    found: dict[str, list[float]] = defaultdict(list)
    said: Counter[str] = Counter()
    sizes = []
    for pair in range(pairs):
        sides: tuple[list[str], list[str]] = ([], [])
        for place, text in enumerate(human):
            sides[draw_key(pair, "side", place) % 2].append(text)
        one, two = (sample(side, budget, pair) for side in sides)
        size = min(one.size, two.size)
        one, two = (sample(side, size, pair) for side in sides)
        sizes.append(size)
        reference = Reference.of(one, heldout, seed=pair)
        other = reference.portrait(two)
        verdict = compare(other, reference.portrait_of_human, Limits())
        said[verdict.mode or ("warn" if verdict.signs else "pass")] += 1
        for name in NAMES:
            found[name].append(other[name].over(reference.portrait_of_human[name]).value)
    print(f"{pairs} pairs of {min(sizes)}..{max(sizes)} tokens: {dict(said)}")
    print("| measure | 1 % | 5 % | median | 95 % | 99 % |\n|---|---|---|---|---|---|")
    for name, values in found.items():
        print(f"| {name} | " + " | ".join(f"{np.quantile(values, part):.3f}" for part in (0.01, 0.05, 0.5, 0.95, 0.99)) + " |")


if __name__ == "__main__":
    main()
