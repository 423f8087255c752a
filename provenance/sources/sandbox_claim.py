"""Work folders that say whose they are, so that those of a killed process are found and removed by the next one.

Each folder has a lock file beside it, made and locked before the folder. The kernel drops the lock when the process dies,
however it dies; a lock that can be taken is therefore that of a dead process. Safe with any number of processes at once:
whoever finds its lock file replaced or gone tries another name.

    >>> with claimed() as path:
    ...     print(sweep(set()), path.is_dir())
    0 True
    >>> path.exists(), Path(f"{path}.lock").exists()
    (False, False)
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator, Set
from pathlib import Path

from provenance.sources.sandbox_folder import remove

PREFIX = "provenance-sandbox-"
_LOCK = ".lock"
#: A folder without a lock is not one of ours, or one of a version that made none; after this many seconds it is old.
_OLD_S = 24 * 3600


@contextlib.contextmanager
def claimed() -> Iterator[Path]:
    """A fresh folder that is removed at the end, with all that is in it; or by `sweep`, if this process is killed."""
    handle, path = _claim()
    try:
        try:
            path.mkdir(0o700)
            yield path
        finally:
            remove(path)
            Path(f"{path}{_LOCK}").unlink(missing_ok=True)
    finally:
        os.close(handle)


def _claim() -> tuple[int, Path]:
    while True:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=_LOCK)
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Between making and locking it, somebody may have taken it for a dead one's and removed it.
        if _is(handle, name):
            return handle, Path(name.removesuffix(_LOCK))
        os.close(handle)


def _is(handle: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def sweep(owners: Set[int]) -> int:
    """Remove the folders of processes that are dead; how many. Only what belongs to one of ``owners`` (user ids)."""
    found = 0
    folder = Path(tempfile.gettempdir())
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.name.startswith(PREFIX))
    locked = set(names)
    for name in names:
        if name.endswith(_LOCK):
            found += _sweep_locked(folder / name, owners)
        elif f"{name}{_LOCK}" not in locked and _belongs(folder / name, owners, time.time() - _OLD_S):
            remove(folder / name)
            found += 1
    return found


def _sweep_locked(lock: Path, owners: Set[int]) -> int:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return 0  # gone meanwhile, or not ours to open
    try:
        about = os.fstat(handle)
        if about.st_uid != os.geteuid() or not stat.S_ISREG(about.st_mode):
            return 0
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is(handle, os.fspath(lock)):
            return 0
        path = Path(os.fspath(lock).removesuffix(_LOCK))
        swept = _belongs(path, owners)
        if swept:
            remove(path)
        if not os.path.lexists(path):
            lock.unlink(missing_ok=True)
        return int(swept)
    except BlockingIOError:
        return 0  # its process lives
    finally:
        os.close(handle)


def _belongs(path: Path, owners: Set[int], before: float | None = None) -> bool:
    try:
        about = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid in owners and (before is None or about.st_mtime < before)
