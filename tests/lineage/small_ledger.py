"""A small ledger with one of everything, the same to the byte on every run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provenance.ledger import Draft, Ledger, codec
from provenance.model.dataset import Member
from provenance.model.identity import BatchId, Digest, RecordId, Swhid
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record, SourceFacts
from provenance.model.verdict import Outcome, Verdict

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
REPOSITORY = "https://example.org/payroll"
BIDI = "PAY\u202e\x1b[31m.cbl"


def record(text: str, ancestry: Ancestry, name: str = "PAY.cbl", **more: Any) -> Record:
    data = text.encode()
    return Record(text=text, name=name, language="cobol", kind="program", licence="MIT", content=Digest.of(data),
                  swhid=str(Swhid.of_content(data)), size=len(data), lines=text.count("\n") + 1, ancestry=ancestry,
                  **more)


class Writer:
    """Commits batches one second apart, with their events."""

    def __init__(self, path: Path) -> None:
        self.ledger = Ledger.init(path)
        self._number = 0

    def commit(self, recipe: Recipe, tables: dict[str, Any], *, events: bool = True, summary: Any = None) -> BatchId:
        self._number += 1
        run = f"00000000-0000-7000-8000-{self._number:012d}"
        at = NOW + timedelta(seconds=self._number)
        self.ledger.commit(Draft(recipe, tables, summary), run=run, job=f"corpus.{recipe.step}", now=at)
        for kind in ("START", "COMPLETE") if events else ():
            facets = {"provenance_ledger": {"batches": [str(recipe.batch)] if kind == "COMPLETE" else []}}
            self.ledger.outbox.say({
                "eventType": kind, "eventTime": (at + timedelta(milliseconds=kind == "COMPLETE")).isoformat(),
                "run": {"runId": run}, "job": {"namespace": "tests", "name": f"corpus.{recipe.step}"}, "inputs": [],
                "outputs": [{"namespace": "tests", "name": "records", "facets": facets}], "producer": "tests"})
        return recipe.batch

    def records(self, recipe: Recipe, records: Sequence[Record], **more: Any) -> BatchId:
        return self.commit(recipe, codec.encode_records(recipe.batch, records), **more)


def small(path: Path) -> dict[str, Any]:
    """ingest (2) and a prompt's draw (1) -> augment (2) -> translate (1), with verdicts, a dataset and what follows."""
    write = Writer(path)
    human = Ancestry.of_root(OriginClass.HUMAN, "MIT", REPOSITORY, EvidenceGrade.E2)
    facts = SourceFacts(REPOSITORY, "4fe1c2a" + "0" * 33, "src/PAY.cbl", "b" * 40, ("person:aa", "person:bb"),
                        "1999-03-01T10:00:00+00:00", "2004-07-01T10:00:00+00:00", 7)
    ingest = Recipe("ingest", "1", {"repository": REPOSITORY, "commit": facts.commit,
                                    "files": [["src/PAY.cbl", "b" * 40]] * 6}, shard="bucket 0")
    proof = Evidence("history", "1999-03-01 to 2004-07-01", OriginClass.HUMAN, EvidenceGrade.E2)
    odd = Evidence("conflict", "ai-trailer against claim", None, EvidenceGrade.E0)
    roots = write.records(ingest, [
        record("MOVE A TO B.\n", human, evidence=(proof,), source=facts),
        record("MOVE C TO D.\n", human, name=BIDI, evidence=(proof, odd), source=facts)])
    refused = Verdict("ingest", Outcome.FAIL, None, "src/LOGO.cbl", "", "not-text: NUL bytes")
    refusal = Recipe("ingest", "1", {"refused": True}, (roots,))
    write.commit(refusal, codec.encode_verdicts(refusal.batch, [refused], NOW))

    drawn = Ancestry.of_root(OriginClass.SYNTHETIC_MODEL, "MIT", "", EvidenceGrade.E2, ["model-x"])
    generate = Recipe("generate", "1", {"model": "model-x", "prompt": "cobol/batch"}, seed=3)
    generated = write.records(generate, [record("DISPLAY 'X'.\n", drawn, name="draw-0.cbl")])

    augment = Recipe("augment", "2", {"transform": "rename", "toolchain": "cobc 3.1.2"}, (roots, generated), seed=7)
    varied = write.records(augment, [
        record("MOVE A1 TO B1.\n", Ancestry.derive([human]), parents=(Parent(RecordId(roots.number, 0)),)),
        record("MOVE A TO B.\n", Ancestry.derive([human, drawn]), name="mix.cbl",
               parents=(Parent(RecordId(roots.number, 1)), Parent(RecordId(generated.number, 0), "included")))])
    translate = Recipe("translate", "1", {"model": "model-y", "prompt": "to-java"}, (roots, varied), seed=1)
    mixed = Ancestry.derive([human, drawn])
    turned = write.records(translate, [record(
        "a1 = b1;\n", Ancestry.derive([mixed, human], OriginClass.SYNTHETIC_MODEL, ["model-y"]), name="Pay.java",
        parents=(Parent(RecordId(varied.number, 1)), Parent(RecordId(roots.number, 0), "context")))])

    verify = Recipe("verify", "1", {}, (roots, varied))
    said = [Verdict("syntax", Outcome.PASS, RecordId(batch.number, row), tool="cobc", tool_version="3.1.2")
            for batch in (roots, varied) for row in (0, 1)]
    said += [Verdict("differential", Outcome.PASS, RecordId(varied.number, 0)),
             Verdict("differential", Outcome.FAIL, RecordId(varied.number, 1), reason="output-differs"),
             Verdict("near_duplicate", Outcome.WARN, RecordId(varied.number, 1), value="0.93"),
             Verdict("origin", Outcome.WARN, RecordId(roots.number, 1), reason="claim-against-trailer")]
    write.commit(verify, codec.encode_verdicts(verify.batch, said, NOW))
    review = Recipe("review", "1", {}, (varied,))
    write.commit(review, {"reviews": codec.table("reviews", [
        {"batch": varied.number, "row": 0, "reviewer": "person:cc", "verdict": "accept", "label": "good",
         "reviewed_at": NOW}])})

    assemble = Recipe("assemble", "1", {"name": "pay"}, (roots, varied, turned))
    chosen = [(Member(RecordId(batch.number, row), "train"), "human", 13)
              for batch, row in ((roots, 0), (varied, 0), (varied, 1), (turned, 0))]
    dataset = write.commit(assemble, {
        "members": codec.encode_members(assemble.batch, chosen),
        "datasets": codec.table("datasets", [{"dataset": assemble.batch.number, "name": "pay", "root": "sha256:0",
                                              "size": 4, "policy": "train", "created_at": NOW}])})
    gate = Recipe("gate", "1", {"policy": "train"}, (dataset,))
    write.commit(gate, {
        "decisions": codec.table("decisions", [{
            "decision": gate.batch.number, "dataset": dataset.number, "name": "pay", "policy": "train",
            "policy_digest": "sha256:1", "manifest_sha256": "2", "outcome": "allow", "decided_at": NOW}]),
        "reasons": codec.table("reasons", [{"decision": gate.batch.number, "rule": "checks", "outcome": "pass",
                                            "asked": "x", "found": "y", "count": 0, "examples": []}])})
    train = Recipe("train", "1", {}, (dataset,))
    write.commit(train, {"consumptions": codec.table("consumptions", [{
        "model": "student-1", "run": "run-1", "dataset": dataset.number, "name": "pay", "ticket": "t",
        "consumed_at": NOW}])})
    recall = Recipe("recall", "1", {"target": "model-x"})
    write.commit(recall, {"recalls": codec.table("recalls", [{
        "kind": "model", "target": "model-x", "reason": "terms", "recalled_by": "person:cc", "recalled_at": NOW}])})
    return {"ledger": write.ledger, "write": write, "roots": roots, "generated": generated, "varied": varied,
            "turned": turned, "dataset": dataset, "refusal": refusal.batch}
