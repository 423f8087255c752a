"""The word that takes what people said: replies become answers, and answers that agree become verdicts.

    kept = keep(context, read_replies("answers.jsonl", "jsonl"), "file")
    kept.new, kept.repeated, kept.outcomes

Answers are added, never edited, one batch for each batch of records; the verdict ``review`` is said in the same batch. What
was kept before is passed over, so importing a file twice adds nothing. One reply at fault refuses them all, with every
fault named. Nothing here takes silence for an answer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any, TypeVar

from provenance.errors import InvalidId
from provenance.ledger import Ledger
from provenance.ledger.codec import table
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.recipe import Recipe
from provenance.model.verdict import Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.desk import Desk, known_record, makers_of, now, read_desk
from provenance.pipeline.inspection import verdict_rows
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.sources.review_files import refuse
from provenance.steps.ingest.pseudonym import pseudonym
from provenance.steps.review import (
    NEEDED,
    VERSION,
    Agreement,
    Answer,
    Pair,
    Reply,
    Score,
    Settings,
    Standing,
    agree,
    digest_of,
    faults_of,
    label_text,
    measure,
    score,
    untrusted,
)

STEP = "review"
#: How a tool's own number of a user is marked: it names nobody.
_NUMBER = "user:"
_PSEUDONYM = re.compile(r"person:[0-9a-f]{16}")
_USUAL = Settings()
Item = TypeVar("Item")
#: An answer from further ahead than clocks differ would stay the last word whatever its author said next.
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of some replies.

    Attributes:
        new, repeated: answers that were added, and those that were there already.
        verdicts: what was newly said of records.
        untrusted: reviewers who failed the gold questions, each with why.
    """

    step: StepResult
    new: int
    repeated: int
    verdicts: tuple[Verdict, ...]
    untrusted: Mapping[str, str]

    @property
    def outcomes(self) -> Counter[str]:
        """How many records were newly said to pass, fail or wait."""
        return Counter(str(verdict.outcome) for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Figures:
    """How far people agree, how they did on gold questions, and who does not count."""

    whole: Sequence[Agreement]
    pairs: Sequence[Pair]
    scores: Mapping[str, Score]
    untrusted: Mapping[str, str]


def person(ledger: Ledger, who: str, people: Mapping[str, str] | None = None) -> str:
    """The pseudonym of whoever a tool names; one that is a pseudonym already stays.

    Args:
        who: a name, an address, or ``user:<number>`` of a tool.
        people: the tool's number or name -> the person's name or address.

    Raises:
        InvalidId: nobody is named, or by characters that nobody can see.
    """
    named = {**(people or {})}
    bare = who.removeprefix(_NUMBER)
    found = (named.get(who) or named.get(bare) or who).strip()
    if not any(character.isprintable() and not character.isspace() for character in found):
        raise InvalidId("reviewer", "is empty: somebody has to answer for it", "name them with --by NAME")
    if not found.isprintable():
        raise InvalidId(f"reviewer {found!a}", "holds characters that cannot be seen, so it may pass for somebody else",
                        "name them without: --by NAME, or --person ID=NAME")
    if found.startswith(_NUMBER):
        raise InvalidId(bare, "is a user's number and names nobody", f"say who that is: --person {bare}=NAME")
    if _PSEUDONYM.fullmatch(found):
        return found
    name, address = ("", found) if "@" in found else (found, "")
    return pseudonym(name, address, ledger.pseudonym_key())


def keep(context: Context, replies: Iterable[Reply], origin: str, settings: Settings = _USUAL,
         people: Mapping[str, str] | None = None, where: str = "review") -> Kept:
    """Add replies as answers, and say what every record's answers now add up to.

    Without replies it only says anew what changed: after two imports at one time, or where a reviewer came to be trusted
    no more.

    Args:
        settings: ``needed`` counts only for records that the replies are about; all others keep what they had.
        origin: the tool: "cli", "file", "airflow", "label-studio", "argilla".
        people: a tool's number of a user -> who that is.
        where: what the replies came in, for messages.

    Raises:
        SourceError: replies are at fault; all are named, and none is kept.
    """
    ledger = context.ledger
    desk = read_desk(ledger)
    given = _answers(ledger, desk, replies, origin, people or {}, where)
    new = _unsaid(desk, given)
    for answer in new:
        desk.answers.setdefault(answer.record, []).append(answer)
    standing = Standing(score(desk.everything, desk.gold, ledger.pseudonym_key()),
                        makers_of(ledger, desk.answers), frozenset(desk.gold))
    about = {answer.record for answer, _ in given}
    said = [verdict for record in sorted(desk.answers)
            if (verdict := _verdict(desk, record, standing, settings, settings.needed if record in about else None))]
    adding = _by_batch(new, lambda answer: answer.record)
    saying = _by_batch(said, lambda verdict: verdict.record)
    knowing = _by_batch(desk.everything, lambda answer: answer.record)
    batches = sorted({*adding, *saying})

    def works() -> Iterator[Work]:
        for batch in batches:
            answers, verdicts, known = adding.get(batch, []), saying.get(batch, []), knowing.get(batch, [])
            recipe = Recipe(STEP, VERSION, {
                "answers": str(digest_of(answers)), "known": str(digest_of(known)),
                "settings": {**asdict(settings), "needed": settings.needed or NEEDED},
                "verdicts": str(Digest.of_json([[str(v.record), str(v.outcome), v.reason, v.value] for v in verdicts]))},
                (batch,))
            yield Work(recipe, partial(_make, answers, verdicts), "verified" if verdicts else "")

    result = run_step(context, STEP, VERSION, batches, works(), {"origin": origin, "answers": len(new)})
    return Kept(result, len(new), len(given) - len(new), tuple(said), untrusted(standing.scores, settings))


def figures(ledger: Ledger, settings: Settings = _USUAL, plan: str = "") -> Figures:
    """How far people agree, over all answers or those that one plan asked for."""
    desk = read_desk(ledger)
    scores = score(desk.everything, desk.gold, ledger.pseudonym_key())
    whole, pairs = measure(answer for answer in desk.everything if not plan or answer.plan == plan)
    return Figures(whole, pairs, scores, untrusted(scores, settings))


def answers_out(ledger: Ledger, plan: str = "") -> list[dict[str, Any]]:
    """Every answer that was kept as a row for a file, in order of record and time; people are pseudonyms."""
    return [{"record": str(each.record), "reviewer": each.reviewer, "verdict": each.verdict, "label": json.loads(each.label),
             "comment": each.comment, "seconds": each.seconds, "reviewed_at": each.at.astimezone(UTC).isoformat(),
             "plan": each.plan, "role": each.role}
            for each in sorted(read_desk(ledger).everything, key=lambda answer: (answer.record, answer.moment))
            if not plan or each.plan == plan]


def _answers(ledger: Ledger, desk: Desk, replies: Iterable[Reply], origin: str, people: Mapping[str, str],
             where: str) -> list[tuple[Answer, bool]]:
    """Answers with whether their time was given; every fault of every reply is found before any is raised."""
    today = datetime.now(UTC)
    found: list[tuple[Answer, bool]] = []
    faults: list[str] = []
    # A file asks for the same few people and batches again and again, and each costs a look at the disk.
    look_up, name = cache(partial(known_record, ledger)), cache(lambda who: person(ledger, who, people))
    for reply in replies:
        wrong = faults_of(reply)
        record, who = None, ""
        try:
            record = desk.find(reply.record) or look_up(reply.record)
            if reply.plan and reply.plan not in {row.plan for row in desk.asked.get(record, ())}:
                wrong.append(f"was not asked about {reply.record} by a plan {reply.plan!r}")
        except InvalidId as error:
            wrong.append(f"names a record {error.subject!r}, which {error.problem}")
        try:
            who = name(reply.who) if reply.who.strip() else ""
        except InvalidId as error:
            wrong.append(f"{error.subject} {error.problem} ({error.next_step})")
        if reply.at is not None and reply.at > today + _AHEAD:
            wrong.append(f"was given on {reply.at:%Y-%m-%d}, which is still to come")
        if wrong or record is None:
            faults += [f"{reply.place} {each}" for each in wrong]
            continue
        found.append((Answer(record, who, reply.verdict, label_text(reply.label), reply.at or today,
                             reply.plan or desk.plan_of(record), reply.role, reply.comment.strip(), reply.seconds, origin),
                      reply.at is not None))
    refuse(where, faults)
    return found


def _unsaid(desk: Desk, given: Sequence[tuple[Answer, bool]]) -> list[Answer]:
    """The answers that say something new, once each.

    Not new is what is there already, to the time; what a person's last word in that role says already; and, where no time
    was given, whatever the same person has said before: an old file must not take back a later answer.
    """
    added: list[Answer] = []
    there: dict[RecordId, list[Answer]] = {}
    for answer, timed in sorted(given, key=lambda pair: pair[0].moment):
        said = there.setdefault(answer.record, list(desk.answers.get(answer.record, ())))
        mine = [each for each in said if (each.reviewer, each.role) == (answer.reviewer, answer.role)]
        same = [each for each in mine if each.content == answer.content]
        if any(not timed or each.at == answer.at for each in same):
            continue
        before = [each for each in mine if each.at <= answer.at]
        if before and max(before, key=lambda each: each.moment).content == answer.content:
            continue
        added.append(answer)
        said.append(answer)
    return added


def _by_batch(items: Iterable[Item], record_of: Callable[[Item], RecordId | None]) -> dict[BatchId, list[Item]]:
    found: dict[BatchId, list[Item]] = {}
    for item in items:
        if (record := record_of(item)) is not None:
            found.setdefault(record.batch_id, []).append(item)
    return found


def _verdict(desk: Desk, record: RecordId, standing: Standing, settings: Settings, wanted: int | None) -> Verdict | None:
    """What a record's answers add up to; None where just that was said last.

    That an approval was withdrawn is said once: asked again, it would be called a rejection.
    """
    last = desk.said.get(record)
    verdict = agree(record, desk.answers[record], desk.needed(record, NEEDED, wanted), standing, settings,
                    last.outcomes if last else frozenset())
    if last and (last.outcome, last.now, last.value) == (verdict.outcome, now(verdict.reason), verdict.value):
        return None
    return verdict


def _make(answers: Sequence[Answer], verdicts: Sequence[Verdict]) -> Made:
    rows = [{"batch": each.record.batch, "row": each.record.row, "reviewer": each.reviewer, "verdict": each.verdict,
             "label": each.label, "reviewed_at": each.at, "plan": each.plan, "role": each.role, "comment": each.comment,
             "seconds": each.seconds, "origin": each.origin}
            for each in sorted(answers, key=lambda answer: (answer.record, answer.moment))]
    return Made({"reviews": table("reviews", rows)} if rows else {}, verdicts, verdict_rows(list(verdicts)))
