"""Upkeep: recompute everything that the ledger claims about itself, and remove what killed writers left behind.

`verify` answers "is every digest, chain and summary what it should be?" and names what is not; `sweep` removes
temporary files, part files that no manifest names and journals of committed batches, once they are old enough that no
writer can still want them.

What it cannot see, because nothing else names it: in a batch without children, a changed ``run``, ``job`` or
``written_at`` of the manifest, or the whole batch gone; the ledger's own header; the pseudonym key. Where that matters,
keep the digests of the newest manifests elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import ProvenanceError
from provenance.ledger import codec
from provenance.ledger.datasets import check_dataset, open_dataset
from provenance.ledger.durable import TMP_PREFIX
from provenance.ledger.ledger import Ledger
from provenance.ledger.manifest import Manifest
from provenance.model.identity import BatchId, Digest
from provenance.model.record import Ancestry, Record, first_of

_OWN = ("records", "texts", "edges", "sources", "evidence", "generations")
#: What reading a file with a right digest can raise where its writer was at fault.
_UNREADABLE = (ProvenanceError, pa.ArrowException, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, and what."""

    where: str
    problem: str


def verify(ledger: Ledger) -> Iterator[Fault]:
    """Recompute manifests, part digests, row counts, the hash chain, content digests and ancestry summaries; then the
    names of the events, and the published training sets against the ledger.

    Yields faults in order of batch; nothing where all is well. Memory: one batch and its parents' summaries at a time.
    """
    ancestry = _AncestryReader(ledger)
    for path in sorted(ledger.layout.batches.glob("??/*.json")):
        try:
            manifest = ledger.require(BatchId.parse(path.stem))
            yield from _verify_parts(ledger, manifest)
            yield from _verify_chain(ledger, manifest)
            yield from _verify_records(ledger, manifest, ancestry)
            yield from _verify_members(ledger, manifest)
            yield from _verify_published(ledger, manifest)
        except _UNREADABLE as error:
            yield Fault(str(path), _said(error))
    for event, problem in ledger.outbox.damaged():
        yield Fault(str(event), problem)
    for path in sorted(ledger.layout.datasets.glob("*/*/manifest.json")):
        try:
            for fault in check_dataset(open_dataset(path.parent), ledger):
                yield Fault(str(path.parent / fault.where), fault.problem)
        except _UNREADABLE as error:
            yield Fault(str(path), _said(error))


def _verify_published(ledger: Ledger, manifest: Manifest) -> Iterator[Fault]:
    # A set whose files are gone would otherwise be missed by nobody: the check of the files starts from what is there.
    for name in ledger.table(manifest, "datasets").column("name").to_pylist():
        if not (ledger.layout.datasets / str(name) / str(manifest.batch) / "manifest.json").exists():
            yield Fault(f"{name}@{manifest.batch}", "has no files: assemble it again")


def _said(error: Exception) -> str:
    if isinstance(error, ProvenanceError):
        return f"{error.subject}: {error.problem}"
    return f"cannot be read ({type(error).__name__}: {error})"


def _verify_parts(ledger: Ledger, manifest: Manifest) -> Iterator[Fault]:
    for name, part in sorted(manifest.parts.items()):
        data = ledger.read_part(manifest, name)
        rows = pq.read_metadata(pa.BufferReader(data)).num_rows
        if rows != part.rows or len(data) != part.size:
            yield Fault(f"{manifest.batch}/{name}", f"has {rows} rows in {len(data)} bytes where its manifest says "
                                                    f"{part.rows} in {part.size}")


def _verify_chain(ledger: Ledger, manifest: Manifest) -> Iterator[Fault]:
    if set(manifest.parents) != set(manifest.recipe.parents):
        yield Fault(str(manifest.batch), "names other parents in its manifest than in its recipe")
    for parent, digest in sorted(manifest.parents.items()):
        there = ledger.manifest(parent)
        if there is None:
            yield Fault(str(manifest.batch), f"has a parent batch {parent} that is not in the ledger")
        elif there.digest != digest:
            yield Fault(str(parent), f"has changed since its child {manifest.batch} was written")


def _verify_records(ledger: Ledger, manifest: Manifest, ancestry: _AncestryReader) -> Iterator[Fault]:
    if not manifest.records:
        return
    tables = {name: ledger.table(manifest, name) for name in manifest.parts if name in codec.SCHEMAS}
    expected = codec.summarise(tables)
    claimed = {name: dict(counts) for name, counts in manifest.summary.items()}
    # As ledgers were written before classes and lists were counted apart.
    older = {name: counts for name, counts in expected.items() if not name.endswith("_by_class")}
    older["overflow"] = {"rows": expected["overflow"]["rows"]}
    if claimed not in (expected, older):
        yield Fault(str(manifest.batch), "has a summary that its records do not give")
    yield from _verify_keys(manifest, tables)
    for row, record in enumerate(codec.decode_records(tables)):
        where = f"rec:{manifest.batch}.{row}"
        if Digest.of(record.text.encode(record.encoding)) != record.content:
            yield Fault(where, "has a text that does not give its content digest")
        yield from _verify_ancestry(where, record, ancestry)


def _verify_members(ledger: Ledger, manifest: Manifest) -> Iterator[Fault]:
    # Without a summary a training set claims nothing, and the questions read its members.
    claimed = {name: dict(counts) for name, counts in manifest.summary.items() if name.startswith("member_")}
    if not claimed:
        return
    members = ledger.table(manifest, "members")
    if set(members.column("dataset").to_pylist()) - {manifest.batch.number}:
        yield Fault(f"{manifest.batch}/members", "has members of another training set")
    if codec.summarise_members(members, lambda batch: ledger.table(ledger.require(batch), "records")) != claimed:
        yield Fault(str(manifest.batch), "has a summary that its members do not give")


def _verify_keys(manifest: Manifest, tables: Mapping[str, pa.Table]) -> Iterator[Fault]:
    # The gate counts rows instead of joining them, which is right only where rows are dense.
    dense = list(range(manifest.records))
    for name in _OWN:
        if name not in tables:
            continue
        if set(tables[name].column("batch").to_pylist()) != {manifest.batch.number}:
            yield Fault(f"{manifest.batch}/{name}", "has rows of another batch")
        if name in {"records", "texts"} and tables[name].column("row").to_pylist() != dense:
            yield Fault(f"{manifest.batch}/{name}", "has rows that are not numbered from 0 without a gap")
    if "edges" in tables:
        read = {batch.number for batch in manifest.parents}
        for parent in sorted(set(tables["edges"].column("parent_batch").to_pylist()) - read):
            yield Fault(f"{manifest.batch}/edges", f"names a parent in batch {parent:016x}, which its recipe does not")


def _verify_ancestry(where: str, record: Record, ancestry: _AncestryReader) -> Iterator[Fault]:
    stored = record.ancestry
    if not record.parents:
        if stored.depth:
            yield Fault(where, "has a depth and no parent")
        return
    try:
        parents = [ancestry.of(parent.record.batch, parent.record.row) for parent in record.parents]
    except _UNREADABLE as error:
        yield Fault(where, f"has a parent that cannot be read ({error})")
        return
    # The making's class and models are not all stored apart; they can only raise the join and add to the list.
    made = record.generation
    derived = Ancestry.derive(parents, generators=made.generators if made else (), licence=made.licence if made else "")
    if (stored.depth != derived.depth or abs(stored.human_share - derived.human_share) > 1e-6
            or stored.origin.rank < derived.origin.rank or stored.grade > derived.grade
            or stored.licences != derived.licences or stored.sources != derived.sources
            or stored.overflow < derived.overflow
            or stored.generators != first_of([stored.generators, derived.generators])[0]):
        yield Fault(where, "has an ancestry summary that its parents do not give")


class _AncestryReader:
    """Ancestry summaries by record id, keeping a bounded number of batches."""

    def __init__(self, ledger: Ledger) -> None:
        @lru_cache(maxsize=64)
        def read(batch: int) -> list[Ancestry]:
            rows = ledger.table(ledger.require(BatchId(batch)), "records").to_pylist()
            return [codec.decode_ancestry(row) for row in rows]

        self._read = read

    def of(self, batch: int, row: int) -> Ancestry:
        return self._read(batch)[row]


def sweep(ledger: Ledger, *, older_than_s: float = 86_400.0, dry_run: bool = False) -> list[Path]:
    """Remove temporary files, unreferenced part files and the journals of committed batches, where they are older than
    ``older_than_s`` seconds; returns their paths.

    A part file is written before its manifest, so a young unreferenced one may belong to a writer at work. The journal
    of a batch that is not committed stays, however old: it holds answers that somebody has paid for.
    """
    limit = time.time() - older_than_s
    named, stale = set[Path](), set[Path]()
    for manifest in ledger.manifests():
        named.update(ledger.layout.part(name, manifest.batch, part.digest) for name, part in manifest.parts.items())
        stale.add(ledger.layout.journal(manifest.batch))
    removed = []
    for path in sorted(ledger.path.rglob("*")):
        part = path.suffix == ".parquet" and ledger.layout.parts in path.parents
        if not path.name.startswith(TMP_PREFIX) and (not part or path in named) and path.parent not in stale:
            continue
        try:
            # Its age is read last: a writer that builds on an old leftover has made it young before it names it.
            if not path.is_file() or path.stat().st_mtime >= limit:
                continue
            if not dry_run:
                path.unlink()
        except FileNotFoundError:  # its writer, or another sweep, was quicker
            continue
        removed.append(path)
    for folder in stale if not dry_run else ():
        with suppress(OSError):  # not there, or not empty
            folder.rmdir()
    return removed
