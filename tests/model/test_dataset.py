"""Dataset references and members."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import InvalidId
from provenance.model.dataset import SPLITS, DatasetRef, Member
from provenance.model.identity import RecordId
from tests.strategies import batch_ids, record_ids

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", fullmatch=True)


@given(names, st.just("") | batch_ids.map(str))
def test_a_reference_parses_what_it_writes(name, version):
    ref = DatasetRef(name, version)
    assert DatasetRef.parse(str(ref)) == ref


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "a@",
        "a@8000000000000000",
        "a@1",
        "../a",
        ".a",
        "a/b",
        "-a",
        "a" * 101,
        "a b",
        "a\n",
        "a@0000000000000001\n",
        "ä",
        "a@0000000000000001@",
    ],
)
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(InvalidId):
        DatasetRef.parse(text)


@given(record_ids, record_ids)
def test_members_sort_by_record(left, right):
    members = sorted(Member(r, s) for r in {left, right} for s in SPLITS)
    assert [m.record for m in members] == sorted(m.record for m in members)


@pytest.mark.parametrize("split", ["", "Train", "dev", "train "])
def test_other_splits_are_refused(split):
    with pytest.raises(InvalidId):
        Member(RecordId(1, 0), split)
