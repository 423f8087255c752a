"""A plain folder as a source: the files as they lie, and no history, which its evidence says.

    >>> snapshot = open_folder("payroll/src")        # doctest: +SKIP
    >>> snapshot.entries()[0].evidence[0].value      # doctest: +SKIP
    '{"commits":0,"source":"folder"}'

Links are not followed, pipes and devices are not opened, folders of version control are passed by. Blob ids are
computed from the bytes, so the same file has the same identity here and in a repository. Without history nothing
speaks for an origin: such a file is ``unknown`` until somebody answers for it (``--claim``).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from provenance.errors import SourceError
from provenance.model.origin import Evidence
from provenance.model.record import SourceFacts
from provenance.sources.git_address import local_name
from provenance.steps.ingest.entry import EXECUTABLE, REGULAR, SYMLINK, Entry
from provenance.steps.ingest.licences import by_folder, is_licence_file, nearest

_PASSED_BY = {".git", ".hg", ".svn", "CVS", ".bzr", ".jj"}
_MAX_LICENCE = 200_000
_NO_HISTORY = Evidence("history", '{"commits":0,"source":"folder"}')


def open_folder(where: str, *, name: str = "") -> FolderSnapshot:
    """Open a folder.

    Raises:
        SourceError: it is not a folder.
    """
    path = Path(where).expanduser()
    if not path.is_dir():
        raise SourceError(where, "is not a folder", "give the path of a folder, a git repository or a corpus file")
    return FolderSnapshot(path.resolve(), name or local_name(str(path.resolve())))


class FolderSnapshot:
    """The files below one folder, made by `open_folder`."""

    kind = "folder"
    commit = ""

    def __init__(self, root: Path, repository: str) -> None:
        self.root, self.repository = root, repository

    def entries(self) -> list[Entry]:
        """Every file, in order of path."""
        return list(self._entries)

    def read(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | None]]:
        """The bytes of each; None for links, special files and what cannot be opened.

        A file that changed since `entries` comes with its new bytes; the step compares and stops.
        """
        for entry in entries:
            if entry.missing or entry.mode == SYMLINK:
                yield entry, None
                continue
            try:
                yield entry, _content(self.root / entry.path)
            except OSError as error:
                raise SourceError(entry.path, f"cannot be read any more ({error.strerror})",
                                  "do not change the folder while it is read; run again") from None

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        found = [self._entry(raw) for raw in self._walk()]
        texts = []
        for entry in found:
            readable = not entry.missing and entry.mode != SYMLINK and entry.size <= _MAX_LICENCE
            if readable and is_licence_file(entry.path):
                texts.append((entry.path, entry.blob, _content(self.root / entry.path).decode("utf-8", "replace")))
        licences = by_folder(texts)
        made = []
        for entry in sorted(found, key=lambda item: item.path):
            blob, detected = nearest(entry.path, licences)
            facts = SourceFacts(repository=self.repository, commit="", path=entry.path, blob=entry.blob)
            made.append(replace(entry, facts=facts, evidence=(_NO_HISTORY,), licence_text_blob=blob,
                                licence_detected=detected))
        return tuple(made)

    def _walk(self) -> Iterator[bytes]:
        def failed(error: OSError) -> None:
            raise SourceError(error.filename, f"cannot be listed ({error.strerror})",
                              "give yourself the right to read it")

        root = os.fsencode(self.root)
        for folder, folders, files in os.walk(root, onerror=failed):
            links = [item for item in folders if os.path.islink(os.path.join(folder, item))]
            folders[:] = sorted(item for item in folders if os.fsdecode(item) not in _PASSED_BY and item not in links)
            for item in [*files, *links]:
                if os.fsdecode(item) not in _PASSED_BY:  # a linked work tree's ".git" is a file
                    yield os.path.relpath(os.path.join(folder, item), root)

    def _entry(self, raw: bytes) -> Entry:
        full = os.path.join(os.fsencode(self.root), raw)
        try:
            path, missing = raw.decode("utf-8"), ""
        except UnicodeDecodeError:
            path, missing = raw.decode("utf-8", "backslashreplace"), "path-not-utf8"
        state = os.lstat(full)
        if stat.S_ISLNK(state.st_mode):
            target = os.readlink(full)
            return Entry(path, _blob_id(len(target), [target]), len(target), SYMLINK, missing=missing)
        if not stat.S_ISREG(state.st_mode):
            return Entry(path, "", 0, missing=missing or "not-a-file: pipe, socket or device")
        mode = EXECUTABLE if state.st_mode & 0o100 else REGULAR
        try:
            with open(full, "rb") as file:
                blob = _blob_id(state.st_size, iter(lambda: file.read(1 << 20), b""))
        except OSError as error:
            return Entry(path, "", state.st_size, mode, missing=missing or f"unreadable: {error.strerror}")
        return Entry(path, blob, state.st_size, mode, missing=missing)


def _blob_id(size: int, blocks: Iterator[bytes] | list[bytes]) -> str:
    # As `Swhid.of_content`, for files that need not fit into memory.
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    # O_NOFOLLOW: between listing and reading a file could have become a link out of the folder.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
