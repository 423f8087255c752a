"""Standard input of a sandboxed run, and programs that stay alive in the sandbox and answer."""

import time

import pytest

from provenance.sources.observing import REMOVED, named
from provenance.sources.sandbox import Limits, Missing, Sandbox, find_sandbox
from provenance.sources.sandbox_session import Session, SessionOver

FOUND = find_sandbox()
pytestmark = pytest.mark.skipif(isinstance(FOUND, Missing), reason=getattr(FOUND, "reason", ""))
LIMITS = Limits(memory_bytes=256 * 1024 * 1024, output_bytes=100_000)


def run(script, stdin, **limits):
    assert isinstance(FOUND, Sandbox)
    with FOUND.workdir() as folder:
        return FOUND.run(["/usr/bin/sh", "-c", script], folder, limits=Limits(**{"wall_s": 5, **limits}), stdin=stdin)


def session(script):
    return Session(FOUND, ["/usr/bin/perl", "-e", script], {"name": b"text"}, LIMITS)


class TestInput:
    def test_more_than_a_pipe_holds_comes_back_whole(self) -> None:
        data = bytes(range(256)) * 2000  # it is read and written at one time: neither side may wait for the other
        done = run("cat", data)
        assert (done.stdout, done.stopped) == (data, "")

    @pytest.mark.parametrize("script", ["true", "exec <&-; sleep 0.2", "head -c 1 >/dev/null"])
    def test_a_program_that_does_not_read_it_ends_as_ever(self, script: str) -> None:
        done = run(script, b"x" * 1_000_000)
        assert (done.returncode, done.stopped) == (0, "") and done.seconds < 4

    def test_one_that_never_reads_it_is_stopped_by_the_clock(self) -> None:
        assert run("sleep 60", b"x" * 1_000_000, wall_s=0.5).stopped == "wall"

    def test_its_end_is_seen(self) -> None:
        assert run("wc -c", b"abc").stdout == b"3\n"


ECHO = "binmode STDIN; while (read(STDIN, $h, 4) == 4) { $n = unpack('N', $h); $d = ''; " \
       "read(STDIN, $d, $n - length $d, length $d) while length $d < $n; $| = 1; print $h, $d; }"


class TestSession:
    def test_one_answer_for_each_request_also_long_ones(self) -> None:
        with session(ECHO) as living:
            assert [living.ask(data, 5.0) for data in (b"", b"a", b"x" * 90_000)] == [b"", b"a", b"x" * 90_000]

    @pytest.mark.parametrize(("script", "why"), [
        ("exit 0", "ended"), ("sleep 60", "wall"), ("$| = 1; print pack('N', 200_000); sleep 60", "output"),
        ("$| = 1; read(STDIN, $h, 5); print pack('N', 1), 'ab'; sleep 60", "ended"),
        ("$x = 'x' x (300 << 20); sleep 60", "ended|memory|wall")])
    def test_what_cannot_be_trusted_is_ended_for_good(self, script: str, why: str) -> None:
        started = time.monotonic()
        with session(script) as living:
            with pytest.raises(SessionOver, match=why):
                living.ask(b"?", 1.0)
            with pytest.raises(SessionOver, match="ended"):
                living.ask(b"?", 1.0)
        assert time.monotonic() - started < 5

    def test_it_stands_behind_the_same_walls(self) -> None:
        script = "read(STDIN, $h, 5); $a = `cat /w/name; cat /etc/passwd 2>/dev/null; wc -l </proc/net/dev`;" \
                 "$| = 1; print pack('N', length $a), $a; sleep 60"
        with session(script) as living:
            assert living.ask(b"?", 5.0).split() == [b"text3"]


def test_members_are_named_by_words_and_followed() -> None:
    library = {"b/two.m": "do ^THREE", "a/one.m": "do ^TWO", "c/three.m": "", "d/four.m": "", "z/one.m": "other", "x.txt": ""}
    found = named("do ^ONE ; x", library, (".m",))
    assert {stem: path for stem, (path, _) in found.items()} == {"one": "a/one.m", "two": "b/two.m", "three": "c/three.m"}
    assert len(REMOVED) == 64
