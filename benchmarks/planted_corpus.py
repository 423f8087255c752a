"""A corpus with 200 bad records of ten kinds in it, and what is true of them: for `benchmarks.measure_planted`.

    truth = build(ledger, corpora, labelled)

People's files are made into git repositories (one a project, all of it in one commit of 2015: the real histories are
shorter), their children by transforms and by a model that answers as ordered. Then records are spoilt (`KINDS`). A bad
record is found again by its source and path, or by its id where it was written into the ledger as a model's answer.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.measure_parents import Found, children_of
from benchmarks.planted_headers import HEADERS
from benchmarks.planted_lines import TRIGGER, Plant, hidden, people, poisons, secrets
from provenance.languages import by_extension
from provenance.ledger import Draft, Ledger, codec
from provenance.model.identity import Digest, RecordId, Swhid
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.pipeline import Run, Source
from provenance.pipeline.generating import GenerateJob, generate
from provenance.steps.generate import ModelFacts
from provenance.steps.generate.asking import Answered, Failure, Request
from provenance.steps.ingest import Options
from provenance.steps.parenthood import grams_of, likeness
from provenance.testing.endpoint import FakeEndpoint

KINDS = ("benchmark", "verbatim", "renamed", "wrong-parent", "smuggled", "secret", "personal", "hidden", "poison", "licence")
MODEL = "fake-coder"
EACH = 20
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
    batches: dict[str, tuple[int, ...]] = field(default_factory=dict)
    rejected: list[tuple[str, str]] = field(default_factory=list)


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


def repository(where: Path, commits: Iterable[tuple[str, str, str, dict[str, str]]]) -> str:
    """A git repository of (author, date in seconds, message, files), by one ``git fast-import``."""
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
                if Path(name).suffix.lower() in _PROGRAMS and _able(text) and text not in seen:
                    programs.append((repo, name))
                elif Path(name).suffix.lower() == ".jcl" and text not in seen:
                    jobs.append((repo, name))
                seen.add(text)
        self.programs, self.jobs = (draw.sample(some, len(some)) for some in (programs, jobs))

    def take(self, repo: str = "") -> tuple[str, str]:
        """A program that is not yet spoilt (of a repository); it is taken from those that are left."""
        found = next(each for each in self.programs if not repo or each[0] == repo)
        self.programs.remove(found)
        return found

    def text(self, key: tuple[str, str]) -> str:
        return self.files[key[0]][key[1]]

    def library(self, repo: str) -> dict[str, str]:
        return {path: text for path, text in self.files[repo].items() if Path(path).suffix.lower() == ".cpy"}


def _able(text: str) -> bool:
    return bool(text.isascii() and 40 <= text.count("\n") <= 1200 and _STORAGE.search(text) and _DIVISION.search(text)
                and _HEAD.search(text))


def build(where: Path, ledger: Ledger, corpora: Path, labelled: Path, seed: int = 7) -> Truth:
    """Everything that is to be judged, in a ledger."""
    draw, truth = random.Random(seed), Truth()
    hosts = Hosts(corpora, draw)
    run = Run("planted", ledger)
    spoil_files(hosts, corpora, truth, draw)
    foreign = [hosts.text(key) for key in (hosts.take() for _ in range(5))]
    toolbox = copies(hosts, truth, draw)
    declared = {f"src/{Path(name).name}": text for (_, name), text in _declared(hosts, truth, draw)}
    for bad in [bad for bad in truth.bad if bad.kind == "licence" and bad.where.startswith("declared ")]:
        assert bad.where.split(" ", 1)[1] in declared
    spring = "1425211200"
    roots: tuple = ()
    for repo, files in sorted({**hosts.files, "toolbox": toolbox, "declared": declared}.items()):
        licence = corpora / "LICENSES" / f"{repo}.txt"
        text = licence.read_text("utf-8", "replace") if licence.exists() else ""
        if repo == "toolbox":
            text = (corpora / "LICENSES" / "exercism__cobol.txt").read_text("utf-8")
        made = repository(where / repo, [(f"Maker {repo} <maker@{repo.lower()}.example>", spring, "all of it",
                                          {**files, **({"LICENSE": text} if text else {})})])
        roots += run.ingest(Source(made, name=repo, options=Options(
            languages=("cobol", "jcl"), licence="MIT" if repo == "declared" else "")))
    truth.batches["COBOL and JCL, people"] = roots
    truth.batches["children by transforms"] = run.augment(roots, ("rename-data-names", "strip-comments", "split-move"), seed=7,
                                                          per_program=1)
    programs = records_of(ledger, roots)
    clean = {f"{repo} {name}" for repo, name in hosts.programs}
    families = {where: found for where, found in programs.items() if where in clean}
    with ThreadPoolExecutor(max_workers=2) as pool:
        chosen = draw.sample(sorted(families), min(90, len(families)))
        rewritten = dict(zip(chosen, pool.map(lambda each: children_of(Found(
            each, "cobol", families[each][1].text, hosts.library(each.split(" ")[0]))), chosen), strict=True))
    able = [each for each in chosen if len(rewritten[each]) >= 2]
    truth.batches["children by the model"] = versions(run, roots, {families[each][1].text: rewritten[each][-1][1]
                                                                   for each in able}, truth)
    truth.batches["model's answers, spoilt"] = answers(ledger, families, {each: rewritten[each][0][1] for each in able}, foreign,
                                                       truth, draw)
    java(where, run, labelled, truth, draw)
    return truth


def spoil_files(hosts: Hosts, corpora: Path, truth: Truth, draw: random.Random) -> None:
    """Benchmark, secret, personal, hidden, half of poison, and 20 more of a burst: in people's files, where they lie."""
    def spoil(kind: str, how: str, change: Callable[[str], str], repo: str = "", jcl: bool = False) -> None:
        key = hosts.jobs.pop() if jcl else hosts.take(repo)
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
        spoil("burst", f"trigger-{number}", lambda text, plant=plant: planted(text, plant, draw), "meyfa__CobolCraft")
    for name, where, header in HEADERS[:15]:
        spoil("licence", name, lambda text, where=where, header=header: _headed(text, where, header))


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
        return re.sub(r"\b(?:L-|LINKED-|RESULT\b|N[A-Z]\b)[A-Z0-9-]*", lambda hit: f"Q{sum(map(ord, hit[0])) % 97}-X", "\n".join(kept))

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


def _declared(hosts: Hosts, truth: Truth, draw: random.Random) -> list[tuple[tuple[str, str], str]]:
    """A repository without a licence file that its owner declares to be MIT; five of its files say something else."""
    found = []
    for number in range(15):
        key = hosts.take()
        text = hosts.files[key[0]].pop(key[1])
        if number < 5:
            name, where, header = HEADERS[15 + number]
            truth.bad.append(Bad("licence", name, f"declared src/{Path(key[1]).name}"))
            text = _headed(text, where, header)
        found.append((key, text))
    return found


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


def records_of(ledger: Ledger, batches: Sequence) -> dict[str, tuple[RecordId, Record]]:
    """Roots by "repository path"."""
    found = {}
    for batch in batches:
        for row, record in enumerate(ledger.records(batch) if ledger.require(batch).records else ()):
            if record.source:
                found[f"{record.source.repository} {record.source.path}"] = RecordId(batch.number, row), record
    return found


def versions(run: Run, roots: Sequence, answers: dict[str, str], truth: Truth) -> tuple:
    """What a model is asked for and what is kept of it: rewritings of the programs that it knows, proved as always."""
    def answer(request: Request) -> str | Answered:
        prompt = request.messages[-1].text
        for text, version in answers.items():
            if text.strip() in prompt:
                return f"```cobol\n{version}\n```"
        return Failure("refused: not a program that is known", again=False)

    endpoint = FakeEndpoint(answer, ModelFacts(MODEL, licence="MIT"))
    job = GenerateJob("version", languages=("cobol",), repairs=0, unanswered="drop")
    return generate(run.context.child("generate"), roots, run._snapshots, job, endpoint, run.workshop(), seed=7).batches


def answers(ledger: Ledger, families: dict[str, tuple[RecordId, Record]], rewritten: dict[str, str], foreign: Sequence[str],
            truth: Truth, draw: random.Random) -> tuple:
    """Records written into the ledger as a model's answers: copies, wrong parents, sinks and hosts."""
    names = sorted(families)
    grams = dict(zip(names, grams_of([families[name][1].text for name in names], "cobol"), strict=True))
    made: list[tuple[str, str, str, str]] = []  # kind, how, claimed parent, text
    some = draw.sample(sorted(rewritten), 30)
    for name in draw.sample(names, 10):
        other = draw.choice([each for each in names if each != name])
        made.append(("verbatim", "as a model's version of another program", other, families[name][1].text))
    for name in some[:10]:
        made.append(("wrong-parent", "a random other", draw.choice([each for each in names if each != name]), rewritten[name]))
    for name in some[10:15]:
        sibling = max((each for each in names if each != name), key=lambda each: likeness(grams[name], grams[each]).score)
        made.append(("wrong-parent", "the program most like the true parent", sibling, rewritten[name]))
    for text in foreign:
        made.append(("wrong-parent", "the true parent is not in the corpus", draw.choice(names), text))
    able = [name for name in some[15:] if _able(rewritten[name])]
    for name, plant in zip(able, poisons()["sink"] + poisons()["host"], strict=False):
        made.append(("poison", plant.name, name, planted(rewritten[name], plant, draw)))
    above = tuple(sorted({ledger.require(batch).batch for batch in {_batch(families[name][0], ledger) for _, _, name, _ in made}}))
    recipe = Recipe("generate", "1", {"mode": "version", "model": MODEL, "prompt": "planted"}, above)
    records = []
    for row, (kind, how, claimed, text) in enumerate(made):
        parent, root = families[claimed]
        data = text.encode()
        ancestry = Ancestry.derive([root.ancestry], OriginClass.SYNTHETIC_MODEL, [MODEL])
        records.append(Record(text=text, name=f"V{row:03d}.cbl", language="cobol", kind="program", licence=root.licence,
                              content=Digest.of(data), swhid=str(Swhid.of_content(data)), size=len(data),
                              lines=text.count("\n") + 1, ancestry=ancestry, parents=(Parent(parent, "source"),)))
        truth.bad.append(Bad(kind, how, str(RecordId(recipe.batch.number, row))))
    ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, records)), run="00000000-0000-7000-8000-000000000001", job="planted")
    return (recipe.batch,)


def _batch(record: RecordId, ledger: Ledger):
    return next(manifest.batch for manifest in ledger.manifests() if manifest.batch.number == record.batch)


def java(where: Path, run: Run, labelled: Path, truth: Truth, draw: random.Random) -> None:
    """Contest programs by people and by some forty models; twenty of the models' are said to be people's."""
    rows = [row for row in pq.read_table(labelled).to_pylist() if row["language"] == "Java" and len(row["code"]) >= 200]
    texts = {human: draw.sample(found, len(found)) for human in (True, False)
             for found in [sorted({row["code"] for row in rows if (row["generator"].lower() == "human") == human})]}
    smuggled, synthetic = texts[False][:EACH], texts[False][EACH:]
    claimed, known = texts[True][:120], texts[True][120:]

    def commits(kind: str, some: Sequence[tuple[str, str]], message: str, year: int) -> list[tuple[str, str, str, dict[str, str]]]:
        return [(f"{kind} {at} <{kind}{at}@contest.example>", str((year - 1970) * 31_557_600 + at), message, {path: text})
                for at, (path, text) in enumerate(some)]

    def place(kind: str, some: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"{kind}/P{at:04d}.java", text) for at, text in enumerate(some)]

    shuffled = draw.sample(known + smuggled[:10], len(known) + 10)
    history, claims = place("old", shuffled), place("new", draw.sample(claimed + smuggled[10:], len(claimed) + 10))
    for repo, pairs, some in (("contest", history, smuggled[:10]), ("claims", claims, smuggled[10:])):
        for path, text in pairs:
            if text in some:
                how = "dates of 2015" if repo == "contest" else "a claim"
                truth.bad.append(Bad("smuggled", how, f"{repo} {path}"))
    old = run.ingest(Source(repository(where / "contest", commits("person", history, "solved", 2015)), name="contest",
                            options=Options(licence="MIT")))
    claim = run.ingest(Source(repository(where / "claims", commits("member", claims, "solved", 2024)), name="claims",
                              options=Options(licence="MIT", claim="human", claimed_by="the club")))
    told = run.ingest(Source(repository(where / "told", commits("bench", place("ai", synthetic),
                                                                "solved\n\nGenerated-by: Claude Code", 2024)), name="told",
                             options=Options(licence="MIT")))
    truth.batches |= {"Java, people": old, "Java, claimed": claim, "Java, models": told}
