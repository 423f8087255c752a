"""The one place that runs a program which nobody has read: bubblewrap without network, with limits, or not at all.

A sample may call a shell, read any path, fork for ever or print without end. Here it sees a read-only ``/usr``, an
empty ``/tmp`` and its own folder ``/w``, as an unprivileged user in namespaces of its own; time, processor time,
memory, processes, files and output are bounded, and everything dies with us.

It refuses to run anything unsandboxed: where user namespaces or bubblewrap are absent, or the walls do not hold when
they are tried, `find_sandbox` answers `Missing`, and there is no switch that changes its mind.

    >>> sandbox = find_sandbox()
    >>> if isinstance(sandbox, Sandbox):
    ...     with sandbox.workdir() as folder:
    ...         print(sandbox.run(["/usr/bin/echo", "hello"], folder).stdout)
    ... else:
    ...     print(b"hello\\n")
    b'hello\\n'
"""

from __future__ import annotations

import contextlib
import functools
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provenance.sources.sandbox_claim import claimed, sweep
from provenance.sources.sandbox_folder import over_limit
from provenance.sources.sandbox_watch import Finished, Limits, by_signal, drain, end, follow

__all__ = ["Finished", "Limits", "Missing", "Sandbox", "find_sandbox"]

_MIB = 1024 * 1024
#: The user that samples run as when we are root. Root's own processes escape RLIMIT_NPROC even in a user namespace.
_NOBODY = 65534
_DEFAULT = Limits()
#: The path, home and language inside.
_ENV = {"PATH": "/usr/local/bin:/usr/bin", "HOME": "/tmp", "LC_ALL": "C"}  # noqa: S108 (inside)
_BWRAP = f"""
--unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try --disable-userns
--die-with-parent --new-session --cap-drop ALL --uid {_NOBODY} --gid {_NOBODY} --hostname sandbox
--ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/bin /bin --proc /proc --dev /dev
--size {16 * _MIB} --tmpfs /dev/shm --remount-ro /dev --size {16 * _MIB} --tmpfs /tmp
"""  # /dev/shm is memory of the host, without a limit unless it is given one
#: What must be true inside before anything else runs there; the message of the first that is not.
_WALLS = """
test ! -e /etc/passwd -a ! -e /root -a ! -e /home || { echo 'host files can be read'; exit 1; }
test "$(grep -c : /proc/net/dev)" = 1 || { echo 'the network can be reached'; exit 1; }
! touch /usr/.provenance 2>/dev/null || { echo '/usr can be written'; exit 1; }
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status || { echo 'privileges are kept'; exit 1; }
test "$(ulimit -f)" != unlimited || { echo 'file sizes are not limited'; exit 1; }
touch /w/.provenance || { echo 'the work folder cannot be written'; exit 1; }
echo sound
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no sandbox (or no compiler): why, and what to install."""

    reason: str


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A tried and sound sandbox; made by `find_sandbox` only. Safe to use from several threads at once."""

    prefix: tuple[str, ...]
    uid: int | None

    @contextlib.contextmanager
    def workdir(self) -> Iterator[Path]:
        """A fresh folder for one run, writable inside as ``/w``; removed at the end with all that was left in it."""
        with claimed() as path:
            if self.uid is not None:
                os.chown(path, self.uid, self.uid)
            yield path

    def run(
        self,
        argv: Sequence[str],
        workdir: Path,
        env: Mapping[str, str] | None = None,
        limits: Limits = _DEFAULT,
        binds: Sequence[tuple[str, str]] = (),
        stdin: bytes = b"",
    ) -> Finished:
        """Run ``argv`` in ``workdir`` (a folder from `workdir`; ``/w`` inside) and wait for its end.

        ``env`` is the whole environment besides PATH, HOME and LC_ALL; nothing is inherited. ``binds`` are further
        (host path, path inside) pairs, read-only. ``stdin`` is its standard input, a pipe, or ``/dev/null`` where it is
        empty; what the run does not read is dropped.
        """
        started = time.monotonic()
        status_r, status_w = os.pipe()
        try:
            command = [
                *self.prefix,
                "--json-status-fd",
                str(status_w),
                *self.walls(workdir, env or {}, limits, binds),
                *argv,
            ]
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={},
                cwd="/",
                start_new_session=True,
                pass_fds=(status_w,),
            )
            os.close(status_w)
            status_w = -1
            output = (bytearray(), bytearray())
            try:
                stopped = follow(process, output, workdir, limits, started + limits.wall_s, stdin)
            finally:
                end(process)
            # bwrap writes "exit-code" only where the program was really started: its own failures are not the sample's.
            if not stopped and b'"exit-code"' not in drain(status_r):
                stopped = "sandbox"
        finally:
            os.close(status_r)
            if status_w >= 0:
                os.close(status_w)
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        if not stopped and over_limit(workdir, limits.folder_bytes, limits.folder_files):
            stopped = "folder"
        stopped = stopped or by_signal(code)
        return Finished(code, bytes(output[0]), bytes(output[1]), stopped, time.monotonic() - started)

    def walls(
        self, workdir: Path, env: Mapping[str, str], limits: Limits, binds: Sequence[tuple[str, str]]
    ) -> list[str]:
        """The arguments between `prefix` and the command: what it sees and may use. `run` and sessions add their own."""
        command: list[str] = []
        for outside, inside in binds:
            command += ["--ro-bind", outside, inside]
        # A bind last but one, the root read-only last: what comes after the remount could not be mounted.
        command += ["--bind", str(workdir), "/w", "--remount-ro", "/", "--chdir", "/w", "--clearenv"]
        for key, value in {**_ENV, **env}.items():
            command += ["--setenv", key, value]
        bounds = {
            "cpu": (resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1),
            "as": (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
            "fsize": (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
            "nproc": (resource.RLIMIT_NPROC, limits.processes, limits.processes),
            "nofile": (resource.RLIMIT_NOFILE, 64, 64),
            "core": (resource.RLIMIT_CORE, 0, 0),
        }
        limiter = ["--", "/usr/bin/prlimit"]
        for name, (kind, soft, hard) in bounds.items():
            # Asking for more than our own hard limit would fail, so the smaller of the two holds.
            ours = resource.getrlimit(kind)[1]
            both = [str(v if ours == resource.RLIM_INFINITY else min(v, ours)) for v in (soft, hard)]
            limiter.append(f"--{name}={':'.join(both)}")
        return [*command, *limiter]


@functools.cache
def find_sandbox() -> Sandbox | Missing:
    """The sandbox of this machine, tried once and for all; or why there is none."""
    paths = {name: shutil.which(name) for name in ("bwrap", "prlimit", "setpriv")}
    packages = {"bwrap": "bubblewrap", "prlimit": "util-linux", "setpriv": "util-linux"}
    root = os.geteuid() == 0
    for name in ("bwrap", "prlimit", *(("setpriv",) if root else ())):
        if paths[name] is None:
            return Missing(f"no-sandbox: {name} is not installed (package {packages[name]})")
    prefix: list[str] = []
    if root:
        ids = f"--reuid={_NOBODY} --regid={_NOBODY}".split()
        prefix += [str(paths["setpriv"]), *ids, "--clear-groups", "--no-new-privs"]
    prefix += [str(paths["bwrap"]), *_BWRAP.split()]
    sandbox = Sandbox(tuple(prefix), _NOBODY if root else None)
    sweep({os.geteuid(), _NOBODY} if root else {os.geteuid()})
    try:
        with sandbox.workdir() as folder:
            tried = sandbox.run(["/usr/bin/sh", "-c", _WALLS], folder)
    except OSError as problem:
        return Missing(f"no-sandbox: {problem}")
    if tried.stdout == b"sound\n" and not tried.stopped:
        return sandbox
    said = (tried.stdout + tried.stderr).decode(errors="replace").strip().splitlines()
    return Missing(f"no-sandbox: {said[0] if said else tried.stopped} (bubblewrap needs user namespaces)")
