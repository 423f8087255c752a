"""Eight processes at once: one winner for each batch, and everybody goes on from the winner's rows."""

import random

from benchmarks.kill_ledger import CONTEXT, draft
from provenance.errors import ProvenanceError
from provenance.ledger import Ledger
from provenance.ledger.upkeep import sweep, verify

WRITERS, BATCHES = 8, 50


def race(where, name, start, answers):
    """Commit all batches in an order of one's own; every fifth with the same rows as everybody else."""
    ledger = Ledger(where)
    order = list(range(BATCHES))
    random.Random(name).shuffle(order)
    seen = {}
    start.wait(60)
    try:
        for number in order:
            salt = "shared" if number % 5 == 0 else f"writer-{name}"
            done = ledger.commit(draft(number, salt, rows=3), run=f"run-{name}", job="race")
            rows = ledger.table(done.manifest, "texts").column("text").to_pylist()
            seen[number] = (done.adopted, str(done.manifest.digest), done.manifest.run, rows)
        answers.put((name, seen))
    except ProvenanceError as error:
        answers.put((name, repr(error)))


def test_eight_writers_race_on_fifty_batches(tmp_path):
    ledger = Ledger.init(tmp_path / "ledger")
    start, answers = CONTEXT.Barrier(WRITERS), CONTEXT.Queue()
    writers = [CONTEXT.Process(target=race, args=(str(ledger.path), name, start, answers)) for name in range(WRITERS)]
    for writer in writers:
        writer.start()
    said = dict(answers.get(timeout=60) for _ in writers)
    for writer in writers:
        writer.join()
    assert all(isinstance(seen, dict) for seen in said.values()), said
    for number in range(BATCHES):
        told = [said[name][number] for name in range(WRITERS)]
        winners = [name for name in range(WRITERS) if not said[name][number][0]]
        assert len(winners) == 1, f"batch {number} was won by {winners}"
        assert {(digest, run) for _, digest, run, _ in told} == {(told[0][1], f"run-{winners[0]}")}
        assert all(rows == told[0][3] for _, _, _, rows in told), "a reader saw rows that are not the winner's"
        assert told[0][3][0].split()[0] == ("shared" if number % 5 == 0 else f"writer-{winners[0]}")
    manifests = list(ledger.manifests())
    assert len(manifests) == BATCHES
    assert list(verify(ledger)) == []
    # Losers have taken their own files away; what they shared with the winner is still there.
    assert sweep(ledger, older_than_s=-1) == []
    assert len(list(ledger.path.rglob("*.parquet"))) == sum(len(m.parts) for m in manifests)
