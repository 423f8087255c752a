"""Policies: every mistake at once, one digest a meaning, and the JSON Schema agrees with the reader."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import PolicyError
from provenance.gate.policy import Policy, load_policy, policy_of
from provenance.gate.policy_keys import KEYS
from provenance.model.origin import EvidenceGrade, OriginClass

HERE = Path(__file__).parents[2]
SCHEMA = json.loads((HERE / "spec" / "policy.schema.json").read_text())
FULL: dict[str, Any] = {
    "name": "full",
    "description": "all keys",
    "origin": {
        "allow": ["human", "synthetic_rule"],
        "min_evidence": {"human": "E2"},
        "min_human_share": 0.25,
        "max_depth": 3,
    },
    "licence": {"allow": ["MIT", "Apache-2.0"], "deny": ["GPL-3.0-only"]},
    "checks": {"ingested": ["syntax"], "derived": ["syntax", "compile"], "generated": ["syntax", "compile"],
               "kinds": {"copybook": []}, "steps": {"mask": ["masking"]}, "judged": ["collapse"]},
    "mix": {"human": {"cobol": {"min": 0.5}}, "languages": {"cobol": {"min": 0.1, "max": 0.9}},
            "kinds": {"program": {"max": 1}}, "generators": {"*": {"max": 0.3}}, "depths": {"1": {"max": 0.5}}},
    "duplicates": {"exact": False, "near": True},
    "trace": {"gaps": False},
    "recall": {"recalled": False},
    "splits": {"leaks": False},
    "size": {"min_records": 10},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """FULL with one key set (``...`` removes it)."""
    policy = copy.deepcopy(FULL)
    *sections, last = path.split(".")
    table = policy
    for section in sections:
        table = table[section]
    if value is ...:
        del table[last]
    else:
        table[last] = value
    return policy


def mistakes(value: Any) -> str:
    with pytest.raises(PolicyError) as caught:
        policy_of(value, "p.toml")
    return caught.value.problem


def test_all_keys_are_read() -> None:
    policy = policy_of(FULL, "p.toml")
    assert policy == Policy(
        name="full",
        description="all keys",
        origins=(OriginClass.HUMAN, OriginClass.SYNTHETIC_RULE),
        min_evidence=((OriginClass.HUMAN, EvidenceGrade.E2),),
        min_human_share=0.25,
        max_depth=3,
        licences=("Apache-2.0", "MIT"),
        denied_licences=("GPL-3.0-only",),
        ingested=("syntax",),
        derived=("compile", "syntax"),
        generated=("compile", "syntax"),
        kinds=(("copybook", ()),),
        steps=(("mask", ("masking",)),),
        judged=("collapse",),
        mix_human=(("cobol", 0.5, 1.0),),
        mix_languages=(("cobol", 0.1, 0.9),),
        mix_kinds=(("program", 0.0, 1.0),),
        mix_generators=(("*", 0.0, 0.3),),
        mix_depths=(("1", 0.0, 0.5),),
        near=True,
        min_records=10,
    )
    assert policy.checks == ("compile", "masking", "syntax")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("name", 3, "name: must be text, not a number"),
        ("name", "a b", "name: 'a b' must be 1 to 100"),
        ("name", ..., "name: is missing"),
        ("description", [], "description: must be text, not a list"),
        ("origin", ..., "origin.allow: is missing"),
        ("origin", "human", "origin: must be a table ([origin]), not text"),
        ("origin.allow", [], "origin.allow: is empty"),
        ("origin.allow", ["humn"], 'did you mean "human"?'),
        ("origin.allow", ["human", "human"], "'human' is listed twice"),
        ("origin.allow", "human", "origin.allow: must be a list of texts, not text"),
        ("origin.allow", [1], "origin.allow[0]: 1 is not an origin class"),
        ("origin.min_evidence", "E1", "origin.min_evidence: must be a table"),
        ("origin.min_evidence", {"humn": "E1"}, "origin.min_evidence.humn: is not an origin class"),
        ("origin.min_evidence", {"human": "E9"}, "origin.min_evidence.human: 'E9' is not a grade"),
        ("origin.min_evidence", {"unknown": "E1"}, "origin.min_evidence.unknown: is not in origin.allow"),
        ("origin.min_human_share", 1.01, "origin.min_human_share: 1.01 must be from 0 to 1"),
        ("origin.min_human_share", float("nan"), "origin.min_human_share: nan must be"),
        ("origin.min_human_share", True, "must be a number, not true or false"),
        ("origin.max_depth", 1.5, "origin.max_depth: must be a whole number"),
        ("origin.max_depth", -1, "origin.max_depth: -1 must be from 0 to 254"),
        ("licence.allow", ["MIT OR Apache-2.0"], "is not an SPDX id"),
        ("licence.deny", ["MIT"], "licence.deny: MIT is allowed and denied"),
        ("licence.deny", ["*"], "licence.deny[0]"),
        ("checks.ingested", ..., "checks.ingested: is missing"),
        ("checks.derived", ["Syntax"], "checks.derived[0]: 'Syntax' is not a check"),
        ("mix.human", {"cobol": {"max": 1}}, "mix.human.cobol: must be a table such as { min = 0.2 }"),
        ("mix.languages", {"cobol": {"min": 0.9, "max": 0.1}}, "mix.languages.cobol: min 0.9 is above max 0.1"),
        ("mix.depths", {"one": {"max": 0.1}}, "mix.depths: 'one' is not a depth"),
        ("mix.kinds", {"program": 0.5}, "mix.kinds.program: must be a table"),
        ("mix.generators", {"m": {"max": 2}}, "mix.generators.m.max: 2 must be from 0 to 1"),
        ("checks.steps", {"Mask it": []}, "checks.steps: 'Mask it' is not a step"),
        ("checks.kinds", [], "checks.kinds: must be a table"),
        ("checks.kinds", {"Copy book": []}, "checks.kinds: 'Copy book' is not a kind of file"),
        ("checks.kinds", {"copybook": "x"}, "checks.kinds.copybook: must be a list"),
        ("duplicates.exact", "no", "duplicates.exact: must be true or false, not text"),
        ("size.min_records", 0, "size.min_records: 0 must be from 1"),
        ("orign", {}, 'orign: is not a key of a policy; did you mean "origin"?'),
        ("origin.alow", [], 'origin.alow: is not a key of a policy; did you mean "origin.allow"?'),
        ("zzzz", 1, "zzzz: is not a key of a policy"),
        ("max_depth", 1, "max_depth: is not a key of a policy"),
    ],
)
def test_each_mistake_is_told_with_its_path(path: str, value: Any, told: str) -> None:
    assert told in mistakes(changed(path, value))


def test_a_share_needs_humans() -> None:
    value = changed("origin.allow", ["synthetic_rule"])
    del value["origin"]["min_evidence"]
    assert 'cannot be above 0 where origin.allow lacks "human"' in mistakes(value)


def test_all_mistakes_come_at_once_and_sorted() -> None:
    value = changed("origin.max_depth", "deep") | {"name": 1, "trace": {"gaps": 0}}
    lines = [line.strip() for line in mistakes(value).splitlines() if line.strip()]
    assert lines[0] == "has 3 mistakes:"
    assert [line.split(":")[0] for line in lines[1:]] == ["name", "origin.max_depth", "trace.gaps"]


def test_toml_that_is_not_toml_and_dates() -> None:
    with pytest.raises(PolicyError, match="is not TOML"):
        load_policy("name = ", "p.toml")
    with pytest.raises(PolicyError, match="name: must be text, not date"):
        load_policy("name = 2026-01-01", "p.toml")


def test_digest_is_of_the_meaning() -> None:
    digest = policy_of(FULL, "p").digest
    same = [
        changed("licence.allow", ["Apache-2.0", "MIT"]),
        changed("description", "other"),
        changed("checks.generated", ...),
        changed("origin.min_evidence", {"human": "E2", "synthetic_rule": "E0"}),
        changed("splits", {}),
        changed("origin.min_human_share", 0.25),
    ]
    assert {policy_of(value, "p").digest for value in same} == {digest}
    # Every attribute but the description is part of it.
    policy = policy_of(FULL, "p")
    others = {
        "name": "x",
        "origins": (),
        "min_evidence": (),
        "min_human_share": 0.0,
        "max_depth": 9,
        "licences": (),
        "denied_licences": (),
        "ingested": (),
        "derived": (),
        "generated": (),
        "kinds": (),
        "steps": (),
        "judged": (),
        "mix_human": (),
        "mix_languages": (),
        "mix_kinds": (),
        "mix_generators": (),
        "mix_depths": (),
        "exact": True,
        "near": False,
        "gaps": True,
        "recalled": True,
        "leaks": True,
        "min_records": 11,
    }
    assert set(others) | {"description"} == {field.name for field in dataclasses.fields(Policy)}
    digests = {dataclasses.replace(policy, **{name: value}).digest for name, value in others.items()}
    assert len(digests | {digest}) == len(others) + 1


@pytest.mark.parametrize("path", [key.path for key in KEYS if not key.required])
def test_leaving_a_yes_out_never_loosens(path: str) -> None:
    section, _, name = path.partition(".")
    policy = policy_of(changed(path if name else section, ...), "p")
    attribute = next(key.attribute for key in KEYS if key.path == path)
    value = getattr(policy, attribute)
    assert value is not True


@pytest.mark.parametrize("name", ["sample", "train", "strict"])
def test_shipped_policies_load_and_fit_the_schema(name: str) -> None:
    import tomllib

    text = (HERE / "policies" / f"{name}.toml").read_text()
    policy = load_policy(text, f"{name}.toml")
    assert policy.name == name
    assert OriginClass.UNKNOWN not in policy.origins
    assert not (policy.exact or policy.near or policy.gaps or policy.recalled or policy.leaks)
    jsonschema.validate(tomllib.loads(text), SCHEMA)


def test_the_docs_name_every_key() -> None:
    text = (HERE / "docs" / "gate.md").read_text()
    assert [key.path for key in KEYS if f"`{key.path}`" not in text] == []


_ANY = st.sampled_from(
    [
        ...,
        None,
        True,
        False,
        0,
        1,
        -1,
        0.5,
        2,
        255,
        1.5,
        "",
        "x",
        "human",
        "E1",
        "a b",
        [],
        ["MIT"],
        ["human"],
        ["syntax"],
        ["x", "x"],
        [1],
        {},
        {"human": "E1"},
        {"copybook": []},
        {"x": 1},
        "*",
        ["*"],
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([key.path for key in KEYS] + ["other", "origin.other"]), _ANY), max_size=3))
def test_the_schema_agrees_with_the_reader(edits: list[tuple[str, Any]]) -> None:
    value = copy.deepcopy(FULL)
    for path, content in edits:
        *sections, last = path.split(".")
        table = value[sections[0]] if sections else value
        if content is ...:
            table.pop(last, None)
        else:
            table[last] = content
    valid = jsonschema.Draft202012Validator(SCHEMA).is_valid(value)
    # 1.0 is an integer to JSON Schema; TOML tells them apart, and so does the reader. None does not exist in TOML.
    try:
        policy_of(value, "p")
    except PolicyError as error:
        lines = [line.strip() for line in error.problem.splitlines()[1:] if line.strip()]
        across = re.compile(r"is allowed and denied|is not in origin.allow|lacks \"human\"")
        assert not valid or all(across.search(line) for line in lines), lines
    else:
        assert valid
