"""Writing so that a killed process, a full disk or a second writer leaves no half-truth.

`put_once` is the commit: the first writer of a name wins and later ones are told so. `put_named_by_content` is for
files whose name holds their digest, where writing twice is harmless. Both write a temporary file beside the target,
flush it to the disk, give it its name, and flush the folder; a reader never sees a part of a file.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from provenance.errors import LedgerError

#: Temporary files carry this prefix; no reader's glob matches it and `sweep` removes what a killed writer left.
TMP_PREFIX = ".tmp-"
_FULL = {errno.ENOSPC, errno.EDQUOT}


def put_once(path: Path, data: bytes) -> bool:
    """Give ``data`` the name ``path`` unless the name is taken. True where this call was the first.

    Raises:
        LedgerError: the disk is full or the folder cannot be written. Nothing has changed, unless the message says that
            the file is there and could not be flushed.
    """
    with _Temporary(path, data) as temporary:
        try:
            os.link(temporary, path)
            first = True
        except FileExistsError:
            first = False
    try:
        # The second writer flushes too: it goes on from the first one's file, which may not have been flushed yet.
        sync_folder(path.parent)
    except OSError as error:
        # The name is taken and others may have read it, so it stays: the one failure that leaves something behind.
        raise LedgerError(path, f"is written, but could not be flushed to the disk: {error.strerror or error}",
                          "check the disk and run the same command again: what is there is adopted") from error
    return first


def put_named_by_content(path: Path, data: bytes) -> None:
    """Write a file whose name holds its digest; where the same bytes are there already they only become young again.

    Raises:
        LedgerError: see `put_once`; nothing has changed.
    """
    if _renewed(path, data):
        return
    with _Temporary(path, data) as temporary:
        os.replace(temporary, path)
        sync_folder(path.parent)


def _renewed(path: Path, data: bytes) -> bool:
    """True where ``path`` holds ``data``. Its age starts anew, or `sweep` could take the leftover that we build on."""
    try:
        if path.read_bytes() != data:  # damaged since a killed writer left it: write it again
            return False
        os.utime(path)
        sync_folder(path.parent)
    except OSError:
        return False  # not there, or not usable; the attempt to write it says why
    return True


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a name survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Like ``mkdir -p``, and flushed: a file is no safer than the names of the folders above it."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


class _Temporary:
    """A flushed temporary file beside ``path``, removed on the way out if it still has that name."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._target, self._data = path, data
        # Unique per try, not per process: an orphaned try of the same task may write at the same time.
        self._path = path.parent / f"{TMP_PREFIX}{os.getpid()}-{secrets.token_hex(6)}"

    def __enter__(self) -> Path:
        try:
            make_folder(self._path.parent)
            with open(self._path, "xb") as handle:
                handle.write(self._data)
                handle.flush()
                os.fsync(handle.fileno())
        except BaseException as error:
            self._remove()
            if isinstance(error, OSError):
                raise _cannot_write(self._target, error) from error
            raise
        return self._path

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._remove()
        if isinstance(error, OSError) and not isinstance(error, FileExistsError):
            raise _cannot_write(self._target, error) from error

    def _remove(self) -> None:
        # What cannot be removed (a folder turned read-only) must neither hide the first error nor undo a commit.
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _cannot_write(path: Path, error: OSError) -> LedgerError:
    if error.errno in _FULL:
        return LedgerError(path, "cannot be written: the disk is full; nothing was committed",
                           "free some space and run the same command again: finished batches are adopted")
    return LedgerError(path, f"cannot be written: {error.strerror or error}; nothing was committed",
                       "check the folder's owner, mode and mount")
