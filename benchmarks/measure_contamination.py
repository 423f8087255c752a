"""Leaks of benchmarks planted into human programs: how many are caught, by kind, and how many human files are accused.

    python -m benchmarks.measure_contamination CORPORA [--human-eval HumanEval.jsonl.gz]

CORPORA holds one folder a language and in it one a repository. Three benchmarks, as far as they are there: COBOLEval
(items without a COBOL solution, so prompts and tests leak), Exercism's COBOL track (human solutions in COBOL, leaked
through this project's own transforms) and HumanEval (Python; leaks by the standard library's ``ast``, human files are the
standard library itself). A leak is planted in the middle of a human program of another repository, except where it is a
whole program. Every accused human file is printed, with what it is accused of.
"""

from __future__ import annotations

import argparse
import ast
import keyword
import random
import re
import sys
import sysconfig
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.measure_parents import children_of, programs_of
from provenance.cli.output import show
from provenance.languages import all_languages, by_extension
from provenance.languages.language import Language, Tier
from provenance.sources.benchmarks import open_benchmark
from provenance.steps.contamination import Found, Index, Item, Rules

#: Kind of leak -> from an item, the leaked text; empty where the item has nothing of the kind.
Leak = Callable[[Item], str]
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class Sieve:
    """An index and, as the judge has it, what of it is everybody's by a corpus of human texts."""

    def __init__(self, items: Sequence[Item], human: dict[str, str], language: str) -> None:
        began = time.process_time()
        self.index, self.language, self.human = Index(items, Rules()), language, human
        self.looks = dict(zip(human, self.index.look(list(human.values()), language), strict=True))
        passed = np.zeros(self.index.runs, np.int64)
        for look in self.looks.values():
            passed[self.index.in_passing(look.runs)] += 1
        self.everybodys = passed > self.index.rules.common
        self.seconds = time.process_time() - began

    def found(self, text: str) -> Found | None:
        return self.index.decide(self.index.look([text], self.language)[0], self.everybodys)

    def accused(self) -> Iterator[tuple[str, Found]]:
        for name, look in self.looks.items():
            if found := self.index.decide(look, self.everybodys):
                yield name, found


def report(title: str, sieve: Sieve, items: Sequence[Item], leaks: dict[str, Leak], hosts: Sequence[str]) -> None:
    """One table of what is caught, and the list of who is accused."""
    draw, rows = random.Random(7), []
    for kind, leak in leaks.items():
        texts = [text for item in items if (text := leak(item)).strip()]
        planted = [text if kind.startswith("whole") else _planted(text, draw.choice(hosts), draw) for text in texts]
        found = [sieve.found(free(text) if "free" in kind else text) for text in planted]
        said = [one for one in found if one is not None]
        rows.append({"leak": kind, "planted": len(found), "contaminated": sum(one.contaminated for one in said),
                     "suspect": sum(not one.contaminated for one in said), "tier 1": sum(one.tier == "1" for one in said),
                     "tier 2": sum(one.tier == "2" for one in said), "missed": len(found) - len(said)})
    print(f"\n== {title}: {len(items)} items, {sieve.index.runs} runs, {int(sieve.everybodys.sum())} of them everybody's",
          flush=True)
    show(rows)
    size = sum(map(len, sieve.human.values())) / 1e6
    accused = list(sieve.accused())
    print(f"human files: {len(sieve.human)} ({size:.1f} MB, {size / sieve.seconds:.1f} MB/s of CPU), contaminated "
          f"{sum(found.contaminated for _, found in accused)}, suspect {sum(not found.contaminated for _, found in accused)}")
    for name, found in accused[:40]:
        print(f"  {name}: {found.code} {found.item.id} tier {found.tier} share {found.share:.3f}")


def _planted(leak: str, host: str, draw: random.Random) -> str:
    lines = host.splitlines()
    at = draw.randrange(len(lines) + 1)
    return "\n".join([*lines[:at], *leak.splitlines(), *lines[at:]]) + "\n"


def part(kind: str) -> Leak:
    """The longest text of a kind."""
    return lambda item: max((each.text for each in item.parts if each.kind == kind), key=len, default="")


def free(text: str) -> str:
    """COBOL in free format, with comments filled to other lines."""
    out: list[str] = []
    words: list[str] = []
    for line in text.splitlines():
        if line[6:7] == "*":
            words += line[7:].split()
            continue
        out += [f"*> {each}" for each in textwrap.wrap(" ".join(words), 60)] + [line.strip()]
        words = []
    return ">>SOURCE FORMAT IS FREE\n" + "\n".join(out + [f"*> {each}" for each in textwrap.wrap(" ".join(words), 60)])


def renamed(text: str, comments: bool = True) -> str:
    """COBOL with every name another, in its code; without its comments where they are not wanted."""
    reserved = all_languages()["cobol"].reserved
    names: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        word = found[0].upper()
        return found[0] if word in reserved else names.setdefault(word, f"ZQ-{len(names)}")

    lines = [line if line[6:7] == "*" else _WORD.sub(other, line) for line in text.splitlines()
             if comments or line[6:7] != "*"]
    return "\n".join(lines)


def half(leak: Leak) -> Leak:
    """The first half of its lines."""
    def first(item: Item) -> str:
        lines = leak(item).splitlines()
        return "\n".join(lines[:(len(lines) + 1) // 2])

    return first


def cobol_eval(corpora: Path, human: dict[str, str]) -> None:
    """COBOLEval: prompts and tests in COBOL."""
    items = open_benchmark(str(next(corpora.glob("cobol/*COBOLEval*/data/*.jsonl")))).items
    prompt, tests, solution = part("prompt"), part("tests"), part("solution")
    report("COBOLEval", Sieve(items, human, "cobol"), items, {
        "prompt": prompt, "prompt, half": half(prompt), "prompt, free format": prompt,
        "prompt, renamed": lambda item: renamed(prompt(item)),
        "prompt, renamed, free": lambda item: renamed(prompt(item)),
        "prompt, renamed, no comments": lambda item: renamed(prompt(item), False),
        "tests": tests, "tests, half": half(tests), "tests, free format": tests,
        "tests, renamed": lambda item: renamed(tests(item)), "solution (Python)": solution,
    }, list(human.values()))


def exercism(corpora: Path, human: dict[str, str]) -> None:
    """Exercism's COBOL track: human solutions, leaked through transforms."""
    folder = corpora / "cobol" / "exercism__cobol"
    items = open_benchmark(str(folder)).items
    solutions = [item for item in items if "/.meta/" in item.id]
    others = {name: text for name, text in human.items() if "exercism" not in name}
    made: dict[str, dict[str, str]] = {}
    for program in programs_of(corpora, "cobol", "exercism__cobol"):
        for name, text in children_of(program):
            made.setdefault(name, {})[str(Path(program.path).relative_to(folder))] = text
    leaks: dict[str, Leak] = {"whole": part("solution"), "in a program": part("solution"),
                              "half, in a program": half(part("solution")),
                              "whole, every name renamed, no comments": lambda item: renamed(part("solution")(item), False)}
    for name, texts in sorted(made.items()):
        leaks[f"whole, {name}"] = lambda item, texts=texts: texts.get(item.id, "")  # type: ignore[misc]
    both = {path: renamed(text, False) for path, text in made.get("rename-data-names", {}).items()}
    leaks["whole, rename-data-names, every name again"] = lambda item: both.get(item.id, "")
    report("Exercism COBOL", Sieve(items, others, "cobol"), solutions, leaks, list(others.values()))


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self.names = {name: f"v{at}" for at, name in enumerate(sorted(names))}

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return node


def human_eval(file: Path) -> None:
    """HumanEval in Python, against the standard library."""
    # Masking needs reserved words, and Python is no language of this project: for this measurement only, it is one.
    all_languages()["python"] = Language("python", Tier.TEXT, {}, reserved=frozenset(map(str.upper, keyword.kwlist)))
    items = open_benchmark(str(file)).items
    library = Path(sysconfig.get_paths()["stdlib"])
    human = {str(path.relative_to(library)): text for path in sorted(library.rglob("*.py"))[::4]
             if "site-packages" not in path.parts and (text := path.read_bytes().decode("utf-8", "replace")).strip()}

    def whole(item: Item) -> str:
        return part("prompt")(item) + part("solution")(item)

    def rewritten(item: Item, rename: bool) -> str:
        tree = ast.parse(whole(item))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and isinstance(node.body[0], ast.Expr) and rename:
                node.body = node.body[1:] or [ast.Pass()]
        if rename:
            stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            tree = _Renamer(stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}).visit(tree)
        return ast.unparse(tree)

    report("HumanEval", Sieve(items, human, "python"), items, {
        "prompt and solution": whole, "solution": part("solution"), "solution, half": half(part("solution")),
        "reformatted": lambda item: rewritten(item, False),
        "whole, renamed, reformatted, no docstring": lambda item: rewritten(item, True), "tests": part("tests"),
    }, list(human.values()))


def main() -> int:
    """Measure what is there, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--human-eval", type=Path)
    said = parser.parse_args()
    human = {str(path.relative_to(said.corpora)): path.read_bytes().decode("utf-8", "replace")
             for path in sorted((said.corpora / "cobol").rglob("*"))
             if path.is_file() and "COBOLEval" not in str(path) and (known := by_extension(str(path))) and known.name == "cobol"}
    cobol_eval(said.corpora, human)
    exercism(said.corpora, human)
    if said.human_eval:
        human_eval(said.human_eval)
    return 0


if __name__ == "__main__":
    sys.exit(main())
