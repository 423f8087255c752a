"""The judge of parents over a ledger: one verdict a record, wrong parents found, reruns that adopt."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from provenance.errors import PolicyError
from provenance.ledger import Draft, Ledger, codec
from provenance.lineage import Lens, ask
from provenance.model.identity import BatchId, Digest, RecordId, Swhid
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.pipeline import Context
from provenance.pipeline.judges import parents
from provenance.pipeline.judges.parents import Settings
from tests.steps.test_parenthood import program

pytestmark = pytest.mark.usefixtures("quick")
NOW = datetime(2026, 11, 2, tzinfo=UTC)
HUMAN = Ancestry.of_root(OriginClass.HUMAN, "MIT", "https://example.org/payroll", EvidenceGrade.E2)


def record(text: str, *above: RecordId, language: str = "cobol", kind: str = "program", role: str = "source") -> Record:
    data = text.encode()
    return Record(text=text, name="A.cbl", language=language, kind=kind, licence="MIT", content=Digest.of(data),
                  swhid=str(Swhid.of_content(data)), size=len(data), lines=text.count("\n") + 1,
                  ancestry=Ancestry.derive([HUMAN]) if above else HUMAN, parents=tuple(Parent(each, role) for each in above))


def stored(ledger: Ledger, step: str, name: str, records: list[Record], *above: BatchId) -> BatchId:
    recipe = Recipe(step, "1", {"name": name}, tuple(sorted(above)))
    ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, records)), run="00000000-0000-7000-8000-000000000001",
                  job="test", now=NOW)
    return recipe.batch


def verdicts(ledger: Ledger, result) -> dict[RecordId, dict]:
    rows = [row for batch in result.batches for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()
            if row["check"] == "declared_parent"]
    found = {RecordId(row["batch"], row["row"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def corpus(ledger: Ledger, roots: int = 20) -> tuple[BatchId, BatchId]:
    """Roots; and children: true, renamed, of the wrong parent, of nobody here, and those that are skipped."""
    root = stored(ledger, "ingest", "roots", [record(program(number)) for number in range(roots)])
    at = [RecordId(root.number, number) for number in range(roots)]
    return root, stored(ledger, "generate", "children", [
        record(program(0) + "\n           STOP RUN.", at[0]), record(program(1).replace("N-", "ITEM-"), at[1]),
        record(program(2), at[3]), record(program(99), at[4]), record("public class A { }", at[5], language="java"),
        record("Write a program.", at[5], kind="instruction"), record(program(6), at[6], role="translation"),
        record(program(7), at[7], role="shown"), record("STOP RUN.", at[8]), record(program(9) + program(10), at[9])], root)


def test_every_record_is_judged_once_and_wrong_parents_are_found(ledger, context):
    root, made = corpus(ledger)
    result = parents.judge(context, [root, made], Settings())
    said = verdicts(ledger, result)
    assert len(said) == result.verdicts == 30
    assert Counter(row["reason"] for row in said.values() if row["batch"] == root.number) == {"root": 20}
    children = [said[RecordId(made.number, row)] for row in range(10)]
    assert [(row["outcome"], row["reason"]) for row in children] == [
        ("pass", ""), ("pass", ""), ("fail", f"nearer-to: {RecordId(root.number, 2)}"),
        ("fail", f"unlike-parent: {RecordId(root.number, 4)}"), ("skipped", "other-language"), ("skipped", "other-kind"),
        ("skipped", "other-language"), ("skipped", "no-parent"), ("abstain", "too-short: 3 tokens"), ("pass", "")]
    value = json.loads(children[0]["value"])
    assert value["pairs"] == 190 and value["rank"] == 1 and value["raw"] > 0.9 and value["threshold"] < 0.3
    with Lens(ledger) as lens:
        shown = ask(lens, "parents_check").dicts()
    assert [row["outcome"] for row in shown] == ["fail", "fail", "abstain"] and shown[0]["likeness"] <= shown[1]["likeness"]
    assert {row["record"] for row in shown} == {str(RecordId(made.number, row)) for row in (2, 3, 8)}
    assert {row["maker"] for row in shown} == {"generate"}
    wrong = next(row for row in shown if row["record"] == str(RecordId(made.number, 2)))
    assert wrong["parent"] == str(RecordId(root.number, 3)) and wrong["likeness"] < wrong["threshold"]


def test_in_a_small_corpus_a_stranger_abstains_and_a_wrong_parent_fails(ledger, context):
    root = stored(ledger, "ingest", "roots", [record(program(number)) for number in range(4)])
    at = [RecordId(root.number, number) for number in range(4)]
    made = stored(ledger, "generate", "c", [
        record(program(0), at[0]), record(program(1), at[2]), record(program(50), at[3])], root)
    said = verdicts(ledger, parents.judge(context, [root, made], Settings()))
    children = [said[RecordId(made.number, row)] for row in range(3)]
    assert [(row["outcome"], row["reason"].split(":")[0]) for row in children] == [
        ("pass", ""), ("fail", "nearer-to"), ("abstain", "too-few-pairs")]


def test_a_grandchild_may_be_nearer_to_its_grandparent(ledger, context):
    root, _ = corpus(ledger)
    text = program(11)
    child = stored(ledger, "generate", "child", [record(text[:1400] + program(70)[:800], RecordId(root.number, 11))], root)
    back = stored(ledger, "generate", "back", [record(text, RecordId(child.number, 0))], child)
    said = verdicts(ledger, parents.judge(context, [root, child, back], Settings()))
    assert said[RecordId(back.number, 0)]["outcome"] == "pass"
    alone = verdicts(ledger, parents.judge(context, [back], Settings()))  # its parent and all roots lie elsewhere
    assert alone[RecordId(back.number, 0)]["outcome"] == "pass" and len(alone) == 1


def test_a_rerun_adopts_another_order_is_the_same_and_other_settings_are_another_question(ledger, context):
    batches = list(corpus(ledger))
    first = parents.judge(context, batches, Settings())
    again = parents.judge(context, batches[::-1], Settings())
    assert (first.made, again.made, again.adopted, again.batches) == (1, 0, 1, first.batches)
    other = parents.judge(context, batches, Settings(quantile=0.5))
    assert other.made == 1 and not set(other.batches) & set(first.batches)


def test_transforms_of_a_real_pipeline_pass(built, copied):
    ledger = copied["ledger"]
    result = parents.judge(Context(ledger, "late"), built["roots"] + built["derived"], Settings())
    said = verdicts(ledger, result)
    derived = {batch.number for batch in built["derived"]}
    outcomes = Counter((record.batch in derived, row["outcome"]) for record, row in said.items())
    assert outcomes == {(False, "skipped"): 6, (True, "pass"): 8}


@pytest.mark.parametrize("wrong", [{"quantile": 0.0}, {"quantile": 1.5}, {"related": 0.0}, {"few": -1.0}, {"margin": 2.0},
                                   {"pairs": 0}, {"roots": 1}, {"least_pairs": 0}, {"ranked_pairs": 0}, {"rivals": -1},
                                   {"least_tokens": 0}, {"quantile": float("nan")}])
def test_nonsense_is_refused_with_its_name(wrong):
    with pytest.raises(PolicyError, match=f"judge.parents.{next(iter(wrong))}"):
        Settings(**wrong)
