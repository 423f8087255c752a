"""The outbox: said once, sent at least once, in order, and nothing that was tampered with."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import InvalidId, LedgerCorrupt, ProvenanceError
from provenance.ledger import outbox as outbox_module
from provenance.ledger.outbox import Outbox
from provenance.ledger.upkeep import verify
from tests.ledger.conftest import event


@pytest.fixture
def outbox(tmp_path):
    return Outbox(tmp_path / "events")


def send_all(outbox, names=None):
    sent = []
    count, error = outbox.forward(sent.append, names)
    assert error is None and count == len(sent)
    return sent


def test_an_event_said_twice_is_kept_once_also_after_it_was_sent(outbox):
    name = outbox.say(event("START", 1))
    assert outbox.say(dict(reversed(event("START", 1).items()))) == name
    assert outbox.counts() == {"waiting": 1, "sent": 0, "received": 0}
    assert send_all(outbox) == [event("START", 1)]
    assert outbox.say(event("START", 1)) == name
    assert outbox.counts() == {"waiting": 0, "sent": 1, "received": 0}
    assert send_all(outbox) == []


def test_events_are_sent_in_order_of_time_to_the_microsecond(outbox):
    late = [event("COMPLETE", 1, eventTime=f"2026-11-22T09:30:01.{n:06}Z") for n in (9, 1, 3, 2, 1000, 0)]
    for each in late:
        outbox.say(each)
    assert [e["eventTime"][-7:] for e in send_all(outbox)] == sorted(e["eventTime"][-7:] for e in late)


def test_the_first_failure_ends_the_round_and_keeps_the_rest_in_order(outbox):
    for second in range(5):
        outbox.say(event("START", second))
    sent = []

    def send(value):
        if len(sent) == 2:
            raise ProvenanceError("receiver", "is down")
        sent.append(value)

    count, error = outbox.forward(send)
    assert (count, len(sent)) == (2, 2) and "is down" in str(error)
    assert outbox.counts()["waiting"] == 3
    assert sent + send_all(outbox) == [event("START", second) for second in range(5)]


def test_only_the_named_ones_are_sent_and_absent_names_are_passed_by(outbox):
    names = [outbox.say(event("START", second)) for second in range(3)]
    assert send_all(outbox, [names[2], "20260101-absent.json"]) == [event("START", 2)]
    assert outbox.counts()["waiting"] == 2


def test_a_kill_between_send_and_rename_sends_again(outbox, monkeypatch):
    outbox.say(event("START", 1))
    sent = []

    class Killed(BaseException):
        pass

    def die(*args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(outbox_module.os, "replace", die)
        with pytest.raises(Killed):
            outbox.forward(sent.append)
    assert sent + send_all(outbox) == [event("START", 1)] * 2
    assert outbox.counts() == {"waiting": 0, "sent": 1, "received": 0}


def test_another_forwarder_being_quicker_is_no_error(outbox):
    names = [outbox.say(event("START", second)) for second in range(2)]

    def send(value):
        # While we are sending, the other one sends and moves everything.
        for name in names:
            if (outbox._waiting / name).exists():
                outbox._sent.mkdir(exist_ok=True)
                os.replace(outbox._waiting / name, outbox._sent / name)

    assert outbox.forward(send) == (0, None)
    assert outbox.counts() == {"waiting": 0, "sent": 2, "received": 0}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b"[" * 100_000,
        json.dumps(event("START", 2)).replace("START", "STAR!").encode(),
    ],
)
def test_a_damaged_file_blocks_nobody_is_never_sent_and_is_reported(outbox, data):
    names = [outbox.say(event("START", second)) for second in range(4)]
    (outbox._waiting / names[1]).write_bytes(data)
    assert [name for name, _ in outbox.waiting()] == [names[0], names[2], names[3]]
    sent = []
    count, error = outbox.forward(sent.append)
    assert (count, sent) == (3, [event("START", second) for second in (0, 2, 3)])
    assert isinstance(error, LedgerCorrupt) and names[1] in str(error)
    assert [path.name for path, _ in outbox.damaged()] == [names[1]]
    assert outbox.counts() == {"waiting": 1, "sent": 3, "received": 0}


def test_a_file_that_may_not_be_read_blocks_nobody(outbox):
    names = [outbox.say(event("START", second)) for second in range(2)]
    (outbox._waiting / names[0]).unlink()
    (outbox._waiting / names[0]).mkdir()  # even root cannot read a folder
    count, error = outbox.forward(lambda value: None)
    assert count == 1 and isinstance(error, LedgerCorrupt)


def test_strangers_files_in_the_folder_are_passed_by(outbox):
    outbox.say(event("START", 1))
    for name in (".tmp-1-ab", "README", "notes.json"):
        (outbox._waiting / name).write_text("{")
    assert len(send_all(outbox)) == 1


def test_verify_names_a_changed_event_in_every_folder(small):
    ledger, _ = small
    for folder in ("waiting", "sent", "received"):
        path = next((ledger.layout.events / folder).iterdir())
        path.write_bytes(path.read_bytes().replace(b"runId", b"runIe"))
    assert [fault.problem for fault in verify(ledger)] == ["does not match the digest in its name"] * 3


def test_received_events_lie_apart_and_are_never_sent_on(outbox):
    outbox.receive(event("START", 1))
    outbox.receive(event("START", 1))
    assert outbox.counts() == {"waiting": 0, "sent": 0, "received": 1}
    assert send_all(outbox) == []
    assert [Path(pattern).parent.name for pattern in outbox.globs()] == ["waiting", "sent"]


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.none() | st.integers(-9, 9) | st.text(st.characters(exclude_categories=["Cs"])),
        max_size=3,
    )
)
def test_any_foreign_event_has_a_safe_file_name(tmp_path_factory, value):
    outbox = Outbox(tmp_path_factory.mktemp("o"))
    name = outbox.receive(value)
    assert name.isascii() and "/" not in name and name[0].isdigit() and len(name) == 20 + 1 + 24 + 5
    assert list(outbox.damaged()) == []


def test_an_event_that_is_not_plain_json_is_refused(outbox):
    for bad in ({"x": object()}, {"x": float("nan")}, {"x": "\ud800"}):
        with pytest.raises(InvalidId):
            outbox.say(bad)
    assert outbox.counts()["waiting"] == 0
