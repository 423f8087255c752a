"""Records to Arrow tables and back."""

import struct
import time
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import LedgerError
from provenance.ledger import codec
from provenance.ledger.codec import (
    SCHEMAS,
    decode_records,
    encode_members,
    encode_records,
    encode_verdicts,
    summarise,
    table,
)
from provenance.model.dataset import Member
from provenance.model.identity import BatchId, RecordId
from provenance.model.origin import OriginClass
from provenance.model.record import Ancestry, SourceFacts
from provenance.model.verdict import Outcome, Verdict
from tests.ledger.conftest import WHEN, record
from tests.strategies import batch_ids, records


@settings(max_examples=60)
@given(batch_ids, st.lists(records(), max_size=4))
def test_what_was_encoded_is_decoded(batch, made):
    tables = encode_records(batch, made)
    assert decode_records(tables) == made
    for name, content in tables.items():
        assert content.schema == SCHEMAS[name] and content.num_rows
        assert set(content.column("batch").to_pylist()) == {batch.number}


@given(st.floats(0, 1))
def test_human_share_is_kept_to_single_precision(share):
    made = record("A.")
    made = replace(made, ancestry=replace(made.ancestry, human_share=share))
    kept = decode_records(encode_records(BatchId(1), [made]))[0].ancestry.human_share
    assert kept == struct.unpack("f", struct.pack("f", share))[0] and abs(kept - share) < 1e-7 and 0 <= kept <= 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("2001-02-03T04:05:06+00:00", "2001-02-03T04:05:06+00:00"),
        ("2001-02-03T04:05:06Z", "2001-02-03T04:05:06+00:00"),
        ("2001-02-03T04:05:06+02:00", "2001-02-03T02:05:06+00:00"),
        ("2001-02-03T04:05:06", "2001-02-03T04:05:06+00:00"),
        ("2001-02-03", "2001-02-03T00:00:00+00:00"),
        ("1969-01-01T00:00:00+00:00", "1969-01-01T00:00:00+00:00"),
    ],
)
def test_times_are_utc_whatever_the_machine_thinks(written, read, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        made = record("A.", source=SourceFacts("r", "c", "p", "b", first_commit_at=written))
        assert decode_records(encode_records(BatchId(1), [made]))[0].source.first_commit_at == read
    finally:
        monkeypatch.undo()
        time.tzset()


def test_nothing_is_nothing():
    assert encode_records(BatchId(1), []) == {} and decode_records({}) == [] and summarise({}) == {}
    assert encode_verdicts(BatchId(1), [], WHEN) == {}
    assert encode_members(BatchId(1), []).num_rows == 0


@pytest.mark.parametrize(
    "change",
    [
        {"text": "A\ud800"},
        {"name": "\udcff.cob"},
        {"swhid": "\ud800"},
        {"source": SourceFacts("r", "c", "p\udc80", "b")},
        {"source": SourceFacts("r", "c", "p", "b", ("x", "\ud800"))},
    ],
)
def test_a_lone_surrogate_is_named_and_no_crash(change):
    with pytest.raises(LedgerError, match=r"row 1.*lone surrogate"):
        encode_records(BatchId(1), [record("A."), replace(record("B."), **change)])


def test_verdicts_are_sorted_by_subject_and_keep_what_never_became_a_record():
    said = [
        Verdict("b", Outcome.FAIL, RecordId(2, 1)),
        Verdict("a", Outcome.PASS, RecordId(2, 1)),
        Verdict("ingest", Outcome.SKIPPED, subject="x.bin", reason="not-text"),
        Verdict("a", Outcome.PASS, RecordId(2, 0)),
    ]
    rows = encode_verdicts(BatchId(9), said, WHEN)["verdicts"].to_pylist()
    assert [(r["batch"], r["row"], r["check"]) for r in rows] == [
        (None, None, "ingest"),
        (2, 0, "a"),
        (2, 1, "a"),
        (2, 1, "b"),
    ]
    assert {r["said_in"] for r in rows} == {9} and rows[0]["judged_at"] == WHEN


def test_members_are_sorted_by_record():
    made = encode_members(BatchId(9), [(Member(RecordId(b, 0), "train"), "human", 1) for b in (3, 1, 2)])
    assert made.column("batch").to_pylist() == [1, 2, 3]


@given(st.lists(records(), max_size=5))
def test_a_summary_counts_every_row(made):
    summary = summarise(encode_records(BatchId(1), made))
    if not made:
        return
    assert sum(summary["origins"].values()) == sum(summary["languages"].values()) == len(made)
    for key in ("generators", "licences", "sources"):
        assert sum(summary[key].values()) == sum(len(getattr(r.ancestry, key)) for r in made)
    assert summary["overflow"]["rows"] == sum(r.ancestry.overflow for r in made)
    for key in ("generators", "licences", "sources"):
        split = summary.get(f"{key}_by_class", {})
        if len(summary["origins"]) * len(summary["languages"]) > 1 and not any(" " in x for x in summary["languages"]):
            assert split == dict(Counter(f"{r.ancestry.origin} {r.language} {item}"
                                         for r in made for item in getattr(r.ancestry, key)))
        else:
            assert split == {}


def test_a_long_count_is_left_out_and_says_so(monkeypatch):
    monkeypatch.setattr(codec, "SUMMARY_CAP", 1)
    other = Ancestry.of_root(OriginClass.HUMAN, "MIT", "https://other")
    summary = summarise(encode_records(BatchId(1), [record("A."), record("B.", ancestry=other)]))
    assert "sources" not in summary and "licences" in summary


def test_no_column_is_binary_and_an_unknown_table_is_an_error():
    kinds = {str(field.type) for schema in SCHEMAS.values() for field in schema}
    assert not any("binary" in kind for kind in kinds), kinds
    with pytest.raises(KeyError):
        table("strange", [])


def test_ten_thousand_records_are_quick():
    made = [record(f"DISPLAY {n}.") for n in range(10_000)]
    began = time.process_time()
    assert decode_records(encode_records(BatchId(1), made)) == made
    assert time.process_time() - began < 10, "minutes for a million is what this guards against"
    assert {r.ancestry.origin for r in made} == {OriginClass.HUMAN}
