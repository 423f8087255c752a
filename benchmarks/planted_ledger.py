"""A ledger with 200 bad records of ten kinds in it, and what is true of them: for `benchmarks.measure_planted`.

    truth = build(folder, ledger, corpora, labelled)

People's files are made into git repositories (one a project, all of it in one commit of 2015; the real histories are other
ones), their children by transforms and by a model that answers as ordered. A bad record is found again by its source and
path, or by its id where it was written into the ledger as a model's answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.measure_parents import Found, children_of
from benchmarks.planted_corpus import (
    EACH,
    Bad,
    Commit,
    Hosts,
    Truth,
    able,
    copies,
    planted,
    repository,
    spoil_declared,
    spoil_files,
)
from benchmarks.planted_lines import poisons
from provenance.ledger import Draft, Ledger, codec
from provenance.model.identity import BatchId, Digest, RecordId, Swhid
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.pipeline import Batches, Run, Source
from provenance.pipeline.generating import GenerateJob, generate
from provenance.steps.generate import ModelFacts
from provenance.steps.generate.asking import Answered, Failure, Request
from provenance.steps.ingest import Options
from provenance.steps.parenthood import grams_of, likeness
from provenance.testing.endpoint import FakeEndpoint

MODEL = "fake-coder"
TRANSFORMS = ("rename-data-names", "strip-comments", "split-move")
#: Of the same code before anything was done to it; judged apart from all else.
BEFORE, TWINS = "before", "twins"
#: Seconds: March 2015, and a year later.
_SPRING, _NEXT = "1425211200", "1456833600"
Programs = dict[str, tuple[RecordId, Record]]


def build(where: Path, ledger: Ledger, corpora: Path, labelled: Path, seed: int = 7) -> Truth:
    """Everything that is to be judged, in a ledger; and beside it what the spoilt files and answers were before."""
    draw, truth, run = random.Random(seed), Truth(), Run("planted", ledger)
    hosts = Hosts(corpora, draw)
    spoil_files(hosts, corpora, truth, draw)
    declared = spoil_declared(hosts, truth)
    foreign = [hosts.remove() for _ in range(5)]
    toolbox = copies(hosts, truth, draw)
    roots: Batches = ()
    for repo, files in sorted({**hosts.files, "toolbox": toolbox, "declared": declared}.items()):
        roots += _ingested(run, where, repo, files, corpora)
    before: dict[str, dict[str, str]] = {}
    for each, text in truth.before.items():
        repo, _, name = each.partition(" ")
        before.setdefault(repo, {})[name] = text
    beside: Batches = ()
    for repo, files in sorted(before.items()):
        beside += _ingested(run, where, repo, files, corpora, BEFORE)
    truth.apart[BEFORE] = beside
    truth.batches["COBOL and JCL, people"] = roots
    truth.batches["children by transforms"] = run.augment(roots, TRANSFORMS, seed=7, per_program=1)
    found = records_of(ledger, roots)
    clean = {place: found[place] for repo, name in hosts.programs if (place := f"{repo} {name}") in found}
    rewritten = _rewritten(clean, hosts, draw)
    truth.batches["children by the model"] = versions(run, roots, {clean[place][1].text: some[-1]
                                                                   for place, some in rewritten.items()})
    truth.batches["model's answers, spoilt"] = answers(ledger, clean, {place: some[0] for place, some in rewritten.items()},
                                                       foreign, truth, draw)
    java(where, run, labelled, truth, draw)
    return truth


def _ingested(run: Run, where: Path, repo: str, files: dict[str, str], corpora: Path, suffix: str = "") -> Batches:
    # The repository of copies took the licence of the tutorial that it looks like.
    licence = corpora / "LICENSES" / f"{'exercism__cobol' if repo == 'toolbox' else repo}.txt"
    text = {"LICENSE": licence.read_text("utf-8", "replace")} if licence.exists() else {}
    at = _NEXT if repo == "toolbox" else _SPRING
    made = repository(where / f"{repo}{suffix}", [(f"Maker {repo} <maker@{repo.lower()}.example>", at, "all of it",
                                                   {**files, **text})])
    return run.ingest(Source(made, name=repo + (f" {suffix}" if suffix else ""), options=Options(
        languages=("cobol", "jcl"), licence="MIT" if repo == "declared" else "")))


def _rewritten(clean: Programs, hosts: Hosts, draw: random.Random) -> dict[str, list[str]]:
    """Versions of some programs by transforms that the children in the ledger were not made by."""
    chosen = draw.sample(sorted(clean), min(90, len(clean)))
    with ThreadPoolExecutor(max_workers=2) as pool:
        made = pool.map(lambda place: children_of(Found(place, "cobol", clean[place][1].text,
                                                        hosts.library(place.partition(" ")[0]))), chosen)
        texts = {place: [text for name, text in some if name not in TRANSFORMS] for place, some in zip(chosen, made, strict=True)}
    return {place: some for place, some in texts.items() if len(some) >= 2}


def records_of(ledger: Ledger, batches: Iterable[BatchId]) -> Programs:
    """Roots by "repository path"."""
    found = {}
    for batch in batches:
        for row, record in enumerate(ledger.records(batch) if ledger.require(batch).records else ()):
            if record.source:
                found[f"{record.source.repository} {record.source.path}"] = RecordId(batch.number, row), record
    return found


def versions(run: Run, roots: Batches, answers: dict[str, str]) -> Batches:
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


def answers(ledger: Ledger, clean: Programs, rewritten: dict[str, str], foreign: Sequence[str], truth: Truth,
            draw: random.Random) -> Batches:
    """Records written into the ledger as a model's answers: copies, wrong parents, sinks and hosts."""
    names = sorted(clean)
    grams = dict(zip(names, grams_of([clean[name][1].text for name in names], "cobol"), strict=True))
    some = draw.sample(sorted(rewritten), len(rewritten))
    made: list[tuple[str, str, str, str]] = []  # kind, how, claimed parent, text

    def another(name: str) -> str:
        return draw.choice([each for each in names if each != name])

    made += [("verbatim", "as a model's version of another program", another(name), clean[name][1].text)
             for name in draw.sample(names, 10)]
    made += [("wrong-parent", "a random other", another(name), rewritten[name]) for name in some[:10]]
    made += [("wrong-parent", "the program most like the true parent", max(
        (each for each in names if each != name), key=lambda each: likeness(grams[name], grams[each]).score), rewritten[name])
        for name in some[10:15]]
    made += [("wrong-parent", "the true parent is not in the corpus", draw.choice(names), text) for text in foreign]
    hosts = [name for name in some[15:] if able(rewritten[name])]
    plants = poisons()["sink"] + poisons()["host"]
    twins = [("poison", plant.name, name, rewritten[name]) for name, plant in zip(hosts[:len(plants)], plants, strict=True)]
    first = len(made)
    made += [(*twin[:3], planted(twin[3], plant, draw)) for twin, plant in zip(twins, plants, strict=True)]
    batch, as_it_was = answered(ledger, clean, made, "planted"), answered(ledger, clean, twins, TWINS)
    truth.apart[TWINS] = (as_it_was,)
    truth.bad += [Bad(kind, how, str(RecordId(batch.number, row))) for row, (kind, how, _, _) in enumerate(made)]
    truth.before |= {str(RecordId(batch.number, first + row)): str(RecordId(as_it_was.number, row)) for row in range(len(twins))}
    return (batch,)


def answered(ledger: Ledger, clean: Programs, made: Sequence[tuple[str, str, str, str]], prompt: str) -> BatchId:
    above = tuple(sorted({BatchId(clean[name][0].batch) for _, _, name, _ in made}))
    recipe = Recipe("generate", "1", {"mode": "version", "model": MODEL, "prompt": prompt}, above)
    records = []
    for row, (_, _, claimed, text) in enumerate(made):
        parent, root = clean[claimed]
        data = text.encode()
        records.append(Record(
            text=text, name=f"V{row:03d}.cbl", language="cobol", kind="program", licence=root.licence, content=Digest.of(data),
            swhid=str(Swhid.of_content(data)), size=len(data), lines=text.count("\n") + 1, parents=(Parent(parent, "source"),),
            ancestry=Ancestry.derive([root.ancestry], OriginClass.SYNTHETIC_MODEL, [MODEL])))
    ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, records)), run="00000000-0000-7000-8000-000000000001",
                  job="planted")
    return recipe.batch


def java(where: Path, run: Run, labelled: Path, truth: Truth, draw: random.Random) -> None:
    """Contest programs by people and by some forty models; twenty of the models' are said to be people's."""
    rows = [row for row in pq.read_table(labelled).to_pylist() if row["language"] == "Java" and len(row["code"]) >= 200]
    texts = {human: draw.sample(found, len(found)) for human in (True, False)
             for found in [sorted({row["code"] for row in rows if (row["generator"].lower() == "human") == human})]}
    smuggled, synthetic = texts[False][:EACH], texts[False][EACH:]
    claimed, known = texts[True][:120], texts[True][120:]

    def commits(kind: str, some: Sequence[tuple[str, str]], message: str, year: int) -> list[Commit]:
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
