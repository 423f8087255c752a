"""What answers add up to: only as many independent approvals as are needed pass a record, whatever else is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import InvalidId, PolicyError
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome
from provenance.steps.review import Answer, Score, Settings, Standing, agree, gold_digest, latest, score

RECORD = RecordId(1, 0)
DAY = datetime(2026, 11, 1, tzinfo=UTC)
ANSWERS = st.lists(st.builds(
    Answer, st.just(RECORD), st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(["approve", "reject", "unsure"]),
    at=st.integers(0, 9).map(lambda day: DAY + timedelta(days=day)), role=st.sampled_from(["reviewer", "reviewer", "arbiter"])),
    max_size=8)


def said(who: str, verdict: str, day: int = 0, role: str = "reviewer", record: RecordId = RECORD) -> Answer:
    return Answer(record, who, verdict, at=DAY + timedelta(days=day), role=role)


@pytest.mark.parametrize(("answers", "outcome", "reason"), [
    ([], "abstain", "waiting: 0 of 2"),
    ([said("a", "approve")], "abstain", "waiting: 1 of 2"),
    ([said("a", "approve"), said("a", "approve", 1)], "abstain", "waiting: 1 of 2"),
    ([said("a", "approve"), said("b", "approve")], "pass", "approved: 2 of 2"),
    ([said("a", "reject"), said("b", "reject")], "fail", "rejected: 2 of 2"),
    ([said("a", "approve"), said("b", "reject")], "abstain", "disagreement: 1 approve, 1 reject"),
    ([said("a", "approve"), said("b", "unsure")], "abstain", "unsure: 1 approve, 1 unsure"),
    ([said("a", "approve"), said("b", "unsure"), said("c", "approve")], "abstain", "unsure: 2 approve, 1 unsure"),
    ([said("a", "approve"), said("b", "reject"), said("b", "approve", 1)], "pass", "approved: 2 of 2"),
    ([said("a", "approve"), said("b", "reject"), said("c", "approve", role="arbiter")], "pass",
     "approved: by an arbiter, after 1 approve, 1 reject"),
    ([said("a", "approve"), said("b", "reject"), said("c", "reject", role="arbiter")], "fail",
     "rejected: by an arbiter, after 1 approve, 1 reject"),
    ([said("a", "approve"), said("b", "reject"), said("c", "unsure", role="arbiter")], "abstain",
     "disagreement: 1 approve, 1 reject"),
    ([said("a", "approve"), said("b", "reject"), said("c", "approve", role="arbiter"), said("d", "reject", role="arbiter")],
     "abstain", "disagreement: 1 approve, 1 reject"),
    # Nobody settles a difference that they are a party to, and an arbiter before there is one settles nothing.
    ([said("a", "approve"), said("b", "reject"), said("a", "approve", 1, "arbiter")], "abstain",
     "disagreement: 1 approve, 1 reject"),
    ([said("a", "approve"), said("c", "approve", role="arbiter")], "abstain", "waiting: 1 of 2"),
])
def test_what_answers_add_up_to(answers: list[Answer], outcome: str, reason: str) -> None:
    verdict = agree(RECORD, answers, needed=2)
    assert (verdict.outcome, verdict.reason, verdict.check) == (outcome, reason, "review")


@given(ANSWERS, st.integers(1, 3))
def test_a_pass_has_independent_approvals_or_an_arbiter(answers: list[Answer], needed: int) -> None:
    verdict = agree(RECORD, answers, needed)
    last = latest(answers)
    reviewers = {answer.reviewer: answer.verdict for answer in last if answer.role == "reviewer"}
    arbiters = {answer.reviewer for answer in last if answer.role == "arbiter" and answer.verdict == "approve"} - set(reviewers)
    if verdict.outcome is Outcome.PASS:
        unanimous = len(reviewers) >= needed and set(reviewers.values()) == {"approve"}
        assert unanimous or (arbiters and set(reviewers.values()) - {"approve"})
    assert verdict == agree(RECORD, list(reversed(answers)), needed)


@given(ANSWERS, st.integers(1, 3), st.integers(0, 7))
def test_taking_an_approval_away_never_passes_a_record(answers: list[Answer], needed: int, place: int) -> None:
    settled = agree(RECORD, answers, needed).outcome
    # The last word of a person as a whole: without it an older word of theirs would come up.
    # Who approved as an arbiter and rejected as a reviewer takes the rejection along: that is more than an approval.
    other = {answer.reviewer for answer in latest(answers) if answer.verdict != "approve"}
    approving = [answer.reviewer for answer in latest(answers) if answer.verdict == "approve" and answer.reviewer not in other]
    if not approving or settled is Outcome.PASS:
        return
    gone = approving[place % len(approving)]
    kept = [answer for answer in answers if answer.reviewer != gone]
    assert agree(RECORD, kept, needed).outcome is not Outcome.PASS


def test_who_failed_the_gold_questions_is_named_and_does_not_count() -> None:
    answers = [said("a", "approve"), said("b", "approve")]
    doubtful = Standing({"b": Score(1, 3)})
    verdict = agree(RECORD, answers, 2, doubtful)
    assert verdict.reason == "waiting: 1 of 2" and json.loads(verdict.value)["not_counted"] == {"b": "gold 1 of 3"}
    assert agree(RECORD, answers, 2, doubtful, Settings(gold_least=4)).outcome is Outcome.PASS
    assert agree(RECORD, answers, 2, doubtful, Settings(gold_threshold=0.3)).outcome is Outcome.PASS


def test_nobody_reviews_their_own_work() -> None:
    answers = [said("a", "approve"), said("b", "approve")]
    verdict = agree(RECORD, answers, 2, Standing(makers={RECORD: frozenset({"a"})}))
    assert verdict.reason == "waiting: 1 of 2" and json.loads(verdict.value)["not_counted"] == {"a": "own work"}


def test_a_gold_question_passes_no_record() -> None:
    verdict = agree(RECORD, [said("a", "approve"), said("b", "approve")], 2, Standing(gold=frozenset({RECORD})))
    assert (verdict.outcome, verdict.reason) == (Outcome.ABSTAIN, "gold")


def test_what_was_said_before_is_not_taken_back_in_silence() -> None:
    passed, failed = frozenset({Outcome.PASS}), frozenset({Outcome.FAIL})
    both, one = [said("a", "approve"), said("b", "approve")], [said("a", "approve"), said("b", "unsure")]
    assert agree(RECORD, both, 2, before=passed).outcome is Outcome.PASS
    withdrawn = agree(RECORD, one, 2, before=passed)
    assert (withdrawn.outcome, withdrawn.reason) == (Outcome.FAIL, "withdrawn: now unsure: 1 approve, 1 unsure")
    assert agree(RECORD, both, 2, before=failed).reason == "rejected-before: now approved: 2 of 2"


@pytest.mark.parametrize("wrong", [{"needed": 0}, {"needed": 101}, {"gold_threshold": 1.1}, {"gold_least": 0}])
def test_impossible_settings_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(PolicyError, match="Next:"):
        Settings(**wrong)  # type: ignore[arg-type]


def test_gold_is_scored_by_a_keyed_digest_of_this_record() -> None:
    key, other = b"k" * 32, RecordId(1, 1)
    gold = {RECORD: gold_digest(key, RECORD, "reject"), other: gold_digest(key, other, "reject")}
    assert gold[RECORD] != gold[other] and gold[RECORD] != gold_digest(b"x" * 32, RECORD, "reject")
    answers = [said("a", "reject"), said("a", "approve", record=other), said("b", "unsure"), said("c", "approve"),
               said("c", "reject", 1)]
    assert score(answers, gold, key) == {"a": Score(1, 2), "c": Score(1, 1)}
    assert Score(1, 2).accuracy == 0.5 and Score(0, 0).accuracy is None
    for bad in (lambda: gold_digest(b"", RECORD, "reject"), lambda: gold_digest(key, RECORD, "unsure")):
        with pytest.raises(InvalidId):
            bad()
