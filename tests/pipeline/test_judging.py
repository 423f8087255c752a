"""Verify and judge: exactly one verdict a record and check, and none that nobody saw."""

from __future__ import annotations

from collections import Counter

import pytest

from provenance.errors import PolicyError, ToolMissing
from provenance.model.identity import RecordId
from provenance.pipeline import Context, Source, Workshop
from provenance.pipeline.judges import duplicates
from provenance.pipeline.judging import judge, verify
from provenance.steps import dedup_sketch
from provenance.testing import FakeToolchain
from tests.pipeline.small_pipeline import NOTES, program, repository, run_of
from tests.sources.repository_maker import OLD, Maker

pytestmark = pytest.mark.usefixtures("quick")
CHECKS = ("syntax", "compile", "run", "differential")


def verdicts(ledger, batches):
    return [row for batch in batches for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()
            if not row["check"].startswith("expectation")]


def test_every_record_has_one_verdict_of_each_check(built):
    ledger = built["ledger"]
    records = {(batch.number, row) for batch in built["roots"] + built["derived"]
               for row in range(ledger.require(batch).records)}
    counted = Counter((row["batch"], row["row"], row["check"]) for row in verdicts(ledger, built["verdicts"]))
    assert set(counted.values()) == {1}
    wanted = {(*record, check) for record in records for check in (*CHECKS, *duplicates.CHECKS)}
    assert set(counted) == wanted


def test_without_a_toolchain_nothing_passes(built, copied):
    here = Context(copied["ledger"], "late")
    result = verify(here, built["roots"], built["snapshots"], Workshop.empty("no-sandbox: bwrap is not installed"))
    said = verdicts(copied["ledger"], result.batches)
    assert {row["outcome"] for row in said} == {"skipped"}
    assert all(row["reason"] for row in said)
    # What the fake compiler said is another batch: one does not stand for the other.
    assert not set(result.batches) & set(built["verdicts"])


def test_another_compiler_version_makes_other_verdicts(tmp_path, ledger, context):
    repository(tmp_path / "repo")
    run = run_of(ledger)
    roots = run.ingest(Source(str(tmp_path / "repo")))
    first = verify(context, roots, run._snapshots, Workshop(FakeToolchain()))
    second = verify(context, roots, run._snapshots, Workshop(FakeToolchain(version="2")))
    assert second.made == first.made == 1 and first.batches != second.batches
    assert verify(context, roots, run._snapshots, Workshop(FakeToolchain())).adopted == 1


def test_a_tool_that_breaks_is_an_error_and_no_verdict_on_the_sample(tmp_path, ledger, context):
    maker = Maker(tmp_path / "repo")
    maker.commit({"A.cbl": program("A", more="      * fake: broken\n"),
                  "B.cbl": program("B", more="      * fake: crash\n"), "C.cbl": program("C")}, at=OLD)
    run = run_of(ledger)
    roots = run.ingest(Source(str(maker.root)))
    result = verify(context, roots, run._snapshots, Workshop(FakeToolchain()))
    names = {RecordId(roots[0].number, n): r.name for n, r in enumerate(ledger.records(roots[0]))}
    said = {(names[RecordId(r["batch"], r["row"])], r["check"]): r["outcome"] for r in verdicts(ledger, result.batches)}
    assert said["A.cbl", "syntax"] == said["B.cbl", "syntax"] == "error"
    assert said["C.cbl", "syntax"] == "pass"


def test_a_parent_and_its_children_ask_the_compiler_once_for_equal_texts(tmp_path, ledger, context):
    repository(tmp_path / "repo")
    run = run_of(ledger)
    tool = FakeToolchain()
    roots = run.ingest(Source(str(tmp_path / "repo")))
    verify(context, roots, run._snapshots, Workshop(tool))
    assert max(tool.calls.values()) <= 2  # ONE.cbl and its copy under one name: one trial


def test_of_copies_the_record_nearest_to_a_person_is_kept(built):
    ledger = built["ledger"]
    failed = [row for row in verdicts(ledger, built["verdicts"])
              if row["check"] == "near_duplicate" and row["outcome"] == "fail"]
    depth = {(b.number, n): r.ancestry.depth for b in built["roots"] + built["derived"]
             for n, r in enumerate(ledger.records(b))}
    assert failed
    for row in failed:
        twin = RecordId.parse(row["reason"].removeprefix("duplicate-of: "))
        copy = RecordId(row["batch"], row["row"])
        assert (depth[twin.batch, twin.row], twin) < (depth[copy.batch, copy.row], copy)


def test_judging_a_batch_twice_is_judging_it_once(tmp_path, ledger, context):
    repository(tmp_path / "repo")
    run = run_of(ledger)
    roots = run.ingest(Source(str(tmp_path / "repo")))
    roots += run.augment(roots, NOTES)
    first = judge(context, [*roots, *roots])
    assert judge(context, roots[::-1]).batches == first.batches
    assert first.verdicts == 3 * sum(ledger.require(b).records for b in roots)


@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.01, float("nan"), float("inf")])
def test_a_threshold_out_of_range_is_refused(built, copied, threshold):
    with pytest.raises(PolicyError):
        judge(Context(copied["ledger"], "x"), built["roots"], threshold)


def test_nothing_to_judge_is_an_answer(context):
    assert judge(context, ()).verdicts == 0


def test_without_rensa_the_step_says_what_to_install(context, monkeypatch):
    monkeypatch.setattr(dedup_sketch, "rensa", lambda: (_ for _ in ()).throw(ToolMissing("rensa", "is not installed", "pip")))
    with pytest.raises(ToolMissing):
        judge(context, ())
