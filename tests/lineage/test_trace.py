"""Trace: equal to a naive walk, goldens of what it prints, and gaps that are planted are found."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from provenance.errors import InvalidId, LedgerCorrupt, QueryError
from provenance.ledger import Draft, Ledger, codec
from provenance.lineage import Lens, ask, render, resolve, trace
from provenance.model.identity import BatchId, Digest, RecordId, Swhid
from provenance.model.recipe import Recipe
from tests.lineage.random_ledger import SHAPES, Shape, build
from tests.lineage.small_ledger import Writer, small

GOLDEN = Path(__file__).parents[1] / "golden"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SHAPES)
def test_a_trace_is_what_a_naive_walk_finds(shape: Shape) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = build(Path(folder) / "ledger", shape)
        for record in world.parents:
            found = trace(world.ledger, record)
            ancestors = world.ancestors(record)
            assert {node.record for node in found.nodes} == ancestors
            assert found.nodes[0].record == record
            assert {(e.child, e.parent) for e in found.edges} == {(a, p) for a in ancestors for p in world.parents[a]}
            assert set(found.roots) == {a for a in ancestors if not world.parents[a]}
            assert found.gaps == ()


@pytest.mark.parametrize("form", sorted(render.RENDERERS))
def test_renderings(corpus: dict[str, Any], lens: Lens, form: str) -> None:
    record = RecordId(corpus["turned"].number, 0)
    written = render.RENDERERS[form](trace(corpus["ledger"], record, lens=lens))
    golden = GOLDEN / f"trace.{form}"
    if os.environ.get("UPDATE_GOLDENS") == "1":
        golden.write_text(written)
    assert written == golden.read_text()


def test_each_road_ends_at_a_commit_or_at_a_model_and_a_prompt(corpus: dict[str, Any]) -> None:
    found = trace(corpus["ledger"], RecordId(corpus["turned"].number, 0))
    ends = [line.strip(" │") for line in render.text(found).splitlines() if line.strip(" │").startswith("= ")]
    assert len(ends) == len(found.roots) == 3
    assert sum(end.startswith("= commit ") for end in ends) == 2
    assert "= model model-x, prompt cobol/batch" in ends


def test_names_from_outside_cannot_act(corpus: dict[str, Any]) -> None:
    found = trace(corpus["ledger"], RecordId(corpus["roots"].number, 1))
    assert "\u202e" in found.nodes[0].name
    for form in ("text", "mermaid", "dot"):
        written = render.RENDERERS[form](found)
        assert not any((ord(c) < 32 and c != "\n") or c in "\u202e\x7f" for c in written), form
    assert json.loads(render.json(found))["nodes"][0]["name"] == found.nodes[0].name
    assert render._mermaid_text('"];click n0 "x"<b>#') == "#34;#93;#59;click n0 #34;x#34;#60;b#62;#35;"
    assert render._dot_text('a"\\') == 'a\\"\\\\'


def test_verdicts_come_with_a_lens_only(corpus: dict[str, Any], lens: Lens) -> None:
    record = RecordId(corpus["varied"].number, 1)
    assert trace(corpus["ledger"], record).nodes[0].verdicts == ()
    said = trace(corpus["ledger"], record, lens=lens).nodes[0].verdicts
    assert sorted((v.check, str(v.outcome)) for v in said) == [
        ("differential", "fail"), ("near_duplicate", "warn"), ("syntax", "pass")]


def test_what_is_not_there_is_an_error(corpus: dict[str, Any]) -> None:
    for record in (RecordId(5, 0), RecordId(corpus["roots"].number, 2), RecordId(corpus["refusal"].number, 0)):
        with pytest.raises(QueryError, match="is not in the ledger"):
            trace(corpus["ledger"], record)


@pytest.fixture
def planted(tmp_path: Path) -> dict[str, Any]:
    return small(tmp_path / "ledger")


def _gaps(made: dict[str, Any]) -> list[str]:
    found = trace(made["ledger"], RecordId(made["turned"].number, 0))
    assert "GAP" in render.text(found)
    assert all(render.RENDERERS[form](found) for form in render.RENDERERS)
    return [f"{gap.subject} {gap.problem}" for gap in found.gaps]


def test_a_missing_manifest_is_a_gap(planted: dict[str, Any]) -> None:
    ledger: Ledger = planted["ledger"]
    ledger.layout.manifest(planted["generated"]).unlink()
    assert _gaps(planted) == [f"rec:{planted['generated']}.0 is not in the ledger: batch {planted['generated']} "
                              "has no manifest"]
    with Lens(ledger) as lens:
        kinds = {row["gap"] for row in ask(lens, "gaps").dicts()}
        assert kinds == {"absent_parent_batch", "absent_batch"}


def test_an_unreadable_manifest_and_a_changed_one_are_gaps(planted: dict[str, Any]) -> None:
    path = planted["ledger"].layout.manifest(planted["generated"])
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"job":"corpus.generate"', b'"job":"corpus.changed!"'))
    assert _gaps(planted) == [f"{planted['generated']} has changed since its child {planted['varied']} was written"]
    path.write_bytes(whole[:40])
    assert any("is not a readable manifest" in gap for gap in _gaps(planted))


@pytest.mark.parametrize("table", ["records", "edges", "sources", "evidence"])
def test_a_missing_file_is_a_gap(planted: dict[str, Any], table: str) -> None:
    batch = planted["varied"] if table == "edges" else planted["roots"]
    for path in planted["ledger"].layout.parts.glob(f"{table}/??/{batch}-*.parquet"):
        path.write_bytes(b"PAR1 but not really")
    assert any(gap.startswith(f"{table} of batch {batch}") for gap in _gaps(planted))


def test_the_asked_record_s_own_file_is_an_error(planted: dict[str, Any]) -> None:
    for path in planted["ledger"].layout.parts.glob(f"records/??/{planted['turned']}-*.parquet"):
        path.unlink()
    with pytest.raises(LedgerCorrupt):
        trace(planted["ledger"], RecordId(planted["turned"].number, 0))


def test_edges_to_nowhere_are_gaps(tmp_path: Path, corpus: dict[str, Any]) -> None:
    write = Writer(tmp_path / "ledger")
    source = corpus["ledger"].records(corpus["roots"])
    roots = write.records(Recipe("ingest", "1"), source)
    recipe = Recipe("augment", "1", {}, (roots,))
    tables = codec.encode_records(recipe.batch, source[:1])
    del tables["sources"]
    other = write.records(Recipe("ingest", "1", {"other": True}), source)
    edges = [(roots, 9), (other, 0), (BatchId(77), 0)]
    tables["edges"] = codec.table("edges", [{"batch": recipe.batch.number, "row": 0, "parent_batch": b.number,
                                             "parent_row": row, "role": "source"} for b, row in edges])
    write.ledger.commit(Draft(recipe, tables), run="r", job="j")
    found = trace(write.ledger, RecordId(recipe.batch.number, 0))
    assert sorted(gap.problem.split(" ")[0] + " " + gap.problem.split(" ")[1] for gap in found.gaps) == [
        "does not", "is not", "is not"]
    with Lens(write.ledger) as lens:
        assert {row["gap"] for row in ask(lens, "gaps").dicts()} == {
            "absent_parent_batch", "absent_parent_row", "undeclared_parent", "run_without_event", "unannounced_batch"}


def test_resolve(corpus: dict[str, Any], lens: Lens) -> None:
    data = b"MOVE A TO B.\n"
    twice = sorted([RecordId(corpus["roots"].number, 0), RecordId(corpus["varied"].number, 1)])
    swhid = Swhid.of_content(data)
    assert resolve(lens, str(swhid)) == twice
    assert resolve(lens, str(Digest.of(data))) == twice
    assert resolve(lens, str(twice[0])) == [twice[0]]
    for absent in (f"rec:{corpus['roots']}.2", "rec:0000000000000001.0", str(Swhid.of_content(b"")),
                   str(Digest.of(b"")), f"{swhid};path=/x"):
        with pytest.raises(QueryError, match="is not in the ledger"):
            resolve(lens, absent)
    for wrong in ("PAY.cbl", "rec:1", "swh:1:cnt:x", "sha256:1"):
        with pytest.raises(InvalidId):
            resolve(lens, wrong)
