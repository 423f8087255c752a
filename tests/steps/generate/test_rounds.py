"""Rounds: every request ends as a record or a reject; repairs are told what was wrong; secrets are not sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import SourceError
from provenance.model.origin import OriginClass
from provenance.model.record import Ancestry
from provenance.steps.generate import Aim, Completion, Failure, ModelFacts, Request, Subject, Tally, Terms, Yielded, by_name
from provenance.steps.generate import run_rounds as rounds
from provenance.steps.generate.asking import Answered
from provenance.steps.generate.child import licence_of, named_apart
from tests.steps.generate.generate_cases import Bench, bench, cobol, fence, record, shown, subject, template

FACTS = ModelFacts("coder", "sha256:" + "0" * 64, licence="LicenseRef-coder", terms="https://example.org/terms")
OTHER = fence(cobol("ONE", "       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n       01 A PIC 9.\n"))
WRONG = fence(cobol("ONE", "      *> fake: syntax-error\n"))
DIFFERENT = fence(cobol("TWO"))


class Model:
    """An endpoint with a function for a brain; answers come last first."""

    def __init__(self, brain: Callable[[Request], str | Answered]) -> None:
        self.facts, self._brain = FACTS, brain
        self.asked: list[Request] = []

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answered]]:
        for place in reversed(range(len(requests))):
            self.asked.append(requests[place])
            said = self._brain(requests[place])
            yield place, Completion(said, "stop", 10, 5, f"id-{place}", "coder") if isinstance(said, str) else said


def turns(*answers: str | Answered) -> Callable[[Request], str | Answered]:
    """The n-th answer for the n-th time that a question of one draw is asked; the last one from then on."""
    asked: Counter[int] = Counter()

    def brain(request: Request) -> str | Answered:
        asked[request.draw] += 1
        return answers[min(asked[request.draw], len(answers)) - 1]
    return brain


def run(brain: Callable[[Request], str | Answered], *subjects: Subject, mode: str = "version", aim: Aim | None = None,
        tools: Any = None, **terms: Any) -> tuple[Yielded, Model]:
    model = Model(brain)
    made = rounds(by_name(mode), template(f"{mode}@1"), subjects or (subject(cobol("ONE")),), aim or Aim(),
                  tools or bench("cobol", "rexx"), model, Terms(**terms))
    return made, model


def test_a_good_answer_becomes_a_record_with_its_whole_making() -> None:
    made, model = run(turns(OTHER), seed=3)
    (record_,) = made.records
    request = model.asked[0]
    assert not made.rejects and record_.text == OTHER.removeprefix("```cobol\n").removesuffix("```\n")
    assert record_.name == "ONE-version.cbl" and record_.kind == "program" and record_.language == "cobol"
    assert record_.licence == "MIT AND LicenseRef-coder"
    assert [(edge.record, edge.role) for edge in record_.parents] == [(subject(cobol("ONE")).record_id, "source")]
    parent = subject(cobol("ONE")).record.ancestry
    assert record_.ancestry == Ancestry.derive([parent], OriginClass.SYNTHETIC_MODEL, generators=(
        "coder", f"coder@{FACTS.revision}"), licence="LicenseRef-coder")
    made_by = record_.generation
    assert made_by is not None and made_by.prompt == "version@1" and made_by.rendered_sha256 == request.digest.hex
    assert (made_by.seed, made_by.round, made_by.prompt_tokens, made_by.completion_tokens) == (request.seed, 0, 10, 5)
    assert made_by.prompt_sha256 == template("version@1").sha256 and made_by.terms == FACTS.terms
    (evidence,) = record_.evidence
    said = json.loads(evidence.value)
    assert evidence.kind == "making" and evidence.points_to is OriginClass.SYNTHETIC_MODEL
    assert said["proof"]["status"] == "proved" and said["proof"]["checks"]["behaviour"].startswith("same")
    assert said["left_out"] == ["fence"] and said["model"] == "coder" and said["round"] == 0
    assert "served_model" not in said


def test_another_model_than_was_asked_for_is_written_down() -> None:
    made, _ = run(lambda request: Completion(OTHER, "stop", served_model="coder-mini"))
    assert json.loads(made.records[0].evidence[0].value)["served_model"] == "coder-mini"


def test_a_repair_is_told_what_was_wrong_and_each_bad_answer_is_kept_aside() -> None:
    made, model = run(turns(WRONG, DIFFERENT, OTHER))
    assert [(reject.stage, reject.code, reject.generation.round) for reject in made.rejects if reject.generation] == [
        ("syntax", "syntax", 0), ("proof", "differs", 1)]
    assert [reject.text for reject in made.rejects] == [WRONG, DIFFERENT]
    assert made.records[0].generation is not None and made.records[0].generation.round == 2
    second, third = model.asked[1], model.asked[2]
    assert [message.role for message in third.messages] == ["system", "user", "assistant", "user"]
    assert second.messages[2].text == WRONG and "as ordered" in second.messages[3].text
    assert "Expected on standard output:\nONE" in third.messages[3].text
    # A repair has a seed of its own: the same words must be able to give another answer.
    assert len({request.seed for request in model.asked}) == 3
    assert made.tally.asked == made.tally.answered == 3 and made.tally.kept == 1 and made.tally.dropped == 2


@pytest.mark.parametrize("repairs", [0, 1, 2])
def test_repairs_end(repairs: int) -> None:
    made, model = run(turns(WRONG), repairs=repairs)
    assert not made.records and len(made.rejects) == len(model.asked) == repairs + 1


@pytest.mark.parametrize(("answer", "stage", "reason"), [
    (Failure("timeout: 60 s", again=False), "endpoint", "timeout: 60 s"),
    (Failure("content-filter: no"), "endpoint", "content-filter: no"),
    (Failure("half-answer: 12 bytes", again=False), "endpoint", "half-answer: 12 bytes"),
    ("", "answer", "empty"),
    (Completion(OTHER, "length"), "answer", "truncated: length"),
    (fence(cobol("ONE", name="TWO")), "answer", "identical-to-parent"),
    ("I am sorry, but this is not possible for me.", "answer", "prose: no code in the answer"),
    (fence("#include <stdio.h>\nint main(void) { printf(\"1\"); }\n", "c"), "answer", "other-language: looks like c"),
])
def test_each_fault_is_a_reject_and_the_other_questions_go_on(answer: str | Answered, stage: str, reason: str) -> None:
    two = (subject(cobol("ONE")), subject(record(cobol("ONE", name="TWO"), "TWO.cbl"), row=1))
    made, model = run(lambda request: answer if "PROGRAM-ID. TWO" in request.messages[1].text else OTHER, *two, repairs=0)
    assert len(made.records) == 1 and len(made.rejects) == 1 and len(model.asked) == 2
    (reject,) = made.rejects
    assert (reject.stage, reject.reason, reject.maker, reject.subject) == (stage, reason, "coder", two[1].record_id)
    assert reject.generation is not None and reject.generation.rendered_sha256


def test_an_endpoint_that_repeats_the_prompt_gives_no_record() -> None:
    made, _ = run(lambda request: request.messages[1].text, repairs=1)
    assert not made.records and {reject.code for reject in made.rejects} <= {"repeats-prompt", "identical-to-parent"}


@pytest.mark.parametrize("reason", ["budget: 1000 tokens", "rate: 429", "unreachable: refused"])
def test_out_of_budget_or_reach_leaves_nothing_or_rejects_as_wished(reason: str) -> None:
    two = (subject(cobol("ONE")), subject(record(cobol("ONE", name="TWO"), "TWO.cbl"), row=1))

    def brain(request: Request) -> str | Answered:
        return Failure(reason) if "PROGRAM-ID. TWO" in request.messages[1].text else OTHER
    with pytest.raises(SourceError, match="1 of 2 questions unanswered"):
        run(brain, *two)
    made, _ = run(brain, *two, wait=False)
    assert len(made.records) == 1 and made.rejects[0].reason == reason


def test_when_nobody_answers_at_all_nothing_is_kept() -> None:
    with pytest.raises(SourceError, match="timeout"):
        run(turns(Failure("timeout: 60 s")))


def test_questions_that_the_endpoint_forgets_are_not_lost() -> None:
    class Forgetful(Model):
        def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answered]]:
            yield 0, Completion(OTHER, "stop")
            yield 0, Completion(WRONG, "stop")
            yield 99, Completion(WRONG, "stop")
    two = (subject(cobol("ONE")), subject(record(cobol("ONE", name="TWO"), "TWO.cbl"), row=1))
    ask = (by_name("version"), template("version@1"), two, Aim(), bench(), Forgetful(turns("")))
    with pytest.raises(SourceError, match="no word about them"):
        rounds(*ask, Terms())
    made = rounds(*ask, Terms(wait=False))
    assert len(made.records) == 1 and [reject.code for reject in made.rejects] == ["no-answer"]


SECRET = cobol("ONE", "       DATA DIVISION.\n       01 DB-PASSWORD PIC X(8) VALUE 'hunter22'.\n")


def test_a_secret_is_not_sent_and_not_told() -> None:
    made, model = run(turns(OTHER), subject(SECRET), subject(cobol("ONE"), row=1))
    assert len(model.asked) == 1 and not any("hunter22" in m.text for r in model.asked for m in r.messages)
    (reject,) = made.rejects
    assert (reject.stage, reject.reason, reject.text, reject.generation) == ("prompt", "secret: cobol-password", "", None)
    assert "hunter22" not in repr(made)


def test_a_secret_that_a_model_makes_up_is_not_kept_and_not_sent_again() -> None:
    made, model = run(turns(fence(SECRET), OTHER))
    assert not made.records and len(model.asked) == 1 and "hunter22" not in repr(made)
    assert made.rejects[0].reason == "secret: cobol-password"


def test_a_secret_in_a_repair_stops_the_repair() -> None:
    """The answer as a whole, prose included, would be sent back."""
    made, model = run(turns(f"password = 'hunter22'\n{WRONG}", OTHER))
    assert len(model.asked) == 1 and not made.records and made.rejects[0].stage == "syntax"


def test_too_long_a_prompt_is_not_sent() -> None:
    made, model = run(turns(OTHER), longest=200)
    assert not model.asked and made.rejects[0].code == "too-long" and made.rejects[0].stage == "prompt"


def test_what_cannot_be_proved_is_not_paid_for_unless_it_is_wished() -> None:
    made, model = run(turns(OTHER), tools=Bench())
    assert not model.asked and (made.rejects[0].stage, made.rejects[0].reason) == ("subject", "no-toolchain: cobol")
    made, model = run(turns(OTHER), tools=Bench(), keep_unchecked=lambda language: language == "cobol")
    said = json.loads(made.records[0].evidence[0].value)["proof"]
    assert said["status"] == "unchecked" and said["reason"] == "no-toolchain: cobol" and said["checks"] == {}


def test_an_unchecked_answer_is_dropped_with_its_reason() -> None:
    made, _ = run(turns(fence(cobol("ONE", "      *> fake: subprogram\n"))), subject(record("Print ONE.", "a.txt", kind="task")),
                  mode="task")
    assert made.rejects[0].reason == "unchecked: not-executable: as ordered" and not made.records


def test_examples_and_tests_that_were_shown_are_parents_and_their_licences_travel() -> None:
    about = subject(record(cobol("ONE"), licence="Apache-2.0 OR MIT"),
                    examples=[shown(1, cobol("THREE"), licence="GPL-3.0-only")],
                    copied=[shown(2, "       01 A PIC X.\n", name="A.cpy", kind="copybook", licence="NOASSERTION")])
    made, model = run(turns(OTHER), about)
    (record_,) = made.records
    assert [edge.role for edge in record_.parents] == ["source", "shown", "shown"]
    assert record_.licence == "(Apache-2.0 OR MIT) AND GPL-3.0-only AND NOASSERTION AND LicenseRef-coder"
    assert set(record_.ancestry.licences) == {"Apache-2.0", "MIT", "GPL-3.0-only", "NOASSERTION", "LicenseRef-coder"}
    assert cobol("THREE") in model.asked[0].messages[1].text
    repeated, _ = run(turns(fence(cobol("THREE"))), about, repairs=0)
    assert repeated.rejects[0].code == "repeats-prompt"


def test_draws_have_seeds_of_their_own_and_equal_answers_count_once() -> None:
    made, model = run(turns(OTHER), samples=3)
    assert len({request.seed for request in model.asked}) == len({request.digest for request in model.asked}) == 3
    assert all(0 <= request.seed < 2**31 for request in model.asked)
    assert len(made.records) == 1 and [reject.reason for reject in made.rejects] == ["same-answer"] * 2
    assert all(reject.generation for reject in made.rejects)


def test_names_are_apart_within_a_batch() -> None:
    answers = iter([OTHER, OTHER.replace("PIC 9", "PIC X"), OTHER.replace("PIC 9", "PIC A")])
    made, _ = run(lambda request: next(answers), samples=3)
    assert sorted(record_.name for record_ in made.records) == ["ONE-version-2.cbl", "ONE-version-3.cbl", "ONE-version.cbl"]
    assert named_apart("README", {"README"}) == "README-2"


def test_licences_of_nothing_known() -> None:
    assert licence_of(["", "NOASSERTION"]) == "NOASSERTION"
    assert licence_of(["MIT AND Apache-2.0", "Apache-2.0"]) == "MIT AND Apache-2.0"


def test_progress_is_told() -> None:
    told: list[tuple[int, int, int]] = []

    def tell(tally: Tally) -> None:
        told.append((tally.round, tally.answered, tally.kept))
    rounds(by_name("version"), template("version@1"), [subject(cobol("ONE"))], Aim(), bench(), Model(turns(WRONG, OTHER)),
           Terms(), tell=tell)
    assert told[0] == (0, 1, 0) and told[-1] == (1, 2, 1)


@settings(max_examples=25)
@given(st.lists(st.lists(st.sampled_from([OTHER, WRONG, DIFFERENT, "", "prose and no more of it here"]), min_size=1, max_size=3),
                min_size=1, max_size=4), st.integers(0, 2), st.integers(1, 2), st.booleans())
def test_every_request_is_a_record_or_a_reject(scripts: list[list[str]], repairs: int, samples: int, threads: bool) -> None:
    """Whatever is answered: kept + dropped = asked, and threads change nothing."""
    about = [subject(record(cobol("ONE", name=f"P{row}"), f"P{row}.cbl"), row=row) for row in range(len(scripts))]

    def brain(request: Request) -> str:
        row = next(row for row in range(len(scripts)) if f"PROGRAM-ID. P{row}." in request.messages[1].text)
        script = scripts[row]
        return script[min(len(request.messages) // 2 - 1, len(script) - 1)]
    made, model = run(brain, *about, repairs=repairs, samples=samples)
    paid = [one for one in (*(r.generation for r in made.rejects), *(r.generation for r in made.records)) if one]
    assert len(made.records) + len(made.rejects) == len(model.asked) == len(paid)
    assert {one.rendered_sha256 for one in paid} == {request.digest.hex for request in model.asked}
    if threads:
        with ThreadPoolExecutor(2) as pool:
            again = rounds(by_name("version"), template("version@1"), about, Aim(), bench(), Model(brain),
                           Terms(repairs=repairs, samples=samples), pool=pool)
        assert (again.records, again.rejects) == (made.records, made.rejects)
