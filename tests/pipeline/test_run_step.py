"""The order of effects: what is in the outbox and the ledger at each moment, whatever a step does."""

from __future__ import annotations

import errno
import os
import signal

import pytest

from provenance.errors import LedgerCorrupt, LedgerError, RecipeCollision
from provenance.ledger import Ledger
from provenance.ledger.codec import encode_records, table
from provenance.model.identity import RecordId
from provenance.model.recipe import Recipe
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline import Context, Made, Work, run_step
from tests.ledger.conftest import record
from tests.pipeline.small_pipeline import RUN_STEP

pytestmark = pytest.mark.usefixtures("quick")


def recipe(number: int) -> Recipe:
    return Recipe("demo", "1", {"number": number})


def work(number: int, make=None, suite: str = "") -> Work:
    said = [Verdict("demo", Outcome.PASS, RecordId(1, number))]
    return Work(recipe(number), make or (lambda: Made({}, said)), suite)


def said(ledger: Ledger) -> list[dict]:
    return [event for _, event in ledger.outbox.waiting()]


def types(ledger: Ledger) -> list[str]:
    return [event["eventType"] for event in said(ledger)]


def named(event: dict) -> list[str]:
    return [batch for out in event["outputs"] for batch in out["facets"]["provenance_ledger"]["batches"]]


def test_start_is_durable_before_anything_is_made(context, ledger):
    seen = []

    def make() -> Made:
        seen.append((types(Ledger(ledger.path)), list(ledger.manifests())))
        return Made()

    def works():
        seen.append((types(Ledger(ledger.path)), list(ledger.manifests())))
        yield work(0, make)

    run_step(context, "demo", "1", (), works())
    assert seen == [(["START"], []), (["START"], [])]
    assert types(ledger) == ["START", "COMPLETE"]


def test_nothing_is_made_where_start_cannot_be_kept(context, monkeypatch):
    def full(event):
        raise LedgerError("outbox", "is full")

    monkeypatch.setattr(context.ledger.outbox, "say", full)
    with pytest.raises(LedgerError, match="outbox"):
        run_step(context, "demo", "1", (), iter([work(0, lambda: pytest.fail("was made"))]))


def broken(error: BaseException):
    def make() -> Made:
        raise error
    return make


@pytest.mark.parametrize(("error", "message"), [
    (ValueError("wrong\nin two lines"), "wrong\nin two lines"), (KeyboardInterrupt(), "KeyboardInterrupt"),
    (SystemExit(143), "143"), (LedgerCorrupt("x", "is gone"), "x: is gone"), (MemoryError(), "MemoryError")])
def test_a_step_that_raises_leaves_fail_and_nothing_of_that_work(context, ledger, error, message):
    with pytest.raises(type(error)):
        run_step(context, "demo", "1", (), [work(0), work(1, broken(error)), work(2)])
    start, fail = said(ledger)
    assert (start["eventType"], fail["eventType"]) == ("START", "FAIL")
    told = fail["run"]["facets"]["errorMessage"]
    assert told["message"] == message
    assert "in make" in told["stackTrace"] and type(error).__name__ in told["stackTrace"]
    # What was finished stays and is named; the work at hand and those after it are not there.
    assert [m.batch for m in ledger.manifests()] == [recipe(0).batch]
    assert named(fail) == [str(recipe(0).batch)]
    assert not list(ledger.path.rglob(".tmp-*"))
    # The retry adopts the first and makes the rest.
    again = run_step(context, "demo", "1", (), [work(0), work(1), work(2)])
    assert (again.made, again.adopted) == (2, 1)


def test_works_that_cannot_be_listed_fail_the_run_too(context, ledger):
    def works():
        yield work(0)
        raise LedgerCorrupt("bucket", "is gone")

    with pytest.raises(LedgerCorrupt):
        run_step(context, "demo", "1", (), works())
    assert types(ledger) == ["START", "FAIL"]


def test_a_signal_that_becomes_an_exception_leaves_fail(context, ledger):
    def stop(number, frame):
        raise SystemExit(128 + number)

    def make() -> Made:
        os.kill(os.getpid(), signal.SIGTERM)
        return Made()

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(SystemExit):
            run_step(context, "demo", "1", (), [work(0, make)])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert types(ledger) == ["START", "FAIL"] and not list(ledger.manifests())


def test_complete_names_every_batch_made_or_adopted(context, ledger):
    first = run_step(context, "demo", "1", (), map(work, range(3)))
    again = run_step(Context(ledger, "test.again"), "demo", "1", (), map(work, range(4)))
    assert (first.made, first.adopted, again.made, again.adopted) == (3, 0, 1, 3)
    completes = [event for event in said(ledger) if event["eventType"] == "COMPLETE"]
    assert [sorted(named(event)) for event in completes] == [
        sorted(str(recipe(n).batch) for n in range(count)) for count in (3, 4)]
    assert [event["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] for event in completes] == [3, 4]


def test_more_than_a_thousand_batches_are_all_named(context, ledger):
    """An event lists at most a thousand; the gate looks for each batch in some COMPLETE event."""
    count = 1_001
    run_step(context, "demo", "1", (), [work(n, Made) for n in range(count)])
    complete = said(ledger)[-1]
    assert [len(out["facets"]["provenance_ledger"]["batches"]) for out in complete["outputs"]] == [1_000, 1]
    assert len({out["name"] for out in complete["outputs"]}) == 2
    assert set(named(complete)) == {str(recipe(n).batch) for n in range(count)}
    assert not any(out["facets"]["provenance_ledger"]["truncated"] for out in complete["outputs"])


def test_a_work_given_twice_is_counted_once(context, ledger):
    result = run_step(context, "demo", "1", (), [work(0), work(0)])
    assert (result.batches, result.made, result.adopted, result.verdicts) == ((recipe(0).batch,), 1, 0, 1)
    complete = said(ledger)[-1]
    assert named(complete) == [str(recipe(0).batch)]
    assert complete["outputs"][0]["outputFacets"]["outputStatistics"]["rowCount"] == 1


def test_a_step_without_works_completes(context, ledger):
    assert run_step(context, "demo", "1", (), ()).batches == ()
    assert types(ledger) == ["START", "COMPLETE"]


def test_an_adopted_batch_that_cannot_be_read_fails_the_run(context, ledger):
    """COMPLETE counts over what was adopted; a damaged file must end the run with FAIL and not without a word."""
    run_step(context, "demo", "1", (), [work(0, lambda: Made(encode_records(recipe(0).batch, [record("A.")])))])
    next(ledger.layout.parts.glob("records/*/*.parquet")).write_bytes(b"damaged")
    with pytest.raises(LedgerCorrupt):
        run_step(context, "demo", "1", (), [work(0)])
    assert types(ledger)[-2:] == ["START", "FAIL"]


def test_a_recipe_collision_is_refused(context, ledger, monkeypatch):
    run_step(context, "demo", "1", (), [work(0)])
    path = ledger.layout.manifest(recipe(0).batch)
    other = ledger.layout.manifest(recipe(1).batch)
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(path.read_bytes())
    with pytest.raises(LedgerError):  # a manifest under another's name
        run_step(context, "demo", "1", (), [work(1)])
    assert types(ledger)[-1] == "FAIL"
    assert issubclass(RecipeCollision, LedgerError)


def test_inspection_comes_before_the_commit(context, ledger, monkeypatch):
    def refuse(suite, rows, where):
        assert not list(ledger.manifests())
        raise ValueError(f"{suite} {rows} {where}")

    monkeypatch.setattr(RUN_STEP, "examine", refuse)
    with pytest.raises(ValueError, match="verified"):
        run_step(context, "demo", "1", (), [work(0, suite="verified")])
    assert not list(ledger.manifests()) and not list(ledger.layout.parts.rglob("*.parquet"))


class Disk:
    """A disk that is full from the n-th flush on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, flushes: int) -> None:
        self.left = flushes
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self.fsync)

    def fsync(self, descriptor: int) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._fsync(descriptor)


@pytest.mark.parametrize("flushes", range(16))
def test_a_full_disk_in_the_middle_says_so_once_and_loses_nothing(context, ledger, monkeypatch, caplog, flushes):
    with monkeypatch.context() as patch:
        disk = Disk(patch, flushes)
        try:
            run_step(context, "demo", "1", (), [work(0), work(1)])
        except LedgerError as error:
            # Whatever could not be written first is the error; that FAIL could not be written either hides nothing.
            assert "the disk is full" in str(error) or "could not be flushed" in str(error)
            assert "FAIL" not in types(ledger)
        else:
            assert disk.left >= 0
    assert not list(ledger.path.rglob(".tmp-*"))
    again = run_step(context, "demo", "1", (), [work(0), work(1)])
    assert sorted(m.batch for m in ledger.manifests()) == sorted(again.batches)
    assert sum(m.rows("verdicts") for m in ledger.manifests()) == 2
    assert types(ledger)[-1] == "COMPLETE"


def test_a_full_disk_names_itself_and_not_the_event_that_was_lost_with_it(context, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        disk = Disk(patch, 100)

        def make() -> Made:
            disk.left = 0
            return Made({"recalls": table("recalls", [])}, [Verdict("demo", Outcome.PASS, RecordId(1, 0))])

        with pytest.raises(LedgerError, match=r"parts/verdicts/.*the disk is full"):
            run_step(context, "demo", "1", (), [work(0, make)])
    assert "has no FAIL event" in caplog.text and context.run_id in caplog.text


def test_an_error_in_the_step_is_not_hidden_by_a_full_disk(context, monkeypatch):
    with monkeypatch.context() as patch:
        disk = Disk(patch, 100)

        def make() -> Made:
            disk.left = 0
            raise ValueError("the step's own")

        with pytest.raises(ValueError, match="the step's own"):
            run_step(context, "demo", "1", (), [work(0, make)])


class Backend:
    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.got = error, []

    def send(self, event: dict) -> None:
        if self.error:
            raise self.error
        self.got.append(event["eventType"])


def test_a_backend_that_is_down_is_one_warning(ledger, caplog):
    run_step(Context(ledger, "test", forwarder=Backend(LedgerError("backend", "is down"))), "demo", "1", (), [work(0)])
    assert [r.getMessage() for r in caplog.records] and len(caplog.records) == 1
    assert "2 events" in caplog.text and "backend: is down" in caplog.text
    assert types(ledger) == ["START", "COMPLETE"]


def test_only_this_runs_events_are_sent(ledger):
    run_step(Context(ledger, "earlier"), "demo", "1", (), [work(0)])
    backend = Backend()
    run_step(Context(ledger, "test", forwarder=backend), "demo", "1", (), [work(1)])
    assert backend.got == ["START", "COMPLETE"]
    assert ledger.outbox.counts() == {"waiting": 2, "sent": 2, "received": 0}


def test_a_sent_event_that_cannot_be_moved_does_not_undo_the_run(ledger, monkeypatch, caplog):
    replace = os.replace

    def full(source, target):
        if "waiting" in str(source):
            raise OSError(errno.ENOSPC, "No space left")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    result = run_step(Context(ledger, "test", forwarder=Backend()), "demo", "1", (), [work(0)])
    assert result.made == 1 and "wait in the outbox" in caplog.text


def test_verdicts_of_a_batch_are_committed_with_it(context, ledger):
    result = run_step(context, "demo", "1", (), [work(0)])
    manifest = ledger.require(result.batches[0])
    row = ledger.table(manifest, "verdicts").to_pylist()[0]
    assert (row["check"], row["outcome"]) == ("demo", "pass")
    assert manifest.run == context.run_id and manifest.job == "test.step"
