"""Shares in a ledger: what is surveyed, what assemble takes, and what it says where nothing would do."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from provenance.errors import PolicyError
from provenance.ledger import Ledger
from provenance.model.dataset import DatasetRef
from provenance.model.identity import BatchId
from provenance.pipeline import Context, assemble, gate, read_policy
from provenance.pipeline.mixing import survey

EXPLORE = dataclasses.replace(read_policy("explore"), ingested=(), derived=(), generated=(), near=True)


def parts(built: dict) -> tuple[Ledger, tuple[BatchId, ...], tuple[BatchId, ...]]:
    return built["ledger"], (*built["roots"], *built["derived"]), tuple(built["verdicts"])


def test_a_survey_counts_and_writes_nothing(built):
    ledger, records, verdicts = parts(built)
    before = sorted(manifest.batch for manifest in ledger.manifests())
    found = survey(ledger, records, verdicts, EXPLORE)
    assert sum(found.admitted.values()) == found.plan.total > 2
    assert (found.missing, found.plan.binding) == ({}, ())
    assert len(found.curve) == 21
    assert sorted(manifest.batch for manifest in ledger.manifests()) == before


def test_assemble_keeps_the_limits_and_the_gate_agrees(copied):
    ledger, records, verdicts = parts(copied)
    free = survey(ledger, records, verdicts, EXPLORE)
    depths = Counter()
    for cell, count in free.admitted.items():
        depths[cell.depth] += count
    assert depths[0] and depths[1] > depths[0] / 2
    policy = dataclasses.replace(EXPLORE, mix_depths=(("1", 0.0, 0.25),))
    assert survey(ledger, records, verdicts, policy).plan.binding == ("mix.depths.1",)
    context = Context.local(ledger, "mix")
    result, folder = assemble(context, "mixed", records, verdicts, policy)
    ticket = gate(context, folder, policy)
    reasons = {reason.rule: reason for reason in ticket.decision.reasons}
    assert str(reasons["mix"].outcome) == "allow"
    assert folder.manifest["size"] == depths[0] + depths[0] // 3
    said = ledger.table(ledger.require(result.batches[0]), "verdicts").to_pylist()
    left = [row for row in said if row["check"] == "assemble" and row["reason"] == "mix: mix.depths.1"]
    assert len(left) == depths[1] - depths[0] // 3
    # Without the limit the same records break it.
    _, whole = assemble(context, "whole", records, verdicts, EXPLORE)
    reasons = {reason.rule: reason for reason in gate(context, whole, policy).decision.reasons}
    assert str(reasons["mix"].outcome) == "deny" and "mix.depths.1 is" in reasons["mix"].found


def test_where_no_set_would_do_it_says_which_limit_and_what_is_missing(copied):
    ledger, records, verdicts = parts(copied)
    policy = dataclasses.replace(EXPLORE, mix_languages=(("java", 0.5, 1.0),))
    before = sorted(manifest.batch for manifest in ledger.manifests())
    with pytest.raises(PolicyError, match=r"mix\.languages\.java cannot be kept.*ingest \d+ more human java records"):
        assemble(Context.local(ledger, "mix"), "none", records, verdicts, policy)
    assert sorted(manifest.batch for manifest in ledger.manifests()) == before
    assert DatasetRef.parse("none").version == ""
