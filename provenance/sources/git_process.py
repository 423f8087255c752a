"""Git as a child process that can do nothing but read: no hooks, no helpers, no prompts, no configuration but ours.

    >>> Git(Path("/srv/mirror.git")).text("rev-parse", "HEAD")            # doctest: +SKIP
    '99a20ae214247fd65269452c707080adb2a546ef'

A repository can name programs to run (hooks, fsmonitor, textconv, ssh and pack commands, credential helpers). Its own
configuration is therefore never in force when objects are read: see `git_mirror`. What remains is switched off here.
Every call has a time limit; a killed or failed call is an error, never an empty answer.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from provenance.errors import SourceError, ToolMissing

#: Seconds for one call that answers at once, for one that walks a history, and for one that uses the network.
QUICK, LONG, NETWORK = 60, 3600, 3600

_SETTINGS = {
    "core.hooksPath": os.devnull, "core.fsmonitor": "false", "core.untrackedCache": "false", "core.askPass": "",
    "core.pager": "cat", "core.commitGraph": "false", "core.quotePath": "false", "core.attributesFile": os.devnull,
    "credential.helper": "", "safe.directory": "*", "log.showSignature": "false", "diff.external": "",
    "diff.renameLimit": "1000", "diff.orderFile": "", "gc.auto": "0", "maintenance.auto": "false",
    "fetch.recurseSubmodules": "false", "submodule.recurse": "false", "protocol.ext.allow": "never",
    "protocol.file.allow": "user", "transfer.bundleURI": "false", "fetch.writeCommitGraph": "false",
    "gpg.program": "false", "gpg.x509.program": "false", "http.followRedirects": "initial",
    "i18n.logOutputEncoding": "UTF-8", "advice.detachedHead": "false", "init.defaultBranch": "main",
}


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a git child: nothing of ours but the path, the proxy settings and the settings above."""
    kept = ("PATH", "SSH_AUTH_SOCK", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy",
            "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "TMPDIR")
    settings = {**_SETTINGS, **extra}
    env = {name: os.environ[name] for name in kept if name in os.environ}
    # HOME holds the user's ssh keys, which fetching needs; ~/.gitconfig is shut out by GIT_CONFIG_GLOBAL.
    env |= {"HOME": os.environ.get("HOME", "/nonexistent"), "LC_ALL": "C", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_ATTR_NOSYSTEM": "1", "GIT_ADVICE": "0",
            "GIT_ALLOW_PROTOCOL": "http:https:ssh:git:file", "GIT_PROTOCOL_FROM_USER": "1",
            "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=30", "GIT_SSH_VARIANT": "ssh",
            "GIT_CONFIG_COUNT": str(len(settings))}
    for place, (key, value) in enumerate(settings.items()):
        env |= {f"GIT_CONFIG_KEY_{place}": key, f"GIT_CONFIG_VALUE_{place}": value}
    return env


class GitError(Exception):
    """Git ended with an error; ``said`` is what it wrote, shortened. Callers make a `SourceError` of it."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(said)


class Git:
    """Git on one git directory (or on none)."""

    def __init__(self, git_dir: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.git_dir = git_dir
        self._env = environment(settings or {})

    def _command(self, args: tuple[str, ...]) -> list[str]:
        place = [f"--git-dir={self.git_dir}"] if self.git_dir else []
        return ["git", *place, "--no-pager", "--literal-pathspecs", *args]

    def run(self, *args: str, timeout: int = QUICK, check: bool = True) -> bytes:
        """Standard output of one call.

        Raises:
            GitError: it ended with an error, or ran too long.
            ToolMissing: git is not installed.
        """
        try:
            done = subprocess.run(self._command(args), env=self._env, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=timeout, cwd="/", check=False)
        except FileNotFoundError:
            raise _missing() from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git {args[0]} took longer than {timeout} s") from None
        if check and done.returncode:
            raise GitError(_said(done.stderr) or f"git {args[0]} ended with status {done.returncode}")
        return done.stdout

    def text(self, *args: str) -> str:
        """Standard output of one quick call as text, without the line end."""
        return self.run(*args).decode("utf-8", "replace").rstrip("\n")

    @contextmanager
    def stream(self, *args: str, asks: Iterable[bytes] = (), timeout: int = LONG) -> Iterator[IO[bytes]]:
        """Standard output of a long call, as it comes; ``asks`` is written to its standard input beforehand.

        The input goes through a file, so that a child which answers while it reads cannot block us both.
        """
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
            given.writelines(asks)
            given.seek(0)
            try:
                child = subprocess.Popen(self._command(args), env=self._env, stdin=given, stdout=subprocess.PIPE,
                                         stderr=errors, cwd="/", bufsize=1 << 18)
            except FileNotFoundError:
                raise _missing() from None
            late = threading.Event()

            def stop() -> None:
                late.set()
                child.kill()

            watchdog = threading.Timer(timeout, stop)
            watchdog.daemon = True
            watchdog.start()
            out = child.stdout
            assert out is not None
            try:
                yield out
                out.read()
                status = child.wait()
            finally:
                # A caller that leaves early must not leave a child behind.
                watchdog.cancel()
                child.kill()
                out.close()
                child.wait()
            if late.is_set():
                raise GitError(f"git {args[0]} took longer than {timeout} s")
            if status:
                errors.seek(0)
                raise GitError(_said(errors.read()) or f"git {args[0]} ended with status {status}")


def objects(git: Git, ids: Iterable[str]) -> Iterator[bytes | None]:
    """The content of each object, in order; None for one that is not there. One child for all, streamed.

    Raises:
        SourceError: git stopped before it answered all.
    """
    asked = list(ids)
    with git.stream("cat-file", "--batch", "--buffer", asks=(f"{name}\n".encode() for name in asked)) as out:
        for name in asked:
            head = out.readline().split()
            if len(head) == 3:
                size = int(head[2])
                content = out.read(size)
                if len(content) != size or out.read(1) != b"\n":
                    raise SourceError(name, "was cut off while it was read", "check the repository with: git fsck")
                yield content
            elif len(head) == 2:
                yield None
            else:
                raise SourceError(name, "could not be read by git", "check the repository with: git fsck")


def _missing() -> ToolMissing:
    return ToolMissing("git", "is not installed or not on the path", "install git 2.30 or newer")


def _said(stderr: bytes) -> str:
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    worst = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    return " / ".join(worst)[:300]
