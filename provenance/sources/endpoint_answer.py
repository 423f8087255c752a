"""The bytes of an OpenAI-compatible answer, streamed or whole, made into an answer or found wanting.

Read by hand from the client's raw response, because the client's own stream neither bounds an answer nor tells an
answer that ended from one that was cut off. A stream is whole where it named a finish reason; nothing else counts.

    >>> data = b'data: {"id":"a","choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}\\n\\ndata: [DONE]\\n\\n'
    >>> heard = hear([data[:30], data[30:]], streamed=True, most=100)
    >>> heard.text, heard.finish_reason
    ('hi', 'stop')
    >>> hear([data[:30]], streamed=True, most=100)
    Traceback (most recent call last):
    ...
    provenance.sources.endpoint_answer.HalfAnswer: ended in the middle of an event
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any


class HalfAnswer(Exception):
    """The answer ended before it was whole, or is not what the protocol calls an answer."""


class TooLong(Exception):
    """The answer is longer than we read."""


@dataclass(slots=True)
class Heard:
    """What an answer said; texts empty and counts 0 where it did not."""

    parts: list[str] = field(default_factory=list)
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    response_id: str = ""
    served_model: str = ""

    @property
    def text(self) -> str:
        """The text, with lone surrogates (JSON allows them, UTF-8 does not) replaced by U+FFFD."""
        whole = "".join(self.parts)
        # By way of UTF-16, so that the two halves of a pair that came in two pieces become one character.
        return whole if whole.isascii() else whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def hear(chunks: Iterable[bytes], *, streamed: bool, most: int) -> Heard:
    """Read an answer.

    Args:
        chunks: its bytes, in pieces of any size.
        streamed: whether they are server-sent events; else one JSON object.
        most: longest text in characters.

    Raises:
        HalfAnswer: it is not whole, not JSON, or reports an error of the server's.
        TooLong: its text has more than ``most`` characters; the rest was not read.
    """
    # A character is at most six bytes of JSON ("\\u1234"); the allowance is for what surrounds the text.
    pieces = _bounded(chunks, 6 * most + 65_536, streamed)
    heard = Heard()
    length = 0
    for said in _events(pieces) if streamed else [_parsed(b"".join(pieces))]:
        length += _add(heard, said)
        if length > most:
            raise TooLong(f"over {most} characters")
    if not heard.finish_reason:
        raise HalfAnswer("ended without a finish reason")
    return heard


def _bounded(chunks: Iterable[bytes], most: int, streamed: bool) -> Iterator[bytes]:
    seen = 0
    for chunk in chunks:
        # A stream may be long and its events short: what is bounded is the distance between two line ends.
        seen = len(chunk) if streamed and b"\n" in chunk else seen + len(chunk)
        if seen > most:
            raise TooLong(f"over {most} bytes in one piece")
        yield chunk


def _events(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The data of server-sent events until ``[DONE]`` (WHATWG HTML, 9.2.6, as far as chat servers use it)."""
    data: list[bytes] = []
    for line in _lines(chunks):
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif not line and data:
            whole = b"\n".join(data)
            data = []
            if whole.strip() == b"[DONE]":
                return
            yield _parsed(whole)
    if data and b"\n".join(data).strip() != b"[DONE]":
        raise HalfAnswer("ended in the middle of an event")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    kept: list[bytes] = []
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for line in ended:
            yield b"".join([*kept, line]).removesuffix(b"\r")
            kept = []
        kept.append(rest)
    if last := b"".join(kept):
        yield last


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise HalfAnswer(f"is not JSON after {len(data)} bytes") from None
    if not isinstance(said, dict):
        raise HalfAnswer("is not a JSON object")
    if said.get("error"):
        error = said["error"]
        raise HalfAnswer(f"the server reports: {error.get('message') if isinstance(error, dict) else error}")
    return said


def _add(heard: Heard, said: dict[str, Any]) -> int:
    """Add one event, or the whole; returns the characters of text in it."""
    heard.response_id = heard.response_id or _text(said.get("id"))
    heard.served_model = heard.served_model or _text(said.get("model"))
    usage = said.get("usage")
    if isinstance(usage, dict):
        heard.prompt_tokens = _count(usage.get("prompt_tokens"))
        heard.completion_tokens = _count(usage.get("completion_tokens"))
    choices = said.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return 0
    first = choices[0]
    heard.finish_reason = _text(first.get("finish_reason")) or heard.finish_reason
    turn = first.get("delta") or first.get("message")
    part = _content(turn.get("content")) if isinstance(turn, dict) else ""
    heard.parts.append(part)
    return len(part)


def _content(value: Any) -> str:
    # Some servers send a list of typed parts; what is not text (thoughts, references) is not part of the answer.
    if isinstance(value, list):
        return "".join(_text(part.get("text")) for part in value if isinstance(part, dict) and part.get("type") == "text")
    return _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
