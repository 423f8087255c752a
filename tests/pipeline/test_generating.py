"""Generate, from the word to the ledger: adoption, paying once, faults, parents, yields, and runs with a real compiler."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from provenance.checks import inspect
from provenance.errors import PolicyError, SourceError
from provenance.ledger import Ledger
from provenance.ledger.upkeep import verify
from provenance.lineage import Lens, ask
from provenance.model.identity import BatchId, Digest
from provenance.pipeline import Source, Workshop, find_workshop
from provenance.pipeline.context import Context
from provenance.pipeline.generating import GenerateJob, check_job, generate, translating
from provenance.pipeline.inspection import record_rows
from provenance.pipeline.subjects import read_prompt
from provenance.steps.generate import Completion, Failure, ModelFacts, Request, by_name
from provenance.steps.generate.asking import Answered
from provenance.testing import FakeToolchain
from provenance.testing.endpoint import FakeEndpoint, Reply, Rule, Script
from tests.pipeline.small_pipeline import program, repository, run_of
from tests.sources.repository_maker import MIT, OLD, Maker

FACTS = ModelFacts("coder", "r1", endpoint="replay", licence="LicenseRef-coder")


def tools() -> Workshop:
    return Workshop(FakeToolchain(), FakeToolchain(language="rexx"))


def version_of(name: str, copies: str = "", more: str = "") -> str:
    """Another text with the same behaviour, as a model might give it."""
    return f"```cobol\n{program(name, copies=copies, more=f'      * another way{more}' + chr(10))}```"


def good(request: Request) -> str:
    """A right answer to each question about the small repository."""
    return good_text(request.messages[1].text)


def good_text(prompt: str) -> str:
    """A version of the first program in a prompt; the others are examples."""
    first = prompt[prompt.index("PROGRAM-ID. "):]
    first = first[:first.index("```")]
    return version_of(first.split()[1].rstrip("."), "SHARED" if "COPY SHARED" in first else "")


class Model(FakeEndpoint):
    """A fake that counts every question."""

    def __init__(self, brain: Any = good, facts: ModelFacts = FACTS) -> None:
        super().__init__(brain, facts)

    @property
    def calls(self) -> int:
        return self.asked.total()


@pytest.fixture
def roots(tmp_path: Path, ledger: Ledger) -> tuple[tuple[BatchId, ...], tuple[BatchId, ...]]:
    """Batches and snapshots of the small repository, as human as a claim makes them."""
    repository(tmp_path / "repo")
    run = run_of(ledger)
    batches = run.ingest(Source(str(tmp_path / "repo"), name="payroll"), claim="human", by="ACME")
    return batches, run._snapshots


def say(context: Context, roots: Any, job: GenerateJob, model: Any, workshop: Workshop | None = None, seed: int = 0) -> Any:
    return generate(context, roots[0], roots[1], job, model, workshop or tools(), seed)


def rejects(ledger: Ledger, batches: tuple[BatchId, ...]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in ledger.table(ledger.require(batch), "rejects").to_pylist()]


def records(ledger: Ledger, batches: tuple[BatchId, ...]) -> list[Any]:
    return [record for batch in batches for record in ledger.records(batch)]


@pytest.mark.usefixtures("quick")
def test_what_is_kept_and_what_is_dropped(context, ledger, roots):
    model = Model()
    result = say(context, roots, GenerateJob("version"), model)
    made, dropped = records(ledger, result.batches), rejects(ledger, result.batches)
    # ONE.cbl lies twice in the repository, and is asked about once.
    assert sorted(record.name for record in made) == ["ONE-version.cbl", "THREE-version.cbl", "TWO-version.cbl"]
    assert Counter((row["stage"], row["reason"].split(":")[0]) for row in dropped) == {
        ("subject", "same-question"): 1, ("subject", "parent-does-not-compile"): 1}
    assert model.calls == 3 and result.records == 3
    (two,) = [record for record in made if record.name.startswith("TWO")]
    assert [edge.role for edge in two.parents] == ["source", "shown"]
    assert two.licence == "MIT AND LicenseRef-coder" and two.generation.model == "coder"
    assert two.ancestry.generators == ("coder", "coder@r1") and str(two.ancestry.origin) == "synthetic_model"
    params = ledger.require(result.batches[0]).recipe.params
    assert (params["mode"], params["model"], params["prompt"]) == ("version", "coder", "version@1")
    assert params["toolchain"] == "cobol: fake 1" and params["licence"] == "LicenseRef-coder"
    assert not list(verify(ledger))


def test_the_generated_suite_takes_what_is_made_and_nothing_without_a_model(context, ledger, roots, monkeypatch):
    pytest.importorskip("great_expectations")
    result = say(context, roots, GenerateJob("version"), Model())
    (batch,) = result.batches
    tables = {name: ledger.table(ledger.require(batch), name) for name in ("records", "edges", "generations")}
    rows = {**record_rows(batch, tables), **{name: tables["generations"].column(name).to_pylist()
                                             for name in ("model", "prompt", "rendered_sha256")}}
    assert all(item.success for item in inspect("generated", rows).assertions)
    spoilt = {"has-parents": ("parents", 0), "origin-class": ("origin", "human"), "model-present": ("model", None),
              "model-named": ("model", " "), "prompt-present": ("prompt", None), "prompt-format": ("prompt", "version"),
              "request-present": ("rendered_sha256", None), "request-digest-format": ("rendered_sha256", "0" * 63),
              "derived-depth": ("depth", 0)}
    for name, (column, value) in spoilt.items():
        found = inspect("generated", {**rows, column: [value, *rows[column][1:]]})
        failed = {item.name for item in found.assertions if not item.success and item.severity == "critical"}
        assert failed == {name}, (name, failed)
    assert not list(verify(ledger))


@pytest.mark.usefixtures("quick")
def test_a_second_run_adopts_and_asks_nothing(context, ledger, roots):
    first, second = Model(), Model()
    job = GenerateJob("version", shown=1, samples=2)
    made = say(context, roots, job, first)
    again = say(context, roots, job, second)
    assert first.calls and not second.calls and (again.made, again.batches) == (0, made.batches)
    for other, seed in ((GenerateJob("version", shown=1, samples=3), 0), (job, 1)):
        assert not set(say(context, roots, other, Model(), seed=seed).batches) & set(made.batches)
    revised = Model(facts=ModelFacts("coder", "r2", endpoint="replay"))
    assert not set(say(context, roots, job, revised).batches) & set(made.batches)


@pytest.mark.usefixtures("quick")
def test_dying_in_mid_batch_is_paid_once(context, ledger, roots):
    """A machine that dies at the third answer leaves nothing but the journal; the next try asks the rest."""
    answered: Counter[Digest] = Counter()

    def brain(stop_at: int) -> Any:
        def said(request: Request) -> str:
            if answered.total() >= stop_at:
                raise KeyboardInterrupt
            answered[request.digest] += 1
            return good(request)
        return said
    job = GenerateJob("version")
    with pytest.raises(KeyboardInterrupt):
        say(context, roots, job, Model(brain(2)))
    assert not [m for m in ledger.manifests() if m.recipe.step == "generate"] and answered.total() == 2
    resumed = Model(brain(99))
    result = say(context, roots, job, resumed)
    assert resumed.calls == 1 and max(answered.values()) == 1 and result.records == 3
    undisturbed = Ledger.init(ledger.path.parent / "other")
    fresh = run_of(undisturbed)
    batches = fresh.ingest(Source(str(ledger.path.parent / "repo"), name="payroll"), claim="human", by="ACME")
    same = generate(fresh.context.child("generate"), batches, fresh._snapshots, job, Model(), tools())
    # The ledgers' own keys make their batches differ; the texts, names and requests are the same.
    assert [(one.text, one.name, one.generation) for one in records(undisturbed, same.batches)] == [
        (one.text, one.name, one.generation) for one in records(ledger, result.batches)]
    assert not list(verify(ledger))


@pytest.mark.usefixtures("quick")
def test_out_of_budget_nothing_is_committed_and_what_was_answered_is_kept(context, ledger, roots):
    def short(request: Request) -> str | Answered:
        return Failure("budget: 100 of 100 tokens are used") if "PROGRAM-ID. THREE" in request.messages[1].text else good(request)
    with pytest.raises(SourceError, match="budget") as raised:
        say(context, roots, GenerateJob("version"), Model(short))
    assert "1 of 3 questions unanswered" in str(raised.value)
    assert not [m for m in ledger.manifests() if m.recipe.step == "generate"]
    richer = Model()
    assert say(context, roots, GenerateJob("version"), richer).records == 3 and richer.calls == 1
    dropping = say(context, roots, GenerateJob("version", unanswered="drop"), Model(short))
    assert [row["reason"] for row in rejects(ledger, dropping.batches) if row["stage"] == "endpoint"] == [
        "budget: 100 of 100 tokens are used"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("reply", "stage", "code"), [
    (Reply(fault="hang"), "endpoint", "timeout"), (Reply(fault="half"), "endpoint", "half-answer"),
    (Reply(fault="filtered"), "endpoint", "content-filter"), (Reply(fault="wrong-model"), "endpoint", "wrong-model"),
    (Reply("x", dress="language"), "answer", "other-language"), (Reply("x", dress="repeat"), "answer", "identical-to-parent"),
    (Reply(dress="empty"), "answer", "empty"), (Reply(program("ONE"), dress="length"), "answer", "truncated"),
    (Reply(dress="huge"), "answer", "too-long"), (Reply("no code at all in these words"), "answer", "prose"),
    (Reply(program("ONE", more="      * fake: syntax-error\n"), dress="fenced"), "syntax", "syntax"),
    (Reply(program("ONE", says="WRONG"), dress="prose"), "proof", "differs"),
])
def test_each_fault_of_an_endpoint_is_kept_aside_with_its_reason(context, ledger, roots, reply, stage, code):
    script = Script((Rule("PROGRAM-ID. THREE.", (reply,)), lambda asked: Reply(good_text(asked.prompt))))
    result = say(context, roots, GenerateJob("version", repairs=0), Model(script))
    bad = [row for row in rejects(ledger, result.batches) if row["stage"] != "subject"]
    assert [(row["stage"], row["reason"].split(":")[0], row["maker"], row["round"]) for row in bad] == [(stage, code, "coder", 0)]
    assert result.records == 2 and not list(verify(ledger))


@pytest.mark.usefixtures("quick")
def test_prose_and_fences_around_code_are_taken_off(context, ledger, roots):
    script = Script([lambda asked: Reply(good_text(asked.prompt).split("\n", 1)[1].rsplit("\n", 1)[0], dress="prose")])
    result = say(context, roots, GenerateJob("version"), Model(script))
    made = records(ledger, result.batches)
    assert len(made) == 3 and all(record.text.startswith("       IDENTIFICATION") for record in made)
    assert "prose-before: 1 lines" in json.loads(made[0].evidence[0].value)["left_out"]


@pytest.mark.usefixtures("quick")
def test_secrets_reach_neither_the_model_nor_the_rejects(tmp_path, context, ledger):
    secret = "hunter22"
    maker = Maker(tmp_path / "repo")
    maker.commit({"LICENSE": MIT, "A.cbl": program("ONE", more=f"      * MOVE '{secret}' TO DB-PASSWORD\n"),
                  "B.cbl": program("TWO")}, at=OLD)
    run = run_of(ledger)
    batches = run.ingest(Source(str(maker.root)), claim="human", by="ACME")
    seen: list[str] = []

    def brain(request: Request) -> str:
        seen.extend(message.text for message in request.messages)
        return good(request)
    result = say(context, (batches, run._snapshots), GenerateJob("version", shown=2), Model(brain))
    assert seen and not any(secret in text for text in seen)
    dropped = rejects(ledger, result.batches)
    assert [(row["stage"], row["reason"], row["text"]) for row in dropped] == [("prompt", "secret: cobol-password", "")]
    said = b"".join(path.read_bytes() for path in ledger.layout.events.rglob("*.json"))
    assert said and secret.encode() not in said


@pytest.mark.usefixtures("quick")
def test_examples_are_human_clean_and_parents(context, ledger, roots):
    model = Model()
    result = say(context, roots, GenerateJob("version", shown=2), model)
    made = records(ledger, result.batches)
    for record in made:
        edges = {edge.record for edge in record.parents if edge.role == "shown"}
        assert len(edges) >= 2 and record.parents[0].record not in edges
        assert {edge.record.batch_id for edge in record.parents} <= set(ledger.require(result.batches[0]).recipe.parents)
    # What was made is never an example: it is not a person's.
    again = say(context, (roots[0] + result.batches, roots[1]), GenerateJob("version", shown=9), Model())
    shown = {edge.record.batch_id for record in records(ledger, again.batches) for edge in record.parents if edge.role == "shown"}
    assert shown and not shown & set(result.batches)
    assert not list(verify(ledger))


@pytest.mark.usefixtures("quick")
def test_at_most_so_many_subjects_of_a_batch_drawn_by_seed(context, ledger, roots):
    chosen = set()
    for seed in range(6):
        model = Model()
        result = say(context, roots, GenerateJob("version", max_subjects=1), model, seed=seed)
        assert model.calls <= 1
        chosen |= {record.name for record in records(ledger, result.batches)}
    assert len(chosen) > 1


@pytest.mark.usefixtures("quick")
def test_without_a_compiler_nothing_is_paid_for_unless_it_is_wished(context, ledger, roots):
    bare = Workshop.empty("no-sandbox: bwrap is not installed")
    model = Model()
    dropped = say(context, roots, GenerateJob("version"), model, bare)
    assert not model.calls and {row["reason"] for row in rejects(ledger, dropped.batches)} == {
        "no-sandbox: bwrap is not installed"}
    kept = say(context, roots, GenerateJob("version", unchecked="keep"), Model(), bare)
    proof = json.loads(records(ledger, kept.batches)[0].evidence[0].value)["proof"]
    assert kept.records == 4 and proof["status"] == "unchecked"
    assert not list(verify(ledger))


@pytest.mark.usefixtures("quick")
def test_languages_that_nobody_can_run_are_kept_with_evidence_that_says_so(tmp_path, context, ledger):
    maker = Maker(tmp_path / "repo")
    maker.commit({"LICENSE": MIT, "A.rpgle": "**FREE\ndcl-s a char(1);\ndsply 'ONE';\n*inlr = *on;\n"}, at=OLD)
    run = run_of(ledger)
    batches = run.ingest(Source(str(maker.root)))
    answer = "```rpg\n**FREE\ndcl-s b char(1);\ndcl-s c char(2);\ndsply 'ONE';\n*inlr = *on;\nreturn;\n```"
    result = say(context, (batches, run._snapshots), GenerateJob("version"), Model(lambda request: answer))
    (record,) = records(ledger, result.batches)
    proof = json.loads(record.evidence[0].value)["proof"]
    assert proof == {"status": "unchecked", "checks": {}, "tool": "", "reason": "no-toolchain: rpg"}


MODES: dict[str, tuple[GenerateJob, str, str]] = {
    "version": (GenerateJob("version"), version_of("ONE"), "program"),
    "translate": (translating(GenerateJob("version"), "rexx"),
                  '```rexx\n/* REXX */\nDISPLAY "ONE"\n```', "program"),
    "instruct": (GenerateJob("instruct"), '{"instruction": "Print the name of the program and a counter."}', "instruction_pair"),
    "repair": (GenerateJob("repair"), f"```cobol\n{program('ONE', says='OEN')}```", "repair_pair"),
    "tests": (GenerateJob("tests"), "```\nEXPECT ONE\n```", "test"),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("mode", MODES)
def test_each_mode_of_programs_from_end_to_end(tmp_path, context, ledger, mode):
    job, answer, kind = MODES[mode]
    maker = Maker(tmp_path / "repo")
    maker.commit({"LICENSE": MIT, "ONE.cbl": program("ONE")}, at=OLD)
    run = run_of(ledger)
    roots = run.ingest(Source(str(maker.root)), claim="human", by="ACME")
    result = say(context, (roots, run._snapshots), job, Model(lambda request: answer))
    assert not rejects(ledger, result.batches)
    (record,) = records(ledger, result.batches)
    assert record.kind == kind and record.language == (job.target or "cobol")
    assert bool(record.swhid) == (kind in ("program", "test"))
    if kind == "instruction_pair":
        follow(context, ledger, roots, run._snapshots, result.batches)
    assert not list(verify(ledger))


def follow(context, ledger, roots, snapshots, pairs):
    """A program from the instruction of a pair, without the program in the prompt."""
    model = Model(lambda request: version_of("ONE"))
    result = generate(context, pairs, snapshots, GenerateJob("code"), model, tools())
    (record,) = records(ledger, result.batches)
    assert [edge.role for edge in record.parents] == ["instruction"] and record.ancestry.depth == 2
    assert json.loads(record.evidence[0].value)["proof"]["checks"]["pair"].startswith("same")


@pytest.mark.usefixtures("quick")
def test_a_translation_is_held_against_the_tests_of_its_task_in_another_repository(tmp_path, context, ledger):
    """The source is never the same twice, so nothing but the tests of both tracks can tell; those of the target are shown."""
    task = "exercises/practice/one"
    given = program("ONE", more="      * fake: random\n")
    for name, files in (("cobol", {f"{task}/.meta/proof.ci.cob": given, f"{task}/tst/one/one.cut": "EXPECT ONE\n"}),
                        ("rexx", {f"{task}/one-check.rexx": "EXPECT ONE\n",
                                  "exercises/practice/two/two-check.rexx": "EXPECT TWO\n",
                                  f"{task}/.meta/example.rexx": '/* REXX */\nDISPLAY "ONE"\n'})):
        Maker(tmp_path / name).commit({"LICENSE": MIT, **files}, at=OLD)
    run = run_of(ledger)
    cobol, rexx = (run.ingest(Source(str(tmp_path / name), name=name), claim="human", by="ACME") for name in ("cobol", "rexx"))
    said = iter(['```rexx\nDISPLAY "TWO"\n```', '```rexx\nDISPLAY "ONE"\n```'])
    prompts: list[str] = []

    def brain(request: Request) -> str:
        prompts.append(request.messages[1].text)
        return next(said)
    job = translating(GenerateJob("version", shown=3), "rexx")
    result = generate(context, cobol, run._snapshots, job, Model(brain), tools(), besides=rexx)
    (record,) = records(ledger, result.batches)
    assert json.loads(record.evidence[0].value)["proof"]["checks"]["behaviour"] == "tests hold on both sides"
    assert [row["reason"].split(":")[0] for row in rejects(ledger, result.batches)] == ["tests"]
    shown = [ledger.records(edge.record.batch_id)[edge.record.row].name for edge in record.parents if edge.role == "shown"]
    # The other track's own solution of the task would be the answer, and another task's test none of its business.
    assert shown == ["one-check.rexx"] and "EXPECT ONE" in prompts[0] and "EXPECT TWO" not in prompts[0]
    assert record.parents[0].role == "translation"
    assert not list(verify(ledger))


@pytest.mark.usefixtures("quick")
def test_yields_by_maker_mode_and_language(context, ledger, roots):
    def mixed(request: Request) -> str | Answered:
        asked = request.messages[1].text
        if "PROGRAM-ID. THREE" in asked and len(request.messages) == 2:
            return f"```cobol\n{program('THREE', says='WRONG')}```"
        return Failure("timeout: 60 s") if "PROGRAM-ID. TWO" in asked else Completion(good(request), "stop", 100, 20)
    say(context, roots, GenerateJob("version"), Model(mixed))
    say(context, roots, translating(GenerateJob("version"), "rexx"), Model(lambda request: "no code in here at all, sorry"))
    run = run_of(ledger)
    run._snapshots = roots[1]
    run.augment(roots[0], ["expand-copy"], seed=1)
    with Lens(ledger) as lens:
        rows = {(row["maker"], row["mode"], row["language"]): row for row in ask(lens, "yields").dicts()}
    one = rows["coder", "version", "cobol"]
    assert (one["asked"], one["kept"], one["dropped"], one["refused"]) == (4, 2, 2, 2)
    assert (one["endpoint"], one["proof"], one["duplicate"], one["answer"], one["other"]) == (1, 1, 0, 0, 0)
    assert one["tokens"] > 240 and one["tokens_per_kept"] == one["tokens"] / 2
    other = rows["coder", "translate", "rexx"]
    assert (other["kept"], other["asked"], other["answer"], other["tokens_per_kept"]) == (0, 9, 9, None)
    changed = rows["expand-copy", "transform", "cobol"]
    assert changed["kept"] + changed["refused"] == 5 and changed["asked"] == changed["kept"] and changed["tokens"] == 0


@pytest.mark.parametrize(("job", "said"), [
    (GenerateJob("improve"), "use one of"),
    (GenerateJob("version", prompt="nonsense"), "version@1"),
    (GenerateJob("version", prompt="nowhere/x.toml"), "cannot be read"),
    (GenerateJob("version", prompt="repair@1"), "repair"),
    (GenerateJob("translate"), "target is missing"),
    (GenerateJob("version", target="rexx"), "language of its subject"),
    (GenerateJob("translate", target="klingon"), "klingon"),
    (GenerateJob("instruct", shown=2), "examples"),
    (GenerateJob("version", samples=0, repairs=-1, unchecked="maybe", inputs=(), tasks="("), "inputs is empty"),
])
def test_a_job_with_mistakes_is_refused_before_anything_is_asked(context, ledger, job, said):
    with pytest.raises(PolicyError, match=said):
        generate(context, (), (), job, Model(), tools())
    assert ledger.outbox.counts()["waiting"] == 0


def test_all_mistakes_of_a_job_are_named_at_once():
    with pytest.raises(PolicyError) as raised:
        check_job(GenerateJob("version", samples=0, repairs=-1, unchecked="maybe", unanswered="x", inputs=(), tasks="("))
    assert all(word in str(raised.value) for word in ("samples", "repairs", "maybe", "unanswered", "inputs", "tasks"))


def test_your_own_template_by_its_path(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "mine"\nversion = "3"\nmode = "version"\n[ask]\nuser = "Again: {program}"\n')
    mode = by_name("version")
    assert read_prompt(str(mine), mode).reference == "mine@3" and read_prompt("version", mode) == read_prompt("version@1", mode)
    mine.write_text('name = "mine"\nversion = "3"\nmode = "version"\n[ask]\nuser = "Again: {programm}"\n')
    with pytest.raises(PolicyError, match=r"\{programm\}"):
        read_prompt(str(mine), mode)


# -- with the compilers that are installed here ----------------------------------------------------------------------

CUT = """TestSuite "Doubling"

TestCase "of four"
    MOVE 4 TO WS-IN
    PERFORM DOUBLE-IT
    EXPECT WS-OUT = 8
"""
DOUBLE = """       IDENTIFICATION DIVISION.
       PROGRAM-ID. DOUBLE.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 WS-IN PIC 9(4) VALUE 21.
       01 WS-OUT PIC 9(4) VALUE 0.
       PROCEDURE DIVISION.
       MAIN-PART.
           PERFORM DOUBLE-IT.
           DISPLAY WS-OUT.
           STOP RUN.
       DOUBLE-IT.
           COMPUTE WS-OUT = WS-IN * 2.
"""
ADDED = DOUBLE.replace("COMPUTE WS-OUT = WS-IN * 2", "ADD WS-IN WS-IN GIVING WS-OUT")
BUGGY = DOUBLE.replace("* 2", "* 3")
FORTY_TWO = "/* REXX */\nsay right(21 * 2, 4, '0')\nexit 0\n"


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    found = find_workshop()
    if found.of("cobol") is None:
        pytest.skip(f"no compiler in a sandbox: {found.why('cobol')}")
    return found


REAL: dict[str, tuple[GenerateJob, tuple[str, ...], list[str]]] = {
    "version": (GenerateJob("version"), (f"```cobol\n{BUGGY}```", f"```cobol\n{DOUBLE.replace('PIC 9(4) VALUE 0', 'PIX 9')}```",
                                         f"Here:\n```cobol\n{ADDED}```"), ["proof: differs", "syntax: syntax"]),
    "repair": (GenerateJob("repair"), (f"```cobol\n{ADDED}```", f"```cobol\n{BUGGY}```"), ["proof: no-difference"]),
    "instruct": (GenerateJob("instruct"), ('{"instruction": "Doub', '{"instruction": "Double a number of four digits."}'),
                 ["answer: half-json"]),
    "tests": (GenerateJob("tests"), (CUT.replace("= 8", "= 9"), CUT), ["proof: tests"]),
    "translate": (translating(GenerateJob("version"), "rexx"),
                  (f"```rexx\n{FORTY_TWO.replace(', 4', ', 5')}```", f"```rexx\n{FORTY_TWO}```"), ["proof: differs"]),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("mode", REAL)
def test_each_mode_with_the_real_compilers(tmp_path, context, ledger, workshop, mode):
    """Wrong answers first, each told what was wrong; then the right one, kept with what proved it."""
    job, answers, reasons = REAL[mode]
    if job.target and workshop.of(job.target) is None:
        pytest.skip(workshop.why(job.target))
    maker = Maker(tmp_path / "repo")
    maker.commit({"LICENSE": MIT, "src/DOUBLE.cbl": DOUBLE}, at=OLD)
    run = run_of(ledger)
    roots = run.ingest(Source(str(maker.root)), claim="human", by="ACME")
    said = iter(answers)
    result = say(context, (roots, run._snapshots), job, Model(lambda request: next(said)), workshop)
    assert [f"{row['stage']}: {row['reason'].split(':')[0]}" for row in rejects(ledger, result.batches)] == reasons
    (record,) = records(ledger, result.batches)
    making = json.loads(record.evidence[0].value)
    assert making["round"] == len(answers) - 1 and making["proof"]["status"] == ("partly" if mode == "instruct" else "proved")
    assert making["proof"]["tool"].startswith("gnucobol" if not job.target else "regina")
    assert not list(verify(ledger))


@pytest.mark.usefixtures("quick")
def test_a_version_is_held_against_the_tests_that_came_with_its_program(tmp_path, context, ledger, workshop):
    """The program displays nothing, so only its tests can tell; and the tests of the wrong program do not hold."""
    given, silent, wrong = (text.replace("           DISPLAY WS-OUT.\n", "") for text in (DOUBLE, ADDED, BUGGY))
    maker = Maker(tmp_path / "repo")
    maker.commit({"LICENSE": MIT, "exercises/practice/double/.meta/proof.ci.cob": given,
                  "exercises/practice/double/tst/double/double.cut": CUT}, at=OLD)
    run = run_of(ledger)
    roots = run.ingest(Source(str(maker.root)), claim="human", by="ACME")
    said = iter([f"```cobol\n{wrong}```", f"```cobol\n{silent}```"])
    result = say(context, (roots, run._snapshots), GenerateJob("version"), Model(lambda request: next(said)), workshop)
    assert [row["reason"].split(":")[0] for row in rejects(ledger, result.batches)] == ["tests"]
    (record,) = records(ledger, result.batches)
    checks = json.loads(record.evidence[0].value)["proof"]["checks"]
    assert checks["tests"] == "tests: 1 held" and checks["behaviour"] == "skipped: nothing-observable"
    assert not list(verify(ledger))
