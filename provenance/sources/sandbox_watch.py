"""The watch over one sandboxed run, from outside: what it may use, reading what it prints, and ending it.

The kernel's limits bind one process; a crowd of processes or files is counted here, some twenty times a second. What a
sample can take between two looks is what it can take too much.

    >>> import time
    >>> child = subprocess.Popen(["yes"], stdout=-1, stderr=-1, start_new_session=True)
    >>> follow(child, (bytearray(), bytearray()), Path("/nowhere"), Limits(output_bytes=10), time.monotonic() + 5)
    'output'
    >>> end(child)
"""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from provenance.sources.sandbox_folder import over_limit

_MIB = 1024 * 1024
_LOOK_S = 0.05
_SIGNALS = {
    128 + int(s) for s in (signal.SIGILL, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGKILL, signal.SIGSEGV)
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. ``cpu_s`` and ``file_bytes`` hold for each process and file, the rest for the whole run.

    Attributes:
        wall_s: seconds by the clock.
        cpu_s: seconds of processor time of one process.
        memory_bytes: address space of one process, and resident memory of all together.
        file_bytes: size of one file.
        processes: processes and threads at one time.
        output_bytes: standard output, and as much again of standard error.
        folder_bytes: all files in the work folder together.
        folder_files: files and folders in the work folder.
    """

    wall_s: float = 10.0
    cpu_s: int = 3
    memory_bytes: int = 512 * _MIB
    file_bytes: int = 8 * _MIB
    processes: int = 16
    output_bytes: int = 1 * _MIB
    folder_bytes: int = 64 * _MIB
    folder_files: int = 256


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended: exit status, both outputs (cut at the limit) and wall time.

    ``stopped`` is empty when it ended by itself; else the limit that ended it ("wall", "cpu", "memory", "output",
    "file", "folder"), "signal" (it crashed) or "sandbox" (it never started; ``stderr`` says why).
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    stopped: str
    seconds: float


def follow(
    process: subprocess.Popen[bytes],
    output: tuple[bytearray, bytearray],
    workdir: Path,
    limits: Limits,
    deadline: float,
    stdin: bytes = b"",
) -> str:
    """Feed the run its input, read what it prints and watch its limits until it ends; why it has to be stopped, or empty.

    ``stdin`` goes to ``process.stdin`` (a pipe, or None where there is no input) as fast as it is read and no faster.
    """
    assert process.stdout is not None and process.stderr is not None
    next_look = time.monotonic() + _LOOK_S
    with selectors.DefaultSelector() as selector:
        for pipe, sink in zip((process.stdout, process.stderr), output, strict=True):
            selector.register(pipe, selectors.EVENT_READ, sink)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE, memoryview(stdin))
        while selector.get_map() or process.poll() is None:
            if selector.get_map():
                for key, ready in selector.select(_LOOK_S):
                    if ready & selectors.EVENT_WRITE:
                        _feed(selector, key)
                    elif not _drink(selector, key, limits.output_bytes):
                        return "output"
            else:  # it closed its outputs and goes on
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_S)
            now = time.monotonic()
            if now >= deadline:
                return "wall"
            if now >= next_look:
                next_look = now + _LOOK_S
                if resident(process.pid) > limits.memory_bytes:
                    return "memory"
                if over_limit(workdir, limits.folder_bytes, limits.folder_files):
                    return "folder"
    return ""


def _feed(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Write what the pipe takes of the input that the key holds, and close it behind the last byte."""
    unfed: memoryview = key.data
    try:
        unfed = unfed[os.write(key.fd, unfed[:65536]) :]
    except BlockingIOError:
        return
    except BrokenPipeError:
        unfed = unfed[:0]  # nobody is left to read it
    if unfed:
        selector.modify(key.fileobj, selectors.EVENT_WRITE, unfed)
    else:
        selector.unregister(key.fileobj)
        cast(IO[bytes], key.fileobj).close()


def _drink(selector: selectors.BaseSelector, key: selectors.SelectorKey, most: int) -> bool:
    """Read what is there into the sink that the key holds; False where it is more than ``most`` bytes in all."""
    chunk = os.read(key.fd, 65536)
    if not chunk:
        selector.unregister(key.fileobj)
    kept: bytearray = key.data
    room = most - len(kept)
    kept += chunk[:room]
    return len(chunk) <= room


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the run, and wait until nobody holds its outputs any more."""
    if process.stdin is not None:
        process.stdin.close()
    # The group holds setpriv/bwrap; the inside is a session of its own and dies with bwrap (--die-with-parent).
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            # End of file means that the last process inside is gone, so that nothing writes while the folder is read.
            drain(pipe.fileno(), keep=0)
            pipe.close()


def drain(handle: int, keep: int = 65536) -> bytes:
    """Read to the end of a pipe, but not for longer than a second; the first ``keep`` bytes."""
    os.set_blocking(handle, False)
    kept, until = b"", time.monotonic() + 1.0
    while time.monotonic() < until:
        try:
            if not (chunk := os.read(handle, 65536)):
                break
            kept = (kept + chunk)[:keep]
        except BlockingIOError:
            time.sleep(0.002)
    return kept


def by_signal(code: int) -> str:
    """The limit or crash that an exit status tells of, or empty."""
    # bwrap reports death by signal N as 128 + N. A program that exits with such a status itself is read the same way.
    if code == 128 + signal.SIGXCPU:
        return "cpu"
    if code == 128 + signal.SIGXFSZ:
        return "file"
    return "signal" if code in _SIGNALS else ""


def resident(root: int) -> int:
    """Resident bytes of a process and all below it. RLIMIT_AS bounds one process, this bounds a crowd of them."""
    total, todo, page = 0, [root], resource.getpagesize()
    while todo:
        pid = todo.pop()
        with contextlib.suppress(OSError, ValueError, IndexError):  # gone meanwhile
            total += int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * page
            for task in os.listdir(f"/proc/{pid}/task"):
                todo += map(int, Path(f"/proc/{pid}/task/{task}/children").read_bytes().split())
    return total
