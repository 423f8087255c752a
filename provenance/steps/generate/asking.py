"""The contract between a step that needs a model's answer and whatever answers: values and one protocol.

Steps open no socket. They make `Request` values; an `Endpoint` (``provenance.sources``, or a fake) answers each with a
`Completion` or a `Failure`, in any order, as they come.

    >>> facts = ModelFacts("coder-7b", revision="main", licence="Apache-2.0")
    >>> one = Request(facts, (Message("user", "hello"),), Sampling(temperature=0.0), seed=7)
    >>> one.digest == Request(facts, (Message("user", "hello"),), Sampling(temperature=0.0), seed=7).digest
    True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from provenance.errors import PolicyError
from provenance.model.identity import Digest


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Who answers, as far as it can be told; see `provenance.model.generation.Generation` for the fields."""

    model: str
    revision: str = ""
    endpoint: str = "openai-compatible"
    licence: str = "NOASSERTION"
    terms: str = ""

    def to_json(self) -> dict[str, str]:
        return {"model": self.model, "revision": self.revision, "endpoint": self.endpoint, "licence": self.licence,
                "terms": self.terms}


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling parameters as sent. None leaves a parameter to the endpoint, and it is recorded as left.

    Attributes:
        max_tokens: longest answer, in the endpoint's tokens.
        temperature, top_p: as in the OpenAI protocol.
        stop: texts that end an answer.
        extra: further parameters of the endpoint ("min_p", "repeat_penalty"), JSON values.
    """

    max_tokens: int = 2048
    temperature: float | None = 0.7
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        mistakes = [f"{name} is {value}, not {meant}" for name, value, meant, fine in (
            ("max_tokens", self.max_tokens, "1 or more", self.max_tokens >= 1),
            ("temperature", self.temperature, "0 or more", self.temperature is None or self.temperature >= 0),
            ("top_p", self.top_p, "above 0 and at most 1", self.top_p is None or 0 < self.top_p <= 1)) if not fine]
        if mistakes:
            raise PolicyError("sampling", "has mistakes: " + "; ".join(mistakes), "mend them and run again")

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"max_tokens": self.max_tokens, "temperature": self.temperature, "top_p": self.top_p,
                                "stop": list(self.stop) or None, **self.extra}
        return {key: value for key, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation: role ("system", "user", "assistant") and text."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model. Equal requests have equal digests; who pays for an answer pays once for each digest.

    ``draw`` tells apart several answers wanted to one question.
    """

    model: ModelFacts
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    seed: int = 0
    draw: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"model": self.model.to_json(), "messages": [[each.role, each.text] for each in self.messages],
                "sampling": self.sampling.to_json(), "seed": self.seed, "draw": self.draw}

    @property
    def digest(self) -> Digest:
        """sha256 of the canonical JSON."""
        return Digest.of_json({"corpus-provenance-request": 1, **self.to_json()})


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer.

    Attributes:
        text: the answer's text.
        finish_reason: "stop", "length", "content_filter" ...; empty where none was said.
        prompt_tokens, completion_tokens: as the endpoint counted; 0 where it did not.
        response_id: the endpoint's own id.
        served_model: the model's name as the answer gave it; empty where it gave none.
        tries: requests sent until it came, 1 for the first.
        seconds: wall time of the last try.
    """

    text: str
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    response_id: str = ""
    served_model: str = ""
    tries: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer: a stable code ("timeout", "refused", "half-answer", "budget", "rate", "unreachable", "content-filter")
    followed by ": " and detail, and whether the same request may succeed another day."""

    reason: str
    again: bool = True
    tries: int = 1


Answered = Completion | Failure


class Endpoint(Protocol):
    """A model that answers. Implementations bound concurrency, rate, tokens and tries themselves."""

    @property
    def facts(self) -> ModelFacts:
        """Who answers."""
        ...

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answered]]:
        """Each request's place and its answer, as they come, every place once.

        Raises:
            SourceError: the endpoint cannot be used at all (address, key, model); what came before stays valid.
        """
        ...
