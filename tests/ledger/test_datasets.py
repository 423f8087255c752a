"""Training-set files: the same twice, and every changed byte found by the folder alone."""

import hashlib
import io
import json
import random
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from provenance.errors import LedgerError
from provenance.ledger.datasets import check_dataset, find_dataset, open_dataset, write_dataset
from provenance.ledger.upkeep import verify
from provenance.model.dataset import Member
from provenance.model.identity import BatchId, RecordId
from provenance.steps.assemble import root_of
from tests.ledger.conftest import WHEN, build


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.path.iterdir())}


def faults(path, ledger=None):
    try:
        return [f"{fault.where}: {fault.problem}" for fault in check_dataset(open_dataset(path), ledger)]
    except LedgerError as error:
        return [str(error)]


def rewrite(folder, **change):
    path = folder.path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | change))


def test_what_was_written_holds(small):
    ledger, folder = small
    assert faults(folder.path) == [] and faults(folder.path, ledger) == []
    assert folder.manifest["splits"] == {"test": 2, "train": 4} and folder.manifest["size"] == 6
    assert [entry["path"] for entry in folder.manifest["files"]] == ["test-00000.parquet", "train-00000.parquet"]
    assert str(folder.ref) == f"corpus@{folder.manifest['version']}"


def test_written_twice_is_the_same_bytes(small):
    ledger, folder = small
    before = files(folder)
    batch = ledger.require(BatchId.parse(folder.manifest["version"]))
    assert write_dataset(ledger, batch).digest == folder.digest
    for path in folder.path.iterdir():
        path.unlink()
    assert write_dataset(ledger, batch).digest == folder.digest
    assert files(folder) == before


def test_a_killed_writers_files_are_written_over_and_published_ones_never(small):
    ledger, folder = small
    batch = ledger.require(BatchId.parse(folder.manifest["version"]))
    (folder.path / "train-00000.parquet").write_bytes(b"of another version of the Parquet library")
    write_dataset(ledger, batch)
    assert faults(folder.path) == [
        "train-00000.parquet: does not match its sha256 in the manifest",
        "manifest.json: has a root that its members do not give",
        "manifest.json: has size 6 where there are 2 members",
        *[f"manifest.json: has {key} that its members do not give" for key in ("origins", "splits")],
        "manifest.json: has languages that its members do not give",
    ]
    (folder.path / "manifest.json").unlink()
    write_dataset(ledger, batch)
    assert faults(folder.path, ledger) == []


def test_a_changed_byte_of_any_file_is_found_by_the_folder_alone(small):
    _, folder = small
    draw = random.Random(1)
    digest = folder.digest
    for path in sorted(folder.path.glob("*.parquet")):
        data = path.read_bytes()
        for place in {0, len(data) - 1, *(draw.randrange(len(data)) for _ in range(25))}:
            path.write_bytes(data[:place] + bytes([data[place] ^ 1 << draw.randrange(8)]) + data[place + 1 :])
            assert any(path.name in fault for fault in faults(folder.path)), (path.name, place)
        path.write_bytes(data)
    path = folder.path / "manifest.json"
    data = path.read_bytes()
    unseen = set()
    for place in range(0, len(data), 7):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        if not faults(folder.path):
            assert open_dataset(folder.path).digest != digest, "a ticket would not see it"
            line = data[data.rindex(b"\n", 0, place) : data.index(b"\n", place)] if place > 1 else data[:2]
            unseen.add(line.split(b'"')[1].decode() if b'"' in line else "space")
    # What only the manifest says; a ticket is bound to its digest, and `check_dataset` with the ledger compares it.
    assert unseen <= {"batch_manifest", "created_at", "ledger", "name", "policy", "version", "space", "mixture", "makers",
                      "augment", "ingest"}


@pytest.mark.parametrize(
    "key",
    [
        "batch_manifest",
        "created_at",
        "ledger",
        "name",
        "policy",
        "version",
        "root",
        "size",
        "origins",
        "splits",
        "languages",
        "makers",
        "mixture",
    ],
)
def test_with_the_ledger_every_claim_of_the_manifest_is_checked(small, key):
    ledger, folder = small
    value = folder.manifest[key]
    other = {"version": "0000000000000001", "size": 7, "name": "other"}.get(
        key, value | {"x": 1} if isinstance(value, dict) else f"{value}x"
    )
    rewrite(folder, **{key: other})
    assert faults(folder.path, ledger) != []
    assert list(verify(ledger)) != []


def forge(folder, **columns):
    """Rewrite files and manifest together, so that they agree with each other."""
    manifest = json.loads((folder.path / "manifest.json").read_bytes())
    members = []
    counts = {"origins": {}, "splits": {}, "languages": {}}
    for entry in manifest["files"]:
        path = folder.path / entry["path"]
        table = pq.read_table(path)
        rows = [row | {name: make(row) for name, make in columns.items()} for row in table.to_pylist()]
        for row in rows:
            row["content_sha256"] = hashlib.sha256(row["text"].encode()).hexdigest()
            members.append((Member(RecordId.parse(row["record"]), row["split"]), row["content_sha256"]))
            for key, column in (("origins", "origin"), ("splits", "split"), ("languages", "language")):
                counts[key][row[column]] = counts[key].get(row[column], 0) + 1
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), sink)
        path.write_bytes(sink.getvalue())
        entry |= {
            "sha256": hashlib.sha256(sink.getvalue()).hexdigest(),
            "bytes": len(sink.getvalue()),
            "rows": len(rows),
        }
    rewrite(folder, files=manifest["files"], root=str(root_of(members)), **counts)


@pytest.mark.parametrize(
    "columns", [{"text": lambda row: "poison"}, {"origin": lambda row: "human"}, {"licence": lambda row: "CC0-1.0"}]
)
def test_a_consistent_forgery_deceives_the_folder_and_not_the_ledger(small, columns):
    ledger, folder = small
    forge(folder, **columns)
    assert faults(folder.path) == [], "a folder can only contradict itself"
    assert any("does not hold the rows that the ledger gives" in fault for fault in faults(folder.path, ledger))
    assert any("does not hold the rows" in fault.problem for fault in verify(ledger))


def test_a_rewrite_that_changes_no_row_is_no_fault(small):
    ledger, folder = small
    forge(folder)
    assert faults(folder.path, ledger) == []


def test_files_too_many_and_too_few_are_found(small):
    ledger, folder = small
    part = folder.path / "train-00000.parquet"
    (folder.path / "train-00001.parquet").write_bytes(part.read_bytes())
    (folder.path / "more").mkdir()
    (folder.path / "more" / "x.parquet").write_bytes(b"")
    assert faults(folder.path) == [
        "more/x.parquet: is in the folder and not in the manifest",
        "train-00001.parquet: is in the folder and not in the manifest",
    ]
    (folder.path / "train-00001.parquet").unlink()
    (folder.path / "more" / "x.parquet").unlink()
    part.unlink()
    assert "train-00000.parquet: is missing" in faults(folder.path)
    rewrite(folder, files=folder.manifest["files"][:1])
    assert "train-00000.parquet: does not hold the rows that the ledger gives for it" in faults(folder.path, ledger)


@pytest.mark.parametrize(
    "name", ["../out.parquet", "/etc/passwd", "more/x.parquet", "..", ".", "", "a\x00b", "link.parquet"]
)
def test_a_manifest_cannot_lead_out_of_the_folder(small, tmp_path, name):
    _, folder = small
    good = (folder.path / "train-00000.parquet").read_bytes()
    (folder.path.parent / "out.parquet").write_bytes(good)
    (folder.path / "link.parquet").symlink_to(folder.path.parent / "out.parquet")
    rewrite(folder, files=[folder.manifest["files"][0], {**folder.manifest["files"][1], "path": name}])
    assert f"{name}: is missing" in faults(folder.path)


@pytest.mark.parametrize(
    "change",
    [
        {"files": None},
        {"files": {}},
        {"files": [1]},
        {"files": [{}]},
        {"size": "6"},
        {"root": None},
        {"format": "1"},
        {"name": "../x"},
        {"version": ""},
        {"version": "x"},
        {"origins": []},
    ],
)
def test_a_manifest_that_is_not_one_is_refused(small, change):
    _, folder = small
    rewrite(folder, **change)
    assert any("not a readable training-set manifest" in fault for fault in faults(folder.path))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_rubbish_is_refused(small, data):
    _, folder = small
    (folder.path / "manifest.json").write_bytes(data)
    assert len(faults(folder.path)) == 1


def test_a_newer_format_is_refused_with_what_to_do(small):
    _, folder = small
    rewrite(folder, format=2, files="in another form")
    with pytest.raises(LedgerError, match="upgrade with"):
        open_dataset(folder.path)


@pytest.mark.parametrize(
    "make",
    [
        lambda table: b"not parquet",
        lambda table: table.drop_columns(["text"]),
        lambda table: table.set_column(2, "text", pa.nulls(table.num_rows, pa.string())),
        lambda table: table.set_column(13, "encoding", pa.array(["no-such-codec"] * table.num_rows)),
        lambda table: table.set_column(0, "record", pa.array(["rec:1"] * table.num_rows)),
        lambda table: table.set_column(1, "split", pa.array(["test"] * table.num_rows)),
    ],
)
def test_a_file_with_a_right_digest_and_wrong_contents_is_a_fault_and_no_crash(small, make):
    _, folder = small
    path = folder.path / "train-00000.parquet"
    made = make(pq.read_table(path))
    if isinstance(made, pa.Table):
        pq.write_table(made, path)
    else:
        path.write_bytes(made)
    entry = {
        **folder.manifest["files"][1],
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
    }
    rewrite(folder, files=[folder.manifest["files"][0], entry])
    assert any("train-00000.parquet" in fault for fault in faults(folder.path))


def test_datasets_are_found_by_name_version_and_path(tmp_path, monkeypatch):
    ledger, first = build(tmp_path / "ledger")
    _, newer = build(tmp_path / "ledger", size=4, name="other", now=WHEN + timedelta(days=1))
    assert find_dataset(ledger, "corpus").digest == first.digest
    assert find_dataset(ledger, "other").digest == newer.digest
    assert find_dataset(ledger, f"corpus@{first.manifest['version']}").digest == first.digest
    assert find_dataset(ledger, str(first.path)).digest == first.digest
    monkeypatch.chdir(first.path.parent)
    assert find_dataset(ledger, first.path.name).digest == first.digest
    for text, said in [
        ("absent", "there are: corpus, other"),
        ("corpus@0000000000000001", "not a training set of this"),
        ("a b", "not a dataset name"),
        (str(tmp_path / "x"), "not a training set"),
        ("..@1", "dataset name"),
    ]:
        with pytest.raises(LedgerError, match=said):
            find_dataset(ledger, text)


def test_the_newest_is_by_time_of_the_batch(small):
    ledger, folder = small
    home = folder.path.parent / "0000000000000001"
    home.mkdir()
    for day, newest in ((21, folder.path), (23, home)):
        (home / "manifest.json").write_text(
            json.dumps({**folder.manifest, "version": home.name, "created_at": f"2026-11-{day}T00:00:00.000+00:00"})
        )
        assert find_dataset(ledger, "corpus").path == newest


def test_a_foreign_folder_in_the_working_directory_hides_a_ledgers_set(small, tmp_path, monkeypatch):
    """Known: a name that is also a folder here means the folder. A ticket's digest tells the two apart."""
    ledger, folder = small
    (tmp_path / "cwd" / "corpus").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "cwd")
    (tmp_path / "cwd" / "corpus" / "manifest.json").write_text(json.dumps({**folder.manifest, "policy": "mine"}))
    assert find_dataset(ledger, "corpus").manifest["policy"] == "mine"
