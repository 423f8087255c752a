"""Models that answer as ordered: in this process (`FakeEndpoint`) and over HTTP on loopback (`FakeServer`).

Both read the same `Script`: rules from a question to replies, the n-th reply for the n-th try of the same question. A
reply is a text, in one of several dresses, or a fault. The same script and the same questions give the same answers, in
whatever order they are asked.

    >>> from provenance.steps.generate.asking import Message, ModelFacts, Request
    >>> script = Script((Rule("a.cob", (Reply(fault="500"), Reply("DISPLAY 'A'.", dress="fenced"))),))
    >>> fake = FakeEndpoint(script)
    >>> ask = Request(fake.facts, (Message("user", "write a.cob"),))
    >>> [answer for _, answer in fake.complete([ask])][0].reason
    'refused: 500 as ordered'
    >>> print([answer for _, answer in fake.complete([ask])][0].text)
    Here is the program:
    <BLANKLINE>
    ```cobol
    DISPLAY 'A'.
    ```

As a program: ``python -m provenance.testing.endpoint --replay FILE --port N``. FILE has one rule a line, as JSON:
``{"contains": "a.cob", "replies": [{"fault": "500"}, {"text": "...", "dress": "fenced"}]}`` or, for one reply, its keys
beside ``contains`` or ``digest``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from provenance.errors import SourceError
from provenance.model.identity import Digest
from provenance.steps.generate.asking import Answered, Completion, Failure, ModelFacts, Request

#: How a reply's text is dressed; "" for as it is.
DRESSES = ("", "prose", "fenced", "language", "repeat", "empty", "length", "huge")
#: What a reply does instead of answering; the HTTP statuses by their number.
FAULTS = ("", "half", "reset", "hang", "dribble", "wrong-model", "filtered", "stop", "400", "401", "403", "404", "429",
          "500", "503")
HUGE = 3_000_000
_PYTHON = "def main():\n    print('hello')\n\n\nif __name__ == '__main__':\n    main()\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """One ordered reply.

    Attributes:
        text: the text of the answer, before it is dressed.
        dress: "prose" (sentences around it), "fenced" (a markdown fence in prose), "language" (a Python program in
            its stead), "repeat" (the prompt in its stead), "empty", "length" (cut in half, finish reason "length"),
            "huge" (repeated to three million characters).
        fault: one of `FAULTS`: "half" (half a JSON body), "reset" (the connection is reset in the middle), "hang" (half
            an answer and silence), "dribble" (comments for ever), "wrong-model" (signed by another model), "filtered",
            "stop" (the server ends, with everything under way), or an HTTP status.
        retry_after: seconds, sent with 429 and 503; negative for none.
        finish_reason: as said with an answer.
        fence: the language that a fence names.
    """

    text: str = ""
    dress: str = ""
    fault: str = ""
    retry_after: float = -1.0
    finish_reason: str = "stop"
    fence: str = "cobol"

    def __post_init__(self) -> None:
        if self.dress not in DRESSES or self.fault not in FAULTS:
            raise SourceError(self.dress if self.dress not in DRESSES else self.fault, "is not a reply that can be ordered",
                              f"take a dress of {DRESSES[1:]} or a fault of {FAULTS[1:]}")

    def said(self, prompt: str) -> tuple[str, str]:
        """Text and finish reason of the answer."""
        match self.dress:
            case "prose":
                return f"Certainly! The program below does what you ask.\n\n{self.text}\n\nIt needs no input.", self.finish_reason
            case "fenced":
                return f"Here is the program:\n\n```{self.fence}\n{self.text}\n```", self.finish_reason
            case "language":
                return _PYTHON, self.finish_reason
            case "repeat":
                return prompt, self.finish_reason
            case "empty":
                return "", self.finish_reason
            case "length":
                return self.text[:len(self.text) // 2], "length"
            case "huge":
                return (self.text or "X") * (HUGE // len(self.text or "X") + 1), self.finish_reason
        return self.text, self.finish_reason


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it arrived. ``digest`` is the request's (over HTTP: as the client named it), ``attempt`` from 0."""

    messages: tuple[tuple[str, str], ...]
    digest: str
    seed: int = 0
    attempt: int = 0

    @property
    def prompt(self) -> str:
        """All texts of the conversation."""
        return "\n".join(text for _, text in self.messages)


@dataclass(frozen=True, slots=True)
class Rule:
    """Replies to the questions whose prompt contains a text, or whose digest is a given one; "" matches all.

    The n-th try of one question gets the n-th reply, and the last one from then on; with ``spread`` the questions are
    spread over the replies by their digests instead.
    """

    contains: str = ""
    replies: tuple[Reply, ...] = ()
    digest: str = ""
    spread: bool = False

    def matches(self, asked: Asked) -> bool:
        """Whether this rule answers a question."""
        return asked.digest.endswith(self.digest) if self.digest else self.contains in asked.prompt

    def reply(self, asked: Asked) -> Reply:
        """The reply to a question."""
        if self.spread:
            return self.replies[int(Digest.of(asked.digest.encode()).hex[:8], 16) % len(self.replies)]
        return self.replies[min(asked.attempt, len(self.replies) - 1)]


class Script:
    """Rules in order; the first that matches answers. A question without a rule is answered with status 400."""

    def __init__(self, rules: Iterable[Rule | Callable[[Asked], Reply]]) -> None:
        self._rules = tuple(rules)

    @classmethod
    def of(cls, *texts: str, **dressed: Any) -> Script:
        """The given texts, spread over the questions."""
        return cls([Rule("", tuple(Reply(text, **dressed) for text in texts), spread=True)])

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Script:
        """The rules of a replay file.

        Raises:
            SourceError: it cannot be read, or a line is not a rule.
        """
        rules = []
        try:
            lines = Path(path).read_text("utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise SourceError(path, f"cannot be read: {error}") from error
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    rules.append(_rule(json.loads(line)))
                except (ValueError, TypeError, SourceError) as error:
                    raise SourceError(f"{path}:{number}", f"is not a rule ({error})",
                                      'write {"contains": "...", "text": "..."}') from error
        return cls(rules)

    def reply(self, asked: Asked) -> Reply:
        """The reply to a question."""
        for rule in self._rules:
            if not isinstance(rule, Rule):
                return rule(asked)
            if rule.matches(asked):
                return rule.reply(asked)
        return Reply("no rule answers this question", fault="400")


def _rule(said: Any) -> Rule:
    if not isinstance(said, dict):
        raise ValueError("is not a JSON object")
    known = {each.name for each in fields(Reply)}
    own = {key: value for key, value in said.items() if key in known}
    if extra := set(said) - known - {"contains", "digest", "replies", "spread"}:
        raise ValueError(f"has keys that nobody knows: {', '.join(sorted(extra))}")
    replies = said.get("replies", [own])
    if not replies or ("replies" in said and own):
        raise ValueError("wants either the keys of one reply or a list of replies")
    return Rule(said.get("contains", ""), tuple(Reply(**reply) for reply in replies), said.get("digest", ""),
                bool(said.get("spread", False)))


class FakeEndpoint:
    """An `Endpoint` in this process: no socket, no thread, no retries; a fault is the `Failure` that it would become.

    ``asked`` counts what was asked, by digest.
    """

    def __init__(self, script: Script | Callable[[Request], str | Answered], facts: ModelFacts | None = None) -> None:
        """``script``: the rules, or a function that gives a text (or an answer, or a failure) for a request."""
        self._script = script
        self._facts = facts or ModelFacts("fake-coder", revision="1", endpoint="replay", licence="CC0-1.0")
        self.asked: Counter[Digest] = Counter()

    @property
    def facts(self) -> ModelFacts:
        """Who answers."""
        return self._facts

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, Answered]]:
        """Answer in order of place.

        Raises:
            SourceError: as ordered ("stop", "401", "404").
        """
        for place, request in enumerate(requests):
            yield place, self._answer(request)

    def _answer(self, request: Request) -> Answered:
        digest = request.digest
        attempt = self.asked[digest]
        self.asked[digest] += 1
        if isinstance(self._script, Script):
            asked = Asked(tuple((each.role, each.text) for each in request.messages), str(digest), request.seed, attempt)
            reply = self._script.reply(asked)
            if reply.fault:
                return _failure(reply, self._facts.model)
            said, finish = reply.said(asked.prompt)
            answered: str | Answered = self._completion(said, request, finish)
        else:
            answered = self._script(request)
        return self._completion(answered, request, "stop") if isinstance(answered, str) else answered

    def _completion(self, text: str, request: Request, finish: str) -> Completion:
        prompt = sum(count_tokens(each.text) for each in request.messages)
        return Completion(text, finish, prompt, count_tokens(text), f"fake-{request.digest.hex[:16]}", self._facts.model)


def count_tokens(text: str) -> int:
    """Tokens as the fakes count them: one for every four characters begun."""
    return -(-len(text) // 4)


def _failure(reply: Reply, model: str) -> Failure:
    match reply.fault:
        case "stop" | "401" | "404":
            raise SourceError("fake endpoint", f"cannot be used ({reply.fault} as ordered)")
        case "half" | "reset":
            return Failure("half-answer: as ordered")
        case "hang" | "dribble":
            return Failure("timeout: as ordered")
        case "429":
            return Failure("rate: 429 as ordered")
        case "filtered":
            return Failure("content-filter: as ordered", again=False)
        case "wrong-model":
            return Failure(f"wrong-model: asked {model}, answered by another", again=False)
    return Failure(f"refused: {reply.fault} {reply.text or 'as ordered'}", again=int(reply.fault) >= 500)


if __name__ == "__main__":
    from provenance.testing.endpoint_server import main

    raise SystemExit(main())
