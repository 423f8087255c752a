"""The ledger: commit batches, adopt what is there, read what was committed.

    ledger = Ledger.init("corpus")                       # or Ledger("corpus") for one that exists
    done = ledger.commit(Draft(recipe, tables), run=run_id, job="ingest")
    done.adopted                                         # True: the same recipe was committed before, nothing written

A batch is its part files and then one manifest; the manifest's name appears at once or not at all, and the first
writer of a name wins. Any number of processes may write at a time, without a lock or a server. Nothing is ever edited.
What this does not do: object stores (`layout.local_path` refuses them), and power loss on disks that lie about fsync.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import LedgerCorrupt, LedgerError, RecipeCollision
from provenance.ledger import codec, layout
from provenance.ledger.durable import put_named_by_content, put_once
from provenance.ledger.manifest import Manifest, PartFile
from provenance.ledger.outbox import Outbox
from provenance.model.identity import BatchId, Digest
from provenance.model.recipe import Recipe
from provenance.model.record import Record


@dataclass(frozen=True, slots=True)
class Draft:
    """A batch that wants to be committed: its recipe and its tables (names and columns as in `codec.SCHEMAS`)."""

    recipe: Recipe
    tables: Mapping[str, pa.Table]
    summary: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """The batch as it stands in the ledger; ``adopted`` where an earlier or quicker writer's is taken over."""

    manifest: Manifest
    adopted: bool


class Ledger:
    """A ledger folder. Cheap to open, safe to use from many processes and threads."""

    def __init__(self, where: str | os.PathLike[str]) -> None:
        """Open an existing ledger.

        Raises:
            LedgerError: there is none, or it is of a newer format.
        """
        self.path: Path = layout.local_path(where)
        self.layout = layout.Layout(self.path)
        header = layout.read_header(self.path)
        self.id: str = header["id"]
        self.outbox = Outbox(self.layout.events)

    @classmethod
    def init(cls, where: str | os.PathLike[str]) -> Ledger:
        """Make an empty ledger, or open the one that is there."""
        layout.create(layout.local_path(where))
        return cls(where)

    # -- writing -------------------------------------------------------------------------------------------------

    def adopt(self, recipe: Recipe) -> Manifest | None:
        """The committed batch of exactly this recipe, or None.

        Raises:
            RecipeCollision: another recipe holds the same batch id; nothing is overwritten.
        """
        manifest = self.manifest(recipe.batch)
        if manifest is not None and manifest.recipe.digest != recipe.digest:
            raise RecipeCollision(recipe.batch, "is the id of a different recipe in this ledger",
                                  "change the seed or any parameter of the step")
        return manifest

    def commit(self, draft: Draft, *, run: str, job: str, now: datetime | None = None) -> Committed:
        """Store a batch, or adopt the one that its recipe already has.

        Raises:
            LedgerCorrupt: a parent batch is not in the ledger.
            LedgerError: the disk is full or not writable; nothing was committed (but see `durable.put_once`).
            RecipeCollision: see `adopt`.
        """
        recipe = draft.recipe
        if (there := self.adopt(recipe)) is not None:
            return Committed(there, adopted=True)
        parents = {batch: self._digest_of(batch) for batch in sorted(set(recipe.parents))}
        parts: dict[str, PartFile] = {}
        for name, content in sorted(draft.tables.items()):
            if content.num_rows:
                parts[name] = self._write_part(name, recipe.batch, content)
        summary = codec.summarise(draft.tables) if draft.summary is None else draft.summary
        manifest = Manifest(batch=recipe.batch, recipe=recipe, parts=parts, parents=parents, run=run, job=job,
                            written_at=(now or datetime.now(UTC)).isoformat(timespec="milliseconds"), summary=summary)
        data = manifest.to_bytes()
        if put_once(self.layout.manifest(recipe.batch), data):
            return Committed(Manifest.from_bytes(data, recipe.batch), adopted=False)
        winner = self.adopt(recipe)
        if winner is None:
            raise LedgerCorrupt(recipe.batch, "was committed by another writer and has vanished", "run ledger verify")
        self._discard(parts, winner)
        return Committed(winner, adopted=True)

    def _write_part(self, name: str, batch: BatchId, content: pa.Table) -> PartFile:
        sink = pa.BufferOutputStream()
        pq.write_table(content.cast(codec.SCHEMAS[name]), sink, compression="zstd", store_schema=False,
                       **codec.parquet_options(name))
        data = sink.getvalue().to_pybytes()
        digest = Digest.of(data)
        put_named_by_content(self.layout.part(name, batch, digest), data)
        return PartFile(digest, content.num_rows, len(data))

    def _discard(self, parts: Mapping[str, PartFile], winner: Manifest) -> None:
        # A loser whose rows are byte for byte the winner's has written the winner's own files.
        kept = {part.digest for part in winner.parts.values()}
        for name, part in parts.items():
            if part.digest not in kept:
                self.layout.part(name, winner.batch, part.digest).unlink(missing_ok=True)

    # -- reading -------------------------------------------------------------------------------------------------

    def manifest(self, batch: BatchId) -> Manifest | None:
        """The manifest of a batch, or None where the batch was never committed.

        Raises:
            LedgerCorrupt: it is there and unreadable.
        """
        path = self.layout.manifest(batch)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LedgerError(path, f"cannot be read: {error.strerror or error}", "check its owner and mode") from error
        manifest = Manifest.from_bytes(data, path)
        if manifest.batch != batch:
            raise LedgerCorrupt(path, f"holds the manifest of another batch ({manifest.batch})", "restore it")
        return manifest

    def require(self, batch: BatchId) -> Manifest:
        """Like `manifest`, but absence is an error."""
        manifest = self.manifest(batch)
        if manifest is None:
            raise LedgerCorrupt(batch, f"is not in the ledger {self.path}", "run its step again, or check the id")
        return manifest

    def manifests(self) -> Iterator[Manifest]:
        """Every committed batch in order of id."""
        for path in sorted(self.layout.batches.glob("??/????????????????.json")):
            manifest = self.manifest(BatchId.parse(path.stem))
            if manifest is not None:
                yield manifest

    def table(self, manifest: Manifest, name: str) -> pa.Table:
        """One table of a batch, after its file's digest was checked; empty where the batch has none.

        Raises:
            LedgerCorrupt: the file is absent or was changed.
        """
        part = manifest.parts.get(name)
        if part is None:
            return codec.SCHEMAS[name].empty_table()
        return pq.read_table(pa.BufferReader(self.read_part(manifest, name)), schema=codec.SCHEMAS[name])

    def read_part(self, manifest: Manifest, name: str) -> bytes:
        """The checked bytes of one part file."""
        part = manifest.parts[name]
        path = self.layout.part(name, manifest.batch, part.digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise LedgerCorrupt(path, f"is missing (table {name} of batch {manifest.batch})",
                                "restore it from a backup") from None
        except OSError as error:
            raise LedgerError(path, f"cannot be read: {error.strerror or error}", "check its owner and mode") from error
        if Digest.of(data) != part.digest:
            raise LedgerCorrupt(path, f"does not match its digest (table {name} of batch {manifest.batch})",
                                "restore it from a backup")
        return data

    def records(self, batch: BatchId) -> list[Record]:
        """The records of one batch in order of row."""
        manifest = self.require(batch)
        return codec.decode_records({name: self.table(manifest, name) for name in manifest.parts
                                     if name in {"records", "texts", "edges", "sources", "evidence", "generations"}})

    def _digest_of(self, batch: BatchId) -> Digest:
        digest = self.require(batch).digest
        if digest is None:
            raise LedgerCorrupt(batch, "has a manifest without a digest")
        return digest

    def pseudonym_key(self) -> bytes:
        """The key of this ledger's pseudonyms: ``$PROVENANCE_PSEUDONYM_KEY`` where set, else the ledger's own."""
        if from_environment := os.environ.get("PROVENANCE_PSEUDONYM_KEY"):
            return from_environment.encode()
        try:
            return self.layout.pseudonym_key.read_bytes()
        except OSError as error:
            raise LedgerError(self.layout.pseudonym_key, f"cannot be read: {error.strerror}",
                              "restore it, or set PROVENANCE_PSEUDONYM_KEY") from error

    def stats(self) -> dict[str, Any]:
        """Batches, rows and bytes per table, events waiting, and paid answers that wait for their batch (in ``journal``:
        batches that are not committed, stale journals of committed ones, and bytes)."""
        tables: dict[str, dict[str, int]] = {}
        batches = 0
        for manifest in self.manifests():
            batches += 1
            for name, part in manifest.parts.items():
                entry = tables.setdefault(name, {"files": 0, "rows": 0, "bytes": 0})
                entry["files"] += 1
                entry["rows"] += part.rows
                entry["bytes"] += part.size
        return {"ledger": str(self.path), "id": self.id, "batches": batches, "tables": dict(sorted(tables.items())),
                "events": self.outbox.counts(), "journal": self._journal_counts()}

    def _journal_counts(self) -> dict[str, int]:
        counts = {"waiting": 0, "stale": 0, "bytes": 0}
        for folder in self.layout.journals.glob("??/????????????????"):
            committed = (self.layout.batches / folder.parent.name / f"{folder.name}.json").exists()
            counts["stale" if committed else "waiting"] += 1
            counts["bytes"] += sum(path.stat().st_size for path in folder.glob("*.jsonl"))
        return counts
