"""A recall cannot be taken back, so what is no recall is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.errors import InvalidId, PolicyError
from provenance.ledger import Ledger
from provenance.lineage import Lens
from provenance.model.identity import BatchId
from provenance.pipeline import Context, Run, gate, read_policy
from provenance.pipeline.recalling import recall
from tests.pipeline.small_pipeline import COPIES


def rows(ledger):
    return [row for m in ledger.manifests() for row in ledger.table(m, "recalls").to_pylist()]


def test_a_recall_is_kept_once_with_who_when_and_why(context, ledger):
    first = recall(context, "source", "https://example.org/payroll", "licence withdrawn", "ada")
    again = recall(context, "source", "https://example.org/payroll", "licence withdrawn", "ada")
    assert (first.made, again.made, again.adopted) == (1, 0, 1)
    assert [(r["kind"], r["target"], r["reason"], r["recalled_by"]) for r in rows(ledger)] == [
        ("source", "https://example.org/payroll", "licence withdrawn", "ada")]
    assert rows(ledger)[0]["recalled_at"] is not None


@pytest.mark.parametrize("asked", [
    ("prompt", "x", "why", "me"), ("source", " ", "why", "me"), ("source", "x", "", "me"),
    ("source", "x", "why", "\t")])
def test_a_recall_without_target_reason_or_person_is_refused(context, ledger, asked):
    with pytest.raises(PolicyError, match="Next:"):
        recall(context, *asked)
    assert not rows(ledger) and ledger.outbox.counts()["waiting"] == 0


@pytest.mark.parametrize("target", ["x", "rec:1.0", "rec:0123456789abcdef", "swh:1:cnt:zz", "sha256:abc", "\x1b[31m"])
def test_a_record_that_is_none_is_refused_for_it_would_close_every_gate(context, ledger, target):
    with pytest.raises(InvalidId):
        recall(context, "record", target, "why", "me")
    assert not rows(ledger)


@pytest.mark.parametrize("kind", ["record", "swhid", "sha256", "source", "licence"])
def test_whatever_is_recalled_closes_the_gate_on_what_came_of_it(copied, built, quick, kind):
    ledger = copied["ledger"]
    member = next(row for m in ledger.manifests() for row in ledger.table(m, "members").to_pylist())
    row = next(row for m in ledger.manifests() for row in ledger.table(m, "records").to_pylist()
               if (row["batch"], row["row"]) == (member["batch"], member["row"]))
    target = {"record": f"rec:{row['batch']:016x}.{row['row']}", "swhid": row["swhid"],
              "sha256": f"sha256:{row['content_sha256']}", "source": row["sources"][0], "licence": "MIT"}[kind]
    recall(Context(ledger, "x"), kind if kind in ("source", "licence") else "record", target, "why", "me")
    ticket = gate(Context(ledger, "x"), "small", read_policy(built["policy"]))
    assert [reason.rule for reason in ticket.decision.denials] == ["recall"]
    assert ticket.decision.denials[0].count >= 1


def test_a_recall_of_something_else_leaves_the_gate_open(copied, built, quick):
    recall(Context(copied["ledger"], "x"), "source", "https://example.org/other", "why", "me")
    assert gate(Context(copied["ledger"], "x"), "small", read_policy(built["policy"])).allowed


def test_assembling_again_after_a_recall_gives_a_set_that_the_gate_allows(tmp_path: Path) -> None:
    """What was withdrawn is left out with its reason, and the set without it is another version."""
    ledger, run, records = two_sources(tmp_path)
    before = run.assemble("set", records, "explore")
    kept, gone = sorted({source for batch in records for source in ledger.require(batch).summary.get("sources", {})})
    recall(run.context.child("recall"), "source", gone, "withdrawn", "test")
    assert not run.gate(before, "explore").allowed
    after = run.assemble("set", records, "explore")
    assert after.ref != before.ref
    assert run.gate(after, "explore").allowed
    with Lens(ledger) as lens:
        sources = lens.query("SELECT DISTINCT s.repository FROM members m JOIN sources s USING (record) "
                             "WHERE m.version = $v", {"v": after.manifest["version"]}).rows
        dropped = lens.query("SELECT count(*) FROM verdicts WHERE \"check\" = 'assemble' AND reason LIKE '%recalled%'").rows
    assert sources == [(kept,)]
    assert dropped[0][0] > 0
    assert run.assemble("set", records, "explore").ref == after.ref, "assembling once more adopts"


def two_sources(tmp_path: Path) -> tuple[Ledger, Run, tuple[BatchId, ...]]:
    """A ledger with two small folders of programs, judged; no compiler is asked."""
    ledger = Ledger.init(tmp_path / "ledger")
    run = Run("test", ledger)
    records: tuple[BatchId, ...] = ()
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        for number in range(3):
            words = " ".join(f"{name}-{number}-{word}" for word in range(40))
            (folder / f"P{number}.cbl").write_text(f"       PROGRAM-ID. P{number}.\n      *> {words}\n")
        records += run.ingest(str(folder), licence="MIT", claim="human", by="test")
    run.judge(records, COPIES)
    return ledger, run, records
