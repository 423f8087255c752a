"""The judge of duplicates on small ledgers: one verdict a record and check, true ones, and sketches made once."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.errors import PolicyError, ToolMissing
from provenance.ledger import Draft, Ledger, codec
from provenance.lineage import Lens, ask
from provenance.model.identity import RecordId
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent
from provenance.pipeline import Context, Source, judge_step
from provenance.pipeline.judges import duplicates
from provenance.pipeline.judges.duplicates import CHECKS, Settings, judge
from provenance.pipeline.judging import judge as judge_by_threshold
from provenance.pipeline.kinship import Kinship
from provenance.pipeline.sketching import Sketchbook, sketch_recipe
from provenance.steps import dedup_sketch
from provenance.steps.shingles import jaccard
from tests.lineage.small_ledger import record
from tests.pipeline.small_pipeline import NOTES, repository, run_of
from tests.sources.repository_maker import OLD, Maker

pytestmark = pytest.mark.usefixtures("quick")


def program(*names, lines=14):
    """A COBOL program of a shape of its own (its number of lines), with the names given."""
    one, two, three = names
    body = "".join(f"           IF {one} > {n}\n               COMPUTE {two} = {three} * {n} + {one}\n           ELSE\n"
                   f"               MOVE {three} TO {two}\n               {'DISPLAY' if n % 3 else 'ACCEPT'} {one}\n"
                   f"           END-IF.\n           {'ADD' if n % 2 else 'SUBTRACT'} {n} {'TO' if n % 2 else 'FROM'} {three}\n"
                   for n in range(lines))
    return ("       IDENTIFICATION DIVISION.\n       PROGRAM-ID. P.\n       DATA DIVISION.\n       WORKING-STORAGE SECTION.\n"
            f"       01 {one} PIC 9(4).\n       01 {two} PIC 9(4).\n       01 {three} PIC S9(4) COMP-3.\n"
            f"       PROCEDURE DIVISION.\n{body}           STOP RUN.\n")


MINE, THEIRS = program("WS-A", "WS-B", "WS-C"), program("PAY-ONE", "PAY-TWO", "PAY-THREE")


def put(ledger, name, texts, parents=(), origin=OriginClass.HUMAN, source="payroll"):
    """A batch of COBOL records with these texts; ``parents`` are the parents of each."""
    root = Ancestry.of_root(origin, "MIT", source)
    rows = [record(text, Ancestry.derive([root], origin) if parents else root,
                   parents=tuple(map(Parent, parents[row])) if parents else ()) for row, text in enumerate(texts)]
    recipe = Recipe("ingest" if not parents else "augment", "1", {"name": name},
                    tuple(sorted({each.batch_id for group in parents for each in group})))
    ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, rows)), run="00000000-0000-0000-0000-000000000000", job="t")
    return recipe.batch


def said(ledger, result):
    """(record, check) -> row."""
    rows = [row for batch in result.batches for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()]
    found = {(RecordId(row["batch"], row["row"]), row["check"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def ids(batch, *rows):
    return [RecordId(batch.number, row) for row in rows]


def test_each_kind_of_copy_is_told_from_the_others(ledger, context):
    roots = put(ledger, "a", [MINE, program("X-A", "X-B", "X-C", lines=5), MINE])
    nearly = put(ledger, "b", [MINE.replace("STOP RUN", "GOBACK"), THEIRS], source="elsewhere")
    found = said(ledger, judge(context, [roots, nearly]))
    first, short, same = ids(roots, 0, 1, 2)
    near, renamed = ids(nearly, 0, 1)
    assert {check for _, check in found} == set(CHECKS) and len(found) == 5 * 3
    outcome = {key: row["outcome"] for key, row in found.items()}
    assert outcome[same, "exact_duplicate"] == outcome[same, "near_duplicate"] == "fail"
    assert sorted((outcome[first, "near_duplicate"], outcome[near, "near_duplicate"])) == ["fail", "pass"]
    assert outcome[renamed, "exact_duplicate"] == outcome[renamed, "near_duplicate"] == "pass"
    copies = {each for each in (first, same, renamed) if outcome[each, "renamed_copy"] == "fail"}
    assert len(copies) == 2  # of the three that are one program but for names the first stays
    assert outcome[short, "near_duplicate"] == outcome[short, "renamed_copy"] == "pass"
    for (each, check), row in found.items():
        if row["outcome"] == "fail":
            value = json.loads(row["value"])
            code = "renamed-copy-of" if check == "renamed_copy" else "duplicate-of"
            assert row["reason"] == f"{code}: {value['of']}" and value["kind"] == "human-human"
            assert RecordId.parse(value["of"]) != each and 0.85 <= value["jaccard"] <= 1
        else:
            assert row["value"] == "" and row["outcome"] in ("pass", "skipped")


def test_what_lineage_relates_is_no_renamed_copy(ledger, context):
    roots = put(ledger, "a", [MINE])
    parent = ids(roots, 0)[0]
    children = put(ledger, "b", [THEIRS, program("Q-A", "Q-B", "Q-C")], [(parent,), (parent,)], OriginClass.SYNTHETIC_RULE)
    grandchildren = put(ledger, "c", [program("R-A", "R-B", "R-C")], [(ids(children, 0)[0],)], OriginClass.SYNTHETIC_RULE)
    strangers = put(ledger, "d", [program("S-A", "S-B", "S-C")], source="", origin=OriginClass.SYNTHETIC_MODEL)
    found = said(ledger, judge(context, [roots, children, grandchildren, strangers]))
    for each in (parent, *ids(children, 0, 1), *ids(grandchildren, 0)):
        assert found[each, "renamed_copy"]["outcome"] == "pass"
    caught = found[ids(strangers, 0)[0], "renamed_copy"]
    assert caught["reason"] == f"renamed-copy-of: {parent}" and json.loads(caught["value"])["kind"] == "human-synthetic"
    # Its parents are not before the judge, and are looked up all the same.
    alone = said(ledger, judge(context, [children, grandchildren]))
    assert {row["outcome"] for (_, check), row in alone.items() if check == "renamed_copy"} == {"pass"}


def test_kinship_is_a_common_ancestor(ledger):
    a = put(ledger, "a", ["A", "B"])
    one, two = ids(a, 0, 1)
    b = put(ledger, "b", ["C", "D", "E"], [(one,), (one, two), (two,)])
    kin = Kinship(ledger, [b])  # the parents' batch is found by itself and comes second
    c, d, e, above_one, above_two = 0, 1, 2, 1 << 32, 1 << 32 | 1
    assert all(kin.related(x, x) for x in (c, d, e, above_one))
    assert kin.related(c, d) and kin.related(d, e) and not kin.related(c, e)
    assert kin.related(c, above_one) and not kin.related(c, above_two) and not kin.related(above_one, above_two)


def test_the_copy_in_the_training_data_of_an_evaluation_file_says_so(ledger, context):
    train = put(ledger, "a", [MINE, THEIRS, MINE.replace("STOP RUN", "GOBACK")], source="payroll")
    held = put(ledger, "b", [MINE], source="exam", origin=OriginClass.UNKNOWN)
    chosen = Settings(evaluation_sources=("exam",))
    found = said(ledger, judge(context, [train, held], chosen))
    (exam,) = ids(held, 0)
    assert {found[exam, check]["outcome"] for check in CHECKS} == {"pass"}
    same, renamed, near = ids(train, 0, 1, 2)
    for each, check, code in ((same, "exact_duplicate", "duplicate-of"), (same, "near_duplicate", "duplicate-of"),
                              (near, "near_duplicate", "duplicate-of"), (renamed, "renamed_copy", "renamed-copy-of")):
        assert found[each, check]["reason"] == f"{code}-evaluation: {exam}"
        assert json.loads(found[each, check]["value"])["kind"] == "human-unknown"
    # Undeclared it is one source among others, and the human's stays.
    found = said(ledger, judge(context, [train, held]))
    assert found[exam, "exact_duplicate"]["reason"] == f"duplicate-of: {same}"


def test_a_copy_of_a_copy_names_what_was_kept(ledger, context):
    kept = put(ledger, "a", [MINE])
    twice = put(ledger, "b", [MINE.replace("STOP RUN", "GOBACK")] * 3, origin=OriginClass.SYNTHETIC_RULE)
    found = said(ledger, judge(context, [kept, twice]))
    (first,) = ids(kept, 0)
    assert {found[each, "near_duplicate"]["reason"] for each in ids(twice, 0, 1, 2)} == {f"duplicate-of: {first}"}
    assert [found[each, "exact_duplicate"]["outcome"] for each in ids(twice, 0, 1, 2)] == ["pass", "fail", "fail"]
    assert len({found[each, "near_duplicate"]["value"] for each in ids(twice, 0, 1, 2)}) == 1


def test_what_cannot_be_masked_is_skipped_and_says_why(ledger, context):
    roots = put(ledger, "a", ["STOP RUN.", "STOP RUN ."])
    found = said(ledger, judge(context, [roots]))
    assert {(row["outcome"], row["reason"]) for (_, check), row in found.items() if check == "renamed_copy"} == {
        ("skipped", "too-short: fewer than 60 distinct runs of masked tokens")}


def test_sketches_are_made_once_and_only_of_what_is_new(ledger, context):
    one, two = put(ledger, "a", [MINE, THEIRS]), put(ledger, "b", [MINE])
    first = judge(context, [one, two])
    assert first.made == 3 and first.records == 0 and len(first.batches) == 1 and first.verdicts == 9
    assert judge(Context(ledger, "again"), [two, one, one]).batches == first.batches
    three = put(ledger, "c", [THEIRS])
    second = judge(context, [one, two, three])
    assert (second.made, second.adopted) == (2, 2)  # one batch of sketches, one of verdicts
    assert judge(context, [one, two], Settings(near=0.9)).made == 1
    sketches = ledger.table(ledger.require(sketch_recipe(one, dedup_sketch.parameters()).batch), "sketches").to_pylist()
    assert [(row["row"], row["view"], len(row["bands"])) for row in sketches] == [
        (0, "masked", 16), (0, "raw", 32), (1, "masked", 16), (1, "raw", 32)]
    assert sketches[0]["bands"] == sketches[2]["bands"] and sketches[1]["bands"] != sketches[3]["bands"]
    assert {row["batch"] for row in sketches} == {one.number} and all(row["shingles"] <= row["tokens"] for row in sketches)
    with Sketchbook(ledger, [one, two]) as book:
        assert book.places["raw"].tolist() == [0, 1, 2]
        assert book.column("raw", 3).tolist()[:2] == [row["bands"][3] for row in sketches if row["view"] == "raw"]


def test_batches_of_verdicts_are_cut_and_say_the_same(ledger, context, monkeypatch):
    batches = [put(ledger, name, [MINE, f"           DISPLAY '{name}'.\n"]) for name in "abcd"]
    whole = said(ledger, judge(context, batches))
    monkeypatch.setattr(judge_step, "GROUP", 3)
    cut = judge(context, batches, Settings(renamed=0.951))
    assert len(cut.batches) == 4
    assert {key: row["reason"] for key, row in said(ledger, cut).items()} == {key: row["reason"] for key, row in whole.items()}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4), min_size=1, max_size=3))
def test_on_any_ledger_the_kept_are_apart_and_the_copies_alike(tmp_path_factory, groups):
    ledger = Ledger.init(tmp_path_factory.mktemp("any") / "ledger")
    shapes = [program("A", "B", "C", lines=n + 3) + "      * note\n" for n in range(4)]
    texts = [[shapes[shape].replace("ACCEPT A", "STOP RUN", tail) if tail else shapes[shape] for shape, tail in group]
             for group in groups]
    batches = [put(ledger, str(number), group) for number, group in enumerate(texts)]
    found = said(ledger, judge(Context(ledger, "any"), batches))
    text_of = {each: text for batch, group in zip(batches, texts, strict=True)
               for each, text in zip(ids(batch, *range(len(group))), group, strict=True)}
    sets = {}
    for each, text in text_of.items():
        _, runs = dedup_sketch.grams([text], "cobol", dedup_sketch.RAW)
        sets[each] = runs.distinct(0)
    kept: list[RecordId] = []
    for each in sorted(text_of):
        row = found[each, "near_duplicate"]
        twin = next((other for other in kept if jaccard(sets[each], sets[other]) >= 0.85), None)
        assert (row["outcome"], row["reason"]) == (("pass", "") if twin is None else ("fail", f"duplicate-of: {twin}"))
        exact = found[each, "exact_duplicate"]["outcome"] == "fail"
        assert exact == any(text_of[other] == text_of[each] for other in text_of if other < each)
        if twin is None:
            kept.append(each)


def test_of_copies_the_record_nearest_to_a_person_is_kept(tmp_path, ledger, context):
    repository(tmp_path / "repo")
    run = run_of(ledger)
    roots = run.ingest(Source(str(tmp_path / "repo")))
    derived = run.augment(roots, NOTES)
    found = said(ledger, judge_by_threshold(context, [*roots, *derived]))
    depth = {RecordId(b.number, n): r.ancestry.depth for b in (*roots, *derived) for n, r in enumerate(ledger.records(b))}
    assert Counter(check for _, check in found) == dict.fromkeys(CHECKS, len(depth))
    failed = [(each, RecordId.parse(json.loads(row["value"])["of"])) for (each, check), row in found.items()
              if check == "near_duplicate" and row["outcome"] == "fail"]
    assert failed and all((depth[twin], twin) < (depth[copy], copy) for copy, twin in failed)
    # What a transform made of a program is its relative.
    assert not [each for (each, check), row in found.items() if check == "renamed_copy" and row["outcome"] == "fail"]


def test_another_repository_with_the_same_program_is_a_copy(tmp_path, ledger, context):
    Maker(tmp_path / "one").commit({"A.cbl": MINE}, at=OLD)
    Maker(tmp_path / "two").commit({"B.cbl": THEIRS}, at=OLD)
    run = run_of(ledger)
    batches = [batch for name in ("one", "two") for batch in run.ingest(Source(str(tmp_path / name), name=name))]
    found = said(ledger, judge(context, batches))
    assert Counter((check, row["outcome"]) for (_, check), row in found.items())["renamed_copy", "fail"] == 1


def test_the_clusters_of_a_judgement(ledger, context):
    kept = put(ledger, "a", [MINE, program("X-A", "X-B", "X-C", lines=5)])
    copies = put(ledger, "b", [MINE, MINE.replace("STOP RUN", "GOBACK")], origin=OriginClass.SYNTHETIC_RULE)
    judge(context, [kept, copies], Settings(near=0.99))
    judge(context, [kept, copies])
    with Lens(ledger) as lens:
        (near,) = ask(lens, "clusters").dicts()
        (exact,) = ask(lens, "clusters", check="exact_duplicate").dicts()
        assert ask(lens, "clusters", most="0").rows == []
        (both,) = ask(lens, "clusters", check="renamed_copy").dicts()
    (first,) = ids(kept, 0)
    assert (near["kept"], near["records"], near["languages"], near["evaluation"]) == (str(first), 3, ["cobol"], 0)
    assert near["origins"] == {"human": 1, "synthetic_rule": 2} and near["kinds"] == {"human-synthetic": 2}
    assert [(each["record"], each["reason"]) for each in near["dropped"]] == [
        (str(each), "duplicate-of") for each in sorted(ids(copies, 0, 1))]
    assert 0.85 <= near["least"] < 1 and exact["records"] == 2 and exact["least"] == 1
    assert {each["reason"] for each in both["dropped"]} == {"renamed-copy-of"}


@pytest.mark.parametrize("wrong", [
    {"near": 0.7}, {"near": 1.01}, {"near": float("nan")}, {"near": float("inf")}, {"near": True}, {"renamed": 0.89},
    {"renamed": 1.1}, {"renamed_shingles": 0}, {"evaluation_sources": ("",)}])
def test_settings_without_sense_are_refused(wrong):
    with pytest.raises(PolicyError, match=f"judge.duplicates.{next(iter(wrong))}"):
        Settings(**wrong)
    assert Settings() == Settings(0.85, 0.95, 60, ())


def test_all_that_decides_is_in_the_recipe(ledger, context):
    one = put(ledger, "a", [MINE])
    recipe = ledger.require(judge(context, [one]).batches[0]).recipe
    assert recipe.params["judge"] == "duplicates" and recipe.step_version == duplicates.VERSION
    assert {"near", "renamed", "renamed_shingles", "evaluation_sources", "shingle", "shingles", "permutations", "seed", "bands",
            "library", "library_version", "algorithm", "greedy", "sketch", "most_compared", "bucket_limit",
            "missed"} <= set(recipe.params)


def test_nothing_to_judge_is_an_answer_and_without_rensa_there_is_none(context, monkeypatch):
    assert judge(context, ()).verdicts == 0
    monkeypatch.setattr(dedup_sketch, "rensa",
                        lambda: (_ for _ in ()).throw(ToolMissing("rensa", "is not installed", "pip")))
    with pytest.raises(ToolMissing):
        judge(context, ())
