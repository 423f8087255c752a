"""Making and opening a ledger: what is one, what is not, and what the file system must be able to do."""

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from benchmarks.kill_ledger import CONTEXT
from provenance.errors import LedgerError
from provenance.ledger import Ledger
from provenance.ledger.layout import FORMAT_VERSION, Layout


def header(ledger, **change):
    value = json.loads(ledger.layout.header.read_bytes()) | change
    ledger.layout.header.write_text(json.dumps({k: v for k, v in value.items() if v is not None}))


def test_a_new_ledger_opens_again_and_keeps_its_id_and_its_secret(tmp_path):
    made = Ledger.init(tmp_path / "a" / "b")
    again = Ledger.init(tmp_path / "a" / "b")
    assert made.id == again.id == Ledger(str(made.path)).id
    assert made.pseudonym_key() == again.pseudonym_key() and len(made.pseudonym_key()) == 64
    assert stat.S_IMODE(made.layout.pseudonym_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.layout.pseudonym_key.parent.stat().st_mode) == 0o700
    assert made.stats()["batches"] == 0
    assert {p.name for p in made.path.iterdir()} == {"ledger.json", "private"}


def test_the_key_can_come_from_outside(ledger, monkeypatch):
    monkeypatch.setenv("PROVENANCE_PSEUDONYM_KEY", "x")
    assert ledger.pseudonym_key() == b"x"
    monkeypatch.delenv("PROVENANCE_PSEUDONYM_KEY")
    ledger.layout.pseudonym_key.unlink()
    with pytest.raises(LedgerError, match="PROVENANCE_PSEUDONYM_KEY"):
        ledger.pseudonym_key()


def test_a_newer_format_is_refused_with_what_to_do(ledger):
    header(ledger, version=FORMAT_VERSION + 1)
    for opening in (Ledger, Ledger.init):
        with pytest.raises(LedgerError, match=r"format 2; this program reads up to 1\. Next: upgrade"):
            opening(ledger.path)


@pytest.mark.parametrize(
    "change", [{"version": None}, {"version": "1"}, {"format": "other"}, {"format": None}, {"id": None}, {"id": 7}]
)
def test_a_header_of_something_else_is_refused(ledger, change):
    header(ledger, **change)
    with pytest.raises(LedgerError):
        Ledger(ledger.path)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_damaged_header_is_refused(ledger, data):
    ledger.layout.header.write_bytes(data)
    for opening in (Ledger, Ledger.init):
        with pytest.raises(LedgerError):
            opening(ledger.path)


def test_what_is_no_ledger_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    for where in (tmp_path, tmp_path / "absent", file, file / "below"):
        with pytest.raises(LedgerError):
            Ledger(where)
    for where in (file, file / "below"):
        with pytest.raises(LedgerError):
            Ledger.init(where)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(LedgerError, match="other files"):
        Ledger.init(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_the_leftovers_of_a_killed_init_do_not_count_as_other_files(tmp_path):
    (tmp_path / ".tmp-1-abc").write_text("x")
    (tmp_path / "private").mkdir()
    assert Ledger.init(tmp_path).stats()["batches"] == 0


@pytest.mark.parametrize("where", ["s3://bucket/x", "gs://b", "file:///tmp/x", Path("s3://bucket/x")])
def test_object_stores_are_refused(where, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for opening in (Ledger, Ledger.init):
        with pytest.raises(LedgerError, match="not a local folder"):
            opening(where)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_a_file_system_without_hard_links_is_refused(tmp_path, monkeypatch, code):
    def refused(*args, **more):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refused)
    with pytest.raises(LedgerError, match="without usable hard links"):
        Ledger.init(tmp_path / "ledger")
    assert list((tmp_path / "ledger").iterdir()) == []


def test_a_file_system_where_a_link_replaces_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", lambda source, target: Path(target).write_bytes(Path(source).read_bytes()))
    with pytest.raises(LedgerError, match="second writer replaces the first"):
        Ledger.init(tmp_path / "ledger")


def test_a_full_disk_is_not_taken_for_want_of_hard_links(tmp_path, monkeypatch):
    def refused(*args, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", refused)
    with pytest.raises(LedgerError, match="disk is full"):
        Ledger.init(tmp_path / "ledger")


def test_a_folder_that_cannot_be_made_is_our_error(tmp_path, monkeypatch):
    def refused(*args, **more):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refused)
    with pytest.raises(LedgerError, match="Permission denied"):
        Ledger.init(tmp_path / "ledger")


def init_together(where, start, answers):
    start.wait(30)
    try:
        ledger = Ledger.init(where)
        answers.put((ledger.id, ledger.pseudonym_key()))
    except Exception as error:
        answers.put((repr(error), b""))


def test_two_processes_that_make_the_same_ledger_make_one(tmp_path):
    for number in range(3):
        where = str(tmp_path / f"{number}")
        start, answers = CONTEXT.Barrier(4), CONTEXT.Queue()
        makers = [CONTEXT.Process(target=init_together, args=(where, start, answers)) for _ in range(4)]
        for maker in makers:
            maker.start()
        given = {answers.get(timeout=30) for _ in makers}
        for maker in makers:
            maker.join()
        assert len(given) == 1, given
        assert given == {(Ledger(where).id, Layout(Path(where)).pseudonym_key.read_bytes())}
