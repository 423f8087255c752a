"""What a hostile sample might try, from a shell and from COBOL (CALL "SYSTEM"): each attempt says ESCAPED if it worked.

Every script is run in both ways with the limits of a sample's run. That the scripts can tell an escape at all is proven
by running those that are harmless outside, where they do escape.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from provenance.languages.toolchain import Inputs, SourceText
from provenance.sources.gnucobol import GnuCobol, find_gnucobol
from provenance.sources.gnucobol_run import run_once
from provenance.sources.sandbox import Limits, Missing, Sandbox, find_sandbox
from provenance.sources.sandbox_folder import put, take

FOUND = find_sandbox()
COBOL = find_gnucobol(FOUND)
pytestmark = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))

#: Name -> a script that prints ESCAPED where it gets what it should not.
ATTACKS = {
    "read the users": "cat /etc/passwd && echo ESCAPED",
    "read the users through a link": "ln -s /etc/passwd a && cat a && echo ESCAPED",
    "read the users through the root of process 1": "cat /proc/1/root/etc/passwd && echo ESCAPED",
    "list the host's homes": "ls /root /home | grep . && echo ESCAPED",
    "write to /usr": "touch /usr/bin/provenance-x && echo ESCAPED",
    "write to /usr through a link": "ln -s /usr/bin b && touch b/provenance-x && echo ESCAPED",
    "write to the root": "mkdir /provenance-x && echo ESCAPED",
    "mount it writable": "mount -o remount,rw /usr && echo ESCAPED",
    "new namespaces": "unshare -Ur id && echo ESCAPED",
    "another root": "chroot /w /bin/true && echo ESCAPED",
    "become root": "setpriv --reuid=0 id && echo ESCAPED",
    "a set-uid copy": "cp /usr/bin/id x && chmod 4755 x && ./x -u | grep -x 0 && echo ESCAPED",
    "devices of the host": "ls /dev | grep -E '^(sd|vd|nvme|kvm|mem|kmsg|fuse)' && echo ESCAPED",
    "a new device": "mknod d b 8 0 && head -c 1 d && echo ESCAPED",
    "kernel settings": "echo x > /proc/sys/kernel/hostname && echo ESCAPED",
    "the kernel's log": "dmesg | grep . && echo ESCAPED",
    "set the clock": "date -s 2001-01-01 && echo ESCAPED",
    "raise the limits": "ulimit -n 4096 && echo ESCAPED",
    "processes of the host": "ls -d /proc/[0-9]* | wc -l | grep -E '[0-9]{2}' && echo ESCAPED",
    "signal the host": "kill -TERM @PID@ && echo ESCAPED",
    "environment of the host": "cat /proc/*/environ | tr '\\0' '\\n' | grep PROVENANCE_ESCAPE && echo ESCAPED",
    "a port of this machine": "bash -c 'echo x >/dev/tcp/127.0.0.1/@PORT@' && echo ESCAPED",
    "an address of a network": "bash -c 'echo x >/dev/tcp/192.0.2.1/80' && echo ESCAPED",
    "a name server": "timeout 2 getent hosts example.org && echo ESCAPED",
    "an abstract socket": "perl -MSocket -e 'socket(S,AF_UNIX,SOCK_STREAM,0); exit !connect(S, pack_sockaddr_un(qq(\\0@NAME@)))'"
                          " && echo ESCAPED",
    "what another run left": "ls /tmp /dev/shm | grep -v : | grep . && echo ESCAPED",
}
#: Those that do harm, or need more than a file, outside of the walls.
NOT_OUTSIDE = {"signal the host", "mount it writable", "set the clock", "kernel settings", "new namespaces", "another root",
               "become root", "a set-uid copy", "a new device", "write to /usr", "write to /usr through a link",
               "write to the root", "an address of a network", "a name server", "raise the limits", "the kernel's log",
               "devices of the host", "what another run left", "list the host's homes",
               "read the users through the root of process 1"}


@pytest.fixture(scope="module")
def host():
    """A process, a port, an abstract socket and a variable of the host that samples may reach for."""
    os.environ["PROVENANCE_ESCAPE"] = "secret"
    name = f"provenance-{os.getpid()}"
    with subprocess.Popen(["sleep", "300"]) as victim, socket.create_server(("127.0.0.1", 0)) as server, \
            socket.socket(socket.AF_UNIX) as local:
        local.bind(f"\0{name}")
        local.listen()
        yield {"@PID@": str(victim.pid), "@PORT@": str(server.getsockname()[1]), "@NAME@": name}
        assert victim.poll() is None, "the host's process was hit"
        victim.kill()
    del os.environ["PROVENANCE_ESCAPE"]


def filled(script, host):
    for word, value in host.items():
        script = script.replace(word, value)
    return script


@pytest.fixture(scope="module")
def shell_in_cobol():
    """A compiled COBOL program that has the shell do what the file ``attack.sh`` says."""
    if not isinstance(COBOL, GnuCobol):
        pytest.skip(COBOL.reason)
    text = ("       PROGRAM-ID. T.\n       PROCEDURE DIVISION.\n"
            '           CALL "SYSTEM" USING "sh attack.sh".\n           STOP RUN.\n')
    _, program = COBOL._program(SourceText("t.cob", text), {}, {}, "default-fixed", ())
    assert program

    def run(script):
        return run_once(COBOL.sandbox, program, Inputs(files={"attack.sh": script.encode()}), COBOL.binds)
    return run


@pytest.mark.parametrize("name", ATTACKS)
def test_from_a_shell(name, host):
    with FOUND.workdir() as folder:
        put(folder, "attack.sh", filled(ATTACKS[name], host).encode())
        done = FOUND.run(["/usr/bin/sh", "attack.sh"], folder)
    assert done.stopped == "" and b"ESCAPED" not in done.stdout, done


@pytest.mark.parametrize("name", ATTACKS)
def test_from_cobol(name, host, shell_in_cobol):
    seen, stdout = shell_in_cobol(f"{filled(ATTACKS[name], host)}\necho ran")
    assert seen.stopped == "" and b"ESCAPED" not in stdout and b"ran" in stdout, seen


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - NOT_OUTSIDE))
def test_the_attempts_can_tell_an_escape(name, host, tmp_path):
    done = subprocess.run(["sh", "-c", filled(ATTACKS[name], host)], cwd=tmp_path, capture_output=True, timeout=20, check=False)
    assert b"ESCAPED" in done.stdout


#: Name -> (script, limits, the ends that are allowed).
GREED = {
    "loop": ("while :; do :; done", {"cpu_s": 1}, {"cpu"}),
    "output": ("yes", {"output_bytes": 100_000}, {"output"}),
    "sleep": ("sleep 60", {"wall_s": 0.5}, {"wall"}),
    "forks": ("b() { b | b & }; b; sleep 60", {"wall_s": 1}, {"wall", ""}),
    "memory": ("tail /dev/zero", {"memory_bytes": 128 * 2**20}, {"", "memory", "signal"}),
    "files": ("while :; do i=$((i+1)); : > $i; done", {"folder_files": 100}, {"folder"}),
    "one file": ("exec head -c 90000000 /dev/zero > big", {"file_bytes": 2**20}, {"file"}),
    "a file with a hole": ("truncate -s 100G big; ls -s big", {"file_bytes": 2**20}, {"", "file"}),
    "links": ("while :; do i=$((i+1)); ln -s /w $i; done", {"folder_files": 100}, {"folder"}),
    "one file many times": ("echo x > a; while :; do i=$((i+1)); ln a $i; done", {"folder_files": 100}, {"folder"}),
}


@pytest.mark.parametrize("name", GREED)
def test_greed_has_an_end(name):
    script, limits, ends = GREED[name]
    began = time.monotonic()
    with FOUND.workdir() as folder:
        done = FOUND.run(["/usr/bin/sh", "-c", script], folder, limits=Limits(**{"wall_s": 20, **limits}))
        assert sum(path.lstat().st_blocks * 512 for path in folder.iterdir()) < 2**21
    assert done.stopped in ends and time.monotonic() - began < 30


def test_a_daemon_dies_with_the_run():
    with FOUND.workdir() as folder:
        beat = "setsid nohup sh -c 'trap \"\" TERM HUP; while sleep 0.05; do date +%N > beat; done' >&- 2>&- <&- &"
        done = FOUND.run(["/usr/bin/sh", "-c", f"{beat}\nsleep 0.5; test -e beat && echo beats"], folder)
        assert (done.stdout, done.stopped) == (b"beats\n", "")
        last = take(folder, "beat")
        time.sleep(0.4)
        assert take(folder, "beat") == last


def test_a_run_leaves_nothing_for_the_next():
    with FOUND.workdir() as folder:
        FOUND.run(["/usr/bin/sh", "-c", "echo x > /tmp/left; echo x > /dev/shm/left"], folder)
    with FOUND.workdir() as folder:
        assert FOUND.run(["/usr/bin/sh", "-c", "ls /tmp /dev/shm /w | grep left"], folder).stdout == b""


@pytest.mark.parametrize("what", ["copy", "copy/.keep", "prog.cob"])
def test_folders_that_became_links_are_not_written_through(what, tmp_path):
    with FOUND.workdir() as folder:
        put(folder, "copy/.keep", b"")
        FOUND.run(["/usr/bin/sh", "-c", f"rm -rf {what}; ln -s {tmp_path}/new {what}"], folder)
        assert take(folder, what) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not isinstance(COBOL, GnuCobol), reason=getattr(COBOL, "reason", ""))
class TestCobol:
    """What COBOL can do without a shell."""

    def observe(self, *statements, data=(), files=(), inputs=None):
        lines = ["PROGRAM-ID. T."]
        if files:
            lines += ["ENVIRONMENT DIVISION.", "INPUT-OUTPUT SECTION.", "FILE-CONTROL.", *files]
        lines += ["DATA DIVISION.", *data, "PROCEDURE DIVISION.", *(f"    {s}" for s in statements), "    STOP RUN."]
        text = "".join(f"{line}\n" for line in lines)  # free format: paths are long
        answer, seen = COBOL.observe(SourceText("t.cob", text), {}, "default-free", 1, inputs or Inputs())
        assert seen, answer
        return seen[0]

    def test_a_file_of_the_host(self):
        seen = self.observe("OPEN INPUT F.", "READ F.", "DISPLAY R.",
                            files=('SELECT F ASSIGN "/etc/passwd" ORGANIZATION LINE SEQUENTIAL.',),
                            data=("FILE SECTION.", "FD F.", "01 R PIC X(80)."))
        assert seen.returncode and "root" not in seen.head

    def test_writing_a_file_of_the_host(self, tmp_path):
        tmp_path.chmod(0o777)
        seen = self.observe("OPEN OUTPUT F.", "WRITE R.", "CLOSE F.",
                            files=(f'SELECT F ASSIGN "{tmp_path}/x" ORGANIZATION LINE SEQUENTIAL.',),
                            data=("FILE SECTION.", "FD F.", "01 R PIC X(80)."))
        assert seen.returncode and list(tmp_path.iterdir()) == []

    def test_deleting_a_file_of_the_host(self, tmp_path):
        tmp_path.chmod(0o777)
        kept = tmp_path / "kept"
        kept.touch()
        kept.chmod(0o666)
        self.observe(f'CALL "CBL_DELETE_FILE" USING "{kept} ".')
        assert kept.exists()

    def test_the_clock_stands_still(self):
        clock = ("ACCEPT A FROM DATE YYYYMMDD.", "DISPLAY A.", "ACCEPT A FROM TIME.", "DISPLAY A.",
                 "MOVE FUNCTION CURRENT-DATE TO A.", "DISPLAY A.", "ACCEPT A FROM DAY-OF-WEEK.", "DISPLAY A.")
        seen = self.observe(*clock, data=("WORKING-STORAGE SECTION.", "01 A PIC X(21)."))
        said = [line.strip() for line in seen.head.splitlines()]
        assert said == ["20200102", "03040500", "2020010203040500+0000", "4"]

    def test_memory(self):
        # 800 MB of storage in one program: more than it may have.
        names = ("A", "B", "C", "D")
        seen = self.observe(*(f"MOVE ALL 'x' TO {name}." for name in names), "DISPLAY 'ESCAPED'.",
                            data=("WORKING-STORAGE SECTION.", *(f"01 {name} PIC X(200000000)." for name in names)))
        assert "ESCAPED" not in seen.head

    def test_a_big_file(self):
        seen = self.observe("OPEN OUTPUT F.", "MOVE ALL 'x' TO R.", "PERFORM UNTIL 1 = 2", "    WRITE R", "END-PERFORM.",
                            files=('SELECT F ASSIGN "BIG".',), data=("FILE SECTION.", "FD F.", "01 R PIC X(30000)."))
        assert seen.stopped in ("file", "cpu", "wall") or seen.returncode

    def test_code_of_the_host_cannot_be_called(self):
        seen = self.observe('CALL "geteuid" RETURNING N.', 'DISPLAY "uid" N.', 'CALL "setuid" USING BY VALUE 0 RETURNING N.',
                            "DISPLAY N.", data=("WORKING-STORAGE SECTION.", "01 N USAGE BINARY-LONG."))
        assert "uid+0000065534" in seen.head and "-0000000001" in seen.head

    def test_killing_everybody(self):
        began = time.monotonic()
        with subprocess.Popen(["sleep", "60"]) as bystander:
            self.observe('CALL "kill" USING BY VALUE -1 BY VALUE 9.', "DISPLAY 'still here'.")
            assert bystander.poll() is None
            bystander.send_signal(signal.SIGKILL)
        assert time.monotonic() - began < 30

    def test_what_is_given_is_read_and_nothing_else(self):
        seen = self.observe("OPEN INPUT F.", "READ F.", "DISPLAY R.", "CLOSE F.", "ACCEPT A.", "DISPLAY A.",
                            files=('SELECT F ASSIGN "IN.TXT" ORGANIZATION LINE SEQUENTIAL.',),
                            data=("FILE SECTION.", "FD F.", "01 R PIC X(4).", "WORKING-STORAGE SECTION.", "01 A PIC X(4)."),
                            inputs=Inputs(stdin=b"typed\n", files={"IN.TXT": b"file\n"}))
        assert (seen.head, seen.returncode, dict(seen.files)) == ("file\ntype\n", 0, {})


def test_this_checkout_is_not_there():
    assert isinstance(FOUND, Sandbox)
    with FOUND.workdir() as folder:
        done = FOUND.run(["/usr/bin/ls", str(Path(__file__).parent)], folder)
    assert done.returncode and done.stdout == b""
