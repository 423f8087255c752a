"""Every verb: that it works, and that bad input gets one line and the right status."""

from __future__ import annotations

import csv
import getpass
import importlib
import io
import json
import subprocess
import sys

import pytest

from provenance.errors import ExpectationFailed
from tests.pipeline.small_pipeline import LOOSE, RUN_STEP, program, repository
from tests.sources.repository_maker import MIT, OLD, Maker


@pytest.fixture
def repo(tmp_path):
    return repository(tmp_path / "payroll").root


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "loose.toml"
    path.write_text(LOOSE)
    return path


def test_the_verbs_in_their_order(cli, tmp_path, repo, policy, faked):
    ledger = ("-l", tmp_path / "ledger")
    assert cli("init", *ledger)[0] == 0
    status, out, err = cli("ingest", repo, "--licence", "MIT", "--name", "payroll", *ledger)
    assert (status, err) == (0, "") and out.startswith("ingest:  batches made 2  adopted 0  records 6")
    assert "adopted 2" in cli("ingest", repo, "--licence", "MIT", "--name", "payroll", *ledger)[1]
    assert cli("augment", "--transform", "expand-copy", "--seed", 7, *ledger)[0] == 0
    assert cli("verify", *ledger)[0] == 0
    assert cli("judge", *ledger)[0] == 0
    status, out, _ = cli("assemble", "cobol", "--policy", policy, *ledger)
    assert status == 0 and "cobol@" in out and "4 records" in out
    status, out, _ = cli("gate", "cobol", "--policy", policy, *ledger)
    assert status == 0 and "allow" in out and "rules hold" in out
    status, out, _ = cli("gate", "cobol", "--policy", "train", "--explain", *ledger)
    assert status == 1 and "DENY" in out and "to pass" in out
    folder = next((tmp_path / "ledger" / "datasets").glob("*/*"))
    assert cli("verify-dataset", folder)[0] == 0 and cli("verify-dataset", "cobol", *ledger)[0] == 0
    status, out, _ = cli("recall", "--source", "payroll", "--reason", "gone", "--by", "me", *ledger)
    assert status == 0 and "source payroll: " in out and "0 records" not in out
    assert cli("gate", "cobol", "--policy", policy, *ledger)[0] == 1
    assert cli("ledger", "verify", *ledger)[0] == 0
    next(folder.glob("*.parquet")).write_bytes(b"x")
    status, out, _ = cli("verify-dataset", folder)
    assert status == 1 and "does not match its sha256" in out


def test_build_says_what_it_did_and_decides(cli, tmp_path, repo, policy, faked):
    config = tmp_path / "corpus.toml"
    config.write_text('name = "demo"\npolicy = "loose.toml"\n[[source]]\nwhere = "payroll"\nname = "payroll"\n'
                      '[augment]\ntransforms = ["expand-copy"]\n')
    status, out, err = cli("build", config, "-l", tmp_path / "ledger")
    assert (status, err) == (0, "") and "ALLOW" in out and "ingest:" in out and "demo@" in out
    config.write_text(config.read_text().replace("loose.toml", "train"))
    status, out, _ = cli("build", config, "-l", tmp_path / "ledger")
    assert status == 1 and "DENY" in out and "adopted 2" in out


def test_build_finds_a_typo_in_the_policy_before_it_works(cli, tmp_path, repo, policy, faked):
    config = tmp_path / "corpus.toml"
    config.write_text('name = "demo"\npolicy = "loose.toml"\n[[source]]\nwhere = "payroll"\n')
    policy.write_text(LOOSE.replace("max_depth", "max_deepth"))
    told = cli.refused("build", config, "-l", tmp_path / "ledger")
    assert "origin.max_deepth" in told and "max_depth" in told and not (tmp_path / "ledger").exists()
    config.write_text(config.read_text().replace("loose.toml", "lose"))
    assert "one of: explore, sample, train, strict" in cli.refused("build", config, "-l", tmp_path / "ledger")
    assert "cannot be read as TOML" in cli.refused("build", tmp_path / "absent.toml", "-l", tmp_path / "ledger")


def make_bad_sources(tmp_path):
    Maker(tmp_path / "empty")
    (tmp_path / "plain.txt").write_text("x")
    maker = repository(tmp_path / "whole")
    maker.commit({"ONE.cbl": program("ONE", says="again")})
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{maker.root}", tmp_path / "shallow"], check=True)
    return {"absent": ("does not exist", ()), "empty": ("", ()), "plain.txt": ("", ()), "shallow": ("shallow", ()),
            "whole": ("no-such", ("--rev", "no-such"))}


def test_sources_that_cannot_be_read_name_themselves(cli, tmp_path, faked):
    cli("init", "-l", tmp_path / "ledger")
    for name, (told, more) in make_bad_sources(tmp_path).items():
        err = cli.refused("ingest", tmp_path / name, *more, "-l", tmp_path / "ledger")
        assert name in err and told in err and "Next:" in err
    assert "names nobody" in cli.refused("ingest", tmp_path / "whole", "--claim", "human", "-l", tmp_path / "ledger")
    assert "not a size" in cli.refused("ingest", tmp_path / "whole", "--max-bytes", 0, "-l", tmp_path / "ledger")


def test_bad_words_are_named(cli, copied, policy):
    ledger = ("-l", copied["ledger"].path)
    for arguments, told in (
            (("augment", "--transform", "rename"), "is not a transform"),
            (("judge", "--near-duplicate", "0.1"), "is not in 0.71..1"),
            (("judge", "--near-duplicate", "nan"), "nan"),
            (("assemble", "a/b", "--policy", policy), "a/b"),
            (("assemble", "x", "--policy", "lax"), "one of: explore, sample, train, strict"),
            (("gate", "nope", "--policy", policy), "there are: small"),
            (("gate", "small@0123456789abcdef", "--policy", policy), "is not a training set"),
            (("gate", "/nowhere/at/all", "--policy", policy), "/nowhere/at/all"),
            (("trace", "rec:1.2"), "rec:1.2"), (("trace", "hello"), "write rec:"),
            (("trace", "rec:0123456789abcdef.0"), "is not in the ledger"),
            (("trace", "swh:1:cnt:" + "0" * 40), "is not in the ledger"),
            (("impact", "--record", "x"), "x"), (("impact", "--record", ""), "record"),
            (("recall", "--record", "", "--reason", "x"), "target"),
            (("recall", "--record", "rec:x", "--reason", "x"), "rec:x"),
            (("recall", "--source", "x", "--reason", ""), "reason"),
            (("sql", "DELETE FROM records"), "read-only"), (("sql", "SELEC 1"), "SELEC"),
            (("sql", "COPY records TO '/tmp/x'"), "read-only"), (("sql", "SELECT 1; SELECT 2"), "one SELECT"),
            (("sql", "SELECT * FROM read_csv('/etc/passwd')"), "may not"),
            (("sql", "SELECT nothing FROM records"), "nothing"),
            (("sql", ""), ""), (("sql", "@nothing"), "origin_mix"), (("sql", "@origin_mix", "datset=x"), "dataset"),
            (("sql", "@origin_mix", "x"), "name=value"), (("sql", "@origin_mix", "dataset=nope"), "nope"),
            (("verify-dataset", "/nowhere"), "/nowhere"), (("events", "import", "/nowhere.json"), "/nowhere.json"),
            (("events", "forward"), "OPENLINEAGE_URL")):
        assert told in cli.refused(*arguments, *ledger), arguments


def test_a_policy_with_typos_names_them_all_on_one_line(cli, copied, policy):
    policy.write_text(LOOSE.replace("[origin]", "[orign]").replace("ingested", "ingestd"))
    for verb in (("gate", "small"), ("assemble", "x")):
        told = cli.refused(*verb, "--policy", policy, "-l", copied["ledger"].path)
        assert 'did you mean "origin"' in told and "ingestd" in told and "\ufffd" not in told


def test_trace_in_every_form(cli, built):
    ledger = ("-l", built["ledger"].path)
    child = f"rec:{built['derived'][0]}.0"
    status, out, _ = cli("trace", child, *ledger)
    assert status == 0 and out.startswith(child) and "commit" in out and "1 roots, 0 gaps" in out
    found = json.loads(cli("trace", child, "--format", "json", *ledger)[1])
    assert found["record"] == child and len(found["nodes"]) == 2
    assert cli("trace", child, "--format", "mermaid", *ledger)[1].startswith("flowchart")
    assert cli("trace", child, "--format", "dot", *ledger)[1].startswith("digraph")
    # ONE.cbl and its copy are one text: two traces for a person, a question back to a program.
    node = next(node for node in found["nodes"] if node["record"] != child)
    status, out, _ = cli("trace", f"sha256:{node['content_sha256']}", *ledger)
    assert status == 0 and node["record"] in out
    asked = "SELECT content_sha256 AS it FROM records WHERE depth = 0 GROUP BY 1 HAVING count(*) = 2"
    twins = json.loads(cli("sql", asked, "--format", "json", *ledger)[1])
    assert cli("trace", f"sha256:{twins[0]['it']}", *ledger)[1].count("1 roots") == 2
    assert "is the text of 2 records" in cli.refused("trace", f"sha256:{twins[0]['it']}", "--format", "json", *ledger)


def test_a_gap_is_found_wanting(cli, copied):
    ledger = copied["ledger"]
    ledger.layout.manifest(copied["roots"][0]).unlink()
    status, out, _ = cli("trace", f"rec:{copied['derived'][0]}.0", "-l", ledger.path)
    assert status == 1 and "GAP" in out


def test_impact_and_sql_can_be_read_by_programs(cli, built):
    ledger = ("-l", built["ledger"].path)
    status, out, err = cli("impact", "--source", "payroll", "--format", "json", *ledger)
    rows = json.loads(out)
    assert (status, err) == (0, "") and rows[0] == {"what": "records", "name": "source payroll", "records": 14}
    assert {"training set", "decision", "step", "origin"} <= {row["what"] for row in rows}
    status, out, err = cli("impact", "--model", "none-such", "--format", "json", *ledger)
    assert status == 0 and json.loads(out)[0]["records"] == 0 and "nothing in this ledger" in err
    rows = list(csv.DictReader(io.StringIO(cli("sql", "@origin_mix", "dataset=small", "--format", "csv", *ledger)[1])))
    assert sum(int(row["records"]) for row in rows) == built["dataset"].manifest["size"]
    asked = "SELECT created_at, 1.5 AS x FROM records LIMIT 1"
    assert json.loads(cli("sql", asked, "--format", "json", *ledger)[1])[0]["x"] == 1.5
    names = {row["question"] for row in json.loads(cli("sql", "@", "--format", "json", *ledger)[1])}
    assert {"origin_mix", "gaps", "refused"} <= names
    for name in sorted(names):
        status, _, err = cli("sql", f"@{name}", *ledger)
        assert status == 0 or "needs the parameter" in err, name


def test_upkeep(cli, copied):
    ledger = ("-l", copied["ledger"].path)
    assert json.loads(cli("ledger", "stats", *ledger)[1])["tables"]["records"]["rows"] == 14
    (copied["ledger"].path / "batches" / ".tmp-1").write_text("x")
    assert ".tmp-1" in cli("ledger", "sweep", "--older-than", -1, "--dry-run", *ledger)[1]
    assert "1 files removed" in cli("ledger", "sweep", "--older-than", -1, *ledger)[1]
    assert "every digest" in cli("ledger", "verify", *ledger)[1]
    # A manifest that is no JSON is a fault that is counted, not an error that hides the others.
    copied["ledger"].layout.manifest(copied["derived"][0]).write_text("{")
    status, out, err = cli("ledger", "verify", *ledger)
    assert status == 1 and "is not a readable manifest" in out and "faults" in out and not err


def test_foreign_events(cli, copied, tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"eventTime": "2026-01-01T00:00:00Z", "run": {"runId": "x"}, "job": {}}\n'
                    '{"no\\u001b": 1}\nnonsense\x1b\n')
    status, out, _ = cli("events", "import", path, "-l", copied["ledger"].path)
    assert status == 1 and "1 events taken, 2 refused" in out and "\x1b" not in out and f"{path}:3" in out
    assert copied["ledger"].outbox.counts()["received"] == 1


def test_a_file_name_drives_no_terminal(cli, tmp_path, faked):
    maker = Maker(tmp_path / "repo")
    maker.commit({"evil\x1b[31m\x07.cbl": program("EVIL"), "LICENSE": MIT, "bad\x1b.zzz": "x"}, at=OLD)
    ledger = ("-l", tmp_path / "ledger")
    cli("init", *ledger)
    assert cli("ingest", maker.root, *ledger)[0] == 0
    record = json.loads(cli("sql", "SELECT record FROM records", "--format", "json", *ledger)[1])[0]["record"]
    for arguments in (("trace", record), ("trace", record, "--format", "json"),
                      ("trace", record, "--format", "mermaid"), ("trace", record, "--format", "dot"),
                      ("sql", "@refused"), ("sql", "SELECT path FROM sources"),
                      ("sql", "@sources_list"), ("sql", "SELECT path FROM sources", "--format", "json")):
        status, out, err = cli(*arguments, *ledger)
        assert status == 0 and out and not set(out + err) & {"\x1b", "\x07"}, arguments
    assert "\x1b" not in cli.refused("trace", "rec:\x1b[2J", *ledger)
    assert "\x1b" not in cli.refused("ingest", f"{tmp_path}/no\x1b[2J", *ledger)


def test_missing_packages_are_named_with_what_to_install(cli, copied, policy, repo, monkeypatch):
    ledger = ("-l", copied["ledger"].path)
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    monkeypatch.setattr(importlib.import_module("provenance.checks.inspect"), "_benches", {})
    told = cli.refused("ingest", repo, "--name", "again", *ledger)
    assert "Great Expectations" in told and "corpus-provenance[quality]" in told
    monkeypatch.setitem(sys.modules, "rensa", None)
    assert "rensa" in (told := cli.refused("judge", "--only", "duplicates", *ledger)) and "corpus-provenance[quality]" in told


def test_a_user_without_a_name_must_give_one(cli, copied, monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert "--by" in cli.refused("recall", "--source", "x", "--reason", "y", "-l", copied["ledger"].path)


def test_an_expectation_that_fails_is_one_line(cli, copied, repo, monkeypatch):
    def refuse(suite, rows, where):
        raise ExpectationFailed(where, "fails origin-class, for instance rec:0000000000000001.0", "mend it")

    monkeypatch.setattr(RUN_STEP, "examine", refuse)
    assert "rec:0000000000000001.0" in cli.refused("ingest", repo, "--name", "again", "-l", copied["ledger"].path)


def test_doctor(cli, faked):
    status, out, _ = cli("doctor", "--format", "json")
    rows = {row["part"]: row for row in json.loads(out)}
    assert status == 0 and rows["language cobol"]["found"] == "tier A, fake 1"
    assert all(rows[part]["without it"] for part in ("duckdb", "pyarrow", "rensa", "git", "language cobol"))
    assert rows["language rpg"]["found"] == "tier C, none (no-toolchain: rpg)"
    assert {"duckdb", "pyarrow", "rensa", "git", "language cobol"} <= set(rows)
