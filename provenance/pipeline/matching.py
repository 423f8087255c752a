"""The word that lets two models play: adversarial. One batch a round, each made of the batches of programs and of all
rounds before it; a round that is stored is adopted, so a match that was stopped goes on where it ended.

    result = adversarial(context, batches, snapshots, Match("repair", rounds=3), proposer, solver, workshop, seed=7)
    [round.kept for round in result.rounds], result.stopped
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from provenance.ledger import Ledger
from provenance.ledger.codec import encode_records, encode_rejects
from provenance.ledger.journal import Journal
from provenance.model.identity import BatchId, Digest, RecordId, canonical_json
from provenance.model.recipe import Recipe
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.generating import generation_rows
from provenance.pipeline.inspection import record_rows
from provenance.pipeline.paying import Paid
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.shelf import Shelf, members_digest
from provenance.pipeline.subjects import Choice, Reader, read_besides, read_prompt
from provenance.pipeline.workshop import Workshop
from provenance.steps.adversarial import Game, Match, Round, game_by_name, lesson_shingles, play, stopped
from provenance.steps.generate import Aim, Endpoint, Subject, Template
from provenance.steps.generate.vouch import vouch

log = logging.getLogger(__name__)

ADVERSARIAL_VERSION = "1"
#: Check of the verdict that holds a round's facts, and of those on what was kept.
ROUND, SOLVER = "adversarial:round", "adversarial:solver"


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What a match left: the step's result, its rounds in order, and why it ended ("rounds", "yield", "novelty",
    "budget", "subjects")."""

    step: StepResult
    rounds: tuple[Round, ...]
    stopped: str


@dataclass(slots=True)
class _State:
    """What is known of a match while it is played."""

    past: list[Round]
    batches: list[BatchId]
    known: frozenset[int] = frozenset()
    ended: str = ""


def adversarial(context: Context, batches: Sequence[BatchId], snapshots: Sequence[BatchId], match: Match, proposer: Endpoint,
                solver: Endpoint, workshop: Workshop, seed: int = 0) -> MatchResult:
    """Play a match over the programs of some batches.

    Args:
        batches: whose programs are proposed from.
        snapshots: for the copybooks.
        match: its terms.
        proposer, solver: who plays; one endpoint may be both.
        workshop: the compilers that judge.
        seed: draws the subjects of each round and the seed of every request.

    Raises:
        PolicyError: the terms have mistakes.
        SourceError: an endpoint cannot be used, or left questions open. Rounds that were played stay, and answers that
            came are in the journal: the same call goes on where this one ended.
    """
    game = game_by_name(match.game)
    templates = (read_prompt("", game.propose), read_prompt("", game.solve))
    state = _State([], [])
    works = _works(context, tuple(dict.fromkeys(batches)), Shelf(context.ledger, snapshots), match, game, templates,
                   (proposer, solver), workshop, seed, state)
    result = run_step(context, "adversarial", ADVERSARIAL_VERSION, [*batches, *snapshots], works, {
        "game": match.game, "model": proposer.facts.model, "solver": solver.facts.model, "rounds": match.rounds,
        "proposals": match.proposals, "attempts": match.attempts, "seed": seed})
    log.info("adversarial: %d rounds, %d kept, stopped by %s", len(state.past), sum(each.kept for each in state.past),
             state.ended)
    return MatchResult(result, tuple(state.past), state.ended)


def _works(context: Context, batches: Sequence[BatchId], shelf: Shelf, match: Match, game: Game,
           templates: tuple[Template, Template], endpoints: tuple[Endpoint, Endpoint], workshop: Workshop, seed: int,
           state: _State) -> Iterator[Work]:
    ledger = context.ledger
    journal = Journal(ledger)
    while not (ended := stopped(match, state.past)):
        number = len(state.past) + 1
        subjects = _subjects(ledger, (*batches, *(state.batches if match.feed else ())), shelf, match, game, number, seed)
        if not subjects:
            ended = "subjects"
            break
        recipe = _recipe(match, number, subjects, state, templates, endpoints, workshop, seed)
        paid = (Paid(endpoints[0], journal, recipe.batch), Paid(endpoints[1], journal, recipe.batch))
        yield Work(recipe, partial(_make, recipe, match, number, subjects, list(state.past), state.known, templates, paid,
                                   workshop, seed), "generated")
        # The round is stored now, by us or by another try: what it was is read back either way.
        paid[0].close()
        facts = _stored_round(ledger, recipe.batch)
        state.past.append(facts)
        state.batches.append(recipe.batch)
        records = ledger.records(recipe.batch) if ledger.require(recipe.batch).records else []
        state.known |= frozenset().union(*(lesson_shingles(game.taught(record)) for record in records))
        log.info("adversarial round %d: %d asked, %d sound, %d solved, %d kept, novelty %.2f, %d tokens", facts.number,
                 facts.asked, facts.sound, facts.solved, facts.kept, facts.novelty, facts.tokens)
    state.ended = ended


def _recipe(match: Match, number: int, subjects: Sequence[Subject], state: _State, templates: tuple[Template, Template],
            endpoints: tuple[Endpoint, Endpoint], workshop: Workshop, seed: int) -> Recipe:
    proposer, solver = endpoints[0].facts, endpoints[1].facts
    read = {subject.record_id.batch_id for subject in subjects} | read_besides(subjects)
    return Recipe("adversarial", ADVERSARIAL_VERSION, {
        "mode": match.game, "round": number, "model": proposer.model, "revision": proposer.revision,
        "endpoint": proposer.endpoint, "licence": proposer.licence, "terms": proposer.terms,
        "solver": solver.to_json(), "prompt": templates[0].reference, "prompt_sha256": templates[0].sha256,
        "solver_prompt": templates[1].reference, "solver_prompt_sha256": templates[1].sha256,
        "match": match.to_json(), "subjects": str(Digest.of_json([str(subject.record_id) for subject in subjects])),
        "toolchain": workshop.saying({subject.record.language for subject in subjects}),
        "library": members_digest(subject.library for subject in subjects)},
        tuple(sorted({*read, *state.batches})), seed)


def _subjects(ledger: Ledger, batches: Sequence[BatchId], shelf: Shelf, match: Match, game: Game, number: int,
              seed: int) -> list[Subject]:
    """The subjects of a round: drawn by seed and round, none deeper than allowed unless a person approved it."""
    reader = Reader(ledger, batches, game.propose, Choice(most=match.proposals, seed=seed + number))
    approved = _approved(ledger) if match.feed else frozenset()
    found: list[tuple[str, Subject]] = []
    for batch in batches:
        if not ledger.require(batch).records:
            continue
        for subject in reader.subjects(batch, shelf.library_of(batch)):
            # A child is one deeper than what it is made of.
            if subject.record.ancestry.depth < match.max_depth or subject.record_id in approved:
                rank = Digest.of_json([seed, number, subject.record.content.hex, str(subject.record_id)]).hex
                found.append((rank, subject))
        found = sorted(found, key=lambda pair: pair[0])[:match.proposals]
    return [subject for _, subject in found]


def _approved(ledger: Ledger) -> frozenset[RecordId]:
    """The records that people approved: a pass of the check ``review``, and no fail beside it."""
    rows = [row for manifest in ledger.manifests() if manifest.recipe.step == "review"
            for row in ledger.table(manifest, "verdicts").to_pylist() if row["check"] == "review" and row["batch"] is not None]
    said = {outcome: {RecordId(row["batch"], row["row"]) for row in rows if row["outcome"] == outcome}
            for outcome in ("pass", "fail")}
    return frozenset(said["pass"] - said["fail"])


def _make(recipe: Recipe, match: Match, number: int, subjects: Sequence[Subject], past: Sequence[Round],
          known: frozenset[int], templates: tuple[Template, Template], endpoints: tuple[Paid, Paid], workshop: Workshop,
          seed: int) -> Made:
    with ThreadPoolExecutor(max_workers=2) as pool:
        played = play(match, number, recipe.batch, subjects, past, known, templates, endpoints, workshop, Aim(seed=seed), seed,
                      pool=pool)
    tool = endpoints[1].facts
    verdicts = [Verdict(SOLVER, Outcome.PASS, RecordId(recipe.batch.number, row), reason=f"unsolved: {right} of {tries}",
                        value=_json({"solved": right, "tries": tries, "round": number}), tool=tool.model,
                        tool_version=tool.revision) for row, (right, tries) in enumerate(played.solved)]
    verdicts += vouch(recipe.batch, played.records)
    verdicts.append(Verdict(ROUND, Outcome.PASS, subject=f"round {number}", value=_json(played.facts.to_json())))
    tables = {**encode_records(recipe.batch, played.records), **encode_rejects(recipe.batch, played.rejects)}
    return Made(tables, verdicts, {**record_rows(recipe.batch, tables), **generation_rows(played.records)})



def _stored_round(ledger: Ledger, batch: BatchId) -> Round:
    rows = ledger.table(ledger.require(batch), "verdicts").to_pylist()
    return Round.from_json(json.loads(next(row["value"] for row in rows if row["check"] == ROUND)))


def _json(value: Any) -> str:
    return canonical_json(value).decode()
