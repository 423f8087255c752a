"""The walls of the sandbox, each tried from inside."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from provenance.sources import sandbox as module
from provenance.sources.sandbox import Limits, Missing, Sandbox, find_sandbox
from provenance.sources.sandbox_folder import put, take

MIB = 1024 * 1024
FOUND = find_sandbox()
needs_sandbox = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))


def sh(script, **limits):
    assert isinstance(FOUND, Sandbox)
    with FOUND.workdir() as folder:
        return FOUND.run(["/usr/bin/sh", "-c", script], folder, limits=Limits(**{"wall_s": 5, "cpu_s": 2, **limits}))


@needs_sandbox
class TestWalls:
    def test_output_status_and_environment(self):
        os.environ["PROVENANCE_SECRET"] = "s3cret"
        try:
            done = sh("echo out; echo err >&2; env; exit 35")
            first = sh("cat /proc/1/environ /proc/2/environ")
        finally:
            del os.environ["PROVENANCE_SECRET"]
        assert (done.returncode, done.stopped, done.stderr) == (35, "", b"err\n")
        assert b"s3cret" not in first.stdout
        lines = set(done.stdout.decode().splitlines())
        assert lines == {"out", "PATH=/usr/local/bin:/usr/bin", "HOME=/tmp", "LC_ALL=C", "PWD=/w"}

    def test_no_network(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            done = sh(f"bash -c 'echo >/dev/tcp/127.0.0.1/{port}'")
            outside = sh("bash -c 'echo >/dev/tcp/192.0.2.1/80'")
        assert done.returncode and b"refused" in done.stderr
        assert outside.returncode and b"unreachable" in outside.stderr

    @pytest.mark.parametrize(
        "path", ["/etc/passwd", "/etc/shadow", "/root", "/home", str(Path(__file__).resolve()), "/var"]
    )
    def test_host_files_are_not_there(self, path):
        done = sh(f"cat {path} || ls {path}")
        assert done.returncode and done.stdout == b""

    @pytest.mark.parametrize("path", ["/x", "/usr/x", "/etc/x", "/dev/x", "/proc/sys/kernel/hostname", "/bin/x"])
    def test_nothing_but_w_and_tmp_can_be_written(self, path):
        assert sh(f"echo 1 > {path}").returncode

    def test_tmp_and_shared_memory_are_small(self):
        fill = "i=0; while head -c 4000000 /dev/zero > $d/$i; do i=$((i+1)); done; echo $i"
        script = f"for d in /tmp /dev/shm; do {fill}; done"
        assert [int(n) <= 4 for n in sh(script).stdout.split()] == [True, True]

    def test_it_sees_its_own_processes_only_and_has_no_privileges(self):
        status = "grep -E 'CapEff|NoNewPrivs' /proc/self/status"
        done = sh(f"ls -d /proc/[0-9]* | wc -l; id -u; {status}; unshare -Ur true || echo held")
        count, uid, *rest = done.stdout.decode().split("\n")
        assert int(count) <= 5 and uid == "65534"
        assert rest[:3] == ["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "held"]

    def test_standard_input_is_empty(self):
        assert sh("cat; echo end").stdout == b"end\n"

    def test_a_program_that_is_not_there(self):
        with FOUND.workdir() as folder:
            done = FOUND.run(["/usr/bin/no-such-program"], folder)
        assert (done.returncode, done.stopped) == (127, "")

    def test_what_bubblewrap_itself_cannot_do_is_not_the_programs_exit_status(self):
        with FOUND.workdir() as folder:
            done = FOUND.run(["/usr/bin/true"], folder, binds=[("/no/such/folder", "/x")])
        assert done.stopped == "sandbox" and b"/no/such/folder" in done.stderr

    def test_a_bind_can_be_read_and_not_written(self):
        with FOUND.workdir() as shelf, FOUND.workdir() as folder:
            put(shelf, "a", b"text")
            done = FOUND.run(["/usr/bin/sh", "-c", "cat /a; echo x > /a"], folder, binds=[(str(shelf / "a"), "/a")])
            assert done.stdout == b"text" and done.returncode
            assert take(shelf, "a") == b"text"


@needs_sandbox
class TestLimits:
    def test_an_endless_loop(self):
        done = sh("while :; do :; done", cpu_s=1)
        assert done.stopped == "cpu" and done.seconds < 4

    def test_sleep(self):
        done = sh("sleep 60", wall_s=0.5)
        assert done.stopped == "wall" and done.seconds < 3

    def test_sleep_with_closed_outputs(self):
        done = sh("exec >&- 2>&-; sleep 60", wall_s=0.5)
        assert done.stopped == "wall" and done.seconds < 3

    def test_endless_output(self):
        done = sh("yes", output_bytes=10_000)
        assert (done.stopped, len(done.stdout)) == ("output", 10_000)
        assert sh("yes >&2", output_bytes=10_000).stopped == "output"

    def test_output_of_just_the_limit_is_no_fault(self):
        assert sh("head -c 10000 /dev/zero", output_bytes=10_000).stopped == ""

    def test_a_fork_bomb(self):
        started = time.monotonic()
        done = sh("b() { b | b & }; b; sleep 60", wall_s=1)
        assert done.stopped == "wall" or b"fork" in done.stderr
        assert time.monotonic() - started < 4

    def test_no_more_processes_than_allowed(self):
        done = sh("for i in $(seq 50); do sleep 2 & done; ls -d /proc/[0-9]* | wc -l", processes=12)
        assert b"fork" in done.stderr and int(done.stdout or b"0") <= 13

    def test_memory_of_one_process(self):
        done = sh("dd if=/dev/zero bs=300M count=1 | wc -c", memory_bytes=100 * MIB)
        assert b"memory" in done.stderr and done.stdout.strip() == b"0"

    def test_memory_of_a_crowd(self):
        done = sh(
            "for i in 1 2 3 4 5 6; do dd if=/dev/zero bs=60M count=1 | sleep 4 & done; wait", memory_bytes=150 * MIB
        )
        assert done.stopped == "memory"

    def test_one_big_file(self):
        done = sh("exec head -c 9000000 /dev/zero > /w/big", file_bytes=MIB)
        assert done.stopped == "file"

    def test_many_files(self):
        assert sh("while :; do i=$((i+1)); : > /w/$i; done", folder_files=100).stopped == "folder"
        full = "while :; do i=$((i+1)); head -c 500000 /dev/zero > /w/$i; done"
        assert sh(full, folder_files=100_000, folder_bytes=4 * MIB).stopped == "folder"

    def test_folders_without_end(self):
        started = time.monotonic()
        done = sh("while mkdir a && cd a; do :; done", wall_s=3)
        assert done.stopped == "folder" and time.monotonic() - started < 6

    def test_a_crash(self):
        assert sh("kill -SEGV $$").stopped == "signal"
        assert sh("kill -9 -1; kill -9 $$").stopped == "signal"

    def test_from_several_threads(self):
        seen = []
        threads = [threading.Thread(target=lambda n=n: seen.append(sh(f"exit {n}").returncode)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == list(range(8))

    def test_it_dies_with_us(self):
        code = (
            "from provenance.sources.sandbox import *\n"
            "s = find_sandbox()\n"
            "with s.workdir() as w:\n"
            "    print(w, flush=True)\n"
            "    beat = 'while sleep 0.05; do date +%N > beat; done'\n"
            "    s.run(['/usr/bin/sh', '-c', beat], w, limits=Limits(wall_s=30))\n"
        )
        ours = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        folder = Path(ours.stdout.readline().strip())
        try:
            until = time.monotonic() + 10
            while not (folder / "beat").exists() and time.monotonic() < until:
                time.sleep(0.05)
            assert (folder / "beat").exists()
            ours.send_signal(signal.SIGKILL)
            ours.wait()
            time.sleep(0.3)
            last = (folder / "beat").stat().st_mtime_ns
            time.sleep(0.4)
            assert (folder / "beat").stat().st_mtime_ns == last
        finally:
            ours.kill()
            ours.stdout.close()
            shutil.rmtree(folder, ignore_errors=True)


@needs_sandbox
def test_folders_are_removed_with_all_that_is_in_them():
    with FOUND.workdir() as folder:
        FOUND.run(["/usr/bin/sh", "-c", "mkdir -p a/b; touch a/b/c; chmod 0 a/b a; ln -s /etc l; mkfifo p"], folder)
    assert not folder.exists()
    assert Path("/etc").is_dir()


def test_without_bubblewrap_there_is_no_sandbox(monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    find_sandbox.cache_clear()
    try:
        found = find_sandbox()
    finally:
        monkeypatch.undo()
        find_sandbox.cache_clear()
    assert found == Missing("no-sandbox: bwrap is not installed (package bubblewrap)")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'bwrap: No permissions to create new namespace' >&2; exit 1", "No permissions to create new namespace"),
        # A wrapper that runs the program without any wall is found out, and so is one that only says that all is well.
        ('while [ "$1" != -- ]; do shift; done; shift; exec "$@"', "host files can be read"),
        ("echo sound", "no-sandbox: sound"),
    ],
)
def test_walls_that_do_not_hold_are_no_sandbox(monkeypatch, script, reason):
    with FOUND.workdir() if isinstance(FOUND, Sandbox) else pytest.skip("no sandbox to compare with") as folder:
        put(folder, "bwrap", f"#!/bin/sh\n{script}\n".encode(), 0o755)
        which = shutil.which
        monkeypatch.setattr(
            module.shutil, "which", lambda name: str(folder / "bwrap") if name == "bwrap" else which(name)
        )
        find_sandbox.cache_clear()
        try:
            found = find_sandbox()
        finally:
            monkeypatch.undo()
            find_sandbox.cache_clear()
    assert isinstance(found, Missing) and reason in found.reason


@needs_sandbox
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_without_being_root():
    # A fork, because another user may be unable to read the interpreter or this checkout.
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        report = "died"
        try:
            os.setgroups([])
            os.setgid(1000)
            os.setuid(1000)
            find_sandbox.cache_clear()
            found = find_sandbox()
            if isinstance(found, Sandbox):
                with found.workdir() as folder:
                    put(folder, "in", b"text")
                    done = found.run(
                        ["/usr/bin/sh", "-c", "cat in; id -u; mkdir -p a/b; touch a/b/c; chmod 0 a/b"], folder
                    )
                report = f"{found.uid} {done.stdout.decode()} {done.stopped} {folder.exists()}"
            else:
                report = found.reason
        finally:
            os.write(write, report.encode())
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as pipe:
        # Not root, we cannot look into the locked folder: that counts as too much. It is removed all the same.
        assert pipe.read() == "None text65534\n folder False"
