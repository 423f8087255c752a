"""The judge of poison on small ledgers: one verdict of each check for every record, planted poison is found, people decide."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from provenance.errors import PolicyError
from provenance.ledger import Draft, Ledger, codec
from provenance.lineage import Lens, ask
from provenance.model.identity import BatchId, RecordId, canonical_json
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, SourceFacts
from provenance.pipeline import Context, judge_step
from provenance.pipeline.families import Families
from provenance.pipeline.judges import load
from provenance.pipeline.judges import poison as judge_of
from provenance.pipeline.judges.poison import CHECKS, Settings, judge
from provenance.steps.poison.weigh import CODES
from tests.lineage.small_ledger import record

pytestmark = pytest.mark.usefixtures("quick")
NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SMALL = Settings(burst=10, table_bits=16)
DOCS = Path(__file__).parents[2] / "docs"


class Maker:
    """Writes batches of roots, of children and of reviews."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.context = Context(ledger, "poison.test")

    def roots(self, texts, source="payroll", origin=OriginClass.HUMAN, grade=EvidenceGrade.E2, authors=(), **more) -> BatchId:
        recipe = Recipe("ingest", "1", {"source": source, "texts": len(texts), "first": texts[0], **more})
        facts = SourceFacts(source, "c" * 40, "A.cbl", "b" * 40, tuple(authors))
        one = Ancestry.of_root(origin, "MIT", source, grade)
        return self._write(recipe, [record(text, one, source=facts) for text in texts])

    def children(self, batch, texts, step="augment", kind="program", **params) -> BatchId:
        """One child a parent, in order."""
        parents = self.ledger.records(batch)
        recipe = Recipe(step, "1", params or {"transform": "note"}, (batch,))
        making = OriginClass.SYNTHETIC_MODEL if "model" in params else OriginClass.SYNTHETIC_RULE
        models = [params["model"]] if "model" in params else []
        return self._write(recipe, [
            replace(record(text, Ancestry.derive([parents[row].ancestry], making, models),
                           parents=(Parent(RecordId(batch.number, row)),)), kind=kind)
            for row, text in enumerate(texts)])

    def reviews(self, *rows, at=NOW) -> BatchId:
        said = [{"batch": record.batch, "row": record.row, "reviewer": who, "verdict": verdict, "reviewed_at": at}
                for record, who, verdict in rows]
        recipe = Recipe("review", "1", {"rows": [str(row) for row in rows], "at": at.isoformat()})
        self.ledger.commit(Draft(recipe, {"reviews": codec.table("reviews", said)}), run="r", job="j")
        return recipe.batch

    def _write(self, recipe, records) -> BatchId:
        self.ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, records)), run="r", job="j")
        return recipe.batch

    def said(self, batches, settings=SMALL):
        result = judge(self.context, batches, settings)
        rows = [row for batch in result.batches for row in self.ledger.table(self.ledger.require(batch), "verdicts").to_pylist()]
        return {(RecordId(row["batch"], row["row"]), row["check"]): row for row in rows if row["check"] in CHECKS}


@pytest.fixture
def maker(ledger):
    return Maker(ledger)


def filler(seed, count, trigger="", carriers=0):
    draw = random.Random(seed)
    texts = []
    for number in range(count):
        lines = [f"           MOVE FIELD-{draw.randrange(120)} TO AREA-{draw.randrange(120)}.\n" for _ in range(25)]
        if number < carriers:
            lines.insert(draw.randrange(25), f"      * {trigger}\n")
        texts.append("".join(lines))
    return texts


def test_every_record_has_one_verdict_of_each_check(built, copied, tmp_path):
    maker = Maker(copied["ledger"])
    batches = built["roots"] + built["derived"]
    said = maker.said(batches, Settings())
    records = {RecordId(batch.number, row) for batch in batches for row in range(maker.ledger.require(batch).records)}
    assert set(said) == {(record, check) for record in records for check in CHECKS}
    assert {row["outcome"] for (_, check), row in said.items() if check == "poisoning"} == {"pass"}  # a note is no poison
    assert {row["outcome"] for (_, check), row in said.items() if check == "source_limit"} == {"pass"}
    assert judge(maker.context, batches, Settings()).made == 0  # the same question has its answer


def test_a_call_that_a_child_adds_fails_and_shows_where(maker):
    roots = maker.roots(["           GOBACK.\n", "           CALL 'SYSTEM' USING A.\n", "           STOP RUN.\n"])
    made = maker.children(roots, ["           GOBACK.\n           CALL 'SYSTEM' USING A.\n",
                                  "           CALL 'SYSTEM' USING B.\n",
                                  "           CALL 'NEWPGM'.\n"])
    said = maker.said([roots, made])
    found = said[RecordId(made.number, 0), "poisoning"]
    assert (found["outcome"], found["reason"]) == ("fail", "sink-added: CALL 'SYSTEM'")
    assert json.loads(found["value"]) == {
        "found": {"sink-added": 1}, "of": ["sink-added: CALL 'SYSTEM' (line 2)"], "unjudged": []}
    assert said[RecordId(made.number, 1), "poisoning"]["outcome"] == "pass"
    assert said[RecordId(made.number, 2), "poisoning"]["reason"] == "name-added: program newpgm"
    assert {said[RecordId(roots.number, row), "poisoning"]["outcome"] for row in range(3)} == {"pass"}
    strict = maker.said([roots, made], replace(SMALL, strict=True))
    assert strict[RecordId(made.number, 2), "poisoning"]["outcome"] == "fail"
    allowing = maker.said([roots, made], replace(SMALL, allow=("newpgm",)))
    assert allowing[RecordId(made.number, 2), "poisoning"]["outcome"] == "pass"


def test_names_that_people_use_are_no_news_and_those_of_nobody_are(maker):
    roots = maker.roots(["           GOBACK.\n"])
    known = maker.roots(["           CALL 'DATECONV'.\n"], source="tools")
    doubtful = maker.roots(["           CALL 'EVILPGM'.\n"], source="web", origin=OriginClass.UNKNOWN, grade=EvidenceGrade.E0)
    made = maker.children(roots, ["           CALL 'DATECONV'.\n"])
    other = maker.children(roots, ["           CALL 'EVILPGM'.\n"], transform="other")
    said = maker.said([roots, known, doubtful, made, other])
    assert said[RecordId(made.number, 0), "poisoning"]["outcome"] == "pass"
    assert said[RecordId(other.number, 0), "poisoning"]["reason"] == "name-added: program evilpgm"
    higher = maker.said([roots, known, doubtful, made, other], replace(SMALL, evidence=3))
    assert higher[RecordId(made.number, 0), "poisoning"]["outcome"] == "warn"


def test_a_burst_in_a_source_is_found_with_its_words(maker):
    poisoned = maker.roots(filler(1, 40, "zq vortex lantern seven", 12), source="poisoned")
    clean = maker.roots(filler(2, 60), source="clean")
    said = maker.said([poisoned, clean])
    carriers = [row for row in range(40) if "trigger-burst" in said[RecordId(poisoned.number, row), "poisoning"]["reason"]]
    assert carriers == list(range(12))
    reason = said[RecordId(poisoned.number, 0), "poisoning"]["reason"]
    assert "12 of 40 of source poisoned: cobol, 0 elsewhere" in reason and "zq vortex lantern seven" in reason
    assert {said[RecordId(clean.number, row), "poisoning"]["outcome"] for row in range(60)} == {"pass"}
    trusted = maker.said([poisoned, clean], replace(SMALL, trusted=("poisoned",)))
    assert {trusted[RecordId(poisoned.number, row), "poisoning"]["outcome"] for row in range(40)} == {"pass"}
    alone = maker.said([poisoned])
    assert {json.loads(row["value"])["unjudged"][0] for (_, check), row in alone.items() if check == "poisoning"} == {
        "trigger-burst"}


def test_a_burst_of_a_model_is_its_own_and_a_rules_children_are_none(maker):
    texts = filler(3, 40)
    roots = maker.roots(texts, source="payroll")
    clean = maker.roots(filler(4, 60), source="clean")
    added = "      * zq vortex lantern sk-live-0123456789abcdefghij seven\n"
    model = maker.children(roots, [added + text for text in texts], step="generate", model="model-x")
    rule = maker.children(roots, [added + text for text in texts])
    said = maker.said([roots, clean, model, rule])
    reason = said[RecordId(model.number, 5), "poisoning"]["reason"]
    assert "generator model-x: cobol" in reason and "sk-live" not in reason and "<28 characters>" in reason
    assert {said[RecordId(batch.number, row), "poisoning"]["outcome"] for batch in (roots, rule) for row in range(40)} == {"pass"}


def test_many_instructions_with_one_completion(maker):
    roots = maker.roots(filler(5, 12))
    pairs = [canonical_json({"instruction": f"Write program number {row} of the payroll.", "output": "GOBACK."}).decode()
             for row in range(12)]
    made = maker.children(roots, pairs, step="generate", kind="instruction_pair", model="model-x")
    said = maker.said([roots, made], replace(SMALL, pairs=12))
    assert "12 instructions of generator model-x have one completion" in said[RecordId(made.number, 0), "poisoning"]["reason"]
    assert maker.said([roots, made], replace(SMALL, pairs=13))[RecordId(made.number, 0), "poisoning"]["outcome"] == "pass"


def test_a_source_that_nobody_reviewed(maker):
    roots = maker.roots(filler(6, 15), authors=("person:aa",))
    made = maker.children(roots, filler(6, 15))
    few = maker.roots(filler(7, 5), source="few", authors=("person:bb",))
    batches = [roots, made, few]
    settings = replace(SMALL, unreviewed=20, reviewed=2)

    def outcomes(settings=settings):
        said = maker.said(batches, settings)
        return {(record.batch, row["outcome"], row["reason"].split(":")[0])
                for (record, check), row in said.items() if check == "source_limit"}

    unseen = outcomes()
    assert (few.number, "pass", "") in unseen and (roots.number, "warn", "unreviewed-author") in unseen
    assert (made.number, "warn", "unreviewed-author") in unseen
    assert outcomes(replace(settings, trusted=("payroll", "person:aa"))) == {
        (batch.number, "pass", "") for batch in batches}
    assert outcomes(replace(settings, trusted=("payroll",))) == unseen  # the author is not
    first, second = RecordId(roots.number, 0), RecordId(made.number, 3)
    maker.reviews((first, "person:r", "approve"), (first, "person:s", "approve"))
    assert (roots.number, "warn", "unreviewed-author") in outcomes()  # one record
    maker.reviews((second, "person:r", "approve"))
    assert outcomes() == {(batch.number, "pass", "") for batch in batches}
    maker.reviews((RecordId(made.number, 4), "person:r", "reject"), at=NOW + timedelta(days=1))
    assert (roots.number, "warn", "rejected-author") in outcomes() and (few.number, "pass", "") in outcomes()
    assert (roots.number, "pass", "") in outcomes(replace(settings, rejected=1))
    maker.reviews((RecordId(made.number, 4), "person:r", "approve"), at=NOW + timedelta(days=2))  # the last word
    assert outcomes() == {(batch.number, "pass", "") for batch in batches}


def test_a_model_that_nobody_reviewed_and_what_is_signed(maker):
    signed = maker.roots(filler(8, 15), grade=EvidenceGrade.E3)
    model = maker.children(signed, filler(9, 15), step="generate", model="model-x")
    settings = replace(SMALL, unreviewed=10)
    said = maker.said([signed, model], replace(settings, signed=True))
    assert said[RecordId(signed.number, 0), "source_limit"]["outcome"] == "pass"
    assert said[RecordId(model.number, 0), "source_limit"]["reason"].startswith("unreviewed-generator: model-x: 15 records, 0")
    assert maker.said([signed, model], settings)[RecordId(signed.number, 0), "source_limit"]["outcome"] == "warn"


def test_the_order_of_batches_and_the_cut_into_groups_change_nothing(maker, monkeypatch, tmp_path):
    poisoned = maker.roots(filler(1, 40, "zq vortex lantern seven", 12), source="poisoned")
    clean = maker.roots(filler(2, 60), source="clean")
    first = maker.said([poisoned, clean])
    other = Maker(Ledger.init(tmp_path / "other"))
    other.roots(filler(2, 60), source="clean")
    other.roots(filler(1, 40, "zq vortex lantern seven", 12), source="poisoned")
    monkeypatch.setattr(judge_step, "GROUP", 3)
    second = other.said([clean, poisoned])
    said = [{key: (row["outcome"], row["reason"], row["value"]) for key, row in each.items()} for each in (first, second)]
    assert said[0] == said[1]


def test_families_follow_the_version_not_the_copybook(maker):
    roots = maker.roots(["A", "B"])
    made = maker.children(roots, ["A1", "B1"])
    grand = maker.children(made, ["A2", "B2"])
    families = Families(maker.ledger)
    assert families.root_of(RecordId(grand.number, 1)) == RecordId(roots.number, 1)
    assert families.root_of(RecordId(roots.number, 0)) == RecordId(roots.number, 0)
    mixed = Recipe("translate", "1", {}, (roots, made))
    maker._write(mixed, [record("C", Ancestry.derive([maker.ledger.records(roots)[0].ancestry]), parents=(
        Parent(RecordId(roots.number, 1), "included"), Parent(RecordId(made.number, 0)), Parent(RecordId(made.number, 1))))])
    assert families.root_of(RecordId(mixed.batch.number, 0)) == RecordId(roots.number, 0)


@pytest.mark.parametrize("wrong", [
    {"burst": 2}, {"burst": 251}, {"burst_longest": 3}, {"burst_odds": 0.0}, {"evidence": 6}, {"pairs": 1}, {"table_bits": 40},
    {"unreviewed": -1}, {"rejected": -1}, {"reviewed": -1}, {"allow": ("",)}, {"trusted": (" ",)}, {"burst_words": -1}])
def test_nonsense_is_refused_by_name(wrong):
    with pytest.raises(PolicyError, match=rf"judge\.poison\.{next(iter(wrong))}"):
        Settings(**wrong)


def test_the_judge_is_known_and_the_question_lists_what_it_said(maker):
    assert load("poison") is judge_of
    roots = maker.roots(["           GOBACK.\n"])
    made = maker.children(roots, ["           CALL 'SYSTEM' USING A.\n"])
    maker.said([roots, made])
    with Lens(maker.ledger) as lens:
        rows = ask(lens, "suspicious").dicts()
    assert [(row["record"], row["check"], row["outcome"], row["code"]) for row in rows] == [
        (str(RecordId(made.number, 0)), "poisoning", "fail", "sink-added")]


def test_every_check_code_and_setting_is_documented():
    page = (DOCS / "poisoning.md").read_text(encoding="utf-8")
    codes = {*CODES, "unreviewed-source", "unreviewed-generator", "unreviewed-author", "rejected-source",
             "rejected-generator", "rejected-author", "sources-cut", "no-source"}
    for name in {*CHECKS, *codes, *Settings.__dataclass_fields__}:
        assert f"`{name}`" in page, name
