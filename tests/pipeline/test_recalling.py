"""A recall cannot be taken back, so what is no recall is refused."""

from __future__ import annotations

import pytest

from provenance.errors import InvalidId, PolicyError
from provenance.pipeline import Context, gate, read_policy
from provenance.pipeline.recalling import recall


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
