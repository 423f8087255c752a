"""Which model consumed which training set: only under a decision that allows it."""

from __future__ import annotations

import dataclasses

import pytest

from provenance.errors import InvalidId, LedgerError
from provenance.lineage import Lens
from provenance.pipeline import Context, gate, read_policy
from provenance.pipeline.consuming import record_consumption

pytestmark = pytest.mark.usefixtures("quick")


def test_a_consumption_is_kept_once_with_its_ticket(copied, built):
    ledger = copied["ledger"]
    ticket = str(built["ticket"].batch)
    first = record_consumption(Context(ledger, "train"), "coder-7b", "small", ticket)
    again = record_consumption(Context(ledger, "train"), "coder-7b", "small", ticket)
    assert (first.made, again.adopted) == (1, 1)
    with Lens(ledger) as lens:
        rows = lens.query("SELECT model, dataset, version, ticket FROM consumptions").rows
    assert rows == [("coder-7b", "small", built["dataset"].manifest["version"], ticket)]


def test_no_decision_and_a_denial_are_no_ticket(copied, built):
    ledger = copied["ledger"]
    strict = dataclasses.replace(read_policy(built["policy"]), name="many", min_records=1000)
    denial = gate(Context(ledger, "gate"), "small", strict)
    for decision in (str(denial.batch), "0123456789abcdef", str(built["roots"][0])):
        with pytest.raises(LedgerError, match="is not a decision that allows small@"):
            record_consumption(Context(ledger, "train"), "coder", "small", decision)
    with pytest.raises(InvalidId):
        record_consumption(Context(ledger, "train"), "coder", "small", "yes")


def test_a_ticket_for_other_files_is_no_ticket(copied, built):
    ledger = copied["ledger"]
    path = next((ledger.path / "datasets").rglob("manifest.json"))
    path.write_text(path.read_text() + "\n")
    with pytest.raises(LedgerError, match="is not a decision"):
        record_consumption(Context(ledger, "train"), "coder", "small", str(built["ticket"].batch))
