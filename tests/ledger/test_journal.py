"""The journal keeps what was paid for: through kills, torn lines, several writers, and not longer than needed."""

import errno
import multiprocessing
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import LedgerError
from provenance.ledger import Ledger
from provenance.ledger.journal import Journal
from provenance.ledger.upkeep import sweep, verify
from provenance.model.identity import BatchId, Digest
from provenance.model.recipe import Recipe
from provenance.steps.generate.asking import Completion
from tests.ledger.conftest import commit, record

ONE, TWO = BatchId(0x0123456789ABCDEF), BatchId(7)
DAY = 86_400

completions = st.builds(
    Completion, st.text(st.characters(codec=None, categories=["L", "Zs", "Zl", "Cc", "Cs", "So"]), max_size=30),
    st.text(max_size=8), st.integers(0, 2**40), st.integers(0, 2**40), st.text(max_size=8), st.text(max_size=8),
    st.integers(1, 9), st.floats(0, 1e6))


def key(number):
    return Digest.of(str(number).encode())


def files(ledger, batch=ONE):
    return sorted(ledger.layout.journal(batch).glob("*"))


@settings(max_examples=25)
@given(st.lists(completions, min_size=1, max_size=5))
def test_law_what_was_recorded_is_what_is_read(tmp_path_factory, said):
    ledger = Ledger.init(tmp_path_factory.mktemp("ledger"))
    journal = Journal(ledger)
    for number, completion in enumerate(said):
        journal.record(ONE, key(number), completion)
    assert Journal(ledger.layout).answers(ONE) == {key(number): completion for number, completion in enumerate(said)}


def test_batches_are_apart_and_the_first_answer_stays(ledger):
    journal = Journal(ledger)
    journal.record(ONE, key(1), Completion("first"))
    journal.record(ONE, key(1), Completion("second"))
    journal.record(TWO, key(1), Completion("other"))
    assert journal.answers(ONE) == {key(1): Completion("first")} and journal.answers(TWO) == {key(1): Completion("other")}
    assert journal.answers(BatchId(5)) == {}
    (path,) = files(ledger)
    assert path.relative_to(ledger.path).parts[:3] == ("journal", "01", "0123456789abcdef") and path.suffix == ".jsonl"
    assert path.stat().st_mode & 0o077 == 0


@settings(max_examples=25)
@given(st.data())
def test_law_a_torn_or_damaged_file_gives_no_false_answer(tmp_path_factory, data):
    ledger = Ledger.init(tmp_path_factory.mktemp("ledger"))
    said = {key(number): Completion(f"text {number}\n", completion_tokens=number) for number in range(3)}
    for request, completion in said.items():
        Journal(ledger).record(ONE, request, completion)  # a file each
    path = files(ledger)[0]
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        del whole[at:]
    else:
        whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    found = Journal(ledger).answers(ONE)
    assert len(found) == 2 and found.items() <= said.items()


def test_lines_before_a_torn_one_and_after_a_damaged_one_are_read(ledger):
    journal = Journal(ledger)
    for number in range(4):
        journal.record(ONE, key(number), Completion(str(number)))
    (path,) = files(ledger)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"1"', b'"7"') + lines[2] + lines[3][:-1])
    assert journal.answers(ONE) == {key(0): Completion("0"), key(2): Completion("2")}


def test_fields_of_a_newer_program_are_left_out(ledger):
    journal = Journal(ledger)
    journal.record(ONE, key(1), Completion("text", "stop"))
    (path,) = files(ledger)
    said = path.read_bytes().partition(b" ")[2].strip().replace(b'"text":', b'"mood": "good", "text":')
    path.write_bytes(Digest.of(said).hex.encode() + b" " + said + b"\n")
    assert journal.answers(ONE) == {key(1): Completion("text", "stop")}


def test_a_full_disk_is_said_and_harms_no_other_line(ledger, monkeypatch):
    journal = Journal(ledger)
    journal.record(ONE, key(1), Completion("first"))
    real = os.write

    taken = []

    def full(descriptor, data):
        if taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken.append(real(descriptor, data[:50]))
        return taken[0]

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(LedgerError, match="cannot keep a paid answer: No space left"):
        journal.record(ONE, key(2), Completion("second"))
    monkeypatch.undo()
    journal.record(ONE, key(3), Completion("third"))
    assert journal.answers(ONE) == {key(1): Completion("first"), key(3): Completion("third")}
    assert len(files(ledger)) == 1 and taken == [50]


def test_a_journal_that_cannot_be_written_is_an_error(ledger):
    ledger.layout.journals.write_text("a file where the folder should be")
    with pytest.raises(LedgerError, match="cannot keep a paid answer"):
        Journal(ledger).record(ONE, key(1), Completion("text"))


def _write(root, numbers):
    journal = Journal(Ledger(root))
    for number in numbers:
        journal.record(ONE, key(number), Completion(str(number)))


def test_several_processes_write_at_once(ledger):
    """Forked from one that has a file open already: no two of them may share it."""
    journal = Journal(ledger)
    journal.record(ONE, key(-1), Completion("-1"))
    context = multiprocessing.get_context("fork")

    def child(part):
        for number in range(part * 25, part * 25 + 25):
            journal.record(ONE, key(number), Completion(str(number)))

    children = [context.Process(target=child, args=(part,)) for part in range(3)]
    children.append(context.Process(target=_write, args=(ledger.path, range(50, 100))))
    for each in children:
        each.start()
    for each in children:
        each.join(60)
    assert [each.exitcode for each in children] == [0] * 4 and len(files(ledger)) == 5
    assert journal.answers(ONE) == {key(number): Completion(str(number)) for number in range(-1, 100)}


def test_closing_forgets_and_a_late_writer_starts_anew(ledger):
    journal, late = Journal(ledger), Journal(ledger)
    journal.record(ONE, key(1), Completion("text"))
    late.record(ONE, key(2), Completion("late"))
    journal.close(ONE)
    journal.close(ONE)
    assert not ledger.layout.journal(ONE).exists() and journal.answers(ONE) == {}
    late.record(ONE, key(3), Completion("later"))
    assert journal.answers(ONE) == {key(3): Completion("later")}, "not written into a file that nobody can find"
    journal.record(ONE, key(4), Completion("again"))
    assert len(journal.answers(ONE)) == 2


def test_upkeep_leaves_paid_answers_and_removes_stale_ones(ledger):
    journal, recipe = Journal(ledger), Recipe("ingest", "1", {"x": 1})
    commit(ledger, recipe, [record("A.")])
    for batch in (recipe.batch, ONE):
        journal.record(batch, key(1), Completion("text"))
    (stale,), (waiting,) = files(ledger, recipe.batch), files(ledger)
    assert list(verify(ledger)) == []
    assert ledger.stats()["journal"] == {"waiting": 1, "stale": 1, "bytes": stale.stat().st_size + waiting.stat().st_size}
    assert sweep(ledger) == [], "a writer may still be at work"
    for path in (stale, waiting):
        os.utime(path, (time.time() - 2 * DAY,) * 2)
    assert sweep(ledger, dry_run=True) == [stale] and stale.exists()
    assert sweep(ledger) == [stale] and not ledger.layout.journal(recipe.batch).exists()
    assert sweep(ledger, older_than_s=-1) == [] and journal.answers(ONE) == {key(1): Completion("text")}
    assert ledger.stats()["journal"]["stale"] == 0 and Ledger.init(ledger.path).id == ledger.id


def test_a_ledger_without_a_journal_says_so(ledger):
    assert ledger.stats()["journal"] == {"waiting": 0, "stale": 0, "bytes": 0}
    assert not ledger.layout.journals.exists()
