"""ROUNDS: ask, read, prove, and ask again with what the compiler said, until every question has its end.

Pure but for the endpoint that it is given: the same answers give the same records, in the order of the questions,
however the answers come in. While some are on their way others are proved. Every request ends as one kept record or as
one reject, so that nothing paid for is lost sight of; what was refused before anything was sent is a reject too, without
a generation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

from provenance.errors import SourceError
from provenance.model.generation import Generation, Reject
from provenance.model.identity import Digest, RecordId
from provenance.model.record import Record
from provenance.steps.generate.answer import Unreadable
from provenance.steps.generate.asking import Answered, Completion, Endpoint, Failure, Message, Request, Sampling
from provenance.steps.generate.child import Answer, child, generation, named_apart
from provenance.steps.generate.mode import Aim, Draft, Mode, Status, Subject, Tools
from provenance.steps.generate.prompting import Prompt, ask, drawn_seed, parents
from provenance.steps.generate.screen import secret_in
from provenance.steps.generate.template import Template

#: Failures that are the endpoint's state, not the question's fault: the same request will be answered another day.
STATE = frozenset({"budget", "rate", "unreachable"})


@dataclass(frozen=True, slots=True)
class Terms:
    """How questions are asked.

    Attributes:
        sampling: sampling parameters.
        samples: answers wanted to each question.
        repairs: how often an answer that failed is asked for again.
        seed: from which the seed of each request is drawn.
        keep_unchecked: whether what nobody could check is kept, by language of the answer.
        longest: characters above which a prompt is not sent.
        wait: raise where the endpoint's state left questions unanswered, instead of dropping them.
    """

    sampling: Sampling = field(default_factory=Sampling)
    samples: int = 1
    repairs: int = 2
    seed: int = 0
    keep_unchecked: Callable[[str], bool] = lambda language: False
    longest: int = 60_000
    wait: bool = True


@dataclass(slots=True)
class Tally:
    """Where a batch stands."""

    round: int = 0
    asked: int = 0
    answered: int = 0
    kept: int = 0
    dropped: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Yielded:
    """What a batch gave, in the order of the questions."""

    records: tuple[Record, ...]
    rejects: tuple[Reject, ...]
    tally: Tally


@dataclass(slots=True)
class _Question:
    """One subject, one draw, and what has come of it."""

    subject: Subject
    draw: int
    prompt: Prompt
    request: Request
    round: int = 0
    record: Record | None = None
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Said:
    """What was made of one answer: a record, or a reject and the messages with which to ask again."""

    record: Record | None = None
    reject: Reject | None = None
    again: Request | None = None


def run_rounds(mode: Mode, template: Template, subjects: Sequence[Subject], aim: Aim, tools: Tools, endpoint: Endpoint,
               terms: Terms, *, pool: Executor | None = None, tell: Callable[[Tally], None] = lambda tally: None) -> Yielded:
    """Ask about every subject until each question has a record or its last reject.

    Args:
        mode, template: what is asked and in which words.
        subjects: of what.
        aim: what is wanted of every answer.
        tools: the toolchains that prove.
        endpoint: who answers. It bounds concurrency, rate, tokens and tries.
        terms: see `Terms`.
        pool: where proofs run; one after the other where there is none.
        tell: called after each answer.

    Raises:
        SourceError: the endpoint cannot be used; or, with ``terms.wait``, it was out of budget or out of reach before all
            was answered. Nothing is kept of the batch then; who pays for an answer once gets it again for nothing.
    """
    tally = Tally()
    early: list[Reject] = []
    questions: list[_Question] = []
    asked: dict[tuple[Message, ...], RecordId] = {}
    for subject, found in zip(subjects, _each(pool, lambda s: _prepared(mode, template, s, aim, tools, endpoint, terms),
                                              subjects), strict=True):
        if isinstance(found, Reject):
            early.append(found)
        elif (first := asked.setdefault(found.messages, subject.record_id)) != subject.record_id:
            # A copy of another subject: the same question again, and the same answer to pay for.
            early.append(Reject(endpoint.facts.model, "subject", f"same-question: {first}", subject=subject.record_id))
        else:
            questions += _drawn(mode, subject, found, endpoint, terms)
    tally.dropped = len(early)
    waiting = list(questions)
    while waiting:
        tally.round = waiting[0].round
        waiting = _round(mode, template, waiting, aim, tools, endpoint, terms, pool, tally, tell)
    records, rejects = _apart(questions, early, endpoint.facts.model)
    tally.kept, tally.dropped = len(records), len(rejects)
    return Yielded(records, rejects, tally)


def _prepared(mode: Mode, template: Template, subject: Subject, aim: Aim, tools: Tools, endpoint: Endpoint,
              terms: Terms) -> Prompt | Reject:
    """The prompt about a subject, or why it is not asked about."""
    model = endpoint.facts.model
    unfit = mode.fit(subject, aim, tools)
    language = aim.language or subject.record.language
    if unfit is not None and (unfit.status is Status.FAILED or not terms.keep_unchecked(language)):
        return Reject(model, "subject", unfit.reason, subject=subject.record_id)
    prompt = ask(template, mode, subject, aim, tools)
    if len(prompt.text) > terms.longest:
        return Reject(model, "prompt", f"too-long: {len(prompt.text)} characters", subject=subject.record_id)
    if rule := secret_in(prompt.text):
        # Only the rule's name: what it found must not be stored a second time.
        return Reject(model, "prompt", f"secret: {rule}", subject=subject.record_id)
    return prompt


def _drawn(mode: Mode, subject: Subject, prompt: Prompt, endpoint: Endpoint, terms: Terms) -> Iterator[_Question]:
    for draw in range(terms.samples):
        request = Request(endpoint.facts, prompt.messages, terms.sampling, drawn_seed(terms.seed, mode, subject, draw), draw)
        yield _Question(subject, draw, prompt, request)


def _round(mode: Mode, template: Template, waiting: list[_Question], aim: Aim, tools: Tools, endpoint: Endpoint,
           terms: Terms, pool: Executor | None, tally: Tally, tell: Callable[[Tally], None]) -> list[_Question]:
    tally.asked += len(waiting)
    came: dict[int, Answered] = {}
    proofs: dict[int, Future[_Said] | _Said] = {}

    def judge(question: _Question, answered: Completion) -> _Said:
        return _judged(mode, template, question, answered, aim, tools, terms)

    for place, answered in endpoint.complete([question.request for question in waiting]):
        if place in came or not 0 <= place < len(waiting):
            continue
        came[place] = answered
        tally.answered += 1
        if isinstance(answered, Completion):
            tally.prompt_tokens += answered.prompt_tokens
            tally.completion_tokens += answered.completion_tokens
            proofs[place] = (pool.submit(judge, waiting[place], answered) if pool is not None
                             else judge(waiting[place], answered))
        tell(tally)
    if terms.wait:
        _all_there(came, len(waiting), endpoint)
    again = []
    for place, question in enumerate(waiting):
        if place in proofs:
            proved = proofs[place]
            said = proved.result() if isinstance(proved, Future) else proved
        else:
            unanswered = came.get(place)
            reason = unanswered.reason if isinstance(unanswered, Failure) else "no-answer: the endpoint forgot the question"
            said = _Said(reject=Reject(endpoint.facts.model, "endpoint", reason, "", question.subject.record_id,
                                       generation(template, Answer(question.request, None, question.round))))
        question.record = said.record
        if said.reject is not None:
            question.rejects.append(said.reject)
            tally.dropped += 1
        tally.kept += said.record is not None
        if said.again is not None:
            question.request, question.round = said.again, question.round + 1
            again.append(question)
    tell(tally)
    return again


def _all_there(came: dict[int, Answered], asked: int, endpoint: Endpoint) -> None:
    """Nobody answered for reasons that pass: better nothing now than a batch for ever without them."""
    failures = [answered for answered in came.values() if isinstance(answered, Failure) and answered.again]
    states = [failure.reason for failure in failures if failure.reason.split(":", 1)[0] in STATE]
    missing = states or ([failure.reason for failure in failures] if len(failures) == asked else [])
    if missing or len(came) < asked:
        raise SourceError(endpoint.facts.model, f"left {max(len(missing), asked - len(came))} of {asked} questions unanswered "
                          f"({missing[0] if missing else 'no word about them'})",
                          "mend that (budget, rate, address) and run again: answers that came are not paid for twice")


def _judged(mode: Mode, template: Template, question: _Question, completion: Completion, aim: Aim, tools: Tools,
            terms: Terms) -> _Said:
    """Read and prove one answer."""
    answer = Answer(question.request, completion, question.round)
    made = generation(template, answer)
    subject = question.subject
    draft = mode.read(completion, subject, aim, question.prompt.told)
    if isinstance(draft, Unreadable):
        # Of an answer with a secret only the rule's name is kept.
        text = "" if draft.code == "secret" else completion.text
        return _dropped(mode, template, question, made, ("answer", draft.reason, draft.feedback), text, terms)
    if not isinstance(draft, Draft):
        raise TypeError(f"mode {mode.name} read an answer as {type(draft).__name__}")
    proof = mode.prove(draft, subject, aim, tools)
    if proof.status is Status.UNCHECKED and not terms.keep_unchecked(draft.language):
        proof = replace(proof, status=Status.FAILED, reason=f"unchecked: {proof.reason}")
    if proof.status is Status.FAILED:
        return _dropped(mode, template, question, made, (proof.stage, proof.reason, proof.feedback), completion.text, terms)
    edges = parents(template, mode, subject, aim)
    return _Said(child(mode, template, answer, draft, mode.compose(draft, subject, proof), proof, edges))


def _dropped(mode: Mode, template: Template, question: _Question, made: Generation, why: tuple[str, str, str], text: str,
             terms: Terms) -> _Said:
    stage, reason, feedback = why
    reject = Reject(made.model, stage, reason, text.encode("utf-8", "replace").decode(), question.subject.record_id, made)
    if not feedback or not template.repair or question.round >= terms.repairs:
        return _Said(reject=reject)
    prompt = question.prompt
    messages = template.render_repair(prompt.values, prompt.language, text, stage, feedback)
    said = "\n".join(message.text for message in messages)
    if len(said) > terms.longest or secret_in(said):
        return _Said(reject=reject)
    seed = drawn_seed(terms.seed, mode, question.subject, question.draw, question.round + 1)
    return _Said(reject=reject, again=replace(question.request, messages=messages, seed=seed))


def _apart(questions: Sequence[_Question], early: Sequence[Reject], model: str) -> tuple[tuple[Record, ...], tuple[Reject, ...]]:
    """Records with names of their own; of equal texts the first."""
    records: list[Record] = []
    rejects = list(early)
    taken: set[str] = set()
    seen: set[tuple[str, Digest]] = set()
    for question in questions:
        rejects += question.rejects
        record = question.record
        if record is None:
            continue
        if (record.kind, record.content) in seen:
            rejects.append(Reject(model, "duplicate", "same-answer", record.text, question.subject.record_id, record.generation))
            continue
        seen.add((record.kind, record.content))
        name = named_apart(record.name, taken)
        taken.add(name)
        records.append(record if name == record.name else replace(record, name=name))
    return tuple(records), tuple(rejects)


def _each(pool: Executor | None, work: Callable[[Subject], Prompt | Reject],
          subjects: Sequence[Subject]) -> Iterator[Prompt | Reject]:
    return pool.map(work, subjects) if pool is not None else map(work, subjects)
