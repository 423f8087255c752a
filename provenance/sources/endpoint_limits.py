"""What bounds the asking of a model: concurrency, rates, budgets, patience. Nothing here knows a network.

A `Bucket` says how long to wait, and its caller waits; so rates can be tested without a clock that runs.

    >>> now = [0.0]
    >>> bucket = Bucket(60, lambda: now[0])          # one a second, ten at once
    >>> [bucket.reserve(1) for _ in range(12)][-3:]
    [0.0, 1.0, 2.0]

A `Budget` is hard: what a question can cost at most is set aside before it is sent, and what it did not cost comes back
afterwards. It counts in this process only; a step that is cut into shards gives each shard its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields

from provenance.errors import PolicyError
from provenance.steps.generate.asking import Request

#: A bucket holds what comes in this share of a minute: bursts that providers tolerate, and no more.
_BURST = 1 / 6
#: Characters in a token, low on purpose: prose has about four, source text three.
_CHARACTERS_PER_TOKEN = 3
#: Tokens that a chat template may add to a message.
_PER_MESSAGE = 16


@dataclass(frozen=True, slots=True)
class EndpointLimits:
    """How hard an endpoint may be asked.

    Attributes:
        concurrency: questions under way at a time.
        requests_per_minute, tokens_per_minute: rates; None where the endpoint sets none.
        request_budget: most tries that may be sent, refused ones and retries included; None for no limit.
        token_budget: most tokens, prompt and answer together, that may be spent; None for no limit.
        timeout_s: longest silence, in seconds, before the first byte and between bytes.
        total_s: longest duration of one try, in seconds, however lively.
        tries: most tries for one question.
        backoff_s, backoff_most_s: the n-th retry waits between 0 and min(backoff_most_s, backoff_s * 2**n) seconds.
        retry_after_most_s: longest wait, in seconds, that an endpoint may ask for; beyond it the question is given up.
        answer_characters: longest answer that is read; the rest is not waited for.
        give_up_after: so many questions in a row without any answer (silence, refused connections, errors of the
            server) and the endpoint counts as dead.

    Raises:
        PolicyError: names every value that is out of range.
    """

    concurrency: int = 4
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    request_budget: int | None = None
    token_budget: int | None = None
    timeout_s: float = 120.0
    total_s: float = 900.0
    tries: int = 4
    backoff_s: float = 0.5
    backoff_most_s: float = 30.0
    retry_after_most_s: float = 120.0
    answer_characters: int = 1_000_000
    give_up_after: int = 8

    def __post_init__(self) -> None:
        may_be_zero = {"request_budget", "token_budget", "backoff_s", "backoff_most_s", "retry_after_most_s"}
        wrong = []
        for each in fields(self):
            value = getattr(self, each.name)
            if value is not None and (value < 0 or (value == 0 and each.name not in may_be_zero)):
                wrong.append(f"{each.name} = {value}")
        if wrong:
            raise PolicyError("limits of an endpoint", f"are out of range: {', '.join(wrong)}", "give positive numbers")


def most_tokens(request: Request) -> int:
    """The most that a question can cost: a token has at least one byte, and the answer at most ``max_tokens``.

    A bound and not a guess, because a hard budget stands on it.
    """
    asked = sum(len(each.text.encode("utf-8", "surrogatepass")) + _PER_MESSAGE for each in request.messages)
    return asked + request.sampling.max_tokens


def likely_tokens(request: Request) -> int:
    """What a question will be counted as by a rate limit: its prompt, about, and the longest answer."""
    asked = sum(len(each.text) // _CHARACTERS_PER_TOKEN + _PER_MESSAGE for each in request.messages)
    return asked + request.sampling.max_tokens


def jittered(retry: int, limits: EndpointLimits, draw: Callable[[], float]) -> float:
    """Seconds before retry number ``retry`` (from 0), "full jitter": evenly in [0, min(cap, base * 2**retry)).

    Full and not equal jitter, because workers that failed together would come back together (M. Brooker, "Exponential
    Backoff And Jitter", AWS Architecture Blog, 2015).
    """
    return draw() * min(limits.backoff_most_s, limits.backoff_s * 2.0 ** min(retry, 60))


class Bucket:
    """A token bucket. In any span of T minutes it grants at most ``per_minute * (T + 1/6)``, or one question more."""

    def __init__(self, per_minute: float, clock: Callable[[], float]) -> None:
        self._rate = per_minute / 60.0
        self._most = max(1.0, per_minute * _BURST)
        self._level, self._at, self._clock = self._most, clock(), clock

    def reserve(self, amount: float) -> float:
        """Take ``amount`` now; returns the seconds to wait before it may be used, in order of asking."""
        self._refill()
        self._level -= amount
        return max(0.0, -self._level / self._rate)

    def give_back(self, amount: float) -> None:
        """Correct a reservation that was too large (or, with a negative amount, too small)."""
        self._refill()
        self._level = min(self._most, self._level + amount)

    def _refill(self) -> None:
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now


class Pacer:
    """Both rates of an endpoint, and the pause that it asked for. Safe to share between threads."""

    def __init__(self, limits: EndpointLimits, clock: Callable[[], float]) -> None:
        self._clock, self._lock, self._not_before = clock, threading.Lock(), clock()
        self._requests = Bucket(limits.requests_per_minute, clock) if limits.requests_per_minute else None
        self._tokens = Bucket(limits.tokens_per_minute, clock) if limits.tokens_per_minute else None

    def reserve(self, tokens: int) -> float:
        """Seconds to wait before a question of ``tokens`` tokens may be sent."""
        with self._lock:
            waits = [self._requests.reserve(1)] if self._requests else []
            waits += [self._tokens.reserve(tokens)] if self._tokens else []
            return max([self._not_before - self._clock(), 0.0, *waits])

    def settle(self, reserved: int, used: int) -> None:
        """Say what a question cost after all."""
        with self._lock:
            if self._tokens:
                self._tokens.give_back(reserved - used)

    def hold(self, seconds: float) -> None:
        """Nobody sends for so long: the endpoint has said "later" to one, and means all."""
        with self._lock:
            self._not_before = max(self._not_before, self._clock() + seconds)

    def held(self) -> float:
        """Seconds that nobody may send."""
        with self._lock:
            return max(0.0, self._not_before - self._clock())


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent so far: tries sent, and tokens as counted by the endpoint or, where it did not say, at most."""

    requests: int = 0
    tokens: int = 0


class Budget:
    """Requests and tokens that may be spent in all. Safe to share between threads."""

    def __init__(self, limits: EndpointLimits) -> None:
        self._limits, self._changed = limits, threading.Condition()
        self._requests = self._tokens = self._held_tokens = self._under_way = 0

    @property
    def spent(self) -> Spent:
        with self._changed:
            return Spent(self._requests, self._tokens)

    def reserve(self, tokens: int, stopped: Callable[[], bool]) -> str:
        """Set aside one try and ``tokens`` tokens; returns "" or why there is no budget for them.

        Where what is under way may give enough back, it waits for that.
        """
        with self._changed:
            while why := self._lacking(tokens):
                if not self._under_way or not self._may_come_back(tokens) or stopped():
                    return why
                self._changed.wait(0.1)
            self._requests += 1
            self._under_way += 1
            self._held_tokens += tokens
            return ""

    def settle(self, reserved: int, used: int, *, sent: bool) -> None:
        """Say what a try cost; ``sent`` false where it never reached the endpoint."""
        with self._changed:
            self._held_tokens -= reserved
            self._under_way -= 1
            self._tokens += used
            self._requests -= not sent
            self._changed.notify_all()

    def _lacking(self, tokens: int) -> str:
        most, most_tokens = self._limits.request_budget, self._limits.token_budget
        if most is not None and self._requests + 1 > most:
            return f"{self._requests} of {most} requests are spent"
        if most_tokens is not None and self._tokens + self._held_tokens + tokens > most_tokens:
            return f"{self._tokens} of {most_tokens} tokens are spent, and this question may cost {tokens}"
        return ""

    def _may_come_back(self, tokens: int) -> bool:
        most_tokens = self._limits.token_budget
        return most_tokens is None or self._tokens + tokens <= most_tokens
