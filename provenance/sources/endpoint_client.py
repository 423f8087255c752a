"""One try at an OpenAI-compatible endpoint, through the official client: send, listen, say plainly what came of it.

No retries, no rates, no budgets here (see `endpoint`). The client is told everything that it would otherwise take from
the environment: a key, organisation or project meant for one provider must not travel to another. Redirects are not
followed, because they would carry prompts to an address that nobody gave. No message quotes a key: what a server says
about a refused key is not repeated at all, for servers repeat parts of the key.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlsplit

from provenance.errors import SourceError, ToolMissing
from provenance.sources.endpoint_answer import HalfAnswer, Heard, TooLong, hear
from provenance.sources.endpoint_limits import EndpointLimits
from provenance.sources.endpoint_spec import is_loopback

#: Statuses that another try may heal, beside 429 and all from 500 on.
_HEALING = {408, 409, 425}
#: Header by which support can find a request again, as OpenAI documents it; here it is the request's digest.
REQUEST_ID = "X-Client-Request-Id"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class Broken:
    """A try without an answer.

    Attributes:
        reason: stable code and detail, as of `provenance.steps.generate.asking.Failure`.
        again: whether another try may succeed.
        sent: whether the endpoint may have begun to work on it.
        charged: whether tokens may have been charged for it.
        wait_s: seconds that the endpoint asks to wait; None where it does not say.
        silent: whether the endpoint, and not this one question, seems to be at fault.
        fatal: why the endpoint cannot be used at all; None where it can.
    """

    reason: str
    again: bool = True
    sent: bool = True
    charged: bool = False
    wait_s: float | None = None
    silent: bool = False
    fatal: SourceError | None = None


class _Overdue(Exception):
    pass


class Wire:
    """The client of one address. Safe to share between threads; close it when done."""

    def __init__(self, address: str, key: str, limits: EndpointLimits) -> None:
        """Open nothing yet.

        Raises:
            ToolMissing: the package ``openai`` is not installed.
        """
        try:
            import httpx2
            import openai
        except ImportError:
            raise ToolMissing("openai", "is not installed", "install it with: pip install 'corpus-provenance[llm]'") from None
        self._openai, self._httpx = openai, httpx2
        self.address, self._key, self._limits = address, key, limits
        host = urlsplit(address).hostname or ""
        self._http = httpx2.Client(
            follow_redirects=False, trust_env=not is_loopback(host),
            # A connection for each question. Servers close kept ones without a word (llama.cpp after every stream), and
            # a question sent into one that is closing may or may not have been paid for; a handshake is cheaper.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
            # Compressed answers would make the bounds on their size meaningless.
            headers={"Accept-Encoding": "identity", "Connection": "close"})
        ambient = [line.partition(":")[0].strip() for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")]
        self._headers: dict[str, Any] = {"Authorization": f"Bearer {key}" if key else openai.omit}
        self._client = openai.OpenAI(
            base_url=address, api_key=key or "none", admin_api_key="", webhook_secret="", max_retries=0,
            http_client=self._http, default_headers={**dict.fromkeys(ambient, cast(Any, openai.omit)), **self._headers})
        self._client.organization = self._client.project = None

    def __repr__(self) -> str:
        return f"Wire({self.address!r})"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(self, body: Mapping[str, Any], name: str) -> Heard | Broken:
        """Send one chat completion and listen to the answer; ``name`` identifies it to whoever reads the server's log."""
        limits, streamed = self._limits, bool(body.get("stream"))
        silence = limits.timeout_s if streamed else limits.total_s
        timeout = self._httpx.Timeout(min(silence, limits.total_s), connect=min(limits.timeout_s, 20.0))
        asking: dict[str, Any] = {"model": body["model"], "messages": body["messages"],
                                  "extra_headers": {**self._headers, REQUEST_ID: name}, "extra_body": dict(body),
                                  "timeout": timeout}
        deadline = time.monotonic() + limits.total_s
        try:
            with self._client.chat.completions.with_streaming_response.create(**asking) as response:
                # By what came and not by what was asked for: some servers answer in one piece whatever one asks.
                events = response.headers.get("content-type", "").startswith("text/event-stream")
                return hear(_until(response.iter_bytes(), deadline), streamed=events, most=limits.answer_characters)
        except self._openai.APIStatusError as error:
            return self._refused(error.status_code, error.response.headers, error.body, error.code)
        except HalfAnswer as error:
            return Broken(f"half-answer: {self._said(error)}", charged=True)
        except TooLong as error:
            return Broken(f"too-long: {error}", again=False, charged=True)
        except _Overdue:
            return Broken(f"timeout: not ended after {limits.total_s:g} s", charged=True, silent=True)
        except (self._openai.APIConnectionError, self._httpx.HTTPError) as error:
            return self._disconnected(error, silence)

    def models(self) -> tuple[str, ...] | Broken:
        """The names of the models that the endpoint lists."""
        try:
            timeout = self._httpx.Timeout(min(30.0, self._limits.timeout_s))
            said = self._client.get("/models", cast_to=object, options={"timeout": timeout, "headers": self._headers})
        except self._openai.APIStatusError as error:
            return self._refused(error.status_code, error.response.headers, error.body, error.code)
        except (self._openai.APIConnectionError, self._httpx.HTTPError) as error:
            return self._disconnected(error, self._limits.timeout_s)
        except (ValueError, RecursionError):
            return Broken("half-answer: the list of models is not JSON")
        listed = said.get("data") if isinstance(said, dict) else None
        if not isinstance(listed, list):
            return Broken("half-answer: no list of models came")
        names = [name for each in listed if isinstance(each, dict) for name in (each.get("id"), *(each.get("aliases") or ()))]
        return tuple(name for name in names if isinstance(name, str))

    def _disconnected(self, error: Exception, silence: float) -> Broken:
        http = self._httpx
        # The client wraps what breaks before the headers, and leaves what breaks in the body as it is.
        cause = error if isinstance(error, http.HTTPError) else error.__cause__ or error
        if isinstance(cause, http.ConnectError | http.ConnectTimeout | http.UnsupportedProtocol | http.ProxyError):
            return Broken(f"unreachable: {self._said(cause) or type(cause).__name__}", sent=False, silent=True)
        if isinstance(cause, http.TimeoutException):
            return Broken(f"timeout: silent for {silence:g} s", charged=True, silent=True)
        return Broken(f"half-answer: the connection broke ({self._said(cause) or type(cause).__name__})", charged=True)

    def _refused(self, status: int, headers: Mapping[str, str], body: object, code: str | None) -> Broken:
        said = self._said(body.get("message", body) if isinstance(body, Mapping) else body)
        fatal = None
        if status == 401:
            fatal = SourceError(self.address, "refuses the key (401)", "check the variable or file that holds it")
        elif status == 404:
            fatal = SourceError(self.address, f"does not know the model or the path (404: {said})",
                                "check the model's name, and that the address ends where /chat/completions begins")
        elif 300 <= status < 400:
            fatal = SourceError(self.address, f"redirects to {self._said(headers.get('location', '?'))} ({status})",
                                "give the address that is meant; redirects are not followed")
        elif status == 403:
            fatal = SourceError(self.address, "forbids the question (403)", "check what the key may ask for")
        elif status == 402 or code == "insufficient_quota":
            fatal = SourceError(self.address, f"wants to be paid ({status})", "check the account; what is journalled stays")
        if fatal is not None:
            return Broken(f"refused: {status}", again=status != 403, fatal=fatal)
        if status == 429:
            return Broken(f"rate: 429 {said}", wait_s=_retry_after(headers))
        if status >= 500 or status in _HEALING:
            return Broken(f"refused: {status} {said}", wait_s=_retry_after(headers), silent=status >= 500)
        if code in {"content_filter", "content_policy_violation"}:
            return Broken(f"content-filter: {said}", again=False)
        return Broken(f"refused: {status} {said}".rstrip(), again=False)

    def _said(self, what: object) -> str:
        """A foreign text fit for a line of ours: one line, short, and without the key."""
        text = str(what if what is not None else "")
        if self._key:
            text = text.replace(self._key, "[key]")
        return _CONTROL.sub(" ", text)[:_MOST_SAID].strip()


def _until(chunks: Iterable[bytes], deadline: float) -> Iterator[bytes]:
    for chunk in chunks:
        # Keep-alive comments and single letters are not silence; without this such a server is waited for for ever.
        if time.monotonic() > deadline:
            raise _Overdue
        yield chunk


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After`` (RFC 9110, 10.2.3: seconds or a date) or of OpenAI's ``retry-after-ms``."""
    for name, factor in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            wait = float(headers.get(name, "")) * factor
        except ValueError:
            continue
        return wait if 0 <= wait < float("inf") else None
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
