"""Generate, translate and adversarial from the command line, against a server on loopback."""

from __future__ import annotations

import re

import pytest

from provenance.ledger import Ledger
from provenance.testing.endpoint import Reply, Rule, Script
from provenance.testing.endpoint_server import FakeServer
from tests.pipeline.small_pipeline import COPYBOOK, program
from tests.sources.repository_maker import MIT, OLD, Maker


def _answer(asked) -> Reply:
    """Another version of what was shown; a proposer breaks what it prints, a solver mends nothing."""
    text = re.findall(r"```cobol\n(.*?)```", asked.prompt, re.DOTALL)[0]
    if "Plant one bug" in asked.prompt:
        return Reply(text.replace('DISPLAY "', 'DISPLAY "WRONG '), dress="fenced")
    more = "".join(f"      * remark {number}\n" for number in range(6))
    return Reply(more + text.replace("IDENTIFICATION", "ID"), dress="fenced")


@pytest.fixture
def ledger(cli, tmp_path, faked):
    maker = Maker(tmp_path / "payroll")
    maker.commit({"LICENSE": MIT, "SHARED.cpy": COPYBOOK, **{f"{name}.cbl": program(name) for name in ("ALPHA", "BETA")}}, at=OLD)
    where = tmp_path / "ledger"
    assert cli("init", "-l", where)[0] == 0
    assert cli("ingest", maker.root, "--licence", "MIT", "--name", "payroll", "-l", where)[0] == 0
    return where


@pytest.fixture
def server():
    with FakeServer(Script([_answer]), model="coder-7b") as running:
        yield running


def test_generate_keeps_what_was_proved_and_asks_once(cli, ledger, server):
    words = ("generate", "--mode", "version", "--address", server.address, "--model", "coder-7b", "--licence", "Apache-2.0",
             "--repairs", 0, "-l", ledger)
    status, out, err = cli(*words)
    assert status == 0, err
    assert out.startswith("generate:  batches made 1  adopted 0  records 2")
    assert "asked 2  kept 2  dropped 0  tokens" in out
    asked = len(server.asked)
    assert "adopted 1" in cli(*words)[1] and len(server.asked) == asked == 2
    out = cli("sql", "@yields", "--format", "csv", "-l", ledger)[1]
    assert "coder-7b,version,cobol,2,2,0" in out
    assert cli("ledger", "verify", "-l", ledger)[0] == 0
    # What was generated is current: verify looks at it.
    assert "verdicts" in cli("verify", "-l", ledger)[1]


def test_a_match_is_played_and_its_rounds_are_shown(cli, ledger, server, tmp_path):
    config = tmp_path / "match.toml"
    config.write_text(f'name = "m"\npolicy = "sample"\n[[source]]\nwhere = "payroll"\n[[model]]\nname = "coder-7b"\n'
                      f'address = "{server.address}"\n[adversarial]\nrounds = 2\nproposals = 2\nattempts = 1\n')
    status, out, err = cli("adversarial", config, "-l", ledger)
    assert status == 0, err
    rows = [line.split() for line in out.splitlines() if re.match(r"[12] ", line)]
    assert [row[:5] for row in rows] == [["1", "2", "2", "0", "2"], ["2", "2", "2", "0", "2"]]
    assert "stopped by: rounds" in out
    assert [m.records for m in Ledger(ledger).manifests() if m.recipe.step == "adversarial"] == [2, 2]
    config.write_text('name = "m"\npolicy = "sample"\n[[source]]\nwhere = "payroll"\n')
    assert "has no table [adversarial]" in cli.refused("adversarial", config, "-l", ledger)


def test_skeletons_without_a_compiler_make_nothing_and_say_why(cli, ledger):
    status, out, _ = cli("generate", "--skeleton", "report", "-l", ledger)
    assert status == 0 and "records 0" in out
    out = cli("sql", "SELECT stage, reason FROM rejects", "--format", "csv", "-l", ledger)[1]
    assert len(out.splitlines()) == 2 and "subject" in out


@pytest.mark.parametrize(("words", "said"), [
    ((), "needs --mode or --skeleton"),
    (("--mode", "version", "--skeleton", "report"), "has both --mode and --skeleton"),
    (("--mode", "version", "--address", "http://127.0.0.1:1/v1", "--model", "m", "--temperature", "-3"), "temperature is -3.0"),
    (("--mode", "version"), "names no model"),
    (("--mode", "version", "--address", "http://127.0.0.1:1/v1", "--model", "m", "--samples", "0"), "samples is 0, below 1"),
    (("--mode", "version", "--address", "ftp://x", "--model", "m"), "is not the address of an endpoint"),
    (("--mode", "version", "--address", "http://example.org/v1", "--model", "m"), "is plain http to another machine"),
    (("--mode", "version", "--address", "http://me:secret@127.0.0.1/v1", "--model", "m"), "carries a user name or password"),
    (("--mode", "version", "--address", "http://127.0.0.1:1/v1", "--model", "m", "--prompt", "none@9"),
     "is not a template that ships"),
    (("--mode", "version", "--address", "http://127.0.0.1:1/v1", "--model", "m", "--key-env", "NO_SUCH_KEY"), "holds no key"),
])
def test_bad_usage_is_one_line(cli, ledger, words, said):
    line = cli.refused("generate", *words, "-l", ledger)
    assert said in line and "secret" not in line


def test_an_endpoint_that_is_away_leaves_the_ledger_as_it_was(cli, ledger):
    before = len(list(Ledger(ledger).manifests()))
    with FakeServer(Script([Rule("", (Reply(fault="401"),))]), model="coder-7b", key="right") as server:
        assert "key" in cli.refused("generate", "--mode", "version", "--address", server.address, "--model", "coder-7b", "-l",
                                    ledger)
    assert len(list(Ledger(ledger).manifests())) == before


def test_translate_wants_a_language_and_a_compiler_for_it(cli, ledger, server):
    assert "--to" in cli.refused("translate", "--address", server.address, "--model", "coder-7b", "-l", ledger)
    status, out, _ = cli("translate", "--to", "rexx", "--address", server.address, "--model", "coder-7b", "-l", ledger)
    # The fake workshop has no REXX: nothing is asked, nothing is paid for.
    assert status == 0 and "asked 0  kept 0  dropped 0  not asked 2" in out and server.asked == []
    status, out, _ = cli("generate", "--mode", "task", "--address", server.address, "--model", "coder-7b", "-l", ledger)
    assert status == 0 and "nothing was asked" in out and server.asked == []
