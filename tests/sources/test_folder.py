"""Plain folders."""

import os

import pytest

from provenance.errors import SourceError
from provenance.model.identity import Swhid
from provenance.sources import open_source
from provenance.sources.folder import open_folder
from provenance.steps.ingest import Options, ingest_snapshot
from tests.sources.repository_maker import HELLO, KEY, MIT, Maker


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "programs"
    (root / "sub").mkdir(parents=True)
    (root / "A.cbl").write_text(HELLO)
    (root / "sub" / "Größe.cbl").write_text(HELLO)
    (root / "LICENSE").write_text(MIT)
    return root


def answers(snapshot, options=None):
    entries = snapshot.entries()
    made = ingest_snapshot(snapshot, entries, options or Options())
    return {e.path: got.record or got.verdicts[0].reason for e, got in zip(entries, made, strict=True)}


def test_files_are_records_without_history(folder):
    got = answers(open_folder(str(folder)))
    assert list(got) == ["A.cbl", "LICENSE", "sub/Größe.cbl"]
    record = got["A.cbl"]
    assert record.swhid == f"{Swhid.of_content(HELLO.encode()).core};origin=file:programs;path=/A.cbl"
    assert (record.ancestry.origin, record.ancestry.grade.name, record.licence) == ("unknown", "E0", "MIT")
    assert (record.source.commit, record.source.commits, record.source.authors) == ("", 0, ())
    assert [(e.kind, e.value, e.points_to) for e in record.evidence] == [
        ("history", '{"commits":0,"source":"folder"}', None)
    ]
    claimed = answers(
        open_folder(str(folder), name="https://acme.example/p"), Options(claim="human", claimed_by="ACME")
    )["A.cbl"]
    assert (claimed.ancestry.origin, claimed.ancestry.grade.name, claimed.source.repository) == (
        "human",
        "E1",
        "https://acme.example/p",
    )


def test_links_pipes_and_odd_names_are_refused_and_not_opened(folder):
    os.symlink("/etc/passwd", folder / "LINK.cbl")
    os.symlink(folder / "sub", folder / "FOLDER.cbl")
    os.mkfifo(folder / "PIPE.cbl")
    (folder / ".git").write_text("gitdir: nowhere")
    with open(os.path.join(os.fsencode(folder), b"caf\xe9.cbl"), "wb") as file:
        file.write(b"x")
    got = answers(open_folder(str(folder)))
    assert ".git" not in got
    assert {path: got[path].split(":")[0] for path in ("LINK.cbl", "FOLDER.cbl", "PIPE.cbl", "caf\\xe9.cbl")} == {
        "LINK.cbl": "symlink",
        "FOLDER.cbl": "symlink",
        "PIPE.cbl": "not-a-file",
        "caf\\xe9.cbl": "path-not-utf8",
    }


def test_a_file_that_changes_while_it_is_read_stops_the_step(folder):
    snapshot = open_folder(str(folder))
    snapshot.entries()
    (folder / "A.cbl").write_text(HELLO + "* x\n")
    with pytest.raises(SourceError, match="changed while"):
        answers(snapshot)
    (folder / "A.cbl").unlink()
    with pytest.raises(SourceError, match="any more"):
        answers(snapshot)
    os.symlink("/etc/passwd", folder / "A.cbl")
    with pytest.raises(SourceError, match="any more"):
        answers(snapshot)


def test_same_identity_as_in_a_repository(folder, tmp_path):
    repo = Maker(tmp_path / "repo")
    repo.commit({"A.cbl": HELLO})
    assert open_folder(str(folder)).entries()[0].blob == repo.git("rev-parse", "HEAD:A.cbl")


def test_sources_are_told_apart(folder, tmp_path):
    def kind(where, **more):
        return open_source(str(where), key=KEY, workdir=tmp_path / "work", **more).kind

    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.jsonl").write_text("{}\n")
    assert [kind(folder), kind(tmp_path / "corpus"), kind(tmp_path / "corpus" / "a.jsonl")] == [
        "folder",
        "corpus",
        "corpus",
    ]
    (tmp_path / "empty").mkdir()
    assert answers(open_folder(str(tmp_path / "empty"))) == {}
    with pytest.raises(SourceError, match="has no commits"):
        kind(folder, rev="main")
    with pytest.raises(SourceError, match="does not exist"):
        kind(tmp_path / "nowhere")
    with pytest.raises(SourceError, match="neither a git bundle nor a corpus"):
        kind(folder / "A.cbl")
    with pytest.raises(SourceError, match="is not a folder"):
        open_folder(str(folder / "A.cbl"))
