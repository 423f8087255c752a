"""Training-set files: write them from a committed dataset batch, and check them without the ledger.

    datasets/<name>/<version>/manifest.json            what a ticket binds to: its sha256 names every file's
    datasets/<name>/<version>/<split>-00000.parquet    record, text, and where each comes from

The files are a pure function of the ledger, so writing them twice gives the same bytes. `check_dataset` needs nothing
but the folder: it re-hashes every file, recomputes every content digest from the text, the counts, and the root over
all members. A folder can only contradict itself: who rewrites files and manifest together is found by giving the ledger
too, or by a manifest digest kept elsewhere (a ticket).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from provenance.errors import InvalidId, LedgerCorrupt, LedgerError
from provenance.ledger.durable import put_named_by_content, put_once
from provenance.ledger.ledger import Ledger
from provenance.ledger.manifest import Manifest
from provenance.model.dataset import DatasetRef, Member
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.steps.assemble import root_of

FORMAT_VERSION = 1
#: Rows in one file: bounds memory at about this many texts.
_FILE_ROWS = 20_000
_COLUMNS = pa.schema([("record", pa.string()), ("split", pa.string()), ("text", pa.string()), ("name", pa.string()),
                      ("language", pa.string()), ("kind", pa.string()), ("origin", pa.string()),
                      ("evidence", pa.string()), ("depth", pa.int16()), ("human_share", pa.float32()),
                      ("licence", pa.string()), ("swhid", pa.string()), ("content_sha256", pa.string()),
                      ("encoding", pa.string())])


@dataclass(frozen=True, slots=True)
class DatasetFolder:
    """A published training set: its folder, its manifest and the sha256 of the manifest's bytes."""

    path: Path
    manifest: Mapping[str, Any]
    digest: Digest

    @property
    def ref(self) -> DatasetRef:
        return DatasetRef(self.manifest["name"], self.manifest["version"])


def write_dataset(ledger: Ledger, batch: Manifest) -> DatasetFolder:
    """Write the files of a committed dataset batch; a second call finds them and changes nothing.

    Raises:
        LedgerCorrupt: a member's batch is absent or changed.
    """
    row = ledger.table(batch, "datasets").to_pylist()[0]
    folder = ledger.layout.datasets / row["name"] / str(batch.batch)
    if (folder / "manifest.json").exists():
        # Another version of the Parquet library writes other bytes for the same rows; what is published stays.
        return open_dataset(folder)
    files = []
    counts: dict[str, dict[str, int]] = {"origins": {}, "splits": {}, "languages": {}, "makers": _makers(ledger, batch)}
    for split, number, content in _shards(ledger, batch):
        name = _file_name(split, number)
        sink = pa.BufferOutputStream()
        pq.write_table(content, sink, compression="zstd", row_group_size=4096)
        data = sink.getvalue().to_pybytes()
        # Not named by its content, but nobody reads it before there is a manifest: a killed writer's is written over.
        put_named_by_content(folder / name, data)
        files.append({"path": name, "split": split, "sha256": Digest.of(data).hex, "bytes": len(data),
                      "rows": content.num_rows})
        for key, column in (("origins", "origin"), ("splits", "split"), ("languages", "language")):
            for value in content.column(column).to_pylist():
                counts[key][value] = counts[key].get(value, 0) + 1
    manifest = {"format": FORMAT_VERSION, "name": row["name"], "version": str(batch.batch), "ledger": ledger.id,
                "batch_manifest": str(batch.digest), "root": row["root"], "size": row["size"], "policy": row["policy"],
                "created_at": batch.written_at, "files": files, "mixture": batch.recipe.params.get("mixture", {}),
                **{key: dict(sorted(value.items())) for key, value in counts.items()}}
    put_once(folder / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())
    return open_dataset(folder)


def _makers(ledger: Ledger, batch: Manifest) -> dict[str, int]:
    """What made the members, counted: step with transform, skeleton, or mode and model."""
    counts: dict[str, int] = {}
    for item in pa.compute.value_counts(ledger.table(batch, "members").column("batch")).to_pylist():
        maker = ledger.require(BatchId(item["values"])).recipe.maker
        counts[maker] = counts.get(maker, 0) + item["counts"]
    return counts


def _file_name(split: str, number: int) -> str:
    return f"{split}-{number:05d}.parquet"


def _shards(ledger: Ledger, batch: Manifest) -> Iterator[tuple[str, int, pa.Table]]:
    members = ledger.table(batch, "members")
    for split in sorted(set(members.column("split").to_pylist())):
        chosen = members.filter(pa.compute.equal(members.column("split"), split))
        for number, start in enumerate(range(0, chosen.num_rows, _FILE_ROWS)):
            yield split, number, _rows(ledger, chosen.slice(start, _FILE_ROWS), split)


def _rows(ledger: Ledger, members: pa.Table, split: str) -> pa.Table:
    wanted: dict[int, list[int]] = {}
    for number, row in zip(members.column("batch").to_pylist(), members.column("row").to_pylist(), strict=True):
        wanted.setdefault(number, []).append(row)
    rows = []
    for number, places in sorted(wanted.items()):
        manifest = ledger.require(BatchId(number))
        records = ledger.table(manifest, "records")
        texts = ledger.table(manifest, "texts")
        for record, text in zip(records.take(places).to_pylist(), texts.take(places).to_pylist(), strict=True):
            if record["row"] != text["row"]:
                raise LedgerCorrupt(manifest.batch, "has texts that are not dense by row", "run ledger verify")
            rows.append({**record, "record": f"rec:{manifest.batch}.{record['row']}", "split": split,
                         "text": text["text"], "evidence": f"E{record['evidence']}"})
    return pa.Table.from_pylist([{name: row[name] for name in _COLUMNS.names} for row in rows], schema=_COLUMNS)


def open_dataset(folder: Path) -> DatasetFolder:
    """Read a training set's manifest.

    Raises:
        LedgerError: there is none, or it is of a newer format.
    """
    path = folder / "manifest.json"
    try:
        data = path.read_bytes()
        manifest = json.loads(data)
        version = manifest["format"]
        if type(version) is int and version > FORMAT_VERSION:
            raise LedgerError(path, f"has format {version}; this program reads up to {FORMAT_VERSION}",
                              "upgrade with: pip install --upgrade corpus-provenance")
        _validate(manifest)
    except FileNotFoundError:
        raise LedgerError(folder, "is not a training set (no manifest.json)",
                          "check the path, or assemble one") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OSError) as error:
        raise LedgerError(path, f"is not a readable training-set manifest ({error})",
                          "publish the set again") from error
    return DatasetFolder(folder, manifest, Digest.of(data))


def _validate(manifest: Mapping[str, Any]) -> None:
    wanted: dict[str, type] = {
        "format": int, "name": str, "version": str, "ledger": str, "batch_manifest": str, "root": str, "size": int,
        "policy": str, "created_at": str, "files": list, "origins": dict, "splits": dict, "languages": dict}
    entry: dict[str, type] = {"path": str, "split": str, "sha256": str, "bytes": int, "rows": int}
    for value, types in [(manifest, wanted), *((file, entry) for file in manifest["files"])]:
        if wrong := [key for key, kind in types.items() if type(value[key]) is not kind]:
            raise ValueError(f"{wrong[0]} is not {types[wrong[0]].__name__}")
    if not DatasetRef.parse(f"{manifest['name']}@{manifest['version']}").version:
        raise ValueError("version is empty")


def find_dataset(ledger: Ledger, text: str) -> DatasetFolder:
    """A published training set by ``name`` (newest), ``name@version``, or the path of its folder.

    Raises:
        LedgerError: none of that name or version.
    """
    if "/" in text or Path(text, "manifest.json").exists():
        return open_dataset(Path(text))
    try:
        ref = DatasetRef.parse(text)
    except InvalidId as error:
        raise LedgerError(text, "is not a dataset name",
                          "give name, name@version, or the path of its folder") from error
    home = ledger.layout.datasets / ref.name
    folders = [path.parent for path in sorted(home.glob(f"{ref.version or '*'}/manifest.json"))]
    if not folders:
        known = sorted(path.name for path in ledger.layout.datasets.glob("*") if path.is_dir())
        raise LedgerError(text, f"is not a training set of this ledger (there are: {', '.join(known) or 'none'})",
                          "assemble one with: provenance assemble")
    found = max((open_dataset(folder) for folder in folders), key=lambda set_: (set_.manifest["created_at"], set_.path))
    if not ref.version and (newer := _newest(ledger, ref.name)) is not None and newer.batch != BatchId.parse(
            found.manifest["version"]) and newer.written_at > found.manifest["created_at"]:
        # An older set must not stand in for one whose files are gone.
        raise LedgerError(text, f"has a newer version {newer.batch}, whose files are missing",
                          f"assemble it again, or name the one you mean: {found.ref}")
    return found


def _newest(ledger: Ledger, name: str) -> Manifest | None:
    versions = [manifest for manifest in ledger.manifests()
                if "datasets" in manifest.parts and manifest.recipe.params.get("name") == name]
    return max(versions, key=lambda manifest: manifest.written_at, default=None)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a training set's files."""

    where: str
    problem: str


def check_dataset(dataset: DatasetFolder, ledger: Ledger | None = None) -> Iterator[Fault]:
    """Recompute everything that the folder claims; yields what does not hold, nothing where all does.

    With ``ledger`` also compare each row with the ledger's own: files and manifest rewritten together agree.

    Raises:
        LedgerCorrupt: the ledger's own batches are damaged.
    """
    listed = {entry["path"]: entry for entry in dataset.manifest["files"]}
    there = {path.relative_to(dataset.path).as_posix() for path in dataset.path.rglob("*.parquet")}
    for name in sorted(there - set(listed)):
        yield Fault(name, "is in the folder and not in the manifest")
    members: list[tuple[Member, str]] = []
    counts: dict[str, Counter[str]] = {"origins": Counter(), "splits": Counter(), "languages": Counter()}
    for name, entry in sorted(listed.items()):
        path = dataset.path / name
        # A manifest is input: its paths must not lead out of the folder.
        if Path(name).name != name or not path.is_file() or path.is_symlink():
            yield Fault(name, "is missing")
            continue
        try:
            yield from _check_file(name, entry, path.read_bytes(), members, counts)
        except (OSError, pa.ArrowException, AttributeError, LookupError, TypeError, ValueError) as error:
            yield Fault(name, f"is not a readable training-set file ({error})")
    if not members or str(root_of(members)) != dataset.manifest["root"]:
        yield Fault("manifest.json", "has a root that its members do not give")
    if len(members) != dataset.manifest["size"]:
        yield Fault("manifest.json", f"has size {dataset.manifest['size']} where there are {len(members)} members")
    for key, found in counts.items():
        if dict(found) != dataset.manifest[key]:
            yield Fault("manifest.json", f"has {key} that its members do not give")
    if ledger is not None:
        yield from _compare(dataset, listed, ledger)


def _check_file(name: str, entry: Mapping[str, Any], data: bytes, members: list[tuple[Member, str]],
                counts: Mapping[str, Counter[str]]) -> Iterator[Fault]:
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        yield Fault(name, "does not match its sha256 in the manifest")
        return
    table = pq.read_table(pa.BufferReader(data))
    if table.num_rows != entry["rows"] or len(data) != entry["bytes"]:
        yield Fault(name, f"has {table.num_rows} rows in {len(data)} bytes where the manifest says "
                          f"{entry['rows']} in {entry['bytes']}")
    columns = ["record", "split", "text", "content_sha256", "encoding", "origin", "language"]
    for row in table.select(columns).to_pylist():
        if hashlib.sha256(row["text"].encode(row["encoding"])).hexdigest() != row["content_sha256"]:
            yield Fault(f"{name}: {row['record']}", "has a text that does not give its content digest")
        if row["split"] != entry["split"]:
            yield Fault(f"{name}: {row['record']}", f"is in split {row['split']} and in a file of {entry['split']}")
        members.append((Member(RecordId.parse(row["record"]), row["split"]), row["content_sha256"]))
        for key, column in (("origins", "origin"), ("splits", "split"), ("languages", "language")):
            counts[key][row[column]] += 1


def _compare(dataset: DatasetFolder, listed: Mapping[str, Any], ledger: Ledger) -> Iterator[Fault]:
    said = dataset.manifest
    batch = ledger.manifest(BatchId.parse(said["version"]))
    if batch is None or str(batch.digest) != said["batch_manifest"] or not batch.rows("datasets"):
        yield Fault("manifest.json", "names a dataset batch that this ledger does not hold")
        return
    row = ledger.table(batch, "datasets").to_pylist()[0]
    for key, value in (("name", row["name"]), ("root", row["root"]), ("size", row["size"]), ("policy", row["policy"]),
                       ("created_at", batch.written_at), ("ledger", ledger.id),
                       ("makers", _makers(ledger, batch)), ("mixture", batch.recipe.params.get("mixture", {}))):
        if said.get(key) != value:
            yield Fault("manifest.json", f"has {key} {said[key]!r} where the ledger has {value!r}")
    expected = set()
    for split, number, content in _shards(ledger, batch):
        name = _file_name(split, number)
        expected.add(name)
        path = dataset.path / name
        try:
            same = name in listed and pq.read_table(pa.BufferReader(path.read_bytes())).equals(content)
        except (OSError, pa.ArrowException):
            same = False
        if not same:
            yield Fault(name, "does not hold the rows that the ledger gives for it")
    for name in sorted(set(listed) - expected):
        yield Fault(name, "is not a file that the ledger gives")
