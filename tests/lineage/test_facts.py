"""Facts against a naive oracle in Python, on small random ledgers written through `Ledger.commit`."""

from __future__ import annotations

import dataclasses
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.gate.decide import decide
from provenance.gate.facts import FactQuery, Facts, Violation
from provenance.gate.policy import Policy
from provenance.ledger import Draft, Ledger, codec
from provenance.lineage.facts import gather, rehash
from provenance.lineage.lens import Lens
from provenance.model.identity import BatchId
from provenance.model.mix import Cell
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import licence_ids

POLICY = Policy(
    name="test",
    origins=(OriginClass.HUMAN, OriginClass.SYNTHETIC_RULE),
    min_evidence=((OriginClass.HUMAN, EvidenceGrade.E2),),
    min_human_share=0.1,
    max_depth=2,
    licences=("Apache-2.0", "MIT"),
    ingested=("syntax",),
    derived=("compile", "syntax"),
    kinds=(("copybook", ("secrets",)),),
)
Key = tuple[int, int]


@dataclass
class World:
    """A small ledger as Python rows, to be spoilt and then committed."""

    ledger: Ledger
    recipes: list[Recipe] = field(default_factory=list)
    tables: dict[int, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    dataset: int = 0

    def batch(self, step: str, parents: tuple[int, ...] = (), **tables: list[dict[str, Any]]) -> int:
        recipe = Recipe(step, "1", {"n": len(self.recipes)}, tuple(BatchId(p) for p in parents))
        self.recipes.append(recipe)
        number = recipe.batch.number
        self.tables[number] = {name: list(rows) for name, rows in tables.items()}
        return number

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for tables in self.tables.values() for row in tables.get(table, [])]

    def commit(self) -> None:
        for recipe in self.recipes:
            for row in self.tables[recipe.batch.number].get("verdicts", ()):
                row["said_in"] = recipe.batch.number
            tables = {name: codec.table(name, rows) for name, rows in self.tables[recipe.batch.number].items() if rows}
            self.ledger.commit(Draft(recipe, tables, {}), run="r", job="j")
        named = [str(recipe.batch) for recipe in self.recipes if recipe.batch.number not in self.silent]
        self.ledger.outbox.say(
            {
                "eventType": "START",
                "eventTime": "2026-01-01T00:00:00Z",
                "outputs": [
                    {"facets": {"provenance_ledger": {"batches": [str(BatchId(n)) for n in sorted(self.silent)]}}}
                ],
            }
        )
        self.ledger.outbox.say(
            {
                "eventType": "COMPLETE",
                "eventTime": "2026-01-01T00:00:01Z",
                "outputs": [{"facets": {"provenance_ledger": {"batches": named}}}],
            }
        )

    def gather(self, policy: Policy = POLICY) -> Facts:
        with Lens(self.ledger) as lens:
            return gather(lens, self.dataset, policy, altered_files=rehash(self.ledger, self.dataset))


def record(batch: int, row: int, **more: Any) -> dict[str, Any]:
    return {
        "batch": batch,
        "row": row,
        "language": "cobol",
        "kind": "program",
        "origin": "human",
        "evidence": 2,
        "depth": 0,
        "human_share": 1.0,
        "licence": "MIT",
        "content_sha256": f"{batch:016x}{row:048x}",
        "swhid": "",
        "generators": [],
        "licences": ["MIT"],
        "sources": ["repo-a"],
        "overflow": False,
        **more,
    }


def verdicts(batch: int, row: int, *checks: str) -> list[dict[str, Any]]:
    return [{"batch": batch, "row": row, "check": check, "outcome": "pass"} for check in (*checks, "near_duplicate")]


def world(path: Path, roots: int = 70, children: int = 70) -> World:
    """A ledger that the gate allows: ingest of two batches, two layers derived from it, verified, assembled."""
    made = World(Ledger.init(path))
    first, second = (made.batch("ingest") for _ in range(2))
    for batch in (first, second):
        made.tables[batch]["records"] = [record(batch, row, sources=[f"repo-{row % 3}"]) for row in range(roots)]
        made.tables[batch]["sources"] = [
            {"batch": batch, "row": row, "repository": "r", "authors": [f"person-{row}"]} for row in range(roots)
        ]
    third = made.batch("augment", (first, second))
    fourth = made.batch("augment", (third, first))
    for batch, depth, parents in ((third, 1, (first, second)), (fourth, 2, (third, first))):
        made.tables[batch]["records"] = [
            record(batch, row, origin="synthetic_rule", depth=depth, sources=[f"repo-{row % 3}"])
            for row in range(children)
        ]
        made.tables[batch]["edges"] = [
            {
                "batch": batch,
                "row": row,
                "parent_batch": parent,
                "parent_row": row % (roots if parent != third else children),
                "role": "source",
            }
            for row in range(children)
            for parent in parents
        ]
    said = [
        item
        for batch, count, checks in (
            (first, roots, ("syntax",)),
            (second, roots, ("syntax",)),
            (third, children, ("syntax", "compile")),
            (fourth, children, ("syntax", "compile")),
        )
        for row in range(count)
        for item in verdicts(batch, row, *checks)
    ]
    checked = made.batch("verify", (first, second, third, fourth), verdicts=said)
    made.dataset = made.batch("assemble", (first, second, third, fourth, checked))
    # Relatives share the row number, so a split by row keeps them together.
    made.tables[made.dataset]["members"] = [
        {
            "batch": item["batch"],
            "row": item["row"],
            "dataset": made.dataset,
            "split": "train" if item["row"] % 5 else "test",
            "origin": item["origin"],
            "bytes": 1,
        }
        for item in made.rows("records")
    ]
    made.tables[made.dataset]["datasets"] = [{"dataset": made.dataset, "name": "d", "size": len(made.rows("members"))}]
    return made


def oracle(made: World, policy: Policy) -> dict[str, Any]:
    """The same facts, by the shortest Python that can be right."""
    stored = {BatchId(n).number for n in made.tables}
    records: dict[Key, dict[str, Any]] = {(r["batch"], r["row"]): r for r in made.rows("records")}
    listed = [m for m in made.rows("members") if m["dataset"] == made.dataset]
    members = {(m["batch"], m["row"]) for m in listed}
    there = sorted(members & set(records))
    steps = {recipe.batch.number: recipe.step for recipe in made.recipes}
    query = FactQuery.of(policy)

    def count(test: Callable[[dict[str, Any]], bool]) -> int:
        return sum(test(records[key]) for key in there)

    outcomes: dict[tuple[Key, str], set[str]] = {}
    for item in made.rows("verdicts"):
        outcomes.setdefault(((item["batch"], item["row"]), item["check"]), set()).add(item["outcome"])

    def needs(key: Key) -> tuple[str, ...]:
        base = policy.ingested if steps.get(key[0]) == "ingest" else policy.derived
        base = dict(policy.steps).get(steps.get(key[0], ""), base)
        return dict(policy.kinds).get(records[key]["kind"], base) if key in records else base

    parents: dict[Key, set[Key]] = {}
    for edge in made.rows("edges"):
        parents.setdefault((edge["batch"], edge["row"]), set()).add((edge["parent_batch"], edge["parent_row"]))

    def family(key: Key) -> frozenset[Key]:
        found, waiting = {key}, [key]
        while waiting:
            for up in parents.get(waiting.pop(), ()):
                if up not in found:
                    found.add(up)
                    waiting.append(up)
        return frozenset(found)

    families = {key: family(key) for key in members}
    splits: dict[Key, set[str]] = {}
    for m in listed:  # a member that is listed in two splits leaks by itself
        splits.setdefault((m["batch"], m["row"]), set()).add(m["split"])
    recalled = set()
    for key in there:
        row = records[key]
        for item in made.rows("recalls"):
            kind, target = item["kind"], item["target"]
            if kind == "source" and (target in row["sources"] or (row["overflow"] and len(row["sources"]) >= 64)):
                recalled.add(key)
            if kind == "model" and target in row["generators"]:
                recalled.add(key)
            if kind == "licence" and (target in row["licences"] or target in licence_ids(row["licence"])):
                recalled.add(key)
            if kind == "record" and any(f"rec:{b:016x}.{r}" == target for b, r in families[key]):
                recalled.add(key)
    contents = Counter(records[key]["content_sha256"] for key in there)
    direct = sum(any(_apart(splits[key], splits.get(up, set())) for up in parents.get(key, ())) for key in members)
    related = sum(any(_apart(splits[a], splits[b]) and families[a] & families[b] for b in members) for a in members)
    return {
        "members": len(listed),
        "stated_size": made.rows("datasets")[0]["size"],
        "absent": len(members - set(records)),
        "repeated": len(listed) - len(members),
        "carried": len(
            {
                (m["batch"], m["row"])
                for m in listed
                if (m["batch"], m["row"]) in records and records[m["batch"], m["row"]]["origin"] != m["origin"]
            }
        ),
        "origins": dict(Counter(m["origin"] for m in listed)),
        "cells": dict(Counter(_cell(records[m["batch"], m["row"]]) for m in listed)) if policy.mixes else None,
        "disallowed_origin": count(lambda r: r["origin"] not in query.origins),
        "weak_evidence": count(lambda r: r["evidence"] is None or r["evidence"] < query.grades.get(r["origin"], 9)),
        "too_deep": count(lambda r: r["depth"] is None or not 0 <= r["depth"] <= policy.max_depth),
        "disallowed_licence": count(
            lambda r: (
                not query.licence_is_fine(
                    r["licence"], tuple(r["licences"] or ()), r["overflow"] and len(r["licences"]) >= 64
                )
            )
        ),
        "missing_checks": {
            c: sum(c in needs(k) and "pass" not in outcomes.get((k, c), ()) for k in members) for c in policy.checks
        },
        "failed_checks": {
            c: sum(c in needs(k) and "fail" in outcomes.get((k, c), ()) for k in members) for c in policy.checks
        },
        "unjudged": {c: sum(not outcomes.get((k, c), set()) - {"error"} for k in members) for c in policy.judged},
        "judged_failed": {c: sum("fail" in outcomes.get((k, c), ()) for k in members) for c in policy.unrefuted},
        "exact_duplicates": sum(n - 1 for n in contents.values()),
        "near_duplicates": sum("fail" in outcomes.get((k, "near_duplicate"), ()) for k in members),
        "unjudged_near": sum(not {"pass", "fail"} & outcomes.get((k, "near_duplicate"), set()) for k in members),
        "gaps": len(made.silent & stored)
        + len({batch for batch, _ in members} - stored)
        + sum(1 for e in made.rows("edges") if (e["parent_batch"], e["parent_row"]) not in records)
        + sum(
            k not in parents and (r["depth"] != 0 or steps[k[0]] not in ("ingest", "generate"))
            for k, r in records.items()
        ),
        "recalled": len(recalled),
        "unjudged_recalls": sum(
            item["kind"] not in ("source", "model", "licence", "record", "person") for item in made.rows("recalls")
        ),
        "split_leaks": direct,
        "related": related > 0,
    }


def _apart(some: set[str], others: set[str]) -> bool:
    return any(one != other for one in some for other in others)


def _cell(row: dict[str, Any]) -> Cell:
    return Cell(row["origin"], row["language"], row["kind"], (row["generators"] or [""])[0], row["depth"])


def check(facts: Facts, made: World, policy: Policy = POLICY) -> None:
    """Facts and oracle agree; where no parent and child are apart, leaks are known as some or none."""
    found, expected = counts(facts), oracle(made, policy)
    related = expected.pop("related")
    assert (found["split_leaks"] > 0) == related
    if not expected["split_leaks"]:
        del expected["split_leaks"], found["split_leaks"]
    assert found == expected


def counts(facts: Facts) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, Violation):
            return value.count
        return {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else value

    return {
        f.name: plain(getattr(facts, f.name))
        for f in dataclasses.fields(facts)
        if f.name not in ("policy", "altered_files")
    }


# -- what may go wrong: each spoils the world in one way, and SPOILS says which rule must deny


def _some(made: World, rng: random.Random, table: str = "records") -> dict[str, Any]:
    return rng.choice(made.rows(table))


def _of(made: World, key: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [v for v in made.rows("verdicts") if (v["batch"], v["row"], v["check"]) == (key["batch"], key["row"], check)]


def spoil_origin(made: World, rng: random.Random) -> None:
    row = _some(made, rng)
    for member in made.rows("members"):
        if (member["batch"], member["row"]) == (row["batch"], row["row"]):
            member["origin"] = "unknown"
    row["origin"] = "unknown"


def spoil_carried(made: World, rng: random.Random) -> None:
    member = _some(made, rng, "members")
    member["origin"] = "human" if member["origin"] != "human" else "synthetic_rule"


def spoil_evidence(made: World, rng: random.Random) -> None:
    rng.choice([r for r in made.rows("records") if r["origin"] == "human"])["evidence"] = rng.choice([None, 0, 1])


def spoil_depth(made: World, rng: random.Random) -> None:
    rng.choice([r for r in made.rows("records") if r["depth"]])["depth"] = rng.choice([3, 200])


def spoil_licence(made: World, rng: random.Random) -> None:
    row = _some(made, rng)
    row.update(
        rng.choice(
            [
                {"licences": ["MIT", "GPL-3.0-only"]},
                {"licences": []},
                {"licence": "NOASSERTION"},
                {"licence": "GPL-3.0-only"},
                {"licences": ["MIT", None]},
            ]
        )
    )


def spoil_absent(made: World, rng: random.Random) -> None:
    member = _some(made, rng, "members")
    made.tables[made.dataset]["members"].append(member | rng.choice([{"row": 1000}, {"batch": 12345}, {"row": -1}]))
    made.rows("datasets")[0]["size"] += 1


def spoil_repeat(made: World, rng: random.Random) -> None:
    made.tables[made.dataset]["members"].append(_some(made, rng, "members") | {"bytes": 2})
    made.rows("datasets")[0]["size"] += 1


def spoil_size(made: World, rng: random.Random) -> None:
    made.rows("datasets")[0]["size"] += rng.choice([-1, 1])


def spoil_missing(made: World, rng: random.Random) -> None:
    rng.choice(_of(made, _some(made, rng), "syntax"))["outcome"] = rng.choice(["skipped", "error", "warn", "abstain"])


def spoil_failed(made: World, rng: random.Random) -> None:
    # A fail beside a pass of another verify batch still denies.
    row = _some(made, rng)
    batch = made.batch("verify", (row["batch"],))
    made.tables[batch]["verdicts"] = [{"batch": row["batch"], "row": row["row"], "check": "syntax", "outcome": "fail"}]
    made.silent.discard(batch)


def spoil_kind(made: World, rng: random.Random) -> None:
    _some(made, rng)["kind"] = "copybook"  # now needs "secrets", which nobody ran


def spoil_exact(made: World, rng: random.Random) -> None:
    first, second = rng.sample(made.rows("records"), 2)
    first["content_sha256"] = second["content_sha256"]


def spoil_near(made: World, rng: random.Random) -> None:
    rng.choice(_of(made, _some(made, rng), "near_duplicate"))["outcome"] = rng.choice(["fail", "skipped"])


def test_near_duplicates_count_as_said_by_the_batches_of_the_dataset(tmp_path: Path) -> None:
    """Another judgement, of other candidates or at another threshold, says nothing of this set."""
    made = world(tmp_path)
    row = made.rows("records")[0]
    late = made.batch("judge", (row["batch"],))
    made.tables[late]["verdicts"] = [
        {"batch": row["batch"], "row": row["row"], "check": "near_duplicate", "outcome": "fail"}
    ]
    made.commit()
    facts = made.gather()
    assert facts.near_duplicates == Violation(0)
    assert facts.unjudged_near == Violation(0)


def spoil_edge(made: World, rng: random.Random) -> None:
    # One edge a batch pair is enough to count all edges of the pair, so the pair gets an edge of its own.
    child = rng.choice([r for r in made.rows("records") if r["depth"]])
    made.tables[child["batch"]]["edges"].append(
        {
            "batch": child["batch"],
            "row": child["row"],
            "parent_row": 0,
            "parent_batch": 777 + len(made.rows("edges")),
            "role": "source",
        }
    )


def spoil_root(made: World, rng: random.Random) -> None:
    batch = next(n for n, tables in made.tables.items() if tables.get("edges"))
    row = rng.choice(sorted({e["row"] for e in made.tables[batch]["edges"]}))
    made.tables[batch]["edges"] = [e for e in made.tables[batch]["edges"] if e["row"] != row]


def spoil_event(made: World, rng: random.Random) -> None:
    made.silent.add(
        rng.choice([recipe.batch.number for recipe in made.recipes if recipe.step in ("ingest", "assemble")])
    )


def spoil_recall(made: World, rng: random.Random) -> None:
    row = _some(made, rng)
    kind, target = rng.choice(
        [
            ("source", row["sources"][0] if row["sources"] else "x"),
            ("licence", "MIT"),
            ("record", f"rec:{row['batch']:016x}.{row['row']}"),
            ("comet", "x"),
        ]
    )
    made.batch("recall", (), recalls=[{"kind": kind, "target": target, "reason": "asked", "recalled_by": "me"}])


def spoil_split(made: World, rng: random.Random) -> None:
    member = _some(made, rng, "members")
    member["split"] = "validation" if member["split"] != "validation" else "train"


SPOILS: dict[Callable[[World, random.Random], None], set[str]] = {
    spoil_origin: {"origin"},
    spoil_carried: {"carried"},
    spoil_evidence: {"evidence"},
    spoil_depth: {"depth"},
    spoil_licence: {"licence"},
    spoil_absent: {"presence"},
    spoil_repeat: {"repeats"},
    spoil_size: {"size"},
    spoil_missing: {"checks_passed"},
    spoil_failed: {"checks_failed"},
    spoil_kind: {"checks_passed"},
    spoil_exact: {"exact_duplicates"},
    spoil_near: {"near_duplicates"},
    spoil_edge: {"trace"},
    spoil_root: {"trace"},
    spoil_event: {"trace"},
    spoil_recall: {"recall"},
    spoil_split: {"splits"},
}


def test_a_good_ledger_is_allowed(tmp_path: Path) -> None:
    made = world(tmp_path / "l")
    made.commit()
    facts = made.gather()
    check(facts, made)
    decide(POLICY, facts).require()


@pytest.mark.parametrize(("outcomes", "open_"), [
    (["pass"], True), (["abstain"], True), (["skipped", "error"], True), (["error"], False), ([], False),
    (["pass", "fail"], False)])
def test_what_must_be_judged_may_abstain_and_may_not_fail(tmp_path: Path, outcomes: list[str], open_: bool) -> None:
    policy = dataclasses.replace(POLICY, judged=("drift",))
    made = world(tmp_path / "l")
    said = [{"batch": m["batch"], "row": m["row"], "check": "drift", "outcome": outcome}
            for m in made.rows("members") for outcome in outcomes]
    made.batch("judge", (), verdicts=said)
    made.commit()
    facts = made.gather(policy)
    check(facts, made, policy)
    assert decide(policy, facts).allowed is open_


@pytest.mark.parametrize(("most", "open_"), [(1.0, True), (0.01, False)])
def test_shares_are_counted_by_cell(tmp_path: Path, most: float, open_: bool) -> None:
    policy = dataclasses.replace(POLICY, mix_languages=(("cobol", 0.0, most), ("java", 0.0, 0.9)))
    made = world(tmp_path / "l")
    made.commit()
    facts = made.gather(policy)
    check(facts, made, policy)
    assert decide(policy, facts).allowed is open_


@pytest.mark.parametrize(("needed", "open_"), [(("syntax",), True), (("masking",), False), ((), True)])
def test_a_step_may_have_needs_of_its_own(tmp_path: Path, needed: tuple[str, ...], open_: bool) -> None:
    policy = dataclasses.replace(POLICY, steps=(("augment", needed),))
    made = world(tmp_path / "l")
    made.commit()
    facts = made.gather(policy)
    check(facts, made, policy)
    assert decide(policy, facts).allowed is open_


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)
def test_each_spoiling_is_found_by_its_rule(tmp_path: Path, spoil: Callable[[World, random.Random], None]) -> None:
    for seed in range(2):
        made = world(tmp_path / str(seed))
        spoil(made, random.Random(seed))
        made.commit()
        facts = made.gather()
        check(facts, made)
        denied = {reason.rule for reason in decide(POLICY, facts).denials}
        # A member's own verdicts go when it is not a record, so an absent member also lacks its checks.
        assert SPOILS[spoil] <= denied


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.sampled_from(list(SPOILS)), max_size=6), st.integers(0, 2**32), st.integers(1, 70), st.integers(1, 70)
)
def test_any_mixture_agrees_with_the_oracle(spoils: list[Any], seed: int, roots: int, children: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = world(Path(folder) / "l", roots, children)
        for spoil in spoils:
            spoil(made, random.Random(seed))
        made.commit()
        check(made.gather(), made)


def test_what_is_not_asked_is_not_gathered(tmp_path: Path) -> None:
    made = world(tmp_path / "l", 3, 3)
    made.commit()
    lax = dataclasses.replace(
        POLICY, exact=True, near=True, gaps=True, recalled=True, leaks=True, ingested=(), derived=(), kinds=()
    )
    facts = made.gather(lax)
    assert (facts.exact_duplicates, facts.near_duplicates, facts.gaps, facts.recalled, facts.split_leaks) == (None,) * 5
    assert facts.missing_checks == {}
    assert decide(lax, facts).allowed
    assert not decide(POLICY, facts).allowed


def test_a_dataset_that_does_not_exist_is_denied(tmp_path: Path) -> None:
    made = world(tmp_path / "l", 3, 3)
    made.commit()
    made.dataset = 99
    facts = made.gather()
    assert facts.altered_files == Violation(1, ("batch 0000000000000063",))
    denied = {reason.rule for reason in decide(POLICY, facts).denials}
    assert {"size", "files", "checks_passed", "checks_failed", "human_share", "trace"} <= denied


def test_without_rehash_the_gate_stays_closed(tmp_path: Path) -> None:
    made = world(tmp_path / "l", 3, 3)
    made.commit()
    with Lens(made.ledger) as lens:
        decision = decide(POLICY, gather(lens, made.dataset, POLICY))
    assert [reason.rule for reason in decision.denials] == ["files"]


def test_an_altered_file_is_named(tmp_path: Path) -> None:
    made = world(tmp_path / "l", 3, 3)
    made.commit()
    path = next((made.ledger.layout.parts / "verdicts").rglob("*.parquet"))
    path.write_bytes(path.read_bytes() + b"x")
    assert rehash(made.ledger, made.dataset) == Violation(1, (str(path),))


@pytest.mark.parametrize(
    ("kind", "target", "hits", "unjudged"),
    [
        ("person", "person-1", 4, 0),
        ("record", "sha256:" + f"{0:064x}", 0, 0),
        ("record", "swh:1:cnt:" + "0" * 40, 0, 0),
        ("record", "rec:nonsense", 0, 1),
        ("record", "", 0, 1),
        ("model", "m-1", 0, 0),
        ("licence", "mit", 12, 0),
        ("prompt", "p", 0, 1),
    ],
)
def test_kinds_of_recall(tmp_path: Path, kind: str, target: str, hits: int, unjudged: int) -> None:
    made = world(tmp_path / "l", 3, 3)
    made.batch("recall", (), recalls=[{"kind": kind, "target": target}])
    made.commit()
    facts = made.gather()
    assert facts.recalled and facts.recalled.count == hits
    assert facts.unjudged_recalls and facts.unjudged_recalls.count == unjudged


def test_a_cut_list_cannot_hide_a_recalled_source(tmp_path: Path) -> None:
    made = world(tmp_path / "l", 3, 3)
    made.rows("records")[0] |= {"overflow": True, "sources": [f"s{i}" for i in range(64)]}
    made.batch("recall", (), recalls=[{"kind": "source", "target": "hidden"}])
    made.commit()
    facts = made.gather()
    assert facts.recalled == Violation(1, (f"rec:{made.rows('records')[0]['batch']:016x}.0",))


def test_siblings_in_two_splits_are_found_although_their_parent_is_no_member(tmp_path: Path) -> None:
    made = world(tmp_path / "l", 1, 2)
    third, fourth = (recipe.batch.number for recipe in made.recipes if recipe.step == "augment")
    members = made.tables[made.dataset]["members"]
    made.tables[made.dataset]["members"] = [
        m | {"split": "train" if m["row"] else "test"} for m in members if m["batch"] == third
    ]
    made.rows("datasets")[0]["size"] = 2
    made.commit()
    facts = made.gather()
    assert facts.split_leaks and facts.split_leaks.count == 1
    assert fourth not in {m["batch"] for m in made.rows("members")}


def test_overlapping_gathers_share_a_lens(tmp_path: Path) -> None:
    import threading

    made = world(tmp_path / "l", 5, 5)
    made.commit()
    found: list[Facts] = []
    with Lens(made.ledger) as lens:
        threads = [threading.Thread(target=lambda: found.append(gather(lens, made.dataset, POLICY))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 3 and found[0] == found[1] == found[2]
