"""The journal: answers of models that were paid for, kept until the batch that they belong to is committed.

    journal = Journal(ledger)
    known = journal.answers(batch)                       # what an earlier try of this batch was answered
    journal.record(batch, request.digest, completion)    # on the disk when this returns
    journal.close(batch)                                 # after the commit: the ledger has the records now

A file a writer, one JSON line an answer, each with its own digest. A line that was cut off or changed is not an answer;
then the question is asked again. Any number of processes may write for the same batch at a time, and each reads what
all have written when it asks. The journal is no evidence: nothing in the ledger refers to it, `verify` does not read it,
and what became a record is in the batch. It does hold texts: whoever erases a record of a batch closes its journal too.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from provenance.errors import LedgerError
from provenance.ledger.durable import make_folder, sync_folder
from provenance.ledger.layout import Layout
from provenance.ledger.ledger import Ledger
from provenance.model.identity import BatchId, Digest
from provenance.steps.generate.asking import Completion

_FIELDS: dict[str, Any] = {each.name: type(each.default) if each.name != "text" else str for each in fields(Completion)}


class Journal:
    """The journal of a ledger. Cheap to open, safe to use from many processes and threads."""

    def __init__(self, ledger: Ledger | Layout) -> None:
        self._layout = ledger.layout if isinstance(ledger, Ledger) else ledger
        self._lock = threading.Lock()
        self._files: dict[BatchId, _File] = {}

    def answers(self, batch: BatchId) -> Mapping[Digest, Completion]:
        """Every answer that was recorded for a batch, by the request's digest.

        Where two writers paid for the same question, the answer is that of the file whose name comes first, so that
        every later reader takes the same one.

        Raises:
            LedgerError: the folder cannot be read.
        """
        found: dict[Digest, Completion] = {}
        for path in sorted(self._layout.journal(batch).glob("*.jsonl")):
            for request, completion in _read(path):
                found.setdefault(request, completion)
        return found

    def record(self, batch: BatchId, request: Digest, completion: Completion) -> None:
        """Keep an answer. Durable when this returns.

        Raises:
            LedgerError: the disk is full or not writable; what was recorded before is still there.
        """
        with self._lock:
            file = self._files.get(batch)
            if file is None or not file.ours:
                file = self._files[batch] = _File(self._layout.journal(batch))
            file.append(_line(request, completion))

    def close(self, batch: BatchId) -> None:
        """Forget the answers of a batch, once it is committed. Nothing happens where there are none.

        Raises:
            LedgerError: the folder cannot be removed.
        """
        with self._lock:
            if file := self._files.pop(batch, None):
                file.close()
        folder = self._layout.journal(batch)
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise LedgerError(folder, f"cannot be removed: {error.strerror or error}", "remove it by hand") from error


class _File:
    """One writer's file; another process, a forked child too, takes another."""

    def __init__(self, folder: Path) -> None:
        self._path, self._process = folder / f"{uuid.uuid4()}.jsonl", os.getpid()
        try:
            make_folder(folder)
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
            sync_folder(folder)
        except OSError as error:
            raise self._failed(error) from error

    @property
    def ours(self) -> bool:
        """False in a forked child, and where the file was removed behind our back (by `Journal.close` elsewhere)."""
        return self._process == os.getpid() and os.fstat(self._descriptor).st_nlink > 0

    def append(self, line: bytes) -> None:
        before = os.fstat(self._descriptor).st_size
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            os.fdatasync(self._descriptor)
        except OSError as error:
            # A torn line may only be the last one: the next answer must not be glued to it.
            os.ftruncate(self._descriptor, before)
            raise self._failed(error) from error

    def close(self) -> None:
        os.close(self._descriptor)

    def _failed(self, error: OSError) -> LedgerError:
        return LedgerError(self._path, f"cannot keep a paid answer: {error.strerror or error}",
                           "free some space or mend the folder, and run again: what was journalled is not asked again")


def _line(request: Digest, completion: Completion) -> bytes:
    said = json.dumps([str(request), asdict(completion)], sort_keys=True)
    return f"{Digest.of(said.encode()).hex} {said}\n".encode()


def _read(path: Path) -> Iterator[tuple[Digest, Completion]]:
    try:
        with open(path, "rb") as lines:
            for line in lines:
                digest, _, said = line.rstrip(b"\n").partition(b" ")
                # The digest tells a whole line from one that a kill or a bad sector has left.
                if line.endswith(b"\n") and Digest.of(said).hex.encode() == digest:
                    request, completion = json.loads(said)
                    yield Digest.parse(request), _completion(completion)
    except FileNotFoundError:
        return  # closed by another process at this moment
    except OSError as error:
        raise LedgerError(path, f"cannot be read: {error.strerror or error}", "check its owner and mode") from error


def _completion(said: dict[str, Any]) -> Completion:
    """The answer in a line; fields that a newer program wrote are left out, and absent ones have their defaults."""
    given: dict[str, Any] = {name: kind(said[name]) for name, kind in _FIELDS.items() if name in said}
    return Completion(**given)
