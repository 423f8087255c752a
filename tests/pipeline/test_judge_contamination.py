"""The judge of contamination over a ledger: leaks, what came of them, ancestors elsewhere, and no benchmark at all."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from provenance.errors import PolicyError, SourceError
from provenance.lineage import Lens, ask
from provenance.model.identity import RecordId
from provenance.pipeline import Context
from provenance.pipeline.judges import contamination
from provenance.pipeline.judges.contamination import Settings
from tests.pipeline.test_judge_parents import record, stored
from tests.steps.test_contamination import HOST, PROMPT, SOLUTION, renamed
from tests.steps.test_parenthood import program

pytestmark = pytest.mark.usefixtures("quick")
SUSPECT = "\n".join(renamed(SOLUTION).splitlines()[:8]) + "\n" + HOST


@pytest.fixture
def benchmark(tmp_path):
    def write(prompt=PROMPT):
        path = tmp_path / "Bench.jsonl"
        path.write_text(json.dumps({"task_id": "B/1", "prompt": prompt, "canonical_solution": SOLUTION, "test": "1"}) + "\n")
        return str(path)

    return write


def verdicts(ledger, result):
    rows = [row for batch in result.batches for row in ledger.table(ledger.require(batch), "verdicts").to_pylist()
            if row["check"] == "contamination"]
    found = {RecordId(row["batch"], row["row"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def said(ledger, result, batch):
    return [(row["outcome"], row["reason"]) for record, row in sorted(verdicts(ledger, result).items())
            if record.batch == batch.number]


def family(ledger):
    """A leak, a clean root and a suspect; a child of each; a grandchild of the leak."""
    roots = stored(ledger, "ingest", "roots", [record(HOST + SOLUTION), record(program(1)), record(SUSPECT)])
    at = [RecordId(roots.number, row) for row in range(3)]
    children = stored(ledger, "generate", "children", [
        record(program(2), at[0]), record(program(3), at[1]), record(program(4), at[2]),
        record(program(5), at[1], at[0], role="shown"), record(HOST + renamed(SOLUTION), at[1])], roots)
    last = stored(ledger, "generate", "last", [record(program(6), RecordId(children.number, 0)),
                                               record("class A { }", RecordId(children.number, 0), language="java")], children)
    return roots, children, last


def test_a_leak_and_all_that_came_of_it_are_contaminated(ledger, context, benchmark):
    roots, children, last = family(ledger)
    result = contamination.judge(context, [roots, children, last], Settings(benchmarks=(benchmark(),)))
    leak, suspect = RecordId(roots.number, 0), RecordId(roots.number, 2)
    assert result.verdicts == 10
    assert said(ledger, result, roots) == [("fail", "verbatim: Bench B/1"), ("pass", ""), ("warn", "near-solution: Bench B/1")]
    assert said(ledger, result, children) == [
        ("fail", f"ancestor-contaminated: {leak}"), ("pass", ""), ("warn", f"ancestor-suspect: {suspect}"),
        ("fail", f"ancestor-contaminated: {leak}"), ("fail", "renamed-solution: Bench B/1")]
    assert said(ledger, result, last) == [("fail", f"ancestor-contaminated: {leak}")] * 2
    value = json.loads(verdicts(ledger, result)[RecordId(last.number, 0)]["value"])
    assert set(value) == {"benchmark", "item", "tier", "share"} and (value["item"], value["tier"]) == ("B/1", "1")
    with Lens(ledger) as lens:
        shown = ask(lens, "contaminated").dicts()
    assert Counter(row["outcome"] for row in shown) == {"fail": 6, "warn": 2} and {row["benchmark"] for row in shown} == {"Bench"}


def test_ancestors_are_looked_at_where_only_the_last_of_a_line_is_judged(ledger, context, benchmark):
    roots, children, last = family(ledger)
    result = contamination.judge(context, [last], Settings(benchmarks=(benchmark(),)))
    assert result.verdicts == 2
    assert {reason for _, reason in said(ledger, result, last)} == {f"ancestor-contaminated: {RecordId(roots.number, 0)}"}
    assert {roots, children, last} <= set(ledger.require(result.batches[0]).recipe.parents)


def test_an_own_leak_goes_before_an_ancestors_and_contamination_before_suspicion(ledger, context, benchmark):
    roots, *_ = family(ledger)
    leak, suspect = RecordId(roots.number, 0), RecordId(roots.number, 2)
    made = stored(ledger, "generate", "both", [record(HOST + SOLUTION, suspect), record(SUSPECT, leak),
                                               record(program(8), suspect, leak), record(SUSPECT, suspect)], roots)
    result = contamination.judge(context, [made], Settings(benchmarks=(benchmark(),)))
    assert said(ledger, result, made) == [
        ("fail", "verbatim: Bench B/1"), ("fail", f"ancestor-contaminated: {leak}"), ("fail", f"ancestor-contaminated: {leak}"),
        ("warn", "near-solution: Bench B/1")]


def test_other_languages_are_skipped_but_not_their_ancestors(ledger, context, benchmark):
    roots, children, last = family(ledger)
    result = contamination.judge(context, [roots, children, last], Settings(benchmarks=(benchmark(),), languages=("java",)))
    assert {reason for _, reason in said(ledger, result, roots)} == {"other-language"}
    assert said(ledger, result, last) == [("skipped", "other-language"), ("pass", "")]
    result = contamination.judge(context, [roots, children, last], Settings(benchmarks=(benchmark(),), languages=("cobol",)))
    assert said(ledger, result, last)[1] == ("fail", f"ancestor-contaminated: {RecordId(roots.number, 0)}")


def test_without_a_benchmark_everything_is_skipped_batch_by_batch(ledger, context):
    batches = family(ledger)
    first = contamination.judge(context, batches[:2], Settings())
    assert {(row["outcome"], row["reason"]) for row in verdicts(ledger, first).values()} == {("skipped", "no-benchmark")}
    more = contamination.judge(context, batches, Settings())
    assert (more.made, more.adopted, more.verdicts) == (1, 2, 10)


def test_another_version_of_a_benchmark_is_another_question(ledger, context, benchmark):
    batches = family(ledger)
    first = contamination.judge(context, batches, Settings(benchmarks=(benchmark(),)))
    again = contamination.judge(context, batches[::-1], Settings(benchmarks=(benchmark(),)))
    assert (again.made, again.adopted, again.batches) == (0, 1, first.batches)
    assert contamination.judge(context, batches, Settings(benchmarks=(benchmark(PROMPT + " "),))).made == 1
    params = ledger.require(first.batches[0]).recipe.params
    assert params["benchmarks"][0][0] == "Bench" and params["benchmarks"][0][1].startswith("sha256:")


def test_what_many_roots_have_in_passing_is_everybodys(ledger, context, benchmark):
    few = "\n".join(SOLUTION.splitlines()[2:4])
    roots = stored(ledger, "ingest", "roots", [record(program(number) + "\n" + few) for number in range(8)]
                   + [record(HOST + PROMPT + SOLUTION)])
    own = PROMPT + "".join(f"      * Word{n} {' '.join(f'w{n}x{k}' for k in range(8))}\n" for n in range(40))
    result = contamination.judge(context, [roots], Settings(benchmarks=(benchmark(own),)))
    assert [outcome for outcome, _ in said(ledger, result, roots)] == ["pass"] * 8 + ["fail"]
    result = contamination.judge(context, [roots], Settings(benchmarks=(benchmark(own),), common=8))
    assert [outcome for outcome, _ in said(ledger, result, roots)] == ["fail"] * 9


def test_a_real_pipeline_without_a_leak_is_clean(built, copied, benchmark):
    result = contamination.judge(Context(copied["ledger"], "late"), built["roots"] + built["derived"],
                                 Settings(benchmarks=(benchmark(),)))
    assert Counter(row["outcome"] for row in verdicts(copied["ledger"], result).values()) == {"pass": 14}


def test_a_benchmark_that_cannot_be_read_stops_the_step(ledger, context, tmp_path):
    with pytest.raises(SourceError):
        contamination.judge(context, family(ledger), Settings(benchmarks=(str(tmp_path / "gone.jsonl"),)))


@pytest.mark.parametrize(("wrong", "name"), [
    ({"benchmarks": (" ",)}, "benchmarks"), ({"fail": 0.4}, "warn"), ({"warn": 0.0}, "warn"), ({"fail": 1.1}, "warn"),
    ({"shared": 0}, "shared"), ({"common": 0}, "common"), ({"warn": float("nan")}, "warn")])
def test_nonsense_is_refused_with_its_name(wrong, name):
    with pytest.raises(PolicyError, match=f"judge.contamination.{name}"):
        Settings(**wrong)
