"""The contract that every transform keeps, and the way to find one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provenance.errors import PolicyError
from provenance.languages import all_languages
from provenance.steps.augment import ALL, Change, Program, Refusal, Transform, by_name
from provenance.steps.augment.rename import RenameDataNames
from provenance.steps.augment.transform import Tally, concluded, seeded
from tests.steps.augment.augment_cases import SAMPLES, Compiler, changed

DOCS = Path(__file__).resolve().parents[3] / "docs" / "transforms.md"
EMPTY = Program("x.cbl", "", False)


def test_transforms_are_known_by_name_in_order() -> None:
    names = [transform.name for transform in ALL]
    assert names == sorted(set(names))
    # Names are in recipes: one that is gone, or means another language, would be a batch that nobody can make again.
    assert {"add-subtract-to-compute", "expand-copy", "join-move", "rename-data-names", "rename-paragraphs",
            "split-move"} <= {transform.name for transform in ALL if transform.language == "cobol"}
    assert all(transform.name.endswith(f"-{transform.language}") for transform in ALL if transform.language != "cobol")
    assert all(by_name(transform.name) is transform for transform in ALL)
    with pytest.raises(PolicyError, match=r"nonsense: is not a transform"):
        by_name("nonsense")


@pytest.mark.parametrize("transform", ALL, ids=lambda transform: transform.name)
def test_every_transform_says_what_it_is(transform: Transform) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", transform.name)
    assert re.fullmatch(r"\d+", transform.version)
    assert transform.language in all_languages()
    assert transform.preserves
    assert transform.needs <= {"listing", "expanded"}
    assert all(isinstance(value, str | int | bool) for value in transform.params().values())
    assert f"`{transform.name}`" in DOCS.read_text()


@pytest.mark.parametrize("transform", ALL, ids=lambda transform: transform.name)
def test_nothing_to_see_is_refused(transform: Transform) -> None:
    result = transform.apply(EMPTY, 1)
    assert isinstance(result, Refusal)
    assert result.code in {"no-listing", "no-candidates"}


def test_chance_depends_on_seed_text_and_options() -> None:
    other = Program("x.cbl", "*", False)
    draws = [
        seeded(RenameDataNames(), EMPTY, 1).random(),
        seeded(RenameDataNames(), EMPTY, 2).random(),
        seeded(RenameDataNames(), other, 1).random(),
        seeded(RenameDataNames(same_length=True), EMPTY, 1).random(),
    ]
    assert len(set(draws)) == 4
    assert seeded(RenameDataNames(), EMPTY, 1).random() == draws[0]


def test_a_conclusion_says_why_there_is_nothing() -> None:
    assert concluded(EMPTY, "t", Tally(3, 2, 1, 1)) == Change("t", False, 1)
    assert concluded(EMPTY, "t", Tally(0, 0, 0, 0)) == Refusal("no-candidates")
    assert concluded(EMPTY, "t", Tally(3, 0, 0, 0)) == Refusal("no-safe-site: 3 left alone")
    assert concluded(EMPTY, "t", Tally(3, 2, 0, 0)) == Refusal("no-site-drawn")
    assert concluded(EMPTY, "t", Tally(3, 2, 1, 0)) == Refusal("column-72")


@pytest.mark.parametrize("name", ["PAYCALC", "DEPTRPT", "SHELSORT", "ORDLOAD"])
def test_samples_behave_alike_after_every_transform(compiler: Compiler, name: str) -> None:
    copybooks = {path.stem: path.read_text() for path in (SAMPLES / "copy").glob("*.cpy")}
    program = compiler.program((SAMPLES / f"{name}.cbl").read_text(), copybooks=copybooks)
    before = compiler.behaviour(program.text)
    assert before[0] == 0
    assert len(before[1].splitlines()) > 3
    for transform in ALL:
        result = transform.apply(program, 11)
        if isinstance(result, Change):
            assert compiler.behaviour(result.text, result.free_format) == before, transform.name


def test_transforms_can_follow_each_other(compiler: Compiler) -> None:
    program = compiler.program((SAMPLES / "SHELSORT.cbl").read_text())
    before = compiler.behaviour(program.text)
    for name in ("join-move", "split-move", "add-subtract-to-compute", "rename-data-names", "rename-paragraphs"):
        change = changed(by_name(name), program)
        program = compiler.program(change.text)
    assert compiler.behaviour(program.text) == before
    assert not re.search(r"(?<![\w-])(SCORE|HELD|ONE-PASS)(?![\w-])", program.text)
