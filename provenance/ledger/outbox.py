"""The outbox: OpenLineage events that were said and wait to be sent. An event is durable before its step goes on.

Events are projections of the ledger and may be sent again; the file name is the digest of the content, so saying the
same event twice keeps one. Sending moves a file from ``waiting`` to ``sent``; nothing is deleted. A file that was
changed or cut off no longer fits its name: it is never sent, does not block the others, and is reported.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from provenance.errors import LedgerCorrupt, ProvenanceError
from provenance.ledger.durable import put_once
from provenance.model.identity import Digest, canonical_json


class Outbox:
    """Folders of JSON files, one event each: ours that wait, ours that were sent, and foreign ones received."""

    def __init__(self, root: Path) -> None:
        self._waiting, self._sent, self._received = root / "waiting", root / "sent", root / "received"

    def say(self, event: Mapping[str, Any]) -> str:
        """Keep an event until it is sent; returns its name. Durable when this returns.

        Raises:
            LedgerError: the disk is full or not writable.
            InvalidId: the event is not plain JSON.
        """
        name, data = _named(event)
        if not (self._sent / name).exists():
            put_once(self._waiting / name, data)
        return name

    def receive(self, event: Mapping[str, Any]) -> str:
        """Keep a foreign event. It lies apart from ours, because only our own events are evidence of our own runs."""
        name, data = _named(event)
        put_once(self._received / name, data)
        return name

    def waiting(self, names: Collection[str] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Unsent events, oldest first; only ``names`` where given. Damaged files are left out (see `damaged`)."""
        for path in self._paths(names):
            try:
                event = _read(path)
            except LedgerCorrupt:
                continue
            if event is not None:
                yield path.name, event

    def damaged(self) -> Iterator[tuple[Path, str]]:
        """Event files, of any folder, that do not hold what their names say; with what is wrong."""
        for folder in (self._waiting, self._sent, self._received):
            for path in sorted(folder.glob("[0-9]*.json")):
                try:
                    _read(path)
                except LedgerCorrupt as error:
                    yield path, error.problem

    def _paths(self, names: Collection[str] | None) -> list[Path]:
        chosen = self._waiting.glob("[0-9]*.json") if names is None else (self._waiting / name for name in names)
        return sorted(chosen)

    def forward(self, send: Callable[[dict[str, Any]], None],
                names: Collection[str] | None = None) -> tuple[int, ProvenanceError | None]:
        """Send what waits (only ``names`` where given), in order, until one cannot be sent.

        Order matters to consumers (START before COMPLETE), so the first failure ends the round; the rest wait. A
        damaged file stays where it is and the rest are sent. Returns the number sent, and what stopped it or the first
        damage.
        """
        sent = 0
        damage: ProvenanceError | None = None
        for path in self._paths(names):
            try:
                event = _read(path)
            except LedgerCorrupt as error:
                damage = damage or error
                continue
            if event is None:
                continue  # another process has just sent it
            try:
                send(event)
            except ProvenanceError as error:
                return sent, error
            self._sent.mkdir(parents=True, exist_ok=True)
            try:
                os.replace(path, self._sent / path.name)
            except FileNotFoundError:
                continue
            sent += 1
        return sent, damage

    def counts(self) -> dict[str, int]:
        return {folder.name: sum(1 for _ in folder.glob("[0-9]*.json"))
                for folder in (self._waiting, self._sent, self._received)}

    def globs(self) -> list[str]:
        """Patterns that match every event file of our own runs, for a reader."""
        return [str(self._waiting / "[0-9]*.json"), str(self._sent / "[0-9]*.json")]


def _named(event: Mapping[str, Any]) -> tuple[str, bytes]:
    data = canonical_json(event)
    # The time first, so that a listing is in order of time; the digest makes it one name per content. Microseconds,
    # because START and COMPLETE of a run that adopts everything can fall into one millisecond.
    time = "".join(c for c in str(event.get("eventTime", ""))[:26] if c in "0123456789").ljust(20, "0")
    return f"{time}-{Digest.of(data).hex[:24]}.json", data


def _read(path: Path) -> dict[str, Any] | None:
    """The event in a file; None where there is no such file.

    Raises:
        LedgerCorrupt: the file cannot be read, or is not what its name says.
    """
    try:
        event = json.loads(path.read_bytes())
        if _named(event)[0] == path.name:
            return dict(event)
        problem = "does not match the digest in its name"
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        problem = f"is not a readable event ({error})"
    raise LedgerCorrupt(path, problem, "move it out of the outbox; the ledger has what it told")
