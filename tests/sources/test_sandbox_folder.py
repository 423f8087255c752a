"""The work folder, tried with what a hostile program leaves in it."""

import os
from pathlib import Path

import pytest

from provenance.errors import SourceError
from provenance.sources.sandbox_folder import fingerprints, over_limit, put, remove, take


@pytest.mark.parametrize("name", ["", "/etc/x", "../x", "a/../../x", "a//b", "a/", "./a", "a\0b"])
def test_put_refuses_to_leave(tmp_path, name):
    with pytest.raises(SourceError):
        put(tmp_path, name, b"")


def test_put_never_overwrites_and_never_follows(tmp_path):
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to("target")
    for name in ("target", "link"):
        with pytest.raises(FileExistsError):
            put(tmp_path, name, b"new")
    assert (tmp_path / "target").read_bytes() == b"old"


def test_take_reads_regular_files_only(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert take(tmp_path, "a") == b"12345"
    assert take(tmp_path, "a", limit=2) == b"12"
    assert [take(tmp_path, name) for name in ("link", "folder", "pipe", "none")] == [None] * 4


def test_fingerprints_follow_nothing(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x").write_bytes(b"")
    (tmp_path / "link").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).write_bytes(b"")
    found = fingerprints(tmp_path)
    assert sorted(found) == ["\\xff", "b/x", "link", "pipe"]
    assert found["b/x"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert len(set(found.values())) == 3


def test_over_limit(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"1" * 10_000)
    assert not over_limit(tmp_path, 100_000, 2)
    assert over_limit(tmp_path, 5_000, 2)
    assert over_limit(tmp_path, 100_000, 1)
    assert not over_limit(tmp_path / "gone", 1, 1)


def test_remove_any_depth(tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(".", os.O_RDONLY)
    os.chdir(top)
    try:
        for _ in range(3000):
            Path("d").mkdir()
            os.chdir("d")
    finally:
        os.chdir(here)
        os.close(here)
    assert over_limit(top, 1, 10_000)
    remove(top)
    assert not top.exists()
