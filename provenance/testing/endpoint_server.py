"""`FakeServer`: a real HTTP server on loopback that speaks as much of the OpenAI protocol as our client hears.

    with FakeServer(Script.of("IDENTIFICATION DIVISION. ...")) as server:
        endpoint = OpenAIEndpoint(ModelFacts(server.model), server.address)
        ...
    server.asked                                    # every question that arrived, in order of arrival

It answers ``/v1/models`` and ``/v1/chat/completions``, streamed or whole, one thread a connection.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from provenance.errors import ProvenanceError
from provenance.model.identity import Digest
from provenance.sources.endpoint_client import REQUEST_ID
from provenance.testing.endpoint import Asked, Reply, Script, count_tokens

_STATUS = {"400": "invalid_request_error", "401": "invalid_api_key", "403": "forbidden", "404": "model_not_found",
           "429": "rate_limit_exceeded", "500": "server_error", "503": "overloaded"}
#: Characters of an answer in one event of a stream.
_PIECE = 64


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that is killed in the middle is not our error."""


class FakeServer:
    """The server as a context manager. ``key`` is wanted from every client where it is not empty."""

    def __init__(self, script: Script, *, model: str = "fake-coder", key: str = "", port: int = 0, lists: bool = True,
                 dies_after: int = 0) -> None:
        """Listen at once, answer from ``__enter__`` on.

        Args:
            script: what to answer.
            model: the name in the list of models, and under the answers.
            key: the key that clients must send.
            port: port on loopback; 0 for a free one.
            lists: whether there is a list of models; else 404, as with some servers.
            dies_after: stop for good when so many questions have been answered; 0 for never.
        """
        self.script, self.model, self.key, self.lists, self.dies_after = script, model, key, lists, dies_after
        self.asked: list[Asked] = []
        self.keys: set[str] = set()
        self._tries: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._live: set[socket.socket] = set()
        self._stopped = threading.Event()
        self._http = _Http(("127.0.0.1", port), _handler(self))

    @property
    def address(self) -> str:
        """Where ``/chat/completions`` begins."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> FakeServer:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True, name="fake-server").start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End at once, and everything under way with it."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        # The port first, so that a client whose connection ends does not find it open.
        self._http.socket.close()
        with self._lock:
            live = list(self._live)
        for each in live:
            _reset(each)
        threading.Thread(target=self._http.shutdown, daemon=True).start()

    def arrived(self, body: dict[str, Any], name: str) -> Asked:
        """Note a question; its attempt is counted by its name, or by its content where it has none."""
        messages = tuple((str(each["role"]), str(each["content"])) for each in body["messages"])
        seed = int(body.get("seed") or 0)
        digest = name or str(Digest.of_json([list(map(list, messages)), seed]))
        with self._lock:
            asked = Asked(messages, digest, seed, self._tries[digest])
            self._tries[digest] += 1
            self.asked.append(asked)
            return asked

    @property
    def answered_enough(self) -> bool:
        """Whether it is time to die."""
        return 0 < self.dies_after < len(self.asked)


class _Hung(Exception):
    pass


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body are two writes; without this the second waits 40 ms for the acknowledgement of the first.
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            with server._lock:
                server._live.add(self.connection)

        def finish(self) -> None:
            with server._lock:
                server._live.discard(self.connection)
            super().finish()

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            if self._key_refused():
                return
            if self.path.endswith("/models") and server.lists:
                self._json(200, {"object": "list", "data": [{"id": server.model, "object": "model"}]})
            else:
                self._error("404", "no such path")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            if self._key_refused():
                return None
            if not self.path.endswith("/chat/completions"):
                return self._error("404", "no such path")
            asked = server.arrived(body, self.headers.get(REQUEST_ID, ""))
            if server.answered_enough:
                return server.stop()
            if body.get("model") != server.model:
                return self._error("404", f"the model {body.get('model')!r} does not exist")
            return self._answer(body, asked, server.script.reply(asked))

        def _key_refused(self) -> bool:
            sent = self.headers.get("Authorization", "")
            server.keys.add(sent)
            if not server.key or sent == f"Bearer {server.key}":
                return False
            self._error("401", f"Incorrect API key provided: {sent.removeprefix('Bearer ')}")
            return True

        def _answer(self, body: dict[str, Any], asked: Asked, reply: Reply) -> None:
            if reply.fault == "stop":
                return server.stop()
            if reply.fault.isdecimal():
                return self._error(reply.fault, reply.text or "as ordered", reply.retry_after)
            text, finish = ("", "content_filter") if reply.fault == "filtered" else reply.said(asked.prompt)
            usage = {"prompt_tokens": count_tokens(asked.prompt), "completion_tokens": count_tokens(text)}
            head = {"id": f"fake-{asked.digest[-16:]}", "model": "another" if reply.fault == "wrong-model" else server.model}
            try:
                if body.get("stream"):
                    self._stream(reply, head, text, {"finish": finish, "usage": usage})
                else:
                    self._whole(reply, head, text, {"finish": finish, "usage": usage})
            except _Hung:
                server._stopped.wait(600)
                self.close_connection = True
            return None

        def _whole(self, reply: Reply, head: dict[str, str], text: str, end: dict[str, Any]) -> None:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": end["finish"]}
            data = json.dumps({**head, "object": "chat.completion", "choices": [choice], "usage": end["usage"]}).encode()
            if reply.fault == "half":
                # Whole as far as HTTP can tell: a proxy cut it off.
                data = data[:len(data) // 2]
            self._head(200, "application/json", len(data))
            if reply.fault in {"reset", "hang", "dribble"}:
                self.wfile.write(data[:len(data) // 2])
                for at in range(len(data) // 2, len(data) if reply.fault == "dribble" else 0):
                    if server._stopped.wait(0.05):
                        break
                    self.wfile.write(data[at:at + 1])
                self._break(reply.fault.replace("dribble", "reset"))
            else:
                self.wfile.write(data)

        def _stream(self, reply: Reply, head: dict[str, str], text: str, end: dict[str, Any]) -> None:
            self._head(200, "text/event-stream", None)
            pieces = [text[at:at + _PIECE] for at in range(0, min(len(text), 50 * _PIECE), _PIECE)]
            if rest := text[50 * _PIECE:]:
                pieces.append(rest)
            if reply.fault in {"half", "reset", "hang", "dribble"}:
                for event in self._events(head, pieces[:len(pieces) // 2 + 1]):
                    self._chunk(event)
                if reply.fault == "half":
                    self._chunk(b'data: {"id": "fake-1", "choices": [{"delta": {"cont')
                    return self._chunk(b"")
                return self._break(reply.fault)
            events = [*self._events(head, pieces),
                      _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": end["finish"]}]}),
                      _event({**head, "choices": [], "usage": end["usage"]}), b"data: [DONE]\n\n"]
            self._chunk(b"".join(events))
            return self._chunk(b"")

        def _events(self, head: dict[str, str], pieces: list[str]) -> Iterator[bytes]:
            for piece in pieces:
                yield _event({**head, "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})

        def _break(self, fault: str) -> None:
            self.wfile.flush()
            if fault == "hang":
                raise _Hung
            while fault == "dribble" and not server._stopped.wait(0.05):
                self._chunk(b": still thinking\n\n")
            self.close_connection = True
            _reset(self.connection)

        def _error(self, status: str, message: str, retry_after: float = -1.0) -> None:
            said = {"error": {"message": message, "type": _STATUS[status], "code": _STATUS[status]}}
            self._json(int(status), said, retry_after)

        def _json(self, status: int, said: dict[str, Any], retry_after: float = -1.0) -> None:
            data = json.dumps(said).encode()
            self._head(status, "application/json", len(data), retry_after)
            self.wfile.write(data)

        def _head(self, status: int, kind: str, length: int | None, retry_after: float = -1.0) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if length is None:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(length))
            if retry_after >= 0:
                self.send_header("Retry-After", f"{retry_after:g}")
            self.end_headers()

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

    return Handler


def _event(said: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(said).encode() + b"\n\n"


def _reset(connection: socket.socket) -> None:
    """End a connection as a crash does: with RST, whatever is under way."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
    except OSError:
        pass


def main(arguments: list[str] | None = None) -> int:
    """``python -m provenance.testing.endpoint --replay FILE --port N``: print the address and answer until told to end."""
    parser = argparse.ArgumentParser(prog="python -m provenance.testing.endpoint", description=__doc__.splitlines()[0])
    parser.add_argument("--replay", required=True, metavar="FILE", help="rules, one JSON object a line")
    parser.add_argument("--port", type=int, default=0, help="port on loopback (default: a free one)")
    parser.add_argument("--model", default="fake-coder", help="name of the model (default fake-coder)")
    parser.add_argument("--dies-after", type=int, default=0, metavar="N", help="stop for good after N questions")
    said = parser.parse_args(arguments)
    try:
        script = Script.read(said.replay)
    except ProvenanceError as error:
        print(error, file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    done = threading.Event()
    with FakeServer(script, model=said.model, port=said.port, dies_after=said.dies_after) as server:
        print(server.address, flush=True)
        while not done.wait(0.2) and not server._stopped.is_set():
            pass
    return 0
