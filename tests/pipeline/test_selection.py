"""What a word means when no batches are named."""

from __future__ import annotations

import pytest

from provenance.ledger import Ledger
from provenance.pipeline import Judging, Source
from provenance.pipeline.judges import load
from provenance.pipeline.selection import current
from tests.pipeline.small_pipeline import COPIES, NOTES, program, repository, run_of
from tests.sources.repository_maker import OLD, Maker

pytestmark = pytest.mark.usefixtures("quick")


def work(ledger: Ledger, where) -> tuple:
    run = run_of(ledger)
    roots = run.ingest(Source(str(where)))
    derived = run.augment(roots, NOTES)
    return roots, derived, run.verify(roots + derived) + run.judge(roots + derived, COPIES), run._snapshots


def test_an_empty_ledger_has_nothing(ledger):
    assert current(ledger).records == () == current(ledger).verdicts


def test_the_current_state_is_what_was_made_last(built):
    now = current(built["ledger"])
    assert now.snapshots == built["snapshots"]
    assert now.roots == tuple(sorted(built["roots"])) and now.derived == tuple(sorted(built["derived"]))
    assert now.verdicts == tuple(sorted(built["verdicts"]))


def test_a_later_snapshot_leaves_the_older_and_what_came_only_of_it(tmp_path, ledger):
    maker = repository(tmp_path / "repo")
    work(ledger, maker.root)
    maker.commit({"ONE.cbl": program("ONE", says="two")})
    roots, derived, verdicts, snapshots = work(ledger, maker.root)
    now = current(ledger)
    assert (now.snapshots, now.roots) == (snapshots, roots)
    assert now.derived == tuple(sorted(derived)) and now.verdicts == tuple(sorted(verdicts))


def test_repositories_stand_beside_each_other(tmp_path, ledger):
    repository(tmp_path / "one")
    other = Maker(tmp_path / "two")
    other.commit({"A.cbl": program("A")}, at=OLD)
    first, second = work(ledger, tmp_path / "one"), work(ledger, other.root)
    now = current(ledger)
    assert set(now.roots) == {*first[0], *second[0]} and len(now.snapshots) == 2
    assert set(now.verdicts) == {*first[2], *second[2]}
    # A verdict over both at once counts too, and one over what is no longer current does not.
    both = run_of(ledger).judge(now.records, COPIES)
    assert set(both) <= set(current(ledger).verdicts)
    other.commit({"A.cbl": program("A", says="b")})
    run_of(ledger).ingest(Source(str(other.root)))
    assert not set(both) & set(current(ledger).verdicts)


def test_a_judgement_is_replaced_by_a_newer_one_over_the_same(tmp_path, ledger):
    roots, derived, _verdicts, _ = work(ledger, repository(tmp_path / "one").root)
    stricter = Judging(("duplicates",), {"duplicates": load("duplicates").Settings(near=0.95)})
    [newer] = run_of(ledger).judge(roots + derived, stricter)
    judged = [batch for batch in current(ledger).verdicts if ledger.require(batch).recipe.step == "judge"]
    assert judged == [newer]
