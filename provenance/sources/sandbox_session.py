"""A program that stays alive in the sandbox and answers one request after another: for compilers that start slowly.

Requests and answers are frames: four bytes of length, big-endian, then as many bytes. The walls are those of a single
run; time and memory are watched per request. What cannot be trusted any more (no answer in time, an answer too long,
too much memory) is killed and answers no further request. It runs compilers; a sample's own code never runs in it.

    >>> from provenance.sources.sandbox import Limits, Missing, find_sandbox
    >>> sandbox = find_sandbox()
    >>> if isinstance(sandbox, Missing):
    ...     print(b"hello")
    ... else:
    ...     with Session(sandbox, ["/usr/bin/cat"], {}, Limits()) as session:
    ...         print(session.ask(b"hello", 5.0))
    b'hello'
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from provenance.sources.sandbox import Limits, Sandbox
from provenance.sources.sandbox_folder import put
from provenance.sources.sandbox_watch import end, resident

_LOOK_S = 0.05
_HEADER = 4


class SessionOver(Exception):
    """The session was ended: why ("wall", "memory", "output", "ended")."""


class Session:
    """One living process. Not for several threads at once: one request, one answer.

    Args:
        sandbox: where it runs.
        argv: the command inside.
        files: name -> content, put into its folder ``/w`` before it starts.
        limits: those of a run; ``wall_s`` is not used (each request brings its own), ``output_bytes`` bounds one answer.
        binds: further (host path, path inside) pairs, read-only.
    """

    def __init__(self, sandbox: Sandbox, argv: Sequence[str], files: Mapping[str, bytes], limits: Limits,
                 binds: Sequence[tuple[str, str]] = ()) -> None:
        """Start it; whether it lives is seen by the first request."""
        self._limits = limits
        stack = contextlib.ExitStack()
        # Also when nobody closes it: at the end of the interpreter, or when the session is collected.
        self._close = weakref.finalize(self, stack.close)
        folder: Path = stack.enter_context(sandbox.workdir())
        for name, data in files.items():
            put(folder, name, data)
        self._process = subprocess.Popen(
            [*sandbox.prefix, *sandbox.walls(folder, {}, limits, binds), *argv],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}, cwd="/", start_new_session=True)
        stack.callback(end, self._process)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)

    def __enter__(self) -> Session:
        """The session."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End it."""
        self.close()

    def close(self) -> None:
        """Kill it and remove its folder. May be called again."""
        self._close()

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Send one request and wait for its answer.

        Raises:
            SessionOver: there was none within ``seconds``, or a limit was passed; the session is closed then.
        """
        try:
            return self._ask(len(request).to_bytes(_HEADER, "big") + request, time.monotonic() + seconds)
        except BaseException:
            self.close()
            raise

    def _ask(self, request: bytes, deadline: float) -> bytes:
        process = self._process
        if not self._close.alive:
            raise SessionOver("ended")
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        unsent, answer, next_look = memoryview(request), bytearray(), time.monotonic() + _LOOK_S
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select(_LOOK_S):
                    if key.fileobj is process.stdin:
                        unsent = unsent[_write(key.fd, unsent) :]
                        if not unsent:
                            selector.unregister(process.stdin)
                    elif key.fileobj is process.stdout:
                        answer += _read(key.fd)
                    elif not os.read(key.fd, 65536):  # chatter is read, so that it cannot block, and dropped
                        selector.unregister(process.stderr)
                if (whole := self._whole(answer)) is not None:
                    if unsent:
                        raise SessionOver("ended")  # it answers what it has not read: nothing of it can be trusted
                    return whole
                now = time.monotonic()
                if now >= deadline:
                    raise SessionOver("wall")
                if now >= next_look:
                    next_look = now + _LOOK_S
                    if resident(process.pid) > self._limits.memory_bytes:
                        raise SessionOver("memory")

    def _whole(self, answer: bytearray) -> bytes | None:
        """The answer, when all of it is there."""
        if len(answer) < _HEADER:
            return None
        length = int.from_bytes(answer[:_HEADER], "big")
        if length > self._limits.output_bytes:
            raise SessionOver("output")
        if len(answer) > _HEADER + length:
            raise SessionOver("ended")  # it says more than it was asked
        return bytes(answer[_HEADER:]) if len(answer) == _HEADER + length else None


def _write(handle: int, data: memoryview) -> int:
    try:
        return os.write(handle, data[:65536])
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        raise SessionOver("ended") from None


def _read(handle: int) -> bytes:
    if not (chunk := os.read(handle, 65536)):
        raise SessionOver("ended")
    return chunk
