"""Asking a model over HTTP: faults, retries, rates, budgets, keys. The server is real, the model is not."""

import json
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import PolicyError, SourceError
from provenance.sources.endpoint import OpenAIEndpoint, open_endpoint
from provenance.sources.endpoint_answer import HalfAnswer, TooLong, hear
from provenance.sources.endpoint_client import _retry_after
from provenance.sources.endpoint_limits import Bucket, Budget, EndpointLimits, Pacer, jittered, likely_tokens, most_tokens
from provenance.sources.endpoint_spec import EndpointSpec, check_address
from provenance.steps.generate.asking import Completion, Failure, Message, ModelFacts, Request, Sampling
from provenance.testing.endpoint import Reply, Rule, Script
from provenance.testing.endpoint_server import FakeServer

PROGRAM = "       PROCEDURE DIVISION.\n           DISPLAY 'A'.\n           STOP RUN.\n"
FACTS = ModelFacts("fake-coder")
QUICK = {"backoff_s": 0.001}


def ask(text="write a program", **more):
    return Request(FACTS, (Message("user", text),), Sampling(max_tokens=100), **more)


def one(server, request=None, *, stream=True, key="", **limits):
    """The answer to one question."""
    with OpenAIEndpoint(FACTS, server.address, key=key, stream=stream, limits=EndpointLimits(**{**QUICK, **limits})) as endpoint:
        (found,) = endpoint.complete([request or ask()])
    assert found[0] == 0
    return found[1]


def serve(*replies, **more):
    return FakeServer(Script([Rule("", replies)]), **more)


# -- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_comes_with_all_that_was_said_about_it(stream):
    with serve(Reply(PROGRAM * 9)) as server:
        answer = one(server, stream=stream)
    assert (answer.text, answer.finish_reason, answer.served_model, answer.tries) == (PROGRAM * 9, "stop", "fake-coder", 1)
    assert answer.prompt_tokens == 4 and answer.completion_tokens == -(-len(PROGRAM * 9) // 4)
    assert answer.response_id == f"fake-{ask().digest.hex[-16:]}" and answer.seconds > 0
    assert server.asked[0].digest == str(ask().digest), "support can find the request by its digest"


@pytest.mark.parametrize("reply, broken, tries", [
    (Reply(PROGRAM, fault="half"), "half-answer: ", 2),
    (Reply(PROGRAM, fault="reset"), "half-answer: the connection broke", 2),
    (Reply("no", fault="500"), "refused: 500 no", 2),
    (Reply("no", fault="503", retry_after=0), "refused: 503 no", 2),
    (Reply("slowly", fault="429", retry_after=0), "rate: 429 slowly", 2),
    (Reply("n is unknown", fault="400"), "refused: 400 n is unknown", 1),
    (Reply(PROGRAM, fault="wrong-model"), "wrong-model: asked fake-coder, answered by another", 1),
    (Reply(PROGRAM, dress="huge"), "too-long: over ", 1),
])
@pytest.mark.parametrize("stream", [True, False])
def test_every_fault_has_its_code_and_its_number_of_tries(reply, broken, tries, stream):
    with serve(reply) as server:
        answer = one(server, stream=stream, tries=2, answer_characters=1000)
    assert isinstance(answer, Failure) and answer.reason.startswith(broken) and len(answer.reason) < 300
    assert (answer.tries, answer.again, len(server.asked)) == (tries, tries > 1, tries)


@pytest.mark.parametrize("fault", ["hang", "dribble"])
@pytest.mark.parametrize("stream", [True, False])
def test_who_falls_silent_or_never_ends_is_not_waited_for(fault, stream):
    began = time.monotonic()
    with serve(Reply(PROGRAM, fault=fault)) as server:
        answer = one(server, stream=stream, tries=1, timeout_s=0.4, total_s=0.8)
    assert answer.reason.startswith("timeout: ") and time.monotonic() - began < 20


def test_silence_is_noticed_long_before_the_whole_time_is_over():
    with serve(Reply(PROGRAM, fault="hang")) as server:
        assert one(server, tries=1, timeout_s=0.4, total_s=900).reason == "timeout: silent for 0.4 s"


def test_a_fault_that_heals_is_forgotten():
    faults = [Reply(PROGRAM, fault=fault, retry_after=0) for fault in ("500", "reset", "429", "half")]
    with serve(*faults, Reply(PROGRAM)) as server:
        answer = one(server, tries=5)
    assert (answer.text, answer.tries) == (PROGRAM, 5)


def test_an_answer_that_was_filtered_or_cut_off_says_so():
    with serve(Reply(PROGRAM, dress="length")) as server:
        assert one(server).finish_reason == "length"
    with serve(Reply(PROGRAM, fault="filtered")) as server:
        assert one(server).finish_reason == "content_filter"


def test_a_dated_name_is_the_model_and_a_longer_one_is_another():
    served = {"coder-2026-01-31": True, "coder-20260131": True, "coder@0131": True, "coder-turbo": False, "cod": False,
              "coder-turbo-2026-01-31": False, "coder-2026-01-31-mini": False}
    with OpenAIEndpoint(ModelFacts("coder"), "http://localhost/v1", served_as=["org/coder"]) as endpoint:
        assert {name: endpoint._is_ours(name) for name in served} == served
        assert endpoint._is_ours("org/coder-2026-01-31") and not endpoint._is_ours("evil/coder")


def test_retry_after_is_obeyed_and_not_for_ever():
    with serve(Reply(fault="429", retry_after=0.6), Reply(PROGRAM)) as server:
        began = time.monotonic()
        assert one(server).text == PROGRAM
        assert time.monotonic() - began >= 0.6
    with serve(Reply(fault="429", retry_after=3600)) as server:
        assert one(server).reason.endswith("(asks to wait 3600 s)") and len(server.asked) == 1


@pytest.mark.parametrize("said, wait", [
    ({"retry-after": "7"}, 7.0), ({"retry-after-ms": "250"}, 0.25), ({"retry-after-ms": "x", "retry-after": "2"}, 2.0),
    ({}, None), ({"retry-after": "soon"}, None), ({"retry-after": "-1"}, None), ({"retry-after": "inf"}, None),
    ({"retry-after": "nan"}, None), ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0)])
def test_retry_after_in_all_its_forms(said, wait):
    assert _retry_after(said) == wait


# -- many questions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 8])
def test_every_place_is_answered_once_whatever_happens_to_the_others(workers):
    faults = ["500", "reset", "429", "half", "400"]
    rules = [Rule(f"<{n}>", (Reply(fault=fault, retry_after=0),)) for n, fault in enumerate(faults)]
    with FakeServer(Script([*rules, Rule("", (Reply(fault="503", retry_after=0), Reply(PROGRAM)))])) as server, \
            OpenAIEndpoint(FACTS, server.address, limits=EndpointLimits(concurrency=workers, tries=2, **QUICK)) as endpoint:
        found = list(endpoint.complete([ask(f"<{n}>") for n in range(40, -1, -1)]))
    assert sorted(place for place, _ in found) == list(range(41))
    assert {40 - place for place, answer in found if isinstance(answer, Failure)} == {0, 1, 2, 3, 4}
    assert len(server.asked) == 36 * 2 + 4 * 2 + 1


def test_requests_are_made_when_they_are_sent():
    made = []

    class Lazily(list):
        def __len__(self):
            return 1000

        def __getitem__(self, place):
            made.append(place)
            return ask(f"<{place}>")

    with serve(Reply(PROGRAM)) as server, \
            OpenAIEndpoint(FACTS, server.address, limits=EndpointLimits(concurrency=3)) as endpoint:
        answers = endpoint.complete(Lazily())
        for _ in range(5):
            next(answers)
        time.sleep(0.2)
        answers.close()
        # Five were taken, one waits in the queue, and each of three workers has one in hand.
        assert len(made) <= 5 + 1 + 3
        time.sleep(0.3)
        assert len(server.asked) <= 9 and endpoint.spent.requests <= 9, "who no longer listens no longer pays"


def test_a_server_that_dies_in_mid_batch_ends_it_and_what_came_stays():
    with serve(Reply(PROGRAM), dies_after=10) as server, OpenAIEndpoint(
            FACTS, server.address, limits=EndpointLimits(concurrency=2, tries=2, give_up_after=3, **QUICK)) as endpoint:
        found = []
        with pytest.raises(SourceError, match=r"has answered none of the last 3 questions \(unreachable: "):
            for each in endpoint.complete([ask(str(n)) for n in range(500)]):
                found.append(each)
    assert 8 <= sum(isinstance(answer, Completion) for _, answer in found) <= 10
    assert len(found) < 20, "the rest is left open, not recorded as failed"
    assert len({place for place, _ in found}) == len(found)


def test_who_never_answered_and_refuses_all_is_not_asked_five_hundred_times():
    with serve(Reply("seed is not a parameter", fault="400")) as server, OpenAIEndpoint(
            FACTS, server.address, limits=EndpointLimits(concurrency=1, give_up_after=4)) as endpoint:
        with pytest.raises(SourceError, match=r"none of the last 4 questions \(refused: 400 seed is not a parameter\)"):
            list(endpoint.complete([ask(str(n)) for n in range(500)]))
        assert len(server.asked) == 4


@pytest.mark.parametrize("fault, problem", [("401", "refuses the key"), ("404", "does not know the model"),
                                            ("403", "forbids the question")])
def test_an_endpoint_that_cannot_be_used_is_an_error(fault, problem):
    with serve(Reply(fault=fault)) as server, pytest.raises(SourceError, match=problem):
        one(server)
    assert len(server.asked) == 1


def test_one_forbidden_question_does_not_end_the_others():
    with FakeServer(Script([Rule("bad", (Reply(fault="403"),)), Rule("", (Reply(PROGRAM),))])) as server, \
            OpenAIEndpoint(FACTS, server.address, limits=EndpointLimits(concurrency=1)) as endpoint:
        first, second, third = (answer for _, answer in endpoint.complete([ask("a"), ask("bad"), ask("c")]))
    assert (first.text, third.text) == (PROGRAM, PROGRAM) and second == Failure("refused: 403", again=False)


def test_the_model_is_looked_for_before_anything_is_paid_for():
    with serve(Reply(PROGRAM), model="llama") as server:
        with pytest.raises(SourceError, match=r"does not list the model 'fake-coder'\. Next: take one that it lists \(llama\)"):
            one(server)
        assert server.asked == []
    with serve(Reply(PROGRAM), lists=False) as server:
        assert one(server).text == PROGRAM


def test_nobody_at_the_address():
    with serve(Reply(PROGRAM)) as server:
        pass
    with pytest.raises(SourceError, match="cannot be reached"):
        one(server, tries=2)


def test_requests_for_another_model_and_parameters_that_are_ours_are_refused():
    with serve(Reply(PROGRAM)) as server:
        with pytest.raises(SourceError, match="is not the model of this endpoint"):
            one(server, Request(ModelFacts("fake-coder", "other"), (Message("user", "x"),)))
        with pytest.raises(SourceError, match="may not set n, seed"):
            one(server, Request(FACTS, (Message("user", "x"),), Sampling(extra={"n": 4, "seed": 1, "min_p": 0.1})))
        assert server.asked == []


def test_what_is_sent_is_what_the_request_says_and_no_more(monkeypatch):
    bodies, real = [], FakeServer.arrived
    monkeypatch.setattr(FakeServer, "arrived", lambda self, body, name: bodies.append(body) or real(self, body, name))
    request = Request(FACTS, (Message("system", "s"), Message("user", "u")),
                      Sampling(50, 0.2, 0.9, ("END",), {"min_p": 0.05}), seed=2**40 + 5)
    with serve(Reply(PROGRAM)) as server:
        one(server, request)
        with OpenAIEndpoint(FACTS, server.address, stream=False, omit=("seed", "temperature"),
                            length_parameter="max_completion_tokens") as endpoint:
            list(endpoint.complete([request]))
    turns = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    assert bodies[0] == {"model": "fake-coder", "messages": turns,
                         "max_tokens": 50, "temperature": 0.2, "top_p": 0.9, "stop": ["END"], "min_p": 0.05, "seed": 5,
                         "stream": True, "stream_options": {"include_usage": True}}
    gone = {"seed", "temperature", "stream_options", "max_tokens"}
    assert bodies[1] == {**{k: v for k, v in bodies[0].items() if k not in gone}, "stream": False, "max_completion_tokens": 50}


# -- keys and addresses ----------------------------------------------------------------------------------------------

KEY = "sk-provenance-test-0123456789"


def test_a_key_is_sent_and_never_said(caplog, monkeypatch, tmp_path):
    caplog.set_level("DEBUG")
    (tmp_path / "key").write_text(KEY + "\n")
    monkeypatch.setenv("CODER_KEY", KEY)
    with serve(Reply(PROGRAM), Reply(f"the key {KEY} is tired", fault="400"), key=KEY) as server:
        for spec in (EndpointSpec(server.address, "fake-coder", key_env="CODER_KEY"),
                     EndpointSpec(server.address, "fake-coder", key_file=str(tmp_path / "key"))):
            with open_endpoint(spec) as endpoint:
                (_, answer), = endpoint.complete([ask()])
                said = f"{spec!r} {endpoint!r} {endpoint._wire!r} {answer!r}"
                assert KEY not in said
    assert answer.reason == "refused: 400 the key [key] is tired"
    with serve(Reply(PROGRAM), key="another") as server, pytest.raises(SourceError) as refused:
        one(server, key=KEY)
    assert KEY not in f"{refused.value!r} {refused.value.__cause__!r} {refused.value.__context__!r}"
    assert "HTTP" in caplog.text and KEY not in caplog.text


def test_nothing_of_the_environment_travels_to_another_provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Gate: {KEY}\nAuthorization: Bearer {KEY}")
    seen = []
    monkeypatch.setattr(FakeServer, "arrived", lambda self, body, name: 1 / 0)
    from http.server import BaseHTTPRequestHandler as Handler
    real = Handler.parse_request
    monkeypatch.setattr(Handler, "parse_request", lambda self: (real(self), seen.append(str(self.headers)))[0])
    with serve(Reply(PROGRAM)) as server:
        assert one(server, tries=1).reason.startswith("half-answer")
    assert len(seen) == 2 and all("Host" in each for each in seen)
    assert not [each for each in seen if "secret" in each or KEY in each or "Authorization" in each]
    assert all("Accept-Encoding: identity" in each for each in seen), "a bound on bytes is a bound on text"


@pytest.mark.parametrize("address, problem", [
    ("https://ana:hunter2@models.example.org/v1", "carries a user name or password"),
    ("https://hunter2@models.example.org/v1", "carries a user name or password"),
    ("http://models.example.org/v1", "is plain http to another machine"),
    ("http://127.0.0.1.example.org/v1", "is plain http to another machine"),
    ("ftp://models.example.org/v1", "is not the address of an endpoint"),
    ("https://models.example.org/v1?key=hunter2", "is not the address of an endpoint"),
    ("https://:99999/v1", "is not the address of an endpoint"), ("models.example.org", "is not the address of an endpoint"),
    ("http://[::1/v1", "is not the address of an endpoint")])
def test_addresses_that_are_refused(address, problem):
    with pytest.raises(SourceError, match=problem) as refused:
        check_address(address, plain_http=False)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("address", ["https://models.example.org/v1", "http://localhost:8000/v1", "http://127.0.0.1/v1",
                                     "http://[::1]:8000/v1", "http://gpu.localhost/v1"])
def test_addresses_that_are_taken(address):
    check_address(address, plain_http=False)
    check_address("http://gpu-box:8000/v1", plain_http=True)


def test_a_key_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.delenv("CODER_KEY", raising=False)
    (tmp_path / "empty").write_text("\n")
    for spec, where in ((EndpointSpec("https://a.example/v1", "m", key_env="CODER_KEY"), "CODER_KEY"),
                        (EndpointSpec("https://a.example/v1", "m", key_file=str(tmp_path / "none")), "none"),
                        (EndpointSpec("https://a.example/v1", "m", key_file=str(tmp_path / "empty")), "empty")):
        with pytest.raises(SourceError, match=where):
            open_endpoint(spec)


def test_a_file_of_weights_pins_the_revision(tmp_path):
    file = tmp_path / "model.gguf"
    file.write_bytes(b"")
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    spec = {"address": "http://localhost/v1", "model": "m", "weights": str(file)}
    assert open_endpoint(EndpointSpec(**spec)).facts.revision == empty
    assert open_endpoint(EndpointSpec(**spec, revision=empty)).facts.revision == empty
    file.write_bytes(b"changed")
    with pytest.raises(SourceError, match=f"and not {empty}"):
        open_endpoint(EndpointSpec(**spec, revision=empty))
    with pytest.raises(SourceError, match="cannot be read"):
        open_endpoint(EndpointSpec(**{**spec, "weights": str(tmp_path / "gone")}))


# -- budgets and rates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 6])
def test_a_budget_of_requests_is_never_exceeded(workers):
    with serve(Reply(fault="500"), Reply(PROGRAM)) as server, OpenAIEndpoint(FACTS, server.address, limits=EndpointLimits(
            concurrency=workers, request_budget=9, **QUICK)) as endpoint:
        found = list(endpoint.complete([ask(str(n)) for n in range(30)]))
    assert sorted(place for place, _ in found) == list(range(30)) and len(server.asked) == 9 == endpoint.spent.requests
    left = [answer for _, answer in found if isinstance(answer, Failure)]
    assert all(each.reason == "budget: 9 of 9 requests are spent" and each.again for each in left)
    assert sum(each.tries == 0 for each in left) >= 30 - 9 and any(isinstance(answer, Completion) for _, answer in found)


@pytest.mark.parametrize("workers", [1, 6])
def test_a_budget_of_tokens_is_never_exceeded_and_is_used(workers):
    each = -(-len(PROGRAM) // 4) + 1
    with serve(Reply(PROGRAM)) as server, OpenAIEndpoint(FACTS, server.address, limits=EndpointLimits(
            concurrency=workers, token_budget=500)) as endpoint:
        found = list(endpoint.complete([ask("abcd") for _ in range(40)]))
    paid = sum(isinstance(answer, Completion) for _, answer in found)
    bound = most_tokens(ask("abcd"))
    assert endpoint.spent.tokens == paid * each <= 500 and len(server.asked) == paid and len(found) == 40
    assert 500 - endpoint.spent.tokens < bound, "it stops only where the next question might not fit"


def test_what_may_have_been_charged_counts():
    with serve(Reply(PROGRAM, fault="reset")) as server, OpenAIEndpoint(
            FACTS, server.address, limits=EndpointLimits(tries=2, **QUICK)) as endpoint:
        list(endpoint.complete([ask()]))
        assert endpoint.spent.tokens == 2 * most_tokens(ask())


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=40), st.integers(0, 400), st.integers(0, 20))
def test_law_what_is_set_aside_fits_the_budget(asks, tokens, requests):
    budget = Budget(EndpointLimits(token_budget=tokens, request_budget=requests))
    for bound, used in asks:
        used = min(bound, used)
        if budget.reserve(bound, lambda: True):
            assert budget.spent.requests + 1 > requests or budget.spent.tokens + bound > tokens
        else:
            budget.settle(bound, used, sent=True)
        assert budget.spent.tokens <= tokens and budget.spent.requests <= requests


def test_a_question_waits_for_what_those_under_way_give_back():
    budget = Budget(EndpointLimits(token_budget=100))
    assert budget.reserve(80, lambda: False) == ""
    threading.Timer(0.1, lambda: budget.settle(80, 10, sent=True)).start()
    assert budget.reserve(80, lambda: False) == "" and budget.spent.tokens == 10
    assert budget.reserve(95, lambda: False) == "10 of 100 tokens are spent, and this question may cost 95"


@given(st.floats(1, 6000), st.lists(st.tuples(st.floats(0, 30), st.floats(0, 50)), min_size=1, max_size=30))
def test_law_a_bucket_grants_its_rate_and_one_burst(per_minute, asks):
    now = [0.0]
    bucket = Bucket(per_minute, lambda: now[0])
    granted, burst = [], max(1.0, per_minute / 6)
    for gap, amount in asks:
        now[0] += gap
        granted.append((now[0] + bucket.reserve(amount), amount))
    assert all(later >= earlier - 1e-6 for (earlier, _), (later, _) in pairwise(granted)), "in order of asking"
    for first in range(len(granted)):
        for last in range(first, len(granted)):
            span = granted[last][0] - granted[first][0]
            # The first of a span may have been asked for before it began.
            taken = sum(amount for _, amount in granted[first + 1:last + 1])
            assert taken <= (burst + span * per_minute / 60) * (1 + 1e-6) + 1e-3


def test_a_pause_holds_everybody_and_corrections_count():
    now = [0.0]
    pacer = Pacer(EndpointLimits(tokens_per_minute=60), lambda: now[0])
    assert pacer.reserve(10) == 0 and pacer.reserve(10) == 10
    pacer.settle(10, 0)
    assert pacer.reserve(5) == 5
    pacer.hold(90)
    assert pacer.held() == 90 == pacer.reserve(0)
    now[0] = 91
    assert pacer.held() == 0


def test_a_rate_is_kept_over_http():
    with serve(Reply(PROGRAM)) as server, OpenAIEndpoint(FACTS, server.address, limits=EndpointLimits(
            concurrency=8, requests_per_minute=600)) as endpoint:
        endpoint.check()
        began = time.monotonic()
        assert len(list(endpoint.complete([ask(str(n)) for n in range(110)]))) == 110
    assert time.monotonic() - began >= 0.9, "a hundred at once, and then ten a second"


@given(st.integers(0, 80), st.floats(0, 1, exclude_max=True))
def test_law_jitter_is_full(retry, drawn):
    limits = EndpointLimits(backoff_s=0.5, backoff_most_s=30)
    assert 0 <= jittered(retry, limits, lambda: drawn) <= min(30, 0.5 * 2**retry)
    assert jittered(retry, limits, lambda: 0.0) == 0


@given(st.text(max_size=200))
def test_law_the_bound_is_not_below_the_guess_or_the_bytes(text):
    request = Request(FACTS, (Message("user", text),), Sampling(max_tokens=10))
    assert most_tokens(request) >= likely_tokens(request) and most_tokens(request) >= len(text.encode()) + 10


def test_limits_that_make_no_sense_are_named():
    with pytest.raises(PolicyError, match=r"concurrency = 0, token_budget = -1, tries = 0"):
        EndpointLimits(concurrency=0, tries=0, token_budget=-1)
    assert EndpointLimits(token_budget=0).token_budget == 0


# -- bytes -----------------------------------------------------------------------------------------------------------


def events(text, size, ends=b"\n\n", finish="stop"):
    pieces = [text[at:at + size] for at in range(0, len(text), size)]
    said = [{"id": "r1", "model": "m", "choices": [{"delta": {"content": piece}}]} for piece in pieces]
    said += [{"choices": [{"delta": {}, "finish_reason": finish}]},
             {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}]
    return b": ping" + ends + b"".join(b"data: " + json.dumps(each).encode() + ends for each in said) + b"data: [DONE]" + ends


def cut(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)]


@given(st.text(max_size=40), st.integers(1, 5), st.integers(1, 50), st.sampled_from([b"\n\n", b"\r\n\r\n"]))
def test_law_a_stream_says_the_same_however_it_is_cut(text, piece, chunk, ends):
    heard = hear(cut(events(text, piece, ends), chunk), streamed=True, most=100)
    assert (heard.text, heard.finish_reason, heard.prompt_tokens, heard.completion_tokens) == (text, "stop", 3, 4)


@given(st.text(min_size=1, max_size=30), st.data())
def test_law_a_stream_that_is_cut_off_is_no_answer_or_the_whole_one(text, data):
    whole = events(text, 4)
    at = data.draw(st.integers(0, len(whole)))
    try:
        heard = hear([whole[:at]], streamed=True, most=100)
    except HalfAnswer:
        return
    assert heard.text == text and heard.finish_reason == "stop"


def test_halves_of_a_character_are_joined_and_lone_ones_replaced():
    def said(*parts):
        return b"".join(b'data: {"choices":[{"delta":{"content":"%s"},"finish_reason":"stop"}]}\n\n' % part for part in parts)

    assert hear([said(rb"\ud83d", rb"\ude00")], streamed=True, most=9).text == "\U0001f600"
    assert hear([said(rb"a\ud83d", b"b")], streamed=True, most=9).text == "a\ufffdb"


@pytest.mark.parametrize("data", [
    b"", b"[]", b"null", b"{", b"<html>", b"[" * 50_000, b'{"choices":[]}', b'{"error":{"message":"overloaded"}}', b"\xff",
    b'{"choices":[{"message":{"content":"x"}}]}', b'{"choices":[5]}', b'{"choices":"x"}'])
def test_what_is_no_answer(data):
    with pytest.raises(HalfAnswer):
        hear([data], streamed=False, most=100)
    with pytest.raises(HalfAnswer):
        hear([b"data: " + data + b"\n\n"], streamed=True, most=100)


def test_odd_fields_do_no_harm():
    said = {"id": 7, "model": None, "usage": {"prompt_tokens": True, "completion_tokens": -3}, "choices": [
        {"finish_reason": "stop", "message": {"content": [{"type": "thinking", "text": "hm"}, {"type": "text", "text": "ok"}]}}]}
    heard = hear([json.dumps(said).encode()], streamed=False, most=10)
    assert (heard.text, heard.response_id, heard.served_model) == ("ok", "", "")
    assert heard.prompt_tokens == heard.completion_tokens == 0


def test_length_is_bounded_in_text_and_in_bytes():
    assert hear([events("x" * 100, 7)], streamed=True, most=100).text == "x" * 100
    with pytest.raises(TooLong):
        hear([events("x" * 101, 7)], streamed=True, most=100)

    def for_ever():
        while True:
            yield b"x" * 1000

    for streamed in (True, False):
        with pytest.raises(TooLong):
            hear(for_ever(), streamed=streamed, most=100)


# -- a real model ----------------------------------------------------------------------------------------------------


@pytest.mark.server
def test_a_real_model_on_this_machine_answers():
    from provenance.testing.local_model import LocalModel, missing_packages

    if missing := missing_packages():
        pytest.skip(missing)
    with LocalModel() as model:
        assert model.facts.revision.startswith("sha256:")
        with open_endpoint(model.spec()) as endpoint:
            assert endpoint.facts == model.facts
            questions = [Request(model.facts, (Message("user", f"Write a Python function that adds {n} to a number."),),
                                 Sampling(max_tokens=48), seed=n) for n in range(6)]
            answers = dict(endpoint.complete(questions))
            pid = model._process.pid
    assert sorted(answers) == list(range(6))
    for answer in answers.values():
        assert isinstance(answer, Completion) and answer.text and answer.finish_reason in {"stop", "length"}
        assert 0 < answer.completion_tokens <= 48 and answer.prompt_tokens > 10 and answer.served_model == model.facts.model
    assert endpoint.spent.tokens == sum(each.prompt_tokens + each.completion_tokens for each in answers.values())
    assert not Path(f"/proc/{pid}").exists()
