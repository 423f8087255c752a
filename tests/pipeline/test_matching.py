"""Adversarial rounds: what is not solved is kept, nothing counts that nobody judged, and a match goes on where it ended."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from provenance.errors import PolicyError, SourceError
from provenance.ledger import Ledger
from provenance.ledger.upkeep import verify
from provenance.lineage import Lens
from provenance.lineage.questions import ask
from provenance.model.identity import RecordId
from provenance.pipeline import Context, Source, Workshop
from provenance.pipeline.matching import adversarial
from provenance.steps.adversarial import GAMES, Match, Round, stopped
from provenance.steps.generate import Aim, ModelFacts, Status, Subject
from provenance.testing import FakeToolchain
from provenance.testing.endpoint import FakeEndpoint, Reply, Script
from tests.pipeline.small_pipeline import program, run_of
from tests.sources.repository_maker import MIT, OLD, Maker

pytestmark = pytest.mark.usefixtures("quick")
NAMES = ("ALPHA", "BETA", "GAMMA", "DELTA")
FENCE = re.compile(r"```cobol\n(.*?)```", re.DOTALL)


@pytest.fixture
def corpus(tmp_path):
    """Four programs, each of which prints its name."""
    maker = Maker(tmp_path / "repo")
    maker.commit({"LICENSE": MIT, **{f"{name}.cbl": program(name) for name in NAMES}}, at=OLD)
    ledger = Ledger.init(tmp_path / "ledger")
    run = run_of(ledger)
    return ledger, run.ingest(Source(str(maker.root), name="payroll")), run._snapshots


class Player:
    """A proposer that breaks what a program prints, and a solver that mends the programs it is good at."""

    def __init__(self, good_at=(), silent_on=(), model="player"):
        self.good_at, self.silent_on = good_at, silent_on
        self.prompts: list[str] = []
        self.endpoint = FakeEndpoint(Script([self.reply]), ModelFacts(model, revision="r1", licence="Llama-3.1"))

    def reply(self, asked) -> Reply:
        self.prompts.append(asked.prompt)
        text = FENCE.findall(asked.prompt)[0]
        name = next(name for name in NAMES if name in text)
        if "has one bug" not in asked.prompt:
            broken = len([prompt for prompt in self.prompts if "Plant one bug" in prompt])
            return Reply(text.replace(f'"{name}"', f'"WRONG-{broken}"'), dress="fenced")
        if name in self.silent_on:
            return Reply(fault="filtered")
        mended = re.sub(r'"WRONG-\d+"', f'"{name}"', text)
        return Reply(mended if name in self.good_at else text.replace("WRONG", "WORSE"), dress="fenced")


TWO_ROUNDS = Match("repair", rounds=2, proposals=4, repairs=0)


def play(corpus, player, match=TWO_ROUNDS, seed=7, solver=None):
    ledger, roots, snapshots = corpus
    return adversarial(Context(ledger, "match"), roots, snapshots, match, player.endpoint, (solver or player).endpoint,
                       Workshop(FakeToolchain()), seed)


def test_what_the_solver_fails_is_kept_and_the_rest_is_kept_aside(corpus):
    player = Player(good_at=("ALPHA", "BETA"))
    result = play(corpus, player)
    ledger = corpus[0]
    assert [(each.asked, each.sound, each.solved, each.unjudged) for each in result.rounds] == [(4, 4, 2, 0)] * 2
    assert [each.kept for each in result.rounds] == [2, 2] and result.stopped == "rounds"
    for batch in result.step.batches:
        for record in ledger.records(batch):
            said = json.loads(record.text)
            assert "GAMMA" in said["fixed"] or "DELTA" in said["fixed"]
            assert said["buggy"] != said["fixed"] and record.kind == "repair_pair"
            assert record.ancestry.origin == "synthetic_model" and record.ancestry.generators == ("player", "player@r1")
            assert "Llama-3.1" in record.ancestry.licences and record.licence == "MIT AND Llama-3.1"
            assert [parent.role for parent in record.parents] == ["source"] and record.ancestry.depth == 1
        rejects = ledger.table(ledger.require(batch), "rejects").to_pylist()
        assert sorted(row["reason"].split(":")[0] for row in rejects) == ["solved"] * 2 + ["try"] * 8
        assert sum(row["reason"].startswith("try: solved") for row in rejects) + \
            sum(row["reason"].startswith("try: duplicate") for row in rejects) >= 4
        assert all(row["subject_batch"] for row in rejects)
    assert list(verify(ledger)) == []
    with Lens(ledger) as lens:
        rows = ask(lens, "adversarial").dicts()
    assert [(row["round"], row["asked"], row["sound"], row["kept"]) for row in rows] == [(1, 4, 4, 2), (2, 4, 4, 2)]


def test_the_proposer_hears_what_became_of_its_proposals(corpus):
    player = Player(good_at=("ALPHA",))
    play(corpus, player)
    proposing = [prompt for prompt in player.prompts if "Plant one bug" in prompt]
    assert len(proposing) == 8
    assert not any("became of" in prompt for prompt in proposing[:4])
    assert all("not solved: it taught something (0 of 2)" in prompt and "solved: too easy (2 of 2)" in prompt
               for prompt in proposing[4:])


def test_a_match_goes_on_where_it_ended_and_nothing_is_asked_twice(corpus):
    first = play(corpus, Player())
    again = Player()
    second = play(corpus, again)
    assert again.prompts == [] and second.step.made == 0 and second.rounds == first.rounds
    longer = play(corpus, again, Match("repair", rounds=3, proposals=4, repairs=0))
    assert longer.rounds[:2] == first.rounds and longer.step.adopted == 2 and longer.step.made == 1


def test_a_solver_that_never_answered_has_not_failed(corpus):
    result = play(corpus, Player(silent_on=NAMES[:2]), Match("repair", rounds=1, proposals=4, repairs=0))
    assert [(each.sound, each.unjudged, each.kept) for each in result.rounds] == [(4, 2, 2)]


def test_a_tie_is_kept_where_the_terms_allow_it(corpus):
    class Sometimes(Player):
        def reply(self, asked):
            self.good_at = NAMES if len(self.prompts) % 2 else ()
            return super().reply(asked)

    half = play(corpus, Sometimes(), Match("repair", rounds=1, proposals=4, repairs=0, keep_at_most=0.5))
    assert half.rounds[0].kept == 4


def test_no_round_feeds_on_what_is_deeper_than_allowed(corpus):
    ledger = corpus[0]
    result = play(corpus, Player(), Match("repair", rounds=1, proposals=4, max_depth=0))
    assert result.rounds == () and result.stopped == "subjects" and result.step.batches == ()
    assert list(verify(ledger)) == []


def test_an_endpoint_that_is_away_leaves_the_ledger_as_it_was(corpus):
    ledger = corpus[0]
    before = {manifest.batch for manifest in ledger.manifests()}
    away = Player()
    away.endpoint = FakeEndpoint(Script([lambda asked: Reply(fault="503")]), away.endpoint.facts)
    with pytest.raises(SourceError, match="unanswered"):
        play(corpus, Player(), solver=away)
    assert {manifest.batch for manifest in ledger.manifests()} == before
    # The proposals were paid for, and are not asked for again.
    later = Player(good_at=NAMES)
    assert play(corpus, later, Match("repair", rounds=1, proposals=4, repairs=0)).rounds[0].solved == 4
    assert not any("Plant one bug" in prompt for prompt in later.prompts)


class Examiner(Player):
    """A proposer of tasks, and a solver that does the even ones."""

    def reply(self, asked) -> Reply:
        self.prompts.append(asked.prompt)
        if "Write a new task" in asked.prompt:
            number = len([prompt for prompt in self.prompts if "Write a new task" in prompt])
            if number == 1:
                return Reply("```cobol\n" + program("NOTASK") + "```")
            text = program(f"TASK{number}", more="      * fake: random\n" if number == 2 else "")
            return Reply(f"TASK: print the line TASK{number} and nothing else.\n\n```cobol\n{text}```")
        number = int(re.search(r"the line TASK(\d+)", asked.prompt)[1])
        right = program("OTHER", says=f"TASK{number}")
        return Reply(right if number % 2 == 0 else program("OTHER", says="something else"), dress="fenced")


def test_tasks_are_proposed_with_programs_that_do_the_same_twice(corpus):
    result = play(corpus, Examiner(), Match("task", rounds=1, proposals=4, repairs=0))
    ledger = corpus[0]
    # The first answer has no task and the second prints something else each time; of the others 4 is solved and 3 is not.
    assert [(each.asked, each.sound, each.solved, each.kept) for each in result.rounds] == [(4, 2, 1, 1)]
    (record,) = [record for batch in result.step.batches for record in ledger.records(batch)]
    assert json.loads(record.text) == {"instruction": "print the line TASK3 and nothing else.", "output": program("TASK3")}
    assert record.kind == "instruction_pair" and "\x1e" not in record.text
    reasons = [row["reason"] for batch in result.step.batches
               for row in ledger.table(ledger.require(batch), "rejects").to_pylist()]
    assert "no-task" in reasons and "nondeterministic-parent" in reasons
    assert list(verify(ledger)) == []


def test_what_was_kept_is_proposed_from_up_to_the_depth_that_the_terms_allow(corpus):
    def depths(max_depth):
        result = play(corpus, Examiner(), Match("task", rounds=3, proposals=8, repairs=0, feed=True, max_depth=max_depth))
        return {record.ancestry.depth for batch in result.step.batches for record in corpus[0].records(batch)}

    assert depths(1) == {1}
    assert depths(3) > {1} and max(depths(3)) <= 3


def test_a_program_that_only_its_tests_know_is_not_proposed_from(corpus):
    ledger, roots, _ = corpus
    silent = Workshop(FakeToolchain())
    mode = GAMES["repair"].propose
    record = ledger.records(roots[0])[0]
    quiet = replace(record, text=record.text.replace("DISPLAY", "CONTINUE"))
    subject = Subject(RecordId(roots[0].number, 0), quiet)
    refused = mode.fit(subject, Aim(), silent)
    assert refused is not None and refused.status is Status.UNCHECKED and "nothing-observable" in refused.reason
    assert mode.fit(replace(subject, record=record), Aim(), silent) is None


def facts(**given):
    return Round(**{"number": 1, "asked": 10, "kept": 5, "novelty": 0.5, "tokens": 100, **given})


@pytest.mark.parametrize(("match", "last", "why"), [
    (Match(rounds=1), facts(), "rounds"), (Match(stop_yield=0.6), facts(), "yield"),
    (Match(stop_novelty=0.6), facts(), "novelty"), (Match(token_budget=100), facts(), "budget"), (Match(), facts(), ""),
    (Match(token_budget=101), facts(), ""), (Match(stop_yield=0.5), facts(asked=0), "yield")])
def test_when_a_match_ends(match, last, why):
    assert stopped(match, []) == ""
    assert stopped(match, [last]) == why


def test_mistakes_are_named_together():
    with pytest.raises(PolicyError, match=r"rounds is 0, below 1; keep_at_most is 2, not in 0..1"):
        Match(rounds=0, keep_at_most=2)
    with pytest.raises(PolicyError, match="chess"):
        Match("chess")
