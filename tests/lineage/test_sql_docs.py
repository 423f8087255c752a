"""docs/sql.md: every SQL block runs, and every view, column and question is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provenance.lineage import Lens, load, names
from provenance.lineage.catalogue import names_of

TEXT = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("sql", re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL))
def test_a_block_runs_and_answers(lens: Lens, sql: str) -> None:
    assert lens.query(sql).rows


@pytest.mark.parametrize("view", names_of("views"))
def test_a_view_and_all_its_columns_are_documented(lens: Lens, view: str) -> None:
    row = re.search(rf"^\| `{view}` \| (.+) \|$", TEXT, re.MULTILINE)
    assert row
    documented = re.findall(r"\w+", re.sub(r"\([^)]*\)", "", row[1]))
    assert tuple(documented) == lens.query(f"SELECT * FROM {view} LIMIT 0").columns


@pytest.mark.parametrize("name", names())
def test_a_question_and_its_parameters_are_documented(name: str) -> None:
    row = re.search(rf"^\| `{name}` \| .+ \|(.*)\|$", TEXT, re.MULTILINE)
    assert row
    assert re.findall(r"\w+", row[1]) == [param.name for param in load(name).params]
