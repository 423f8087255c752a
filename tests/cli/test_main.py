"""The frame of the command line: usage, exit statuses, pipes, disks and what may reach a terminal."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys

import pytest

from provenance.cli import output, verbs_upkeep
from provenance.cli.main import parser
from provenance.cli.output import clean, one_line, show
from provenance.ledger import Ledger

VERBS = sorted(parser()._subparsers._group_actions[0].choices)


def test_these_are_the_verbs():
    assert {"init", "ingest", "build", "augment", "verify", "judge", "assemble", "trace", "impact", "sql", "gate",
            "verify-dataset", "recall", "ledger", "events", "doctor"} <= set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(cli, verb):
    status, out, err = cli(verb, "--help")
    assert status == 0 and not err
    assert f"Example: provenance {verb}" in " ".join(out.split())


def test_version_and_help_of_the_whole(cli):
    assert cli("--version")[:2] == (0, cli("--version")[1]) and "corpus-provenance" in cli("--version")[1]
    assert "Exit status: 0 done or allowed" in " ".join(cli("--help")[1].split())


@pytest.mark.parametrize("arguments", [
    (), ("frobnicate",), ("sql",), ("sql", "x", "--format", "yaml"), ("gate", "x"), ("impact",),
    ("judge", "--near-duplicate", "much"),
    ("ingest", "x", "--language", "cobl"), ("impact", "--source", "a", "--model", "b"), ("ledger", "burn"),
    ("ingest", "x", "\x1b[31mred")])
def test_bad_usage_is_one_line_with_the_next_step(cli, arguments):
    told = cli.refused(*arguments, *(("-l", "x") if arguments[:1] not in ((), ("frobnicate",)) else ()))
    assert "--help" in told and "\x1b" not in told


@pytest.mark.parametrize("arguments", [("augment",), ("verify",), ("judge",), ("sql", "x"), ("ledger", "stats"),
                                       ("trace", "x"), ("gate", "x", "--policy", "y"), ("events", "status")])
def test_without_a_ledger_it_says_how_to_give_one(cli, arguments):
    assert "pass --ledger FOLDER or set PROVENANCE_LEDGER" in cli.refused(*arguments)


def test_an_unknown_ledger_a_newer_one_and_what_is_none(cli, tmp_path):
    assert "make one with: provenance init" in cli.refused("sql", "SELECT 1", "-l", tmp_path / "none")
    newer = Ledger.init(tmp_path / "newer").path / "ledger.json"
    newer.write_text(json.dumps({**json.loads(newer.read_text()), "version": 99}))
    for verb in (("sql", "SELECT 1"), ("ledger", "verify"), ("init",), ("ingest", "x")):
        assert "format 99" in (told := cli.refused(*verb, "-l", tmp_path / "newer")) and "upgrade with" in told
    (tmp_path / "file").write_text("x")
    cli.refused("init", "-l", tmp_path / "file")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "other").write_text("x")
    assert "new or an empty folder" in cli.refused("init", "-l", tmp_path / "full")
    assert "object stores are not supported" in cli.refused("init", "-l", "s3://bucket/prefix")


def test_the_ledger_comes_from_the_environment_too(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("PROVENANCE_LEDGER", str(tmp_path / "here"))
    assert cli("init")[0] == 0 and (tmp_path / "here" / "ledger.json").is_file()
    assert cli("events", "status")[:2] == (0, "waiting: 0  sent: 0  received: 0\n")


@pytest.mark.parametrize(("error", "told"), [
    (OSError(errno.ENOSPC, "No space left on device", "/full/x"), "/full/x: No space left on device"),
    (PermissionError(errno.EACCES, "Permission denied"), "ledger: Permission denied"),
    (KeyboardInterrupt(), "stopped; what was committed stays")])
def test_the_machines_own_errors_are_one_line(cli, tmp_path, monkeypatch, error, told):
    def broken(ledger):
        raise error
        yield

    Ledger.init(tmp_path / "l")
    monkeypatch.setattr(verbs_upkeep, "verify", broken)
    assert told in cli.refused("ledger", "verify", "-l", tmp_path / "l")


def test_a_full_disk_is_one_error(cli, tmp_path, monkeypatch):
    Ledger.init(tmp_path / "l")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    told = cli.refused("recall", "--source", "x", "--reason", "y", "--by", "me", "-l", tmp_path / "l")
    assert "the disk is full" in told and "free some space" in told


def test_a_broken_configuration_of_openlineage_is_one_line(cli, tmp_path, monkeypatch):
    Ledger.init(tmp_path / "l")
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(tmp_path / "absent.yml"))
    assert "OPENLINEAGE_CONFIG" in cli.refused("recall", "--source", "x", "--reason", "y", "--by", "me", "-l",
                                               tmp_path / "l")


def test_a_reader_who_leaves_changes_no_exit_status(built):
    """`provenance gate ... | head -1` behind pipefail: 0 would read as allowed."""
    script = ("import sys; from provenance.cli import main\n"
              "sys.argv[1:] and sys.exit(main(sys.argv[1:]))")

    def run(*arguments: object) -> tuple[int, str]:
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], stdout=writer,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        os.close(writer)
        return done.returncode, done.stderr

    path = built["ledger"].path
    assert run("sql", "SELECT range FROM range(100000)", "-l", path) == (0, "")
    status, err = run("gate", "small", "--policy", "strict", "--explain", "-l", path)
    assert (status, err) == (1, "")


class Deafening(io.StringIO):
    def isatty(self) -> bool:
        return True


NASTY = "a\x1b[31m\x07\x9b2J\u202eb\r\n\u2028.cbl"


@pytest.mark.parametrize("form", output.FORMATS)
def test_no_control_character_reaches_a_terminal(monkeypatch, form):
    terminal = Deafening()
    monkeypatch.setattr(sys, "stdout", terminal)
    show([{"path": NASTY, "many": [NASTY], "n": 1}], form)
    assert not set(terminal.getvalue()) & set("\x1b\x07\x9b\u202e\r\u2028")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_programs_get_the_value_as_it_is(capsys, form):
    import csv

    show([{"path": NASTY, "none": None, "share": 0.5}], form)
    out = capsys.readouterr().out
    if form == "json":
        assert json.loads(out) == [{"path": NASTY, "none": None, "share": 0.5}] and "\x9b" not in out
    else:
        assert list(csv.reader(io.StringIO(out, newline=""))) == [["path", "none", "share"], [NASTY, "", "0.5"]]


def test_messages_of_several_lines_become_one():
    told = "x.toml: has 2 mistakes:\n  a: b\n  c: d\n. Next: look"
    assert one_line(told) == "x.toml: has 2 mistakes: a: b; c: d. Next: look"
    assert one_line("a\x1b\x85b") == "a\ufffd\ufffdb" and clean("a\nb") == "a\ufffdb"


def test_an_empty_answer_is_an_answer(capsys):
    for form in output.FORMATS:
        show([], form, ["a", "b"])
    table, rest = capsys.readouterr().out.split("[]", 1)
    assert "(no rows)" in table and rest == "\na,b\n"


def test_a_terminal_without_utf_8_is_served(monkeypatch):
    raw = io.BytesIO()
    stream = output.Deaf(io.TextIOWrapper(raw, "ascii"))
    stream.write("█ é\n")
    stream.flush()
    assert raw.getvalue() == b"\\u2588 \\xe9\n"
