"""Sweep removes what nobody can still want, and only that."""

import os
import time

import pytest

from provenance.errors import LedgerCorrupt
from provenance.ledger import Ledger
from provenance.ledger import ledger as ledger_module
from provenance.ledger.upkeep import sweep, verify
from provenance.model.recipe import Recipe
from tests.ledger.conftest import commit, record

ONE = Recipe("ingest", "1", {"x": 1})
DAY = 86_400


def aged(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def leftovers(ledger):
    """A part without manifest and a temporary file, as a killed writer leaves them."""
    done = commit(ledger, ONE, [record("A.")])
    ledger.layout.manifest(ONE.batch).unlink()
    temporary = ledger.layout.batches / "00" / ".tmp-1-abc"
    temporary.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text("x")
    return [*(ledger.layout.part(n, ONE.batch, p.digest) for n, p in done.manifest.parts.items()), temporary]


def test_only_the_old_and_unreferenced_goes(small):
    ledger, _ = small
    for path in ledger.path.rglob("*"):
        if path.is_file():
            aged(path, 10 * DAY)
    before = {path for path in ledger.path.rglob("*") if path.is_file()}
    assert sweep(ledger) == []
    young = leftovers(ledger)
    assert sweep(ledger) == []
    old = sorted(aged(path, 2 * DAY) for path in young[:2])
    assert sweep(ledger, dry_run=True) == old and all(path.exists() for path in old)
    assert sweep(ledger) == old and not any(path.exists() for path in old)
    assert sweep(ledger, older_than_s=3 * DAY) == []
    assert sorted(sweep(ledger, older_than_s=-1)) == sorted(young[2:])
    assert {path for path in ledger.path.rglob("*") if path.is_file()} == before
    assert list(verify(ledger)) == []


def test_a_retry_that_builds_on_an_old_leftover_is_not_swept_from_under(ledger, monkeypatch):
    """The sweep has listed the manifests; then the retry commits; then the sweep comes to the part files."""
    for path in leftovers(ledger):
        aged(path, 2 * DAY)
    real = Ledger.manifests

    def then_a_commit(self):
        yield from real(self)
        commit(ledger, ONE, [record("A.")])

    monkeypatch.setattr(Ledger, "manifests", then_a_commit)
    sweep(ledger)
    monkeypatch.setattr(Ledger, "manifests", real)
    assert ledger.records(ONE.batch) == [record("A.")]
    assert list(verify(ledger)) == []


def test_a_sweep_does_not_guess_where_a_manifest_is_damaged(small):
    ledger, _ = small
    next(ledger.layout.batches.rglob("*.json")).write_text("{")
    with pytest.raises(LedgerCorrupt):
        sweep(ledger, older_than_s=-1)


def test_two_sweeps_at_once_are_one(ledger, monkeypatch):
    paths = leftovers(ledger)
    real = type(paths[0]).unlink

    def quicker(self, missing_ok=False):
        real(self)
        return real(self, missing_ok=missing_ok)

    monkeypatch.setattr(type(paths[0]), "unlink", quicker)
    assert sweep(ledger, older_than_s=-1) == []
    assert not any(path.exists() for path in paths)


def test_strange_names_among_the_manifests_are_named(small):
    ledger, _ = small
    home = ledger.layout.batches / "zz"
    home.mkdir()
    (home / "zzzzzzzzzzzzzzzz.json").write_text("{}")
    assert [fault.where for fault in verify(ledger)] == [str(home / "zzzzzzzzzzzzzzzz.json")]


def test_a_manifest_in_the_wrong_place_is_named(small):
    ledger, _ = small
    path = sorted(ledger.layout.batches.rglob("*.json"))[0]
    other = ledger.layout.batches / "7f" / "7f00000000000000.json"
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(path.read_bytes())
    assert any("another batch" in fault.problem for fault in verify(ledger))


def test_a_batch_that_vanishes_under_a_loser_is_said(ledger, monkeypatch):
    monkeypatch.setattr(ledger_module, "put_once", lambda path, data: False)
    with pytest.raises(LedgerCorrupt, match="has vanished"):
        commit(ledger, ONE, [record("A.")])
