"""People's files with something bad hidden in them: the first half of the corpus of `benchmarks.measure_planted`.

    hosts = Hosts(corpora, draw)
    spoil_files(hosts, corpora, truth, draw)          # where they lie: leaks, secrets, people, hidden text, poison, licences
    declared = spoil_declared(hosts, truth)           # a repository whose owner declares a licence
    toolbox = copies(hosts, truth, draw)              # a repository of copies

Each file is spoilt once, and its text from before is kept, so that what was there already is not counted as found.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure_parents import Found, children_of
from benchmarks.planted_headers import HEADERS
from benchmarks.planted_lines import TRIGGER, Plant, hidden, people, poisons, secrets
from provenance.languages import by_extension
from provenance.model.identity import BatchId

KINDS = ("benchmark", "verbatim", "renamed", "wrong-parent", "smuggled", "secret", "personal", "hidden", "poison", "licence")
EACH = 20
#: Author, date in seconds, message, files.
Commit = tuple[str, str, str, dict[str, str]]
_PROGRAMS = {".cbl", ".cob", ".cobol"}
_DIVISION = re.compile(r"^[\d ]*PROCEDURE +DIVISION[^.]*\.[^\n]*\n", re.IGNORECASE | re.MULTILINE)
_STORAGE = re.compile(r"^[\d ]*WORKING-STORAGE +SECTION\.[^\n]*\n", re.IGNORECASE | re.MULTILINE)
_HEAD = re.compile(r"^[\d ]*PROGRAM-ID[^\n]*\n", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad record: its kind, what was done to it, and where it is ("repository path", or a record id)."""

    kind: str
    how: str
    where: str
    original: str = ""


@dataclass
class Truth:
    """All that was planted; which batches there are, and of what."""

    bad: list[Bad] = field(default_factory=list)
    #: "repository path" of a spoilt file -> its text from before; id of a spoilt answer -> id of the answer as it was.
    before: dict[str, str] = field(default_factory=dict)
    #: Of what a batch is -> the batches; and those that are judged by themselves, for comparison.
    batches: dict[str, tuple[BatchId, ...]] = field(default_factory=dict)
    apart: dict[str, tuple[BatchId, ...]] = field(default_factory=dict)


def planted(text: str, plant: Plant, draw: random.Random) -> str:
    """A program or job with a plant in it: comments anywhere among lines, data and statements where they may stand."""
    if plant.where == "jcl":
        return text.rstrip("\n") + "\n" + "\n".join(plant.lines) + "\n"
    if plant.where == "comment":
        at = draw.choice([match.end() for match in re.finditer(r"\n", text)][2:-1])
        return text[:at] + _remarks(text, plant.lines) + text[at:]
    match = {"data": _STORAGE, "procedure": _DIVISION, "head": _HEAD}[plant.where].search(text)
    assert match, "a host without the division that a plant needs"
    margin = " " * (11 if plant.where == "procedure" else 7)
    return text[:match.end()] + "".join(f"{margin}{line}\n" for line in plant.lines) + text[match.end():]


def _remarks(text: str, lines: Iterable[str]) -> str:
    mark = "      *" if re.search(r"^.{6} .*DIVISION", text, re.MULTILINE) else "*>"
    return "".join(f"{mark} {line}\n" for line in lines)


def repository(where: Path, commits: Iterable[Commit]) -> str:
    """A git repository of some commits, by one ``git fast-import``."""
    stream = bytearray()
    for author, at, message, files in commits:
        said = message.encode()
        stream += (f"commit refs/heads/main\nauthor {author} {at} +0000\ncommitter {author} {at} +0000\n"
                   f"data {len(said)}\n").encode() + said + b"\n"
        for path, text in files.items():
            data = text.encode()
            stream += f'M 100644 inline "{path}"\ndata {len(data)}\n'.encode() + data + b"\n"
    subprocess.run(["git", "init", "-q", "-b", "main", str(where)], check=True)
    subprocess.run(["git", "-C", str(where), "fast-import", "--quiet"], input=bytes(stream), check=True)
    subprocess.run(["git", "-C", str(where), "reset", "-q", "--hard"], check=True)
    return str(where)


class Hosts:
    """People's files by repository and path; programs are drawn from them to be spoilt, each once."""

    def __init__(self, corpora: Path, draw: random.Random) -> None:
        self.files: dict[str, dict[str, str]] = {}
        for language in ("cobol", "jcl"):
            for path in sorted((corpora / language).rglob("*")):
                repo, *inner = path.relative_to(corpora / language).parts
                known = by_extension(str(path))
                if path.is_file() and known and known.name == language and repo != "BloopAI__COBOLEval":
                    try:
                        self.files.setdefault(repo, {})["/".join(inner)] = path.read_bytes().decode()
                    except UnicodeDecodeError:
                        continue
        seen: set[str] = set()
        programs, jobs = [], []
        for repo, files in sorted(self.files.items()):
            for name, text in sorted(files.items()):
                if Path(name).suffix.lower() in _PROGRAMS and able(text) and text not in seen:
                    programs.append((repo, name))
                elif Path(name).suffix.lower() == ".jcl" and text not in seen:
                    jobs.append((repo, name))
                seen.add(text)
        self.programs, self.jobs = (draw.sample(some, len(some)) for some in (programs, jobs))

    def take(self, fits: Callable[[str, str], bool] = lambda repo, text: True) -> tuple[str, str]:
        """A program that is not yet spoilt; it is taken from those that are left."""
        found = next(each for each in self.programs if fits(each[0], self.text(each)))
        self.programs.remove(found)
        return found

    def remove(self) -> str:
        """The text of a program that nobody will find in the corpus."""
        repo, name = self.take()
        return self.files[repo].pop(name)

    def text(self, key: tuple[str, str]) -> str:
        return self.files[key[0]][key[1]]

    def library(self, repo: str) -> dict[str, str]:
        return {path: text for path, text in self.files[repo].items() if Path(path).suffix.lower() == ".cpy"}


def able(text: str) -> bool:
    """Whether a program has a place for every plant."""
    return bool(text.isascii() and 40 <= text.count("\n") <= 1200 and _STORAGE.search(text) and _DIVISION.search(text)
                and _HEAD.search(text))


def spoil_files(hosts: Hosts, corpora: Path, truth: Truth, draw: random.Random) -> None:
    """Benchmark, secret, personal, hidden, half of poison, and 20 more of a burst: in people's files, where they lie."""
    def spoil(kind: str, how: str, change: Callable[[str], str], fits: Callable[[str, str], bool] = lambda repo, text: True,
              jcl: bool = False) -> None:
        key = hosts.jobs.pop() if jcl else hosts.take(fits)
        truth.before[" ".join(key)] = hosts.text(key)
        hosts.files[key[0]][key[1]] = change(hosts.text(key))
        truth.bad.append(Bad(kind, how, " ".join(key)))

    for number, leak in enumerate(leaks(corpora, draw)):
        spoil("benchmark", leak[0], lambda text, leak=leak, whole=number % 4 == 3: leak[1] if whole else _inside(text, leak[1]))
    plain = poisons()
    for kind, plants in (("secret", secrets()), ("personal", people()), ("hidden", hidden()),
                         ("poison", plain["instruction"] + plain["payload"])):
        for plant in plants:
            spoil(kind, plant.name, lambda text, plant=plant: planted(text, plant, draw), jcl=plant.where == "jcl")
    for number in range(EACH):
        plant = Plant("trigger", "comment", (TRIGGER,))
        spoil("burst", f"trigger-{number}", lambda text, plant=plant: planted(text, plant, draw),
              lambda repo, text: repo == "meyfa__CobolCraft")
    for name, where, header in HEADERS[:15]:
        spoil("licence", name, lambda text, where=where, header=header: _headed(text, where, header), _unclaimed)


def leaks(corpora: Path, draw: random.Random) -> list[tuple[str, str]]:
    """Items of COBOLEval, each in another dress."""
    rows = [json.loads(line) for line in coboleval(corpora).read_text("utf-8").splitlines()]
    items = draw.sample([row for row in rows if len(row["prompt"]) > 600 and row["tests"]], EACH)

    def half(text: str) -> str:
        return "\n".join(text.split("\n")[:text.count("\n") // 2]) + "\n"

    def free(text: str) -> str:
        return "\n".join(re.sub(r"^ {7}", "", re.sub(r"^ {6}\*", "*>", line)).lower() for line in text.split("\n")) + "\n"

    def renamed(text: str) -> str:
        kept = [line for line in text.split("\n") if line[6:7] != "*"]
        return re.sub(r"\b(?:L-|LINKED-|RESULT\b|N[A-Z]\b)[A-Z0-9-]*", lambda hit: f"Q{sum(map(ord, hit[0])) % 97}-X",
                      "\n".join(kept))

    dresses: list[tuple[str, Callable[[str], str], bool]] = [
        ("prompt whole", str, False), ("prompt, first half", half, False), ("prompt, free format, lower case", free, False),
        ("prompt renamed, no comments", renamed, False), ("test whole", str, True), ("test, first half", half, True)]
    return [(dress[0], dress[1](str(item["tests"][0]["test"] if dress[2] else item["prompt"])))
            for item, dress in zip(items, [dresses[at % len(dresses)] for at in range(EACH)], strict=True)]


def coboleval(corpora: Path) -> Path:
    """The benchmark's file."""
    return corpora / "cobol" / "BloopAI__COBOLEval" / "data" / "CobolEval.jsonl"


def _inside(text: str, leak: str) -> str:
    match = _DIVISION.search(text)
    assert match
    return text[:match.start()] + leak.rstrip("\n") + "\n" + text[match.start():]


def _headed(text: str, where: str, header: Sequence[str]) -> str:
    lines = _remarks(text, header)
    if where == "top":
        return lines + text
    if where == "bottom":
        return text.rstrip("\n") + "\n" + lines
    head = _HEAD.search(text)
    assert head
    return text[:head.end()] + lines + text[head.end():]


def _unclaimed(repo: str, text: str) -> bool:
    """Whether a file contradicts its repository by nothing of its own."""
    return not repo.startswith("IBM") and "spdx" not in text.lower()


def spoil_declared(hosts: Hosts, truth: Truth) -> dict[str, str]:
    """A repository without a licence file that its owner declares to be MIT; five of its files say something else."""
    files = {}
    for number in range(15):
        repo, name = hosts.take(_unclaimed)
        text, path = hosts.files[repo].pop(name), f"src/D{number:03d}.cbl"
        if number < 5:
            how, where, header = HEADERS[15 + number]
            truth.bad.append(Bad("licence", how, f"declared {path}"))
            truth.before[f"declared {path}"] = text
            text = _headed(text, where, header)
        files[path] = text
    return files


def copies(hosts: Hosts, truth: Truth, draw: random.Random) -> dict[str, str]:
    """The repository "toolbox": ten files copied from others, twenty copied with other names and without comments."""
    files: dict[str, str] = {}
    originals = [key for key in hosts.programs if hosts.text(key).count("\n") >= 60]
    draw.shuffle(originals)
    for number, key in enumerate(originals[:10]):
        files[path := f"lib/T{number:03d}.cbl"] = hosts.text(key)
        truth.bad.append(Bad("verbatim", "in another repository", f"toolbox {path}", " ".join(key)))
    number = 0
    for key in originals[10:]:
        library = hosts.library(key[0])
        once = dict(children_of(Found(key[1], "cobol", hosts.text(key), library))).get("rename-data-names")
        twice = dict(children_of(Found(key[1], "cobol", once, library))) if once else {}
        if once and number < EACH:
            text = twice.get("strip-comments", once)
            files[path := f"src/R{number:03d}.cbl"] = text
            how = "names and comments" if "strip-comments" in twice else "names (it had no comments)"
            truth.bad.append(Bad("renamed", how, f"toolbox {path}", " ".join(key)))
            number += 1
        if number == EACH:
            return files
    raise AssertionError(f"only {number} programs could be renamed")
