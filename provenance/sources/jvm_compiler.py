"""javac kept alive in the sandbox: the first compilation starts a virtual machine, the next ones find it warm.

A virtual machine that has compiled a few programs compiles the next in some tens of milliseconds, where a new javac
needs about a second. The compiler gets texts and gives classes, all in memory (`java/Compile.java`); annotation
processors are off, so that no code of a sample runs in it. One that answers late, uses too much memory or breaks is
killed, and the next request starts another.

    >>> request((Java("A.java", "class A {}"),), (), (), True)[:8]
    b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01'
"""

from __future__ import annotations

import contextlib
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provenance.sources.observing import encoded
from provenance.sources.sandbox import Limits, Sandbox
from provenance.sources.sandbox_session import Session, SessionOver

_MIB = 1024 * 1024
#: What the machine that compiles may use in all its life.
_LIVING = Limits(cpu_s=24 * 3600, memory_bytes=2048 * _MIB, file_bytes=16 * _MIB, processes=64, output_bytes=64 * _MIB)
_WALL_S = 60.0
#: After so many compilations a machine is replaced: nothing grows for ever.
_LIFE = 1000
FLAGS = ("-Xshare:auto", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:CompressedClassSpaceSize=64m", "-XX:ErrorFile=/dev/null",
         "-XX:ReservedCodeCacheSize=96m", "-Xmx384m")
_MACHINE = (*FLAGS, "-Xss4m", "-cp", "/w", "Compile")


@dataclass(frozen=True, slots=True)
class Java:
    """A source text by the path that its package asks for ("org/x/A.java")."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of javac. ``where`` is "source" for what was compiled, "shelf" for what was looked up, or empty."""

    where: str
    path: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: error: {' '.join(self.message.split())}"[:300]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What javac made: its errors, or classes by binary name; and which classes of the sources have a main method."""

    faults: tuple[Fault, ...]
    mains: tuple[str, ...]
    classes: Mapping[str, bytes]
    #: Why the compiler broke, or empty.
    broken: str = ""


@dataclass(slots=True, eq=False)
class WarmCompiler:
    """A pool of living compilers, one for each thread that asks at one time. Safe to use from several threads.

    Attributes:
        sandbox: where they run.
        java: path of the virtual machine inside.
        binds: further (host path, path inside) pairs.
        program: file name -> content of the compiled `java/Compile.java`.
    """

    sandbox: Sandbox
    java: str
    binds: tuple[tuple[str, str], ...]
    program: Mapping[str, bytes]
    _idle: list[tuple[Session, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def compile(self, sources: Sequence[Java], shelf: Sequence[Java], options: Sequence[str], wanted: bool) -> Compiled:
        """Compile ``sources``; what they name is looked up on the ``shelf``. Classes are made only where ``wanted``."""
        asked = request(sources, shelf, options, wanted)
        try:
            return answer(self._ask(asked))
        except SessionOver as over:
            return Compiled((), (), {}, f"compiler-stopped: {over}")
        except (struct.error, UnicodeDecodeError) as problem:
            return Compiled((), (), {}, f"compiler-crash: {problem}")

    def _ask(self, asked: bytes) -> bytes:
        with self._lock:
            session, used = self._idle.pop() if self._idle else (None, 0)
        if session is not None:
            # It may have died since: the kernel ends it with the thread that started it.
            with contextlib.suppress(SessionOver):
                return self._keep(session, used + 1, session.ask(asked, _WALL_S))
        fresh = Session(self.sandbox, [self.java, *_MACHINE], self.program, _LIVING, self.binds)
        return self._keep(fresh, 1, fresh.ask(asked, _WALL_S))

    def _keep(self, session: Session, used: int, said: bytes) -> bytes:
        if used >= _LIFE:
            session.close()
        else:
            with self._lock:
                self._idle.append((session, used))
        return said

    def close(self) -> None:
        """End the idle ones. The next request starts another."""
        with self._lock:
            idle, self._idle = self._idle, []
        for session, _ in idle:
            session.close()


def request(sources: Sequence[Java], shelf: Sequence[Java], options: Sequence[str], wanted: bool) -> bytes:
    """The request as `java/Compile.java` reads it."""
    parts = [struct.pack(">i", len(options)), *map(_text, options), struct.pack(">i", len(sources) + len(shelf))]
    for first, texts in ((b"\1", sources), (b"\0", shelf)):
        for one in texts:
            parts += [first, _text(one.path), _text(one.text)]
    return b"".join([*parts, b"\1" if wanted else b"\0"])


def answer(said: bytes) -> Compiled:
    """What `java/Compile.java` answered.

    Raises:
        struct.error: it is cut short.
    """
    at = 1

    def number() -> int:
        nonlocal at
        at += 4
        return int(struct.unpack_from(">i", said, at - 4)[0])

    def blob() -> bytes:
        nonlocal at
        size = number()
        if not 0 <= size <= len(said) - at:
            raise struct.error(f"{size} bytes of {len(said) - at}")
        at += size
        return said[at - size : at]

    def text() -> str:
        return blob().decode("utf-8")

    faults = []
    for _ in range(number()):
        where, _, path = text().partition(":///")
        faults.append(Fault(where, path, number(), text(), text()))
    mains = tuple(text() for _ in range(number()))
    classes = {text(): blob() for _ in range(number())}
    if said[:1] == b"x":
        return Compiled((), (), {}, f"compiler-crash: {faults[0].message if faults else 'no message'}"[:300])
    if said[:1] == b"n" and not faults:
        return Compiled((), (), {}, "compiler-crash: refused without an error")
    return Compiled(tuple(faults), mains, classes)


def _text(text: str) -> bytes:
    data = encoded(text)
    return struct.pack(">i", len(data)) + data
