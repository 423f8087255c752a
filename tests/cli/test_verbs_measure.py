"""The verb that measures: a table, JSON and CSV of every group, and a picture."""

from __future__ import annotations

import argparse
import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from provenance.cli import verbs_measure
from provenance.errors import ProvenanceError
from provenance.model.identity import RecordId
from tests.pipeline.copies import Corpus
from tests.steps.novelty.people import programs


@pytest.fixture
def asked(quick, tmp_path, capsys, monkeypatch):
    """Calls the verb over a ledger of people's programs and two generations; gives what it printed."""
    corpus = Corpus(tmp_path / "ledger")
    people = corpus.people(programs(40))
    first = corpus.made(programs(30, seed=2), people, "coder")
    second = corpus.made(programs(30, seed=4), first, "coder")
    selection = argparse.Namespace(records=(people, first, second))
    monkeypatch.setattr(verbs_measure, "current", lambda ledger: selection)

    def ask(**given):
        arguments = {"ledger": str(corpus.ledger.path), "dataset": "", "language": "", "budget": 5_000, "picture": "",
                     "format": "table", **given}
        status = verbs_measure._measure(argparse.Namespace(**arguments))
        return status, capsys.readouterr().out

    ask.corpus = corpus
    return ask


def test_a_table_has_each_group_beside_people(asked):
    status, out = asked()
    assert status == 0
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][:4] == ["generator", "language", "depth", "side"] and "heldout_bits" in lines[0]
    assert [line[:4] for line in lines if line[:1] == ["coder"]] == [
        ["coder", "cobol", str(depth), side] for depth in (1, 2) for side in ("made", "human")]


def test_json_and_csv_have_every_measure_with_its_interval(asked):
    rows = json.loads(asked(format="json")[1])
    assert {row["metric"] for row in rows} >= {"novelty", "unseen", "distinct_5", "entropy_3", "vendi", "compression",
                                               "identifiers_retained", "heldout_bits", "hapax", "template_rate", "length_p50"}
    made = [row for row in rows if row["side"] == "made" and row["metric"] == "distinct_5"]
    assert [row["depth"] for row in made] == [1, 2]
    assert all(row["low"] <= row["value"] <= row["high"] and row["ratio"] == pytest.approx(row["value"] / row["human"])
               for row in made)
    assert {row["tokens"] for row in made} == {5_000}
    assert len(list(csv.DictReader(io.StringIO(asked(format="csv")[1])))) == len(rows)


def test_a_second_time_nothing_is_measured_anew(asked):
    before = asked(format="json")[1]
    batches = len(list(asked.corpus.ledger.manifests()))
    assert asked(format="json")[1] == before and len(list(asked.corpus.ledger.manifests())) == batches


def test_a_picture_has_a_line_for_each_generator_and_people_dashed(asked, tmp_path):
    pytest.importorskip("matplotlib")
    status, out = asked(picture=str(tmp_path / "collapse.svg"))
    text = (tmp_path / "collapse.svg").read_text()
    assert status == 0 and "collapse.svg" in out
    assert ET.fromstring(text).tag.endswith("svg")
    for word in ("coder", "people", "distinct_5 (cobol)", "heldout_bits (cobol)"):
        assert f">{word}<" in text
    assert "stroke-dasharray" in text


def test_a_language_that_was_not_measured_is_refused(asked):
    assert "cobol" in asked(language="cobol")[1]
    with pytest.raises(ProvenanceError, match=r"--language abap: has no measured group\. Next: measured were: cobol"):
        asked(language="abap")


def test_a_training_set_that_is_not_there_is_refused(asked):
    with pytest.raises(ProvenanceError, match="is not a training set of this ledger"):
        asked(dataset="nothing")


def test_a_training_set_s_batches(copied, quick, capsys):
    arguments = argparse.Namespace(ledger=str(copied["ledger"].path), dataset="small", language="", budget=5_000, picture="",
                                   format="json")
    assert verbs_measure._measure(arguments) == 0
    rows = json.loads(capsys.readouterr().out)
    members = copied["dataset"].manifest["size"]
    assert members > 0 and {row["metric"] for row in rows} >= {"novelty"}
    said = {RecordId(row["batch"], row["row"]) for manifest in copied["ledger"].manifests() if manifest.rows("verdicts")
            for row in copied["ledger"].table(manifest, "verdicts").to_pylist() if row["check"] == "collapse"}
    assert len(said) >= members


def test_nothing_to_measure_is_said(quick, tmp_path, capsys, monkeypatch):
    corpus = Corpus(tmp_path / "ledger")
    monkeypatch.setattr(verbs_measure, "current", lambda ledger: argparse.Namespace(records=(corpus.found(programs(3)),)))
    arguments = argparse.Namespace(ledger=str(corpus.ledger.path), dataset="", language="", budget=5_000, picture="",
                                   format="table")
    assert verbs_measure._measure(arguments) == 0
    assert "ingest:unknown" in capsys.readouterr().out
