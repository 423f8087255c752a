"""SIGKILL at fifty random moments: nothing acknowledged is lost, doubled or torn."""

from benchmarks.kill_ledger import judge, kill_often, recipe
from provenance.ledger import Ledger


def test_nothing_acknowledged_is_lost_doubled_or_torn(tmp_path):
    found = kill_often(tmp_path, kills=50, seed=20261122, longest_s=0.1)
    assert (found["lost"], found["doubled"], found["torn"], found["changed"], found["torn_by_sweep"]) == (0, 0, 0, 0, 0)
    assert found["acknowledged"] >= 15, "too few batches for the kills to have hit anything"
    # The judge is not blind.
    ledger = Ledger(tmp_path / "ledger")
    ledger.layout.manifest(recipe(0).batch).unlink()
    assert judge(tmp_path)["lost"] == 1
