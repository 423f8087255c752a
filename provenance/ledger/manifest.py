"""A batch's manifest: what was committed, by which recipe, from which parents. Its existence is the commit.

The digest of a manifest's bytes is named by its children's manifests, so the batches form a hash chain: a changed
part changes its digest in the manifest, which changes the manifest's digest, which its children contradict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provenance.errors import LedgerCorrupt, LedgerError
from provenance.ledger.layout import FORMAT_VERSION
from provenance.model.identity import BatchId, Digest
from provenance.model.recipe import Recipe


@dataclass(frozen=True, slots=True)
class PartFile:
    """One Parquet file of a batch."""

    digest: Digest
    rows: int
    size: int

    def to_json(self) -> dict[str, Any]:
        return {"sha256": self.digest.hex, "rows": self.rows, "bytes": self.size}


@dataclass(frozen=True, slots=True)
class Manifest:
    """A committed batch.

    Attributes:
        batch: its id, the first 63 bits of ``recipe.digest``.
        recipe: what decided it.
        parts: table name -> file.
        parents: parent batch -> digest of the parent's manifest as read when this was committed.
        run, job: OpenLineage run id and job name of the run that wrote it (an adopting run writes nothing).
        written_at: ISO 8601, UTC.
        summary: counts over its records: ``origins``, ``languages``, ``generators``, ``licences``, ``sources``
            -> {value: rows}.
        digest: sha256 of the manifest's bytes; not part of them.
    """

    batch: BatchId
    recipe: Recipe
    parts: Mapping[str, PartFile]
    parents: Mapping[BatchId, Digest]
    run: str
    job: str
    written_at: str
    summary: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    digest: Digest | None = None

    @property
    def records(self) -> int:
        """Number of records that the batch created."""
        return self.parts["records"].rows if "records" in self.parts else 0

    def rows(self, table: str) -> int:
        return self.parts[table].rows if table in self.parts else 0

    def to_bytes(self) -> bytes:
        return json.dumps({
            "format": FORMAT_VERSION, "batch": str(self.batch), "recipe": self.recipe.to_json(),
            "recipe_digest": str(self.recipe.digest),
            "parts": {name: part.to_json() for name, part in sorted(self.parts.items())},
            "parents": {str(batch): str(digest) for batch, digest in sorted(self.parents.items())},
            "run": self.run, "job": self.job, "written_at": self.written_at,
            "summary": {name: dict(sorted(counts.items())) for name, counts in sorted(self.summary.items())},
        }, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes, where: object) -> Manifest:
        """Read a manifest and check it against itself.

        Raises:
            LedgerCorrupt: not a manifest, or its id, recipe and recipe digest do not fit together.
            LedgerError: it is of a newer format.
        """
        try:
            value = json.loads(data)
            if type(value["format"]) is not int or value["format"] < 1:
                raise ValueError(f"format {value['format']!r}")
            if value["format"] > FORMAT_VERSION:
                raise LedgerError(where, f"has batch format {value['format']}; "
                                         f"this program reads up to {FORMAT_VERSION}",
                                  "upgrade with: pip install --upgrade corpus-provenance")
            recipe = Recipe.from_json(value["recipe"])
            manifest = cls(
                batch=BatchId.parse(value["batch"]), recipe=recipe,
                parts={_table(name): PartFile(Digest(part["sha256"]), _count(part["rows"]), _count(part["bytes"]))
                       for name, part in value["parts"].items()},
                parents={BatchId.parse(batch): Digest.parse(digest) for batch, digest in value["parents"].items()},
                run=_text(value["run"]), job=_text(value["job"]), written_at=_text(value["written_at"]),
                summary={name: {item: _count(count) for item, count in counts.items()}
                         for name, counts in value["summary"].items()},
                digest=Digest.of(data))
            fits = value["recipe_digest"] == str(recipe.digest) and manifest.batch == recipe.batch
        except LedgerError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise LedgerCorrupt(where, f"is not a readable manifest ({error})", "restore it from a backup") from error
        if not fits:
            raise LedgerCorrupt(where, "has a recipe that does not give its batch id", "restore it from a backup")
        return manifest


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def _table(name: str) -> str:
    # The name becomes part of a path; it must not lead out of the folder.
    if not name.isidentifier():
        raise ValueError(f"{name!r} is not the name of a table")
    return name
