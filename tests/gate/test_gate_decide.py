"""Rules and decisions: deny unless; every rule has an example of both; taking a fact away never opens the gate."""

from __future__ import annotations

import dataclasses
import importlib
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import GateClosed
from provenance.gate.decide import Decision, decide, explain
from provenance.gate.facts import FactQuery, Facts, Violation
from provenance.gate.policy import Policy
from provenance.gate.reason import UNKNOWN, Reason, Ruling
from provenance.gate.rules import RULES
from provenance.model.identity import Digest
from provenance.model.mix import Cell
from provenance.model.origin import EvidenceGrade, OriginClass

POLICY = Policy(
    name="p",
    origins=(OriginClass.HUMAN, OriginClass.SYNTHETIC_RULE),
    min_human_share=0.5,
    max_depth=2,
    licences=("Apache-2.0", "MIT"),
    denied_licences=("GPL-3.0-only",),
    ingested=("syntax",),
    derived=("compile", "syntax"),
    kinds=(("copybook", ("secrets",)),),
    judged=("collapse",),
    mix_human=(("cobol", 0.5, 1.0),),
    mix_generators=(("*", 0.0, 0.3), ("named", 0.0, 0.1)),
    mix_depths=(("1", 0.0, 0.4),),
    min_records=4,
)
LAX = dataclasses.replace(POLICY, exact=True, near=True, gaps=True, recalled=True, leaks=True)
NONE = Violation(0)
SOME = Violation(2, ("rec:0000000000000001.0",))


CELLS = {Cell("human", "cobol", "program", "", 0): 6, Cell("synthetic_rule", "cobol", "program", "", 1): 1,
         Cell("synthetic_rule", "cobol", "program", "some", 1): 3}


def facts(of: Policy = POLICY, /, **changes: Any) -> Facts:
    """Facts with which the policy allows."""
    fine: dict[str, Any] = {field.name: NONE for field in dataclasses.fields(Facts)}
    none_each = dict.fromkeys(of.checks, NONE)
    fine |= {
        "policy": of.digest,
        "members": 10,
        "stated_size": 10,
        "origins": {"human": 6, "synthetic_rule": 4},
        "cells": CELLS,
        "unjudged": dict.fromkeys(of.judged, NONE),
        "judged_failed": dict.fromkeys(of.unrefuted, NONE),
        "missing_checks": none_each,
        "failed_checks": none_each,
    }
    return Facts(**(fine | changes))


def reason(rule: str, of: Policy = POLICY, /, **changes: Any) -> Reason:
    return next(item for item in decide(of, facts(of, **changes)).reasons if item.rule == rule)


ASKED = sorted({field.name for field in dataclasses.fields(Facts)})
#: fact -> rule that reads it.
READ_BY = {
    "policy": "facts",
    "members": "size",
    "stated_size": "size",
    "absent": "presence",
    "repeated": "repeats",
    "altered_files": "files",
    "carried": "carried",
    "origins": "human_share",
    "cells": "mix",
    "unjudged": "judged",
    "judged_failed": "judged",
    "disallowed_origin": "origin",
    "weak_evidence": "evidence",
    "too_deep": "depth",
    "disallowed_licence": "licence",
    "missing_checks": "checks_passed",
    "failed_checks": "checks_failed",
    "exact_duplicates": "exact_duplicates",
    "near_duplicates": "near_duplicates",
    "unjudged_near": "near_duplicates",
    "gaps": "trace",
    "recalled": "recall",
    "unjudged_recalls": "recall",
    "split_leaks": "splits",
}


def test_all_fine_allows_and_require_returns_the_decision() -> None:
    decision = decide(POLICY, facts())
    assert decision.allowed and decision.outcome is Ruling.ALLOW
    assert decision.require() is decision
    assert len(decision.reasons) == len(RULES) == len({item.rule for item in decision.reasons})
    assert all(item.next_step == "" and item.count == 0 for item in decision.reasons)


def test_nothing_known_denies_with_every_rule() -> None:
    decision = decide(POLICY, Facts())
    assert all(item.outcome is Ruling.DENY and item.found == UNKNOWN and item.next_step for item in decision.reasons)


@pytest.mark.parametrize("fact", ASKED)
def test_each_fact_is_needed_by_its_rule(fact: str) -> None:
    decision = decide(POLICY, facts(**{fact: None}))
    assert not decision.allowed
    assert READ_BY[fact] in {item.rule for item in decision.denials}


@pytest.mark.parametrize("fact", [name for name in ASKED if getattr(facts(), name) == NONE])
def test_each_violation_denies_and_is_named(fact: str) -> None:
    denied = reason(READ_BY[fact], **{fact: SOME})
    assert (denied.outcome, denied.count, denied.examples) == (Ruling.DENY, 2, SOME.examples)
    assert denied.found.startswith("2 ") and denied.next_step


@pytest.mark.parametrize(
    ("rule", "changes", "found"),
    [
        ("facts", {"policy": Digest.of(b"another")}, f"gathered for {Digest.of(b'another')}"),
        ("size", {"members": 3, "stated_size": 3, "origins": {"human": 3}}, "3 records, 3 stated"),
        ("size", {"stated_size": 11}, "10 records, 11 stated"),
        ("human_share", {"origins": {"human": 4, "synthetic_rule": 6}}, "4 of 10 (0.4)"),
        ("human_share", {"origins": {"human": 6, "synthetic_rule": 3}}, "origins of 9 records where there are 10"),
        ("human_share", {"origins": {"human": 11, "synthetic_rule": -1}}, "origins of 10 records where there are 10"),
        ("human_share", {"members": 0, "origins": {}}, "origins of 0 records where there are 0"),
        ("checks_passed", {"missing_checks": {"syntax": NONE}}, "not known for compile, secrets"),
        (
            "checks_passed",
            {"missing_checks": {"syntax": SOME, "compile": NONE, "secrets": Violation(1)}},
            "members without a pass: secrets: 1, syntax: 2",
        ),
        ("checks_failed", {"failed_checks": {}}, "not known for compile, secrets, syntax"),
        (
            "checks_failed",
            {"failed_checks": {"syntax": NONE, "compile": NONE, "secrets": NONE, "other": SOME}},
            "members with a fail: other: 2",
        ),
    ],
)
def test_denying_examples(rule: str, changes: dict[str, Any], found: str) -> None:
    denied = reason(rule, **changes)
    assert denied.outcome is Ruling.DENY and denied.found == found and denied.next_step


def test_the_share_is_met_exactly() -> None:
    assert reason("human_share", origins={"human": 5, "synthetic_rule": 5}).outcome is Ruling.ALLOW


@pytest.mark.parametrize("rule", ["exact_duplicates", "near_duplicates", "trace", "recall", "splits"])
def test_what_a_policy_does_not_ask_need_not_be_known(rule: str) -> None:
    unasked = {
        "exact_duplicates": None,
        "near_duplicates": None,
        "unjudged_near": None,
        "gaps": None,
        "recalled": None,
        "unjudged_recalls": None,
        "split_leaks": None,
    }
    allowed = reason(rule, LAX, **unasked)
    assert allowed.outcome is Ruling.ALLOW and "= true" in allowed.asked and allowed.found == "not looked at"
    assert decide(LAX, facts(LAX, **unasked)).allowed


def test_a_policy_without_checks_needs_no_verdicts_but_an_answer() -> None:
    policy = dataclasses.replace(POLICY, ingested=(), derived=(), kinds=())
    assert decide(policy, facts(policy, missing_checks={}, failed_checks={})).allowed
    assert not decide(policy, facts(policy, missing_checks=None)).allowed


_VIOLATION = st.integers(0, 3).map(lambda n: Violation(n, ("rec:0000000000000001.0",)[:n]))
_EACH = st.dictionaries(st.sampled_from(["syntax", "compile", "secrets"]), _VIOLATION)


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    """Mostly fine facts, with some replaced at random."""
    changes: dict[str, Any] = {}
    for name in draw(st.sets(st.sampled_from(ASKED), max_size=4)):
        if name == "policy":
            changes[name] = draw(st.sampled_from([None, POLICY.digest, LAX.digest]))
        elif name in ("members", "stated_size"):
            changes[name] = draw(st.sampled_from([None, 0, 3, 4, 10, 11]))
        elif name == "origins":
            changes[name] = draw(
                st.none() | st.dictionaries(st.sampled_from(["human", "synthetic_rule"]), st.integers(-1, 9))
            )
        elif name in ("unjudged", "judged_failed"):
            changes[name] = draw(st.none() | st.dictionaries(st.sampled_from(["collapse", "review"]), _VIOLATION))
        elif name == "cells":
            changes[name] = draw(st.none() | st.dictionaries(st.sampled_from(sorted(CELLS)), st.integers(-1, 9)))
        elif name in ("missing_checks", "failed_checks"):
            changes[name] = draw(st.none() | _EACH)
        else:
            changes[name] = draw(st.none() | _VIOLATION)
    return facts(draw(st.sampled_from([POLICY, LAX])), **changes)


_POLICIES = st.sampled_from([POLICY, LAX])


@settings(max_examples=300, deadline=None)
@given(_POLICIES, some_facts(), st.sets(st.sampled_from(ASKED), min_size=1))
def test_taking_facts_away_never_opens(policy: Policy, known: Facts, gone: set[str]) -> None:
    less = dataclasses.replace(known, **dict.fromkeys(gone))
    before, after = decide(policy, known), decide(policy, less)
    for rule_before, rule_after in zip(before.reasons, after.reasons, strict=True):
        assert rule_before.outcome is Ruling.ALLOW or rule_after.outcome is Ruling.DENY
    asked = [
        name
        for name in gone
        if policy is POLICY or READ_BY[name] not in ("exact_duplicates", "near_duplicates", "trace", "recall", "splits")
    ]
    if asked:
        assert not after.allowed


@settings(max_examples=300, deadline=None)
@given(_POLICIES, some_facts(), st.data())
def test_more_violations_never_open(policy: Policy, known: Facts, data: st.DataObject) -> None:
    names = [name for name in ASKED if isinstance(getattr(known, name), Violation)]
    worse: dict[str, Any] = {}
    for name in data.draw(st.sets(st.sampled_from(names or ["none"]))) - {"none"}:
        there = getattr(known, name)
        worse[name] = Violation(there.count + data.draw(st.integers(1, 5)), there.examples)
    if known.failed_checks is not None:
        worse["failed_checks"] = {**known.failed_checks, data.draw(st.sampled_from(["syntax", "new"])): SOME}
    before, after = decide(policy, known), decide(policy, dataclasses.replace(known, **worse))
    assert before.allowed or not after.allowed
    for rule_before, rule_after in zip(before.reasons, after.reasons, strict=True):
        assert rule_before.outcome is Ruling.ALLOW or rule_after.outcome is Ruling.DENY


@settings(max_examples=50, deadline=None)
@given(some_facts(), st.randoms(use_true_random=False))
def test_order_of_rules_and_of_facts_does_not_matter(known: Facts, rng: random.Random) -> None:
    shuffled = list(RULES)
    rng.shuffle(shuffled)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("provenance.gate.decide"), "RULES", tuple(shuffled))
        other = decide(POLICY, known)
    turned = dataclasses.replace(
        known,
        **{
            name: dict(reversed(getattr(known, name).items()))
            for name in ("origins", "missing_checks", "failed_checks")
            if getattr(known, name)
        },
    )
    assert set(other.reasons) == set(decide(POLICY, known).reasons) == set(decide(POLICY, turned).reasons)


def test_a_closed_gate_names_every_reason() -> None:
    decision = decide(POLICY, facts(absent=SOME, gaps=None))
    with pytest.raises(GateClosed) as caught:
        decision.require()
    assert caught.value.decision is decision
    text = str(caught.value)
    assert "policy p: denies for 2 of 20 rules" in text
    assert "presence: asked every member's record is in the ledger; found 2 members without a record" in text
    assert "(such as rec:0000000000000001.0)" in text and "trace: asked" in text and "found not known" in text


def test_a_decision_cannot_contradict_its_reasons() -> None:
    empty = Decision("p", POLICY.digest, ())
    assert not empty.allowed
    with pytest.raises(GateClosed):
        empty.require()
    assert "DENY" in explain(empty)


def test_explain_shows_every_rule_with_what_would_make_it_pass() -> None:
    decision = decide(POLICY, facts(absent=SOME))
    text = explain(decision)
    assert text.startswith(f"DENY  policy p ({POLICY.digest})\n19 rules allow, 1 deny\n")
    for item in decision.reasons:
        assert f"  {item.rule}" in text
    assert "examples  rec:0000000000000001.0" in text and "to pass   restore the batches" in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("count", [-1, True, "3", None, 1.0])
def test_a_violation_is_a_count(count: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        Violation(count)


def test_a_violation_counts_its_examples() -> None:
    with pytest.raises(ValueError, match="at least its 1 examples"):
        Violation(0, ("rec:0000000000000001.0",))


@pytest.mark.parametrize(
    ("expression", "ids", "cut", "fine"),
    [
        ("MIT", ("MIT",), False, True),
        ("mit", ("apache-2.0",), False, True),
        ("MIT OR Apache-2.0", ("Apache-2.0", "MIT"), False, True),
        ("MIT OR BSD-3-Clause", ("BSD-3-Clause", "MIT"), False, False),
        ("MIT", ("MIT", "BSD-3-Clause"), False, False),
        ("BSD-3-Clause", ("MIT",), False, False),
        ("GPL-3.0-only", ("GPL-3.0-only",), False, False),
        ("NOASSERTION", ("NOASSERTION",), False, False),
        ("MIT", ("MIT",), True, False),
        ("MIT", (), False, False),
        ("", ("MIT",), False, False),
        (None, ("MIT",), False, False),
        ("MIT", ("MIT", None), False, False),
    ],
)
def test_licences(expression: str | None, ids: tuple[str | None, ...], cut: bool, fine: bool) -> None:
    assert FactQuery.of(POLICY).licence_is_fine(expression, ids, cut) is fine


def test_any_licence_is_not_no_licence() -> None:
    query = FactQuery.of(dataclasses.replace(POLICY, licences=("*",)))
    assert query.licence_is_fine("BSD-3-Clause", ("BSD-3-Clause",), False)
    assert not query.licence_is_fine("GPL-3.0-only", ("GPL-3.0-only",), False)
    assert not query.licence_is_fine("NOASSERTION", ("NOASSERTION",), False)
    listed = FactQuery.of(dataclasses.replace(POLICY, licences=("*", "NOASSERTION")))
    assert listed.licence_is_fine("NOASSERTION", ("NOASSERTION",), False)


def test_the_query_holds_every_class() -> None:
    query = FactQuery.of(dataclasses.replace(POLICY, min_evidence=((OriginClass.HUMAN, EvidenceGrade.E4),)))
    assert query.grades == {str(origin): 4 if origin is OriginClass.HUMAN else 0 for origin in OriginClass}
    assert query.kinds == {"copybook": ("secrets",)}


@pytest.mark.parametrize(("changes", "broken"), [
    ({}, []),
    ({Cell("human", "cobol", "program", "", 0): 4}, ["mix.depths.1", 'mix.generators."*" (some)']),
    ({Cell("human", "java", "program", "", 0): 0, Cell("synthetic_rule", "java", "program", "", 2): 1}, []),
    ({Cell("synthetic_model", "cobol", "program", "named", 2): 2}, ["mix.generators.named"]),
])
def test_shares_are_held_against_their_limits_all_at_once(changes: dict[Cell, int], broken: list[str]) -> None:
    cells = CELLS | changes
    said = reason("mix", cells=cells, members=sum(cells.values()))
    assert sorted(said.examples) == sorted(broken)
    assert (said.outcome is Ruling.ALLOW) is (not broken)


@given(st.dictionaries(st.sampled_from(sorted(CELLS)), st.integers(0, 50)))
def test_a_limit_holds_where_its_share_is_between_its_bounds(cells: dict[Cell, int]) -> None:
    for limit in POLICY.limits(cells):
        share = limit.share(cells)
        assert limit.holds(cells) is (share is None or limit.least - 1e-6 <= share <= limit.most + 1e-6)


def test_cells_that_do_not_add_up_are_not_believed() -> None:
    assert reason("mix", cells={Cell("human", "cobol", "program", "", 0): 9}).outcome is Ruling.DENY


def test_a_policy_without_shares_does_not_ask() -> None:
    plain = dataclasses.replace(POLICY, mix_human=(), mix_generators=(), mix_depths=())
    assert reason("mix", plain, cells=None).outcome is Ruling.ALLOW and not plain.mixes
