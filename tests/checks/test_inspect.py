"""What inspection does when the suite, the rows or Great Expectations are not as they should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

from provenance.checks import Inspection, inspect
from provenance.errors import ExpectationFailed, PolicyError, ProvenanceError, ToolMissing

pytest.importorskip("great_expectations", reason="pip install 'corpus-provenance[quality]'")


def _suite(folder, *expectations, **meta):
    path = folder / "own.json"
    path.write_text(json.dumps({"name": "own", "expectations": list(expectations), "meta": meta}))
    return path


UNIQUE = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "record"}}


def test_require_names_the_records(good):
    rows = good["derived"]
    rows["origin"][2] = "human"
    rows["licence"][0] = "NOASSERTION"
    found = inspect("derived", rows)
    assert [item.name for item in found.warnings] == ["licence-known"]
    assert [item.name for item in found.failures] == ["origin-class"]
    with pytest.raises(ExpectationFailed, match=r"suite derived: origin-class: .*rec:0123456789abcdef\.2"):
        found.require()


def test_twenty_offenders_at_most(tmp_path):
    found = inspect(_suite(tmp_path, UNIQUE), {"record": ["a"] * 50})
    assert found.assertions[0].records == ("a",) * 20
    assert found.assertions[0].unexpected_count == 50
    assert found.assertions[0].actual == "50 of 50 rows unexpected"


def test_a_broken_metric_is_critical_even_in_a_warning(tmp_path):
    path = _suite(tmp_path, {"type": "expect_column_mean_to_be_between", "severity": "warning",
                             "kwargs": {"column": "name", "min_value": 1}}, UNIQUE)
    broken, unique = inspect(path, {"record": ["a", "b"], "name": ["x", "y"]}).assertions
    assert (broken.success, broken.severity, bool(broken.exception)) == (False, "critical", True)
    assert unique.success


def test_an_expectation_that_gx_would_drop_is_refused(tmp_path):
    path = _suite(tmp_path, UNIQUE, {"type": "expect_nothing_like_it", "kwargs": {}},
                  {"type": "expect_column_values_to_be_unique", "kwargs": {"columm": "record"}})
    with pytest.raises(PolicyError, match=r"expectations\[1\].*expectations\[2\]"):
        inspect(path, {"record": []})


def test_a_result_that_is_missing_is_critical(tmp_path, monkeypatch):
    from provenance.checks import inspect as function
    module = sys.modules[function.__module__]
    monkeypatch.setattr(module._Workbench, "validate", lambda *_: {})
    (only,) = inspect(_suite(tmp_path, UNIQUE), {"record": ["a"]}).assertions
    assert (only.success, only.severity) == (False, "critical") and "no result" in only.exception

    def burst(*_):
        raise RuntimeError("burst")

    monkeypatch.setattr(module._Workbench, "validate", burst)
    assert "burst" in inspect(_suite(tmp_path, UNIQUE), {"record": ["a"]}).assertions[0].exception


def test_empty_is_refused_unless_said(tmp_path):
    found = inspect(_suite(tmp_path, UNIQUE), {"record": []})
    assert [item.name for item in found.failures] == ["batch-not-empty"]
    assert inspect(_suite(tmp_path, UNIQUE, allow_empty=True), {"record": []}).success
    assert not inspect(_suite(tmp_path, UNIQUE, allow_empty="yes"), {"record": []}).success
    assert not inspect(_suite(tmp_path, UNIQUE, allow_empty=True), {}).success


def test_unequal_columns_are_refused(tmp_path):
    with pytest.raises(ProvenanceError, match="differ in length"):
        inspect(_suite(tmp_path, UNIQUE), {"record": ["a"], "x": []})


def test_strange_text_and_types_do_not_break_it(tmp_path):
    path = _suite(tmp_path, UNIQUE, {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "name"}})
    found = inspect(path, {"record": ["a", "\x00", "\u202e"], "name": ["\udcff.cbl", 10**30, None]})
    assert [item.success for item in found.assertions] == [True, True]


def test_rows_without_ids_are_named_by_place(tmp_path):
    path = _suite(tmp_path, {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}})
    (only,) = inspect(path, {"x": [1, None]}).assertions
    assert only.records == ("row 1",)
    assert only.name == "expect_column_values_to_not_be_null(x)" and only.severity == "critical"


def test_an_inspection_says_what_inspected(good):
    import great_expectations
    found = inspect("ingested", good["ingested"])
    assert isinstance(found, Inspection)
    assert found.gx_version == great_expectations.__version__
    assert found.suite_digest.startswith("sha256:") and found.suite == "ingested"
    share = {item.name: item for item in found.assertions}["human-share-range"]
    assert share.column == "human_share" and '"max_value": 1' in share.expected
    assert share.actual == "0 of 4 rows unexpected" and share.description


def test_a_missing_package_names_the_extra(monkeypatch, good):
    from provenance.checks import inspect as function
    module = sys.modules[function.__module__]
    monkeypatch.setattr(module, "_benches", {})
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    with pytest.raises(ToolMissing, match=r"pip install 'corpus-provenance\[quality\]'"):
        inspect("ingested", good["ingested"])


def test_no_import_until_used_no_file_no_network_no_noise(tmp_path, good):
    (tmp_path / "rows.json").write_text(json.dumps(good["ingested"]))
    (tmp_path / "home").mkdir()
    script = textwrap.dedent("""
        import json, os, socket, sys
        from provenance.checks import inspect
        assert not {"great_expectations", "pandas"} & set(sys.modules), "imported too early"
        def refuse(*_, **__):
            raise AssertionError("network")
        socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
        opened = []
        def hear(event, args):
            if event == "open" and isinstance(args[0], str) and isinstance(args[2], int):
                if args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and args[0] != os.devnull:
                    if not args[0].startswith(os.environ["TMPDIR"]):  # that it is left empty is seen below
                        opened.append(args[0])
        sys.addaudithook(hear)
        assert inspect("ingested", json.load(open("rows.json"))).success
        assert not [path for path in opened if "__pycache__" not in path], opened
        pid = os.fork()
        if not pid:
            os._exit(0 if inspect("ingested", json.load(open("rows.json"))).success else 1)
        assert os.waitpid(pid, 0)[1] == 0, "after a fork"
    """)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False,
                          text=True, timeout=180,
                          env={**os.environ, "PYTHONPATH": root, "HOME": str(tmp_path / "home"),
                               "TMPDIR": str(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stderr[-3000:]
    assert "it/s" not in done.stderr and done.stdout == ""
    assert os.listdir(tmp_path / "home") == []
