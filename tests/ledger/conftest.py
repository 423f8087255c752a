"""A small ledger with every kind of file in it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provenance.ledger import Draft, Ledger
from provenance.ledger.codec import encode_members, encode_records, encode_verdicts, table
from provenance.ledger.datasets import write_dataset
from provenance.model.dataset import Member
from provenance.model.identity import Digest, RecordId, Swhid
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record, SourceFacts
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.assemble import root_of

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def record(text, **more):
    data = text.encode()
    return Record(
        **{
            "text": text,
            "name": "a.cob",
            "language": "cobol",
            "kind": "program",
            "licence": "MIT",
            "content": Digest.of(data),
            "swhid": str(Swhid.of_content(data)),
            "size": len(data),
            "lines": 1,
            "ancestry": Ancestry.of_root(OriginClass.HUMAN, "MIT", "https://example.org/payroll", EvidenceGrade.E2),
            "evidence": (Evidence("history", "{}", OriginClass.HUMAN, EvidenceGrade.E2),),
            "source": SourceFacts(
                "https://example.org/payroll",
                "c" * 40,
                "src/a.cob",
                "b" * 40,
                ("person:1",),
                "2001-01-01T00:00:00+00:00",
                "2002-01-01T00:00:00+00:00",
                3,
            ),
            **more,
        }
    )


def child_of(parent_id, parent, text):
    return record(
        text,
        ancestry=Ancestry.derive([parent.ancestry]),
        parents=(Parent(parent_id),),
        source=None,
        evidence=(Evidence("making", "{}", OriginClass.SYNTHETIC_RULE, EvidenceGrade.E3),),
    )


def commit(ledger, recipe, records=(), tables=None, run="run-1", now=WHEN):
    return ledger.commit(
        Draft(recipe, {**encode_records(recipe.batch, list(records)), **(tables or {})}), run=run, job="job-1", now=now
    )


def build(where, name="corpus", size=3, now=WHEN):
    """Roots, children, verdicts, a training set with its files, and events; returns ledger and dataset folder."""
    ledger = Ledger.init(where)
    roots = [record(f"DISPLAY {n}.") for n in range(size)]
    ingest = Recipe("ingest", "1", {"name": name})
    commit(ledger, ingest, roots)
    augment = Recipe("augment", "1", {}, (ingest.batch,), seed=7)
    commit(
        ledger,
        augment,
        [child_of(RecordId(ingest.batch.number, n), root, f"DISPLAY  {n} .") for n, root in enumerate(roots)],
    )
    verify = Recipe("verify", "1", {}, (augment.batch, ingest.batch))
    ids = [RecordId(r.batch.number, n) for r in (ingest, augment) for n in range(size)]
    commit(
        ledger, verify, tables=encode_verdicts(verify.batch, [Verdict("syntax", Outcome.PASS, i) for i in ids], WHEN)
    )
    assemble = Recipe("assemble", "1", {"name": name}, (augment.batch, ingest.batch, verify.batch))
    members = [Member(i, "test" if i.row == 0 else "train") for i in ids]
    contents = {
        RecordId(b.number, n): r for b in (ingest.batch, augment.batch) for n, r in enumerate(ledger.records(b))
    }
    root = root_of((m, contents[m.record].content.hex) for m in members)
    commit(
        ledger,
        assemble,
        now=now,
        tables={
            "members": encode_members(
                assemble.batch, [(m, str(contents[m.record].ancestry.origin), contents[m.record].size) for m in members]
            ),
            "datasets": table(
                "datasets",
                [
                    {
                        "dataset": assemble.batch.number,
                        "name": name,
                        "root": str(root),
                        "size": len(members),
                        "policy": "train x",
                        "created_at": now,
                    }
                ],
            ),
        },
    )
    ledger.outbox.say(event("START", 1))
    ledger.outbox.forward(lambda event: None)
    ledger.outbox.say(event("COMPLETE", 2))
    ledger.outbox.receive(event("OTHER", 3))
    return ledger, write_dataset(ledger, ledger.require(assemble.batch))


def event(kind, second, **more):
    return {"eventType": kind, "eventTime": f"2026-11-22T09:30:{second:02}.000001Z", "run": {"runId": "r"}, **more}


def altered(record_, **ancestry):
    return replace(record_, ancestry=replace(record_.ancestry, **ancestry))


@pytest.fixture
def ledger(tmp_path):
    return Ledger.init(tmp_path / "ledger")


@pytest.fixture
def small(tmp_path):
    return build(tmp_path / "ledger")
