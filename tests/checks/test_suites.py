"""Every expectation of every suite passes on good rows and fails on rows spoilt for it; a new one needs an example."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provenance.checks import inspect, load_suite, suite_path
from provenance.errors import PolicyError, ProvenanceError

pytest.importorskip("great_expectations", reason="pip install 'corpus-provenance[quality]'")

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
STAGES = ("ingested", "derived", "verified", "assembled")
#: What spoils the first row: expectation name -> (column, bad value). Keyed by suite where the suites differ.
RECORDS = {
    "record-present": ("record", None),
    "record-unique": ("record", "rec:0123456789abcdef.1"),
    "record-format": ("record", "rec:F.1"),
    "language-present": ("language", None),
    "language-named": ("language", "COBOL 85"),
    "origin-present": ("origin", None),
    "origin-class": ("origin", "alien"),
    "evidence-present": ("evidence", None),
    "evidence-grade": ("evidence", 6),
    "parents-present": ("parents", None),
    "depth-present": ("depth", None),
    "content_sha256-present": ("content_sha256", None),
    "content-hash-format": ("content_sha256", "0" * 63),
    "bytes-present": ("bytes", None),
    "not-empty": ("bytes", 0),
    "human_share-present": ("human_share", None),
    "human-share-range": ("human_share", 1.01),
    "licence-present": ("licence", None),
    "licence-known": ("licence", "NOASSERTION"),
    "origin-known": ("origin", "unknown"),
}
BAD = {
    "ingested": {**RECORDS, "human-has-evidence": ("evidence", 0), "no-parents": ("parents", 1),
                 "root-depth": ("depth", 1), "swhid-format": ("swhid", "swh:1:rev:" + "0" * 40)},
    "derived": {**RECORDS, "origin-class": ("origin", "human"), "has-parents": ("parents", 0),
                "derived-depth": ("depth", 0)},
    "verified": {
        "record-present": ("record", None),
        "check-present": ("check", None),
        "check-named": ("check", "Syntax check"),
        "outcome-present": ("outcome", None),
        "outcome-class": ("outcome", "passed"),
        "one-verdict-per-check": ("record", "rec:0123456789abcdef.1"),
        "tool_version-present": ("tool_version", None),
        "tool-version-said": ("tool_version", ""),
        "few-errors": ("outcome", "error"),
    },
    "assembled": {
        "not-empty-set": None,
        "record-present": ("record", None),
        "record-unique": ("record", "rec:0123456789abcdef.1"),
        "content_sha256-present": ("content_sha256", None),
        "content-hash-format": ("content_sha256", "x"),
        "content-unique": ("content_sha256", f"{1:064x}"),
        "split-present": ("split", None),
        "split-class": ("split", "dev"),
        "origin-present": ("origin", None),
        "origin-class": ("origin", "alien"),
        "origin-known": ("origin", "unknown"),
        "licence-present": ("licence", None),
        "licence-known": ("licence", "NOASSERTION"),
    },
}
ITEMS = {(stage, item["meta"]["name"]): item for stage in STAGES
         for item in json.loads((EXPECTATIONS / f"{stage}.json").read_text())["expectations"]}
CASES = [(*key, item["severity"]) for key, item in ITEMS.items()]


@pytest.mark.parametrize("stage", STAGES)
def test_good_rows_pass_every_expectation(stage, good):
    found = inspect(stage, good[stage])
    assert [str(item) for item in found.assertions if not item.success] == []
    assert found.success and found.require() is found
    assert len(found.assertions) == len([case for case in CASES if case[0] == stage])
    assert [item.name for item in found.assertions] == [name for suite, name, _ in CASES if suite == stage]


@pytest.mark.parametrize(("stage", "name", "severity"), CASES)
def test_spoilt_rows_fail_it_and_the_offender_is_named(stage, name, severity, good, tmp_path):
    assert name in BAD[stage], f"give {stage}/{name} an example that it refuses"
    rows = good[stage]
    if BAD[stage][name] is None:
        rows = {column: [] for column in rows}
        offender = None
    else:
        column, value = BAD[stage][name]
        rows[column] = [value, *rows[column][1:]]
        offender = rows["record"][0] or "row 0"
    # A suite of this one expectation: the whole suites are run on good rows above, and cost ten times as much.
    alone = tmp_path / "alone.json"
    alone.write_text(json.dumps({"name": stage, "expectations": [ITEMS[stage, name]], "meta": {"allow_empty": True}}))
    (found,) = inspect(alone, rows).assertions
    assert not found.success
    assert found.severity == severity
    assert found.exception == ""
    if offender:
        assert offender in found.records
        assert found.unexpected_count >= 1


def test_no_example_is_left_over():
    assert {(stage, name) for stage, names in BAD.items() for name in names} == {case[:2] for case in CASES}


@pytest.mark.parametrize("stage", STAGES)
def test_a_missing_column_is_critical(stage, good):
    for column in {"origin", "outcome"} & set(good[stage]):
        del good[stage][column]
    found = inspect(stage, good[stage])
    broken = [item for item in found.assertions if item.exception]
    assert broken and all(item.severity == "critical" and not item.success for item in broken)
    assert not found.success


@pytest.mark.parametrize("stage", STAGES)
def test_empty_batches_only_where_the_suite_allows_them(stage, good):
    found = inspect(stage, {column: [] for column in good[stage]})
    assert found.success is load_suite(stage).allow_empty is (stage != "assembled")


def test_allowed_states(good):
    rows = good["ingested"]
    rows["swhid"][0] = ""  # not source text
    rows["origin"][1], rows["evidence"][1] = "unknown", 0
    assert inspect("ingested", rows).success
    rows = good["verified"]
    rows["outcome"][0], rows["tool_version"][0] = "skipped", ""
    rows["outcome"][1], rows["tool_version"][1] = "skipped", None
    assert inspect("verified", rows).success


def test_a_trailing_newline_is_no_match(good):
    # "$" would match before it.
    for column in ("record", "language", "content_sha256", "swhid"):
        good["ingested"][column][0] += "\n"
    assert {"record-format", "language-named", "content-hash-format", "swhid-format"} == {
        item.name for item in inspect("ingested", good["ingested"]).failures}


def test_a_few_errors_are_no_warning():
    count = 100
    rows = {"record": [f"rec:0123456789abcdef.{row}" for row in range(count)], "check": ["syntax"] * count,
            "outcome": ["error"] * 5 + ["pass"] * 95, "tool_version": ["1"] * count}
    assert not inspect("verified", rows).warnings
    rows["outcome"][5] = "error"
    assert [item.name for item in inspect("verified", rows).warnings] == ["few-errors"]


def test_suites_are_documented_and_complete():
    for stage in STAGES:
        suite = load_suite(EXPECTATIONS / f"{stage}.json")
        assert suite.name == stage
        assert all(item["meta"].get("why") for item in suite.expectations)


def test_a_users_folder_wins_and_misses_fall_back(monkeypatch, tmp_path):
    monkeypatch.setenv("PROVENANCE_EXPECTATIONS", str(tmp_path))
    (tmp_path / "assembled.json").write_text((EXPECTATIONS / "assembled.json").read_text())
    assert suite_path("assembled") == tmp_path / "assembled.json"
    assert suite_path("derived").parent != tmp_path
    assert suite_path(tmp_path / "assembled.json") == tmp_path / "assembled.json"
    monkeypatch.setenv("PROVENANCE_EXPECTATIONS", str(tmp_path / "gone"))
    with pytest.raises(ProvenanceError):
        suite_path("assembled")


@pytest.mark.parametrize("name", ["nope", "../assembled", "", "/no/such.json", "a b"])
def test_an_unknown_suite_says_what_to_do(name):
    with pytest.raises(ProvenanceError) as caught:
        suite_path(name)
    assert caught.value.next_step


@pytest.mark.parametrize(("value", "said"), [
    ("{", "not readable JSON"),
    ("[]", "not a JSON object"),
    ('{"name": "x", "expectations": []}', "at least one"),
    ('{"name": 1, "meta": [1], "expectations": [1, {"type": 2, "kwargs": 3, "severity": "x", "meta": 4, "q": 5}]}',
     "name: .*meta: .*\\[0\\]: is not.*unknown keys q.*type.*kwargs.*severity.*meta"),
    ('{"name": "x", "expectations": [{"type": "a", "kwargs": {}}, {"type": "a", "kwargs": {}}]}', "has the name of"),
    ('{"name": "x", "expectations": [{"type": "a", "kwargs": {"min_value": 1e300}}]}', "cannot be digested"),
])
def test_all_mistakes_are_listed(tmp_path, value, said):
    (tmp_path / "x.json").write_text(value)
    with pytest.raises(PolicyError, match=said):
        load_suite(tmp_path / "x.json")


def test_the_digest_is_of_the_content_not_the_layout(tmp_path):
    value = json.loads((EXPECTATIONS / "derived.json").read_text())
    (tmp_path / "x.json").write_text(json.dumps(value))
    assert load_suite(tmp_path / "x.json").digest == load_suite("derived").digest
    value["expectations"].pop()
    (tmp_path / "x.json").write_text(json.dumps(value))
    assert load_suite(tmp_path / "x.json").digest != load_suite("derived").digest
