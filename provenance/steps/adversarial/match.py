"""A match: its terms, one round of it, and when it ends. Pure but for the endpoints that it is given.

What was proposed and solved, what nobody could judge and every try of the solver are rejects with their reasons; what
was proposed, judged sound and not solved is kept. A solver that never answered has not failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from provenance.errors import PolicyError
from provenance.model.generation import Reject
from provenance.model.identity import BatchId, RecordId
from provenance.model.record import Record
from provenance.steps.adversarial.game import Game, game_by_name
from provenance.steps.adversarial.novelty import lesson_shingles, novelty
from provenance.steps.generate.asking import Endpoint, Sampling
from provenance.steps.generate.mode import Aim, Subject, Tools
from provenance.steps.generate.rounds import Tally, Terms, run_rounds
from provenance.steps.generate.template import Template

#: Stages at which an answer of the solver was judged: what failed before was not its fault.
_JUDGED = frozenset({"answer", "syntax", "compile", "run", "proof", "duplicate"})
#: Proposals of the past that the proposer is told of.
_TOLD = 12


@dataclass(frozen=True, slots=True)
class Match:
    """The terms of a match.

    Attributes:
        game: name of a game (`GAMES`).
        rounds: most rounds.
        proposals: proposals asked for in a round.
        attempts: tries of the solver at each.
        keep_at_most: share of the tries that may solve what is kept; 0: only what was never solved.
        repairs: how often a proposal that the judge refuses is asked for again.
        max_depth: depth of the deepest record that may be proposed from unless a person approved it.
        feed: whether what earlier rounds kept is proposed from too.
        stop_yield, stop_novelty: a round that keeps less of what was asked, or teaches less that is new, is the last.
        token_budget: no round begins after so many tokens of both models; 0: no limit.
        sampling, solving: sampling parameters of proposer and solver.
    """

    game: str = "repair"
    rounds: int = 3
    proposals: int = 12
    attempts: int = 2
    keep_at_most: float = 0.0
    repairs: int = 1
    max_depth: int = 2
    feed: bool = False
    stop_yield: float = 0.0
    stop_novelty: float = 0.0
    token_budget: int = 0
    sampling: Sampling = field(default_factory=Sampling)
    solving: Sampling = field(default_factory=Sampling)

    def __post_init__(self) -> None:
        game_by_name(self.game)
        mistakes = [f"{name} is {getattr(self, name)}, below {least}" for name, least in (
            ("rounds", 1), ("proposals", 1), ("attempts", 1), ("repairs", 0), ("max_depth", 0), ("token_budget", 0))
            if getattr(self, name) < least]
        mistakes += [f"{name} is {getattr(self, name)}, not in 0..1" for name in ("keep_at_most", "stop_yield", "stop_novelty")
                     if not 0 <= getattr(self, name) <= 1]
        if mistakes:
            raise PolicyError("adversarial", "has mistakes: " + "; ".join(mistakes), "mend them and run again")

    def to_json(self) -> dict[str, Any]:
        """What a round's recipe holds; when the match stops is not part of what a round is."""
        return {"game_version": game_by_name(self.game).version, "proposals": self.proposals, "attempts": self.attempts,
                "keep_at_most": self.keep_at_most, "repairs": self.repairs, "max_depth": self.max_depth, "feed": self.feed,
                "sampling": self.sampling.to_json(), "solving": self.solving.to_json()}


@dataclass(frozen=True, slots=True)
class Round:
    """What a round gave.

    Attributes:
        number: from 1.
        asked: proposals asked for.
        sound: proposals that the judge accepted.
        solved: sound ones that the solver did too well.
        unjudged: sound ones at which no try could be judged.
        kept: the hard ones.
        novelty: see `novelty`.
        tokens: of both models.
        history: what the proposer will be told.
    """

    number: int
    asked: int
    sound: int = 0
    solved: int = 0
    unjudged: int = 0
    kept: int = 0
    novelty: float = 0.0
    tokens: int = 0
    history: str = ""

    @property
    def gain(self) -> float:
        """Share of the proposals asked for that was kept."""
        return self.kept / self.asked if self.asked else 0.0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "novelty": round(self.novelty, 6), "gain": round(self.gain, 6)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Round:
        return cls(**{name: value[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Played:
    """A round with what it leaves: records kept, how often each was solved, and all that was not kept."""

    facts: Round
    records: tuple[Record, ...]
    solved: tuple[tuple[int, int], ...]
    rejects: tuple[Reject, ...]


def play(match: Match, number: int, batch: BatchId, subjects: Sequence[Subject], past: Sequence[Round],
         known: frozenset[int], templates: tuple[Template, Template], endpoints: tuple[Endpoint, Endpoint], tools: Tools,
         aim: Aim, seed: int = 0, *, pool: Executor | None = None,
         tell: Callable[[Tally], None] = lambda tally: None) -> Played:
    """Play one round.

    Args:
        number: of the round, from 1.
        batch: that the records will be in.
        subjects: what to propose from.
        past: earlier rounds, for the history.
        known: shingles that earlier rounds taught.
        templates, endpoints: the proposer's and the solver's.

    Raises:
        SourceError: an endpoint cannot be used or left questions open.
    """
    game = game_by_name(match.game)
    proposing = game.proposing(_told(past))
    proposed = run_rounds(proposing, templates[0], subjects, aim, tools, endpoints[0],
                          Terms(match.sampling, 1, match.repairs, seed + number), pool=pool, tell=tell)
    by_id = {subject.record_id: subject for subject in subjects}
    trials = [replace(by_id[record.parents[0].record], record_id=RecordId(batch.number, row), record=record, tests=(),
                      examples=()) for row, record in enumerate(proposed.records)]
    answered = run_rounds(game.solve, templates[1], trials, aim, tools, endpoints[1],
                          Terms(match.solving, match.attempts, 0, seed + number), pool=pool, tell=tell)
    done: Counter[RecordId] = Counter(record.parents[0].record for record in answered.records)
    judged = Counter(done)
    for reject in answered.rejects:
        if reject.subject is not None and reject.stage in _JUDGED:
            judged[reject.subject] += 1
            # The same answer as an earlier one that was right.
            done[reject.subject] += reject.stage == "duplicate"
    kept: list[Record] = []
    scores: list[tuple[int, int]] = []
    rejects = list(proposed.rejects)
    lines: list[str] = []
    counts: Counter[str] = Counter()
    for trial in trials:
        record, tries, right = trial.record, judged[trial.record_id], done[trial.record_id]
        fate = "unjudged" if tries < match.attempts else "solved" if right > match.keep_at_most * tries else "kept"
        counts[fate] += 1
        lines.append(_line(game, record, fate, right, tries))
        if fate == "kept":
            kept.append(record)
            scores.append((right, tries))
            continue
        rejects.append(Reject(endpoints[0].facts.model, "solver", f"{fate}: {right} of {tries}", record.text,
                              record.parents[0].record, record.generation))
    rejects += _tries(answered.records, answered.rejects, trials, endpoints[1].facts.model)
    facts = Round(number, len(subjects), len(proposed.records), counts["solved"], counts["unjudged"], len(kept),
                  novelty([lesson_shingles(game.taught(record)) for record in kept], known),
                  sum(each.prompt_tokens + each.completion_tokens for each in (proposed.tally, answered.tally)),
                  "\n".join(lines[:_TOLD]))
    return Played(facts, tuple(kept), tuple(scores), tuple(rejects))


def stopped(match: Match, past: Sequence[Round]) -> str:
    """Why there is no next round: "rounds", "yield", "novelty", "budget", or empty where there is one."""
    if not past:
        return ""
    last = past[-1]
    if last.gain < match.stop_yield:
        return "yield"
    if last.novelty < match.stop_novelty:
        return "novelty"
    if match.token_budget and sum(each.tokens for each in past) >= match.token_budget:
        return "budget"
    return "rounds" if len(past) >= match.rounds else ""


def _line(game: Game, record: Record, fate: str, right: int, tries: int) -> str:
    word = {"kept": "not solved: it taught something", "solved": "solved: too easy", "unjudged": "nobody could judge it"}[fate]
    lesson = " / ".join(line.strip() for line in game.taught(record).splitlines() if line.strip())[:160]
    return f"- {word} ({right} of {tries}): {lesson}"


def _told(past: Sequence[Round]) -> str:
    """The history of the last rounds, the newest last."""
    lines = [line for each in past for line in each.history.splitlines()][-_TOLD:]
    return "\n".join(["What became of your last proposals:", *lines]) if lines else ""


def _tries(right: Sequence[Record], wrong: Sequence[Reject], trials: Sequence[Subject], model: str) -> list[Reject]:
    """Every try of the solver, under the program that its proposal came from: a proposal may be no record in the end."""
    origin = {trial.record_id: trial.record.parents[0].record for trial in trials}
    said = [Reject(model, "solver", "try: solved", record.text, origin[record.parents[0].record], record.generation)
            for record in right]
    return said + [replace(reject, stage="solver", reason=f"try: {reject.stage}: {reject.reason}",
                           subject=origin.get(reject.subject) if reject.subject else None) for reject in wrong]
