"""Every place where a disk can refuse: nothing is half-committed, the message is ours, and a retry succeeds."""

import builtins
import errno
import os
import subprocess

import pytest

from provenance.errors import LedgerError
from provenance.ledger import Ledger, durable
from provenance.ledger.durable import TMP_PREFIX, make_folder, put_named_by_content, put_once
from provenance.ledger.upkeep import sweep, verify
from provenance.model.recipe import Recipe
from tests.ledger.conftest import commit, record

ONE = Recipe("ingest", "1", {"x": 1})


class FailingDisk:
    """Counts what `durable` asks of the system, and fails the ``at``-th request (and, if it is full, all after it)."""

    def __init__(self, at, code, stays):
        self.at, self.code, self.stays, self.asked, self.log = at, code, stays, 0, []

    def _ask(self, what):
        self.asked += 1
        self.log.append(what)
        if self.asked == self.at or (self.stays and self.asked > self.at > 0):
            raise OSError(self.code, os.strerror(self.code))

    def wrap(self, what, real):
        def call(*args, **more):
            self._ask(what)
            return real(*args, **more)

        return call

    def install(self, patch):
        for name in ("fsync", "link", "replace", "mkdir"):
            patch.setattr(os, name, self.wrap(name, getattr(os, name)))
        real, ask = builtins.open, self._ask

        def opened(path, mode="r", *args, **more):
            ask("open")
            handle = real(path, mode, buffering=0)

            class Slow:
                def __enter__(self):
                    return self

                def __exit__(self, *args):
                    handle.close()

                def write(self, data):
                    handle.write(data[: len(data) // 2])  # half a file is on the disk when it fails
                    ask("write")
                    return handle.write(data[len(data) // 2 :])

                def __getattr__(self, name):
                    return getattr(handle, name)

            return Slow()

        patch.setattr(durable, "open", opened, raising=False)


@pytest.mark.parametrize(("code", "stays"), [(errno.ENOSPC, True), (errno.EIO, False)])
def test_a_commit_that_fails_anywhere_leaves_nothing_and_can_be_repeated(tmp_path, monkeypatch, code, stays):
    failures = 0
    sample = record("A.", evidence=(), source=None)
    for at in range(1, 200):
        ledger = Ledger.init(tmp_path / f"{at}")
        disk = FailingDisk(at, code, stays)
        with monkeypatch.context() as patch:
            disk.install(patch)
            try:
                commit(ledger, ONE, [sample])
                break
            except LedgerError as error:
                failures += 1
                if "is written" in str(error):
                    # The one exception: the manifest has its name, others may have read it, only the flush failed.
                    assert disk.log[at - 1] == "fsync" and disk.log[at - 2] == "link"
                    assert ledger.manifest(ONE.batch) is not None
                else:
                    assert "nothing was committed" in str(error)
                    assert "disk is full" in str(error) or code != errno.ENOSPC
                    assert ledger.manifest(ONE.batch) is None
        assert list(verify(ledger)) == []
        assert not list(ledger.path.rglob(TMP_PREFIX + "*")), "a refused write cleans up behind itself"
        assert commit(ledger, ONE, [sample]).manifest.records == 1
        assert list(verify(ledger)) == [] and sweep(ledger, older_than_s=-1) == []
    assert failures == disk.asked and failures > 15
    assert {"open", "write", "fsync", "link", "replace", "mkdir"} <= set(disk.log)


def test_what_could_not_be_committed_is_swept_where_the_rows_are_others_the_next_time(tmp_path, monkeypatch):
    ledger = Ledger.init(tmp_path / "ledger")
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", FailingDisk(1, errno.ENOSPC, True).wrap("link", os.link))
        with pytest.raises(LedgerError):
            commit(ledger, ONE, [record("A.")])
    commit(ledger, ONE, [record("B.")])
    removed = sweep(ledger, older_than_s=-1)
    assert removed and all(path.suffix == ".parquet" for path in removed)
    assert ledger.records(ONE.batch) == [record("B.")] and list(verify(ledger)) == []


def test_a_real_disk_that_runs_full(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("cannot mount a small file system here")
    try:
        ledger = Ledger.init(disk / "ledger")
        done = []
        with pytest.raises(LedgerError, match="disk is full; nothing was committed"):
            for number in range(1000):
                recipe = Recipe("ingest", "1", {"n": number})
                done.append(commit(ledger, recipe, [record(f"{number} {os.urandom(2000).hex()}")]).manifest)
        assert 3 < len(done) < 1000
        assert sorted(m.digest for m in ledger.manifests()) == sorted(m.digest for m in done)
        assert list(verify(ledger)) == []
        sweep(ledger, older_than_s=-1)
        assert list(verify(ledger)) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_first_writer_of_a_name_wins(tmp_path):
    path = tmp_path / "a" / "b"
    assert put_once(path, b"first") and not put_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert [p.name for p in path.parent.iterdir()] == ["b"]


def test_a_file_named_by_content_is_written_once_and_healed(tmp_path):
    path = tmp_path / "a" / "b"
    put_named_by_content(path, b"data")
    place = path.stat().st_ino
    os.utime(path, (0, 0))
    put_named_by_content(path, b"data")
    assert path.stat().st_ino == place
    assert path.stat().st_mtime > 1e9, "what is built on must look young, or a sweep takes it away"
    path.write_bytes(b"dat")
    put_named_by_content(path, b"data")
    assert path.read_bytes() == b"data"


def test_each_new_folder_is_flushed_in_its_parent(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(durable, "sync_folder", flushed.append)
    make_folder(tmp_path / "a" / "b")
    assert flushed == [tmp_path, tmp_path / "a"]
    make_folder(tmp_path / "a" / "b")
    assert len(flushed) == 2


def test_a_file_in_the_way_of_a_folder_is_our_error(tmp_path):
    (tmp_path / "a").write_text("x")
    for write in (put_once, put_named_by_content):
        with pytest.raises(LedgerError):
            write(tmp_path / "a" / "b" / "c", b"data")


def test_being_stopped_leaves_no_temporary_file(tmp_path, monkeypatch):
    def stopped(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        put_once(tmp_path / "a", b"data")
    assert list(tmp_path.iterdir()) == []
