"""Mask from the command line."""

from __future__ import annotations

import pytest

from provenance.ledger import Ledger
from tests.pipeline.test_masking import CARD, CUSTOMER, FILES
from tests.sources.repository_maker import MIT, OLD, Maker


@pytest.fixture
def ledger(cli, tmp_path, faked):
    maker = Maker(tmp_path / "payroll")
    maker.commit({"LICENSE": MIT, **FILES}, at=OLD)
    where = tmp_path / "ledger"
    assert cli("init", "-l", where)[0] == 0
    assert cli("ingest", maker.root, "--licence", "MIT", "--name", "payroll", "-l", where)[0] == 0
    return where


def test_mask_says_how_many_and_both_are_known(cli, ledger):
    status, out, err = cli("mask", "-l", ledger)
    assert status == 0, err
    assert "masked 4 (1 unproved)  nothing found in 1  refused 0" in out and out.startswith("mask:  batches made")
    assert CARD not in out and CUSTOMER not in out
    assert "adopted" in cli("mask", "-l", ledger)[1]
    assert cli("ledger", "verify", "-l", ledger)[0] == 0
    made = next(m for m in Ledger(ledger).manifests() if m.recipe.step == "mask" and m.records)
    status, out, _ = cli("trace", f"rec:{made.batch}.0", "-l", ledger)
    assert status == 0 and "mask" in out and "payroll" in out
    assert "verdicts" in cli("verify", "-l", ledger)[1]


def test_mask_takes_languages_and_kinds(cli, ledger):
    assert "masked 1 (1 unproved)" in cli("mask", "--language", "jcl", "-l", ledger)[1]
    assert "masked 1 (1 unproved)" in cli("mask", "--kind", "password", "-l", ledger)[1]
    assert "cobl" in cli.refused("mask", "--language", "cobl", "-l", ledger)
    assert "is no kind of finding" in cli.refused("mask", "--kind", " ", "-l", ledger)
