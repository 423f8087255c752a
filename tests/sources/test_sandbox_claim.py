"""Work folders of killed processes are removed by the next process, those of living ones never."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from provenance.sources import sandbox_claim
from provenance.sources.sandbox_claim import PREFIX, claimed, sweep

OURS = {os.geteuid()}
HOLD = ("import sys, time\nfrom provenance.sources.sandbox_claim import claimed\n"
        "with claimed() as path:\n    (path / 'x').write_text('x')\n    print(path, flush=True)\n    time.sleep(60)\n")


@pytest.fixture
def temp(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def holder(temp):
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "TMPDIR": str(temp)})
    return process, Path(process.stdout.readline().strip())


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_is_not(temp):
    dead, killed = holder(temp)
    alive, kept = holder(temp)
    try:
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        assert killed.is_dir() and kept.is_dir()
        assert sweep(OURS) == 1
        assert not killed.exists() and (kept / "x").read_text() == "x"
        assert sweep(OURS) == 0
    finally:
        for process in (dead, alive):
            process.kill()
            process.wait()
            process.stdout.close()
    assert sweep(OURS) == 1
    assert list(temp.iterdir()) == []


def test_our_own_folders_are_never_swept(temp):
    with claimed() as one, claimed() as two:
        assert sweep(OURS) == 0 and one.is_dir() and two.is_dir()
    assert list(temp.iterdir()) == []


def test_what_belongs_to_others_stays(temp):
    dead, killed = holder(temp)
    dead.kill()
    dead.wait()
    dead.stdout.close()
    assert sweep(set()) == 0 and killed.is_dir()


def test_links_and_foreign_files_are_left_alone(temp):
    target = temp / "precious"
    target.mkdir()
    (target / "x").write_text("x")
    (temp / f"{PREFIX}a").symlink_to(target)
    (temp / f"{PREFIX}a.lock").touch()
    (temp / f"{PREFIX}b.lock").symlink_to(target / "x")
    os.mkfifo(temp / f"{PREFIX}c.lock")
    assert sweep(OURS) == 0
    assert (target / "x").read_text() == "x"


def test_a_folder_without_a_lock_goes_when_it_is_a_day_old(temp):
    new, old = temp / f"{PREFIX}new", temp / f"{PREFIX}old"
    new.mkdir()
    old.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    assert sweep(OURS) == 1
    assert new.is_dir() and not old.exists()


def test_a_lock_that_was_taken_for_a_dead_ones_is_given_up(temp, monkeypatch):
    # The worst moment: another process sweeps between the making of the lock file and its locking.
    real, swept = sandbox_claim.fcntl.flock, []

    def flock(handle, mode):
        if not swept:
            swept.append(sorted(temp.iterdir())[0])
            swept[0].unlink()
        real(handle, mode)

    monkeypatch.setattr(sandbox_claim.fcntl, "flock", flock)
    with claimed() as path:
        assert Path(f"{path}.lock") != swept[0] and Path(f"{path}.lock").exists()


def test_many_processes_at_once(temp):
    code = ("import os\nfrom provenance.sources.sandbox_claim import claimed, sweep\n"
            "for _ in range(40):\n    sweep({os.geteuid()})\n    with claimed() as path:\n        (path / 'a').touch()\n"
            "        assert sweep({os.geteuid()}) == 0\n        assert (path / 'a').exists()\n")
    crowd = [subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(temp)}) for _ in range(4)]
    assert [process.wait() for process in crowd] == [0] * 4
    assert list(temp.iterdir()) == []
