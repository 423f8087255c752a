"""The fakes obey their orders, always in the same way, and are refused nonsense."""

import json
import signal
import subprocess
import sys

import pytest

from provenance.errors import SourceError
from provenance.sources.endpoint import OpenAIEndpoint
from provenance.sources.endpoint_limits import EndpointLimits
from provenance.steps.generate.asking import Completion, Failure, Message, ModelFacts, Request, Sampling
from provenance.testing.endpoint import DRESSES, FAULTS, HUGE, FakeEndpoint, Reply, Rule, Script
from provenance.testing.endpoint_server import FakeServer

TEXT = "       DISPLAY 'A'.\n       STOP RUN.\n"


def ask(facts, text="write", **more):
    return Request(facts, (Message("system", "be brief"), Message("user", text)), Sampling(max_tokens=9), **more)


def through_both(script, *texts, tries=1):
    """The answers of the fake in this process, and of our client with the fake server."""
    inside = FakeEndpoint(script, ModelFacts("fake-coder"))
    requests = [ask(inside.facts, text) for text in texts]
    with FakeServer(script) as server, OpenAIEndpoint(inside.facts, server.address, limits=EndpointLimits(
            concurrency=1, tries=tries, backoff_s=0, timeout_s=2, total_s=2, answer_characters=HUGE * 2)) as outside:
        return [answer for _, answer in inside.complete(requests)], [answer for _, answer in sorted(outside.complete(requests))]


@pytest.mark.parametrize("dress, said, finish", [
    ("", TEXT, "stop"), ("prose", f"Certainly! The program below does what you ask.\n\n{TEXT}\n\nIt needs no input.", "stop"),
    ("fenced", f"Here is the program:\n\n```cobol\n{TEXT}\n```", "stop"), ("repeat", "be brief\nwrite", "stop"),
    ("empty", "", "stop"), ("length", TEXT[:len(TEXT) // 2], "length")])
def test_a_reply_wears_what_was_ordered(dress, said, finish):
    (inside,), (outside,) = through_both(Script([Rule("", (Reply(TEXT, dress=dress),))]), "write")
    assert (inside.text, inside.finish_reason) == (said, finish) == (outside.text, outside.finish_reason)
    assert (inside.prompt_tokens, inside.completion_tokens > 0) == (4, bool(said))


def test_another_language_and_too_much_of_it():
    (inside,), (outside,) = through_both(Script([Rule("", (Reply(TEXT, dress="language"),))]), "write")
    assert inside.text == outside.text and "def main" in inside.text
    (inside,), (outside,) = through_both(Script([Rule("", (Reply(TEXT, dress="huge"),))]), "write")
    assert inside.text == outside.text and len(inside.text) >= HUGE


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in {"", "stop", "401", "403", "404", "filtered"}])
def test_a_fault_in_this_process_is_the_fault_over_http(fault):
    (inside,), (outside,) = through_both(Script([Rule("", (Reply(fault=fault, retry_after=0),))]), "write")
    assert isinstance(inside, Failure) and isinstance(outside, Failure)
    assert (inside.reason.split(":")[0], inside.again) == (outside.reason.split(":")[0], outside.again)


@pytest.mark.parametrize("fault", ["stop", "401", "404"])
def test_what_ends_an_endpoint_ends_the_fake_too(fault):
    fake = FakeEndpoint(Script([Rule("end", (Reply(fault=fault),)), Rule("", (Reply(TEXT),))]))
    answers = fake.complete([ask(fake.facts, "a"), ask(fake.facts, "end"), ask(fake.facts, "b")])
    assert next(answers)[1].text == TEXT
    with pytest.raises(SourceError, match=f"{fault} as ordered"):
        next(answers)


def test_the_nth_try_of_a_question_gets_the_nth_reply():
    script = Script([Rule("a", (Reply(fault="500"), Reply(fault="503"), Reply("third")))])
    fake = FakeEndpoint(script)
    said = [next(fake.complete([ask(fake.facts, "a")]))[1] for _ in range(4)]
    assert [getattr(each, "text", each.__class__) for each in said] == [Failure, Failure, "third", "third"]
    assert through_both(script, "a", tries=3)[1][0].text == "third"


def test_texts_are_spread_the_same_way_in_whatever_order_they_are_asked():
    script = Script.of("one", "two", "three")
    questions = [str(number) for number in range(30)]
    inside, outside = through_both(script, *questions)
    assert [each.text for each in inside] == [each.text for each in outside]
    backwards, _ = through_both(script, *reversed(questions))
    assert [each.text for each in reversed(backwards)] == [each.text for each in inside]
    assert {each.text for each in inside} == {"one", "two", "three"}


def test_a_function_may_answer_instead():
    fake = FakeEndpoint(lambda request: f"{request.seed}" if request.seed else Failure("timeout: never", tries=3))
    (_, first), (_, second) = fake.complete([ask(fake.facts, seed=7), ask(fake.facts)])
    assert isinstance(first, Completion) and first.text == "7" and second == Failure("timeout: never", tries=3)
    assert fake.facts.endpoint == "replay"


def test_a_server_dies_when_it_is_told():
    facts = ModelFacts("fake-coder")
    with FakeServer(Script.of(TEXT), dies_after=3) as server, OpenAIEndpoint(
            facts, server.address, limits=EndpointLimits(concurrency=1, tries=1, give_up_after=99)) as endpoint:
        said = [answer for _, answer in endpoint.complete([ask(facts, str(number)) for number in range(6)])]
    assert [isinstance(each, Completion) for each in said] == [True] * 3 + [False] * 3
    assert said[-1].reason.startswith("unreachable")


# -- replay files ----------------------------------------------------------------------------------------------------


def replay(tmp_path, *rules):
    path = tmp_path / "replay.jsonl"
    path.write_text("\n\n".join(each if isinstance(each, str) else json.dumps(each) for each in rules))
    return path


def test_a_replay_file_answers_by_digest_and_by_text(tmp_path):
    facts = ModelFacts("fake-coder")
    wanted = ask(facts, "the very question")
    path = replay(tmp_path, {"digest": str(wanted.digest), "text": "by digest"},
                  {"contains": "very", "replies": [{"fault": "500"}, {"text": "by text", "dress": "fenced"}]},
                  {"contains": "", "text": "any"})
    fake = FakeEndpoint(Script.read(path), facts)
    said = [answer for _, answer in fake.complete([wanted, ask(facts, "very"), ask(facts, "very"), ask(facts, "x")])]
    assert [getattr(each, "text", "failed") for each in said] == [
        "by digest", "failed", "Here is the program:\n\n```cobol\nby text\n```", "any"]


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x", "mood": 1}', '{"text": "x", "replies": [{"text": "y"}]}',
                                  '{"replies": []}', '{"fault": "418"}', '{"dress": "coat"}', '{"replies": [{"mood": 1}]}'])
def test_a_line_that_is_no_rule_is_named(tmp_path, line):
    with pytest.raises(SourceError, match=r"replay\.jsonl:3: is not a rule"):
        Script.read(replay(tmp_path, {"text": "x"}, line))
    with pytest.raises(SourceError, match="cannot be read"):
        Script.read(tmp_path / "none")


def test_a_question_that_no_rule_answers_is_refused():
    inside, outside = through_both(Script([Rule("known", (Reply(TEXT),))]), "unwilling")
    for (said,) in (inside, outside):
        assert said == Failure("refused: 400 no rule answers this question", again=False)


def test_orders_that_nobody_knows_are_refused():
    assert len(set(DRESSES)) == len(DRESSES) and len(set(FAULTS)) == len(FAULTS)
    for wrong in ({"dress": "coat"}, {"fault": "418"}):
        with pytest.raises(SourceError, match="is not a reply that can be ordered"):
            Reply("x", **wrong)


def test_it_runs_as_a_program_until_it_is_told_to_end(tmp_path):
    path = replay(tmp_path, {"text": "by program"})
    process = subprocess.Popen([sys.executable, "-m", "provenance.testing.endpoint", "--replay", path, "--model", "m"],
                               stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        facts = ModelFacts("m")
        with OpenAIEndpoint(facts, address) as endpoint:
            assert next(endpoint.complete([ask(facts)]))[1].text == "by program"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()
    refused = subprocess.run([sys.executable, "-m", "provenance.testing.endpoint", "--replay", tmp_path / "none"],
                             capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 2 and "cannot be read" in refused.stderr
