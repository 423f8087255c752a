"""Models behind an OpenAI-compatible address: many questions, each answered once, within rates and hard budgets.

    spec = EndpointSpec("https://models.example.org/v1", "coder-7b", revision="2026-01", licence="Apache-2.0",
                        key_env="CODER_KEY", limits=EndpointLimits(concurrency=8, token_budget=2_000_000))
    with open_endpoint(spec) as endpoint:
        for place, answer in endpoint.complete(requests):
            ...

What it refuses: an address with a password in it, plain http to another machine unless the spec allows it (prompts hold
other people's code, and an answer can be changed on its way), an endpoint that does not list the model, and an answer
that names another model than the one asked for. What it cannot tell: whether the server has loaded the weights that a
digest in the spec names; such a digest says what the operator gave the server, and that the file was this one.
"""

from __future__ import annotations

import difflib
import queue
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from provenance.errors import SourceError
from provenance.sources.endpoint_answer import Heard
from provenance.sources.endpoint_client import Broken, Wire
from provenance.sources.endpoint_limits import Budget, EndpointLimits, Pacer, Spent, jittered, likely_tokens, most_tokens
from provenance.sources.endpoint_spec import EndpointSpec, check_address, key_of, revision_of
from provenance.steps.generate.asking import Answered, Completion, Failure, ModelFacts, Request

#: Providers answer with a dated name of the model asked for: coder-2026-01-31, coder@20260131, coder-0131.
_DATED = re.compile(r"[-@:](\d{4}-\d{2}-\d{2}|\d{8}|\d{4})")
#: What the request itself says, and ``n``: more answers than one would be paid for and dropped.
_OURS = {"model", "messages", "stream", "stream_options", "seed", "n"}


def open_endpoint(spec: EndpointSpec) -> OpenAIEndpoint:
    """The endpoint of a spec; nothing is sent yet.

    Raises:
        SourceError: the address is not usable, the key is not where the spec says, or the weights are not those of the
            revision.
        ToolMissing: the package ``openai`` is not installed.
    """
    facts = ModelFacts(spec.model, revision_of(spec), licence=spec.licence, terms=spec.terms)
    return OpenAIEndpoint(facts, spec.address, key=key_of(spec), limits=spec.limits, served_as=spec.served_as,
                          plain_http=spec.plain_http, stream=spec.stream, omit=spec.omit,
                          length_parameter=spec.length_parameter)


class OpenAIEndpoint:
    """An `Endpoint` over the official client, for chat completions. Safe to share between threads."""

    def __init__(self, facts: ModelFacts, address: str, *, key: str = "", limits: EndpointLimits | None = None,
                 served_as: Sequence[str] = (), plain_http: bool = False, stream: bool = True, omit: Sequence[str] = (),
                 length_parameter: str = "max_tokens", draw: Callable[[], float] | None = None) -> None:
        """See `EndpointSpec` for the arguments; ``draw`` gives the jitter, in [0, 1), and is replaced in tests only.

        Raises:
            SourceError: the address is not usable.
            ToolMissing: the package ``openai`` is not installed.
        """
        check_address(address, plain_http)
        limits = limits or EndpointLimits()
        self._facts, self.limits, self._draw = facts, limits, draw or random.SystemRandom().random
        self._names = {facts.model, *served_as}
        self._stream, self._omit, self._length = stream, frozenset(omit), length_parameter
        self._wire = Wire(address.rstrip("/"), key, limits)
        self._pacer, self._budget = Pacer(limits, time.monotonic), Budget(limits)
        self._listed = self.has_answered = False

    def __repr__(self) -> str:
        return f"OpenAIEndpoint({self._facts.model!r}, {self.address!r})"

    def __enter__(self) -> OpenAIEndpoint:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    @property
    def facts(self) -> ModelFacts:
        """Who answers."""
        return self._facts

    @property
    def address(self) -> str:
        """Where ``/chat/completions`` begins."""
        return self._wire.address

    @property
    def spent(self) -> Spent:
        """What was spent since the endpoint was opened."""
        return self._budget.spent

    def check(self) -> None:
        """Ask once for the endpoint's list of models, where it gives one, before the first question is paid for.

        Raises:
            SourceError: nobody answers, the key is refused, or the model is not in the list.
        """
        listed = self._wire.models()
        for retry in range(self.limits.tries - 1):
            if not isinstance(listed, Broken) or listed.fatal or not (listed.silent and listed.again):
                break
            time.sleep(jittered(retry, self.limits, self._draw))
            listed = self._wire.models()
        if isinstance(listed, Broken):
            if not listed.sent:
                raise SourceError(self.address, f"cannot be reached ({listed.reason})", "check the address")
            # Not every endpoint has such a list (404, 405); whether it answers at all, the first question shows.
            if listed.fatal and "404" not in listed.reason:
                raise listed.fatal
        elif listed and not self._names & set(listed):
            near = difflib.get_close_matches(self._facts.model, listed, 5, 0.0)
            raise SourceError(self.address, f"does not list the model {self._facts.model!r}",
                              f"take one that it lists ({', '.join(near)}), or name it in served_as")
        self._listed = True

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answered]]:
        """Each request's place and its answer, as they come, every place once; see `Endpoint`.

        Requests are taken from the sequence as they are sent, and a worker sends the next one when its answer was
        taken: at most ``concurrency`` + 1 are paid for and not yet taken. Where the iterator is closed early, nothing
        more is sent.
        """
        if not requests:
            return
        if not self._listed:
            self.check()
        asking = _Asking(self, requests)
        try:
            yield from asking.answers(min(self.limits.concurrency, len(requests)))
        finally:
            asking.end()

    def answer(self, request: Request, stop: threading.Event) -> tuple[Answered, Broken | None]:
        """One question with its retries; also how its last try broke. `stop` ends the waiting, not a try under way."""
        body, bound, likely = self._body(request), most_tokens(request), likely_tokens(request)
        broken, sent = Broken("unreachable: stopped before it was sent", sent=False), 0
        while sent < self.limits.tries:
            if lacking := self._budget.reserve(bound, stop.is_set):
                return Failure(f"budget: {lacking}", True, sent), None
            if not self._waited(self._pacer.reserve(likely), stop):
                self._pacer.settle(likely, 0)
                self._budget.settle(bound, 0, sent=False)
                break
            sent += 1
            started = time.monotonic()
            heard = self._wire.ask(body, str(request.digest))
            used = _used(heard, bound)
            self._pacer.settle(likely, used)
            self._budget.settle(bound, used, sent=not isinstance(heard, Broken) or heard.sent)
            if isinstance(heard, Heard):
                self.has_answered = self.has_answered or not heard.served_model or self._is_ours(heard.served_model)
                return self._checked(heard, sent, time.monotonic() - started), None
            broken = heard
            if broken.fatal and broken.reason == "refused: 403" and self.has_answered:
                # The key is good: it is this one question that somebody does not want answered.
                broken = Broken(broken.reason, again=False)
            if broken.fatal or not broken.again or sent == self.limits.tries:
                break
            later = broken.wait_s or 0.0
            if later > self.limits.retry_after_most_s:
                return Failure(f"{broken.reason} (asks to wait {later:g} s)", True, sent), broken
            self._pacer.hold(later)
            if not self._waited(later + jittered(sent - 1, self.limits, self._draw), stop):
                break
        return Failure(broken.reason, broken.again, sent), broken

    def _waited(self, seconds: float, stop: threading.Event) -> bool:
        while not stop.is_set():
            if stop.wait(seconds):
                break
            if not (seconds := self._pacer.held()):
                return True
        return False

    def _checked(self, heard: Heard, tries: int, seconds: float) -> Answered:
        served = heard.served_model
        if served and not self._is_ours(served):
            # Kept apart and not believed: its text would be recorded, licensed and withdrawn under another's name.
            return Failure(f"wrong-model: asked {self._facts.model}, answered by {ascii(served[:100])[1:-1]}", False, tries)
        return Completion(heard.text, heard.finish_reason, heard.prompt_tokens, heard.completion_tokens,
                          heard.response_id, served, tries, seconds)

    def _is_ours(self, served: str) -> bool:
        return any(served == name or (served.startswith(name) and _DATED.fullmatch(served, len(name))) for name in self._names)

    def _body(self, request: Request) -> dict[str, Any]:
        if request.model != self._facts:
            raise SourceError(request.model.model, f"is not the model of this endpoint ({self._facts.model})",
                              "make requests with the facts of the endpoint that answers them")
        if taken := _OURS & set(request.sampling.extra):
            raise SourceError("sampling", f"may not set {', '.join(sorted(taken))} in its extra parameters",
                              "leave them out: the request itself says them")
        body: dict[str, Any] = {
            **request.sampling.to_json(), "model": self._facts.model,
            "messages": [{"role": each.role, "content": each.text} for each in request.messages],
            # Some servers keep seeds in 31 bits.
            "seed": request.seed % 2**31, "stream": self._stream}
        body[self._length] = body.pop("max_tokens")
        if self._stream:
            body["stream_options"] = {"include_usage": True}
        return {name: value for name, value in body.items() if name not in self._omit}


class _Asking:
    """One call of `complete`: workers that take the next place, and a queue of one answer."""

    def __init__(self, endpoint: OpenAIEndpoint, requests: Sequence[Request]) -> None:
        self._endpoint, self._requests = endpoint, requests
        self._places, self._lock = iter(range(len(requests))), threading.Lock()
        self._done: queue.Queue[tuple[int, Answered] | BaseException | None] = queue.Queue(maxsize=1)
        self._silent = 0
        self._nobody = threading.Event()  # nobody listens any longer
        self._last = threading.Event()    # nothing new is sent; answers under way are still heard

    def answers(self, workers: int) -> Iterator[tuple[int, Answered]]:
        for _ in range(workers):
            # Daemons: a process that is told to end does not wait for an answer.
            threading.Thread(target=self._work, daemon=True, name="endpoint").start()
        error: BaseException | None = None
        while workers:
            done = self._done.get()
            if isinstance(done, tuple):
                yield done
            elif done is None:
                workers -= 1
            else:
                error = error or done
        if error is not None:
            raise error

    def end(self) -> None:
        self._last.set()
        self._nobody.set()

    def _work(self) -> None:
        try:
            while not self._last.is_set():
                with self._lock:
                    place = next(self._places, None)
                if place is None:
                    break
                answered, broken = self._endpoint.answer(self._requests[place], self._last)
                fatal = self._judged(answered, broken)
                if fatal is not None:
                    self._put(fatal)
                elif isinstance(answered, Completion) or not self._last.is_set():
                    # A question that was left because another one broke the endpoint has not failed.
                    self._put((place, answered))
        except BaseException as error:
            self._last.set()
            self._put(error)
        finally:
            self._put(None)

    def _judged(self, answered: Answered, broken: Broken | None) -> SourceError | None:
        """Why the endpoint cannot be used any longer, where that is what the answer says."""
        fatal = broken.fatal if broken else None
        with self._lock:
            if isinstance(answered, Completion):
                self._silent = 0
            elif not answered.reason.startswith("budget:"):
                # Who has answered before may refuse one question; who never has, refuses us (a parameter, the model).
                self._silent = self._silent + 1 if (broken and broken.silent) or not self._endpoint.has_answered else 0
                if fatal is None and self._silent >= self._endpoint.limits.give_up_after:
                    fatal = SourceError(self._endpoint.address, f"has answered none of the last {self._silent} questions "
                                        f"({answered.reason})", "see to the server and run again; what was journalled stays")
        if fatal is not None:
            self._last.set()
        return fatal

    def _put(self, done: tuple[int, Answered] | BaseException | None) -> None:
        while not self._nobody.is_set():
            with suppress(queue.Full):
                self._done.put(done, timeout=0.2)
                return


def _used(heard: Heard | Broken, bound: int) -> int:
    """Tokens to count for a try; the most it can have cost where nobody said."""
    if isinstance(heard, Broken):
        return bound if heard.charged else 0
    return heard.prompt_tokens + heard.completion_tokens or bound
