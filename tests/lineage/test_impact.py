"""Impact: equal to a naive search, with summaries that are true, cut, or absent."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.errors import InvalidId, LedgerError, QueryError
from provenance.ledger import Draft, codec
from provenance.ledger.upkeep import verify
from provenance.lineage import Lens, impact
from provenance.model import record as model_record
from provenance.model.dataset import Member
from provenance.model.identity import RecordId
from provenance.model.recipe import Recipe
from tests.lineage.random_ledger import SHAPES, Shape, World, build
from tests.lineage.small_ledger import REPOSITORY, small


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SHAPES, st.sampled_from([1, 2, 64]), st.sampled_from([0, 1, 2, 4_096]))
def test_an_impact_is_what_a_naive_search_finds(shape: Shape, cap: int, counted: int) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(model_record, "LIST_CAP", cap)
        patch.setattr(codec, "SUMMARY_CAP", counted)
        world = build(Path(folder) / "ledger", shape)
        members = _dataset(world)
        assert [fault for fault in verify(world.ledger) if "summary" in fault.problem] == []
        with Lens(world.ledger, threads=1) as lens:
            for kind, truth in (("model", world.models), ("source", world.sources), ("licence", world.licences),
                                ("prompt", world.prompts), ("person", world.people)):
                for target in sorted(set().union(*truth.values())):
                    expected = sorted(record for record, has in truth.items() if target in has)
                    opened = impact(lens, kind, target, examples=1000)
                    _same(opened, expected)
                    # With few examples most batches are counted by their manifests alone; the answer is the same.
                    few = impact(lens, kind, target, examples=1)
                    assert replace(few, examples=opened.examples) == opened
                    assert few.examples == tuple(expected[:1])
                    affected = len(members & set(expected))
                    assert [(d.members, d.size) for d in few.datasets] == ([(affected, len(members))] if affected else [])
            for record in list(world.parents)[:4]:
                _same(impact(lens, "record", str(record), examples=1000), sorted(world.descendants(record)))


def _dataset(world: World) -> set[RecordId]:
    """A training set of every other record, with its summary."""
    recipe = Recipe("assemble", "1", {"name": "half"}, tuple(world.batches))
    chosen = list(world.parents)[::2]
    tables = {
        "members": codec.encode_members(recipe.batch, ((Member(record, "train"), "human", 1) for record in chosen)),
        "datasets": codec.table("datasets", [{"dataset": recipe.batch.number, "name": "half", "size": len(chosen)}])}
    summary = codec.summarise_members(
        tables["members"], lambda batch: world.ledger.table(world.ledger.require(batch), "records"))
    world.ledger.commit(Draft(recipe, tables, summary), run="r", job="j")
    return set(chosen)


def test_a_summary_of_members_that_is_not_theirs_is_named(tmp_path: Path) -> None:
    made = small(tmp_path / "ledger")
    ledger = made["ledger"]
    recipe = Recipe("assemble", "1", {"name": "wrong"}, (made["roots"],))
    members = codec.encode_members(recipe.batch, [(Member(RecordId(made["roots"].number, 0), "train"), "human", 1)])
    summary = codec.summarise_members(members, lambda batch: ledger.table(ledger.require(batch), "records"))
    assert summary["member_licences"] == {"MIT": 1}
    ledger.commit(Draft(recipe, {"members": members}, summary | {"member_licences": {"MIT": 2}}), run="r", job="j")
    assert [fault.problem for fault in verify(ledger) if fault.where == str(recipe.batch)] == [
        "has a summary that its members do not give"]
    with pytest.raises(LedgerError, match="does not hold every member"):
        codec.summarise_members(members, lambda batch: codec.SCHEMAS["records"].empty_table())


def _same(found: Any, expected: list[RecordId]) -> None:
    assert list(found.examples) == expected, (found.kind, found.target)
    assert found.records == len(expected) == sum(found.batches.values())
    for split in (found.by_step, found.by_origin, found.by_language):
        assert sum(split.values()) == len(expected)
    assert found.complete


def test_what_came_of_a_model(lens: Lens, corpus: dict[str, Any]) -> None:
    found = impact(lens, "model", "model-x")
    assert found.records == 3
    assert found.by_step == {"augment": 1, "generate": 1, "translate": 1}
    assert [(d.dataset, d.version, d.members, d.size) for d in found.datasets] == [
        ("pay", str(corpus["dataset"]), 2, 4)]
    assert [(subject, outcome) for _, subject, outcome in found.decisions] == [(f"pay@{corpus['dataset']}", "allow")]
    assert found.models == (("student-1", "run-1", f"pay@{corpus['dataset']}"),)
    assert found.note == ""


@pytest.mark.parametrize(("kind", "target", "records"), [
    ("source", REPOSITORY, 5), ("licence", "MIT", 6), ("prompt", "to-java", 1), ("person", "person:aa", 5),
    ("prompt", "cobol/batch", 3), ("model", "model-y", 1)])
def test_each_kind(lens: Lens, kind: str, target: str, records: int) -> None:
    assert impact(lens, kind, target).records == records


def test_nothing_is_an_answer_with_a_note(lens: Lens) -> None:
    for kind in ("model", "source", "licence", "prompt", "person"):
        found = impact(lens, kind, "no'such\"/~thing")
        assert (found.records, found.examples, found.datasets, found.complete) == (0, (), (), True)
        assert "nothing in this ledger" in found.note


def test_an_absent_batch_makes_it_incomplete(tmp_path: Path) -> None:
    made = small(tmp_path / "ledger")
    made["ledger"].layout.manifest(made["generated"]).unlink()
    with Lens(made["ledger"]) as lens:
        found = impact(lens, "source", REPOSITORY)
        assert not found.complete
        assert "not in the ledger" in found.note


def test_wrong_use(lens: Lens) -> None:
    with pytest.raises(QueryError, match="record, model, licence, source, prompt, person"):
        impact(lens, "colour", "red")
    with pytest.raises(QueryError, match="is not in the ledger"):
        impact(lens, "record", "rec:0000000000000001.0")
    with pytest.raises(InvalidId):
        impact(lens, "record", "1")
