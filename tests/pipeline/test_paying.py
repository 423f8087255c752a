"""Nothing is paid for twice: not within a call, not over runs, not over kills."""

import os
import signal
import subprocess
import sys
import time

import pytest

from provenance.errors import LedgerError, SourceError
from provenance.ledger import Ledger
from provenance.ledger.journal import Journal
from provenance.model.identity import BatchId
from provenance.pipeline.paying import Paid
from provenance.steps.generate.asking import Completion, Failure, Message, ModelFacts, Request
from provenance.testing.endpoint import FakeEndpoint, Reply, Rule, Script
from provenance.testing.endpoint_server import FakeServer

BATCH = BatchId(42)


@pytest.fixture
def ledger(tmp_path):
    return Ledger.init(tmp_path / "ledger")


def asks(facts, numbers, **more):
    return [Request(facts, (Message("user", f"<{number}>"),), **more) for number in numbers]


def fake(*rules):
    return FakeEndpoint(Script([*rules, Rule("", (Reply("DISPLAY 'A'."),))]))


def test_what_was_answered_is_remembered_and_what_failed_is_asked_again(ledger):
    endpoint = fake(Rule("<3>", (Reply(fault="500"), Reply("healed"))))
    requests = asks(endpoint.facts, range(5))
    first = Paid(endpoint, Journal(ledger), BATCH)
    before = dict(first.complete(requests))
    assert isinstance(before[3], Failure) and (first.tally.paid, first.tally.failed, first.tally.remembered) == (4, 1, 0)
    second = Paid(endpoint, Journal(ledger), BATCH)
    after = dict(second.complete(requests))
    assert after == {**before, 3: after[3]} and after[3].text == "healed"
    assert (second.tally.paid, second.tally.failed, second.tally.remembered) == (1, 0, 4)
    assert [endpoint.asked[request.digest] for request in requests] == [1, 1, 1, 2, 1]
    assert second.facts == endpoint.facts and second.tally.completion_tokens == after[3].completion_tokens > 0


def test_equal_questions_are_asked_once_and_draws_are_not_equal(ledger):
    endpoint = fake()
    requests = asks(endpoint.facts, [1, 2, 1, 1]) + asks(endpoint.facts, [1], draw=1)
    paid = Paid(endpoint, Journal(ledger), BATCH)
    found = list(paid.complete(requests))
    assert sorted(place for place, _ in found) == [0, 1, 2, 3, 4]
    assert sum(endpoint.asked.values()) == 3 == paid.tally.paid and paid.tally.doubled == 2
    again = Paid(endpoint, Journal(ledger), BATCH)
    assert dict(again.complete(requests)) == dict(found) and again.tally.remembered == 5
    assert sum(endpoint.asked.values()) == 3


@pytest.mark.parametrize("changed", [{"seed": 1}, {"draw": 1}])
def test_another_question_is_another_question(ledger, changed):
    endpoint = fake()
    list(Paid(endpoint, Journal(ledger), BATCH).complete(asks(endpoint.facts, [1])))
    other = Paid(endpoint, Journal(ledger), BATCH)
    list(other.complete(asks(endpoint.facts, [1], **changed)))
    newer = FakeEndpoint(Script.of("X"), ModelFacts(endpoint.facts.model, "2", "replay", "CC0-1.0"))
    list(Paid(newer, Journal(ledger), BATCH).complete(asks(newer.facts, [1])))
    assert other.tally.paid == 1 and sum(newer.asked.values()) == 1, "a new revision of the model has not answered yet"


def test_an_answer_is_on_the_disk_before_it_is_given(ledger):
    endpoint = fake()
    answers = Paid(endpoint, Journal(ledger), BATCH).complete(asks(endpoint.facts, range(3)))
    for number in range(1, 4):
        next(answers)
        assert len(Journal(ledger).answers(BATCH)) == number


def test_what_came_before_the_end_stays(ledger):
    endpoint = fake(Rule("<2>", (Reply(fault="stop"),)))
    requests = asks(endpoint.facts, range(4))
    with pytest.raises(SourceError):
        list(Paid(endpoint, Journal(ledger), BATCH).complete(requests))
    assert set(Journal(ledger).answers(BATCH)) == {requests[0].digest, requests[1].digest}


def test_an_answer_that_cannot_be_kept_ends_the_asking(ledger, monkeypatch):
    endpoint = fake()

    def full(self, batch, request, completion):
        raise LedgerError("journal", "is full")

    monkeypatch.setattr(Journal, "record", full)
    with pytest.raises(LedgerError):
        list(Paid(endpoint, Journal(ledger), BATCH).complete(asks(endpoint.facts, range(9))))
    assert sum(endpoint.asked.values()) == 1


def test_after_the_commit_it_is_forgotten(ledger):
    endpoint = fake()
    paid = Paid(endpoint, Journal(ledger), BATCH)
    list(paid.complete(asks(endpoint.facts, range(3))))
    paid.close()
    assert Journal(ledger).answers(BATCH) == {}


_RUN = """
import sys
from provenance.ledger import Ledger
from provenance.ledger.journal import Journal
from provenance.model.identity import BatchId
from provenance.pipeline.paying import Paid
from provenance.sources.endpoint import OpenAIEndpoint
from provenance.sources.endpoint_limits import EndpointLimits
from provenance.steps.generate.asking import Message, ModelFacts, Request
ledger, address, workers, count = sys.argv[1:]
facts = ModelFacts("fake-coder")
requests = [Request(facts, (Message("user", f"<{n}>"),)) for n in range(int(count))]
with OpenAIEndpoint(facts, address, limits=EndpointLimits(concurrency=int(workers))) as endpoint:
    paid = Paid(endpoint, Journal(Ledger(ledger)), BatchId(42))
    for place, answer in paid.complete(requests):
        print(place, answer.text, flush=True)
print("tally", paid.tally.paid, paid.tally.remembered, paid.tally.failed, flush=True)
"""


def test_kill_9_in_mid_batch_costs_only_what_was_under_way(ledger):
    count, workers = 32, 3

    def reply(asked):
        time.sleep(0.02)
        return Reply(f"answer to {asked.prompt}")

    with FakeServer(Script([reply])) as server:
        argv = [sys.executable, "-c", _RUN, str(ledger.path), server.address, str(workers), str(count)]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(10):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        kept = Journal(ledger).answers(BATCH)
        paid_for = {asked.digest for asked in server.asked}
        first = len(server.asked)
        assert 10 <= len(kept) < count and {str(digest) for digest in kept} <= paid_for
        assert len(paid_for) - len(kept) <= workers + 2, "as promised: what was under way, one that waited, one in hand"

        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True)
        asked_again = [asked.digest for asked in server.asked[first:]]
    assert not {str(digest) for digest in kept} & set(asked_again), "what is journalled is not asked again"
    assert len(asked_again) == count - len(kept)
    *answers, tally = done.stdout.splitlines()
    assert tally == f"tally {count - len(kept)} {len(kept)} 0"
    assert sorted(answers) == sorted(f"{n} answer to <{n}>" for n in range(count))
    assert all(isinstance(each, Completion) for each in kept.values())
