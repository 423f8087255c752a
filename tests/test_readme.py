"""What the README shows is so: its Python runs, its commands exist, its numbers are those of the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from provenance.cli.main import parser
from provenance.gate.rules import RULES
from provenance.languages import all_languages
from provenance.languages.language import Tier
from provenance.lineage import names
from provenance.steps.augment import ALL
from provenance.steps.generate import MODES
from provenance.steps.generate.skeletons import ALL as SKELETONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
NUMBERS = {"eight": 8, "seven": 7, "five": 5, "seventeen": 17, "eighteen": 18}


def test_the_counts_are_those_of_the_code() -> None:
    of_cobol = [transform for transform in ALL if transform.language == "cobol"]
    assert re.search(r"\| \*\*Transforms\*\* \| (\w+) for COBOL, (\w+) for (\w+) other", README).groups() == (
        str(len(of_cobol)), str(len(ALL) - len(of_cobol)), _word(len({each.language for each in ALL} - {"cobol"})))
    assert re.search(r"\*\*Models\*\* \| (\w+) modes", README)[1] == _word(len(MODES))
    assert re.search(r"\*\*Skeletons\*\* \| (\w+) kinds", README)[1] == _word(len(SKELETONS))
    assert re.search(r"\| \*\*Languages\*\* \| (\w+) are compiled and run", README)[1] == _word(
        len([each for each in all_languages().values() if each.tier is Tier.RUN]))
    assert re.search(r"(\w+) named questions", README)[1] == _word(len(names()))
    assert re.search(r"\| \*\*Gate\*\* \| (\w+) rules", README)[1] == _word(len(RULES))


def _word(number: int) -> str:
    return next((word for word, value in NUMBERS.items() if value == number), str(number))


def test_every_command_shown_is_one() -> None:
    shown = re.findall(r"^\$ provenance (\S+)", README, re.M)
    assert shown
    verbs = next(action for action in parser()._actions if action.dest == "verb").choices
    assert set(shown) <= set(verbs)


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert "://" in target or (ROOT / target).exists(), target


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block as it stands, over the sample repository; a policy that trains must refuse it."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    sys.modules.pop("sample_repository", None)
    import sample_repository

    from provenance.errors import PolicyError, ProvenanceError

    sample_repository.make(tmp_path / "payroll.bundle")
    monkeypatch.chdir(tmp_path)
    [block] = re.findall(r"```python\n(.*?)```", README, re.S)
    with pytest.raises(ProvenanceError) as refused:
        exec(compile(block, "README.md", "exec"), {})
    # Without a compiler nothing is admitted at all; with one the set is assembled and the gate denies it.
    assert "human_share" in str(refused.value) or isinstance(refused.value, PolicyError)
