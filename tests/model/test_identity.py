"""Identifiers: each parses what it writes, refuses the rest, and agrees with git, JSON and the standards."""

import json
import math
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.errors import InvalidId
from provenance.model.identity import MAX_ROW, BatchId, Digest, RecordId, Swhid, canonical_json
from tests.strategies import batch_ids, digests, json_values, record_ids, swhids

HEX40 = "94a9ed024d3859793618152ea559a168bbcbb5e2"


@given(digests)
def test_a_digest_parses_what_it_writes(digest):
    assert Digest.parse(str(digest)) == digest


@given(batch_ids)
def test_a_batch_id_parses_what_it_writes(batch):
    assert BatchId.parse(str(batch)) == batch
    assert len(str(batch)) == 16


@given(record_ids)
def test_a_record_id_parses_what_it_writes(record):
    assert RecordId.parse(str(record)) == record
    assert record.batch_id.number == record.batch


@given(batch_ids, batch_ids)
def test_batch_ids_sort_as_text_as_they_sort_as_numbers(left, right):
    assert (str(left) < str(right)) == (left < right)


@given(digests)
def test_a_batch_is_the_first_63_bits_of_its_digest(digest):
    assert BatchId.of(digest).number == int(bin(int(digest.hex, 16) | 1 << 256)[3:66], 2)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Digest, ""),
        (Digest, "sha256:"),
        (Digest, "sha1:" + "a" * 64),
        (Digest, "a" * 64),
        (Digest, "sha256:" + "A" * 64),
        (Digest, "sha256:" + "a" * 63),
        (Digest, "sha256:" + "a" * 64 + "\n"),
        (Digest, "sha256:" + "٠" * 64),
        (BatchId, "8000000000000000"),
        (BatchId, "123"),
        (BatchId, "000000000000000A"),
        (BatchId, "0" * 16 + "\n"),
        (RecordId, "rec:0000000000000001.01"),
        (RecordId, "rec:0000000000000001.-1"),
        (RecordId, "rec:0000000000000001."),
        (RecordId, "rec:0000000000000001.2147483648"),
        (RecordId, "0000000000000001.1"),
        (RecordId, "rec:1.1"),
        (RecordId, "rec:0000000000000001.1 "),
        (RecordId, "rec:0000000000000001.²"),
        (Swhid, ""),
        (Swhid, f"swh:2:cnt:{HEX40}"),
        (Swhid, f"swh:1:CNT:{HEX40}"),
        (Swhid, f"swh:1:cnt:{HEX40[:-1]}"),
        (Swhid, f"swh:1:cnt:{HEX40};"),
        (Swhid, f"swh:1:cnt:{HEX40};path="),
        (Swhid, f"swh:1:cnt:{HEX40};colour=red"),
        (Swhid, f"swh:1:cnt:{HEX40};path=/a;path=/b"),
        (Swhid, f"swh:1:cnt:{HEX40};path=/%zz"),
        (Swhid, f"swh:1:cnt:{HEX40};path=/%FF"),
        (Swhid, f"swh:1:cnt:{HEX40};path=/%"),
        (Swhid, f"swh:1:cnt:{HEX40}\n"),
    ],
)
def test_what_is_not_in_the_grammar_is_refused(kind, text):
    with pytest.raises(InvalidId):
        kind.parse(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: BatchId(-1),
        lambda: BatchId(2**63),
        lambda: RecordId(2**63, 0),
        lambda: RecordId(0, -1),
        lambda: RecordId(0, MAX_ROW + 1),
        lambda: Swhid("cnt", HEX40, (("path", ""),)),
        lambda: Swhid("cnt", HEX40, (("path", "/\udcff"),)),
        lambda: Swhid("cnt", HEX40, (("colour", "red"),)),
        lambda: Swhid("cnt", HEX40, (("path", "/a"), ("path", "/b"))),
        lambda: Swhid("blob", HEX40),
    ],
)
def test_what_could_not_be_written_cannot_be_made(make):
    with pytest.raises(InvalidId):
        make()


@given(swhids())
def test_a_swhid_parses_what_it_writes(swhid):
    text = str(swhid)
    assert Swhid.parse(text) == swhid
    assert str(Swhid.parse(text)) == text
    assert text.isascii() and text.isprintable() and " " not in text
    assert text.count(";") == len(swhid.qualifiers)


@given(swhids(), st.randoms())
def test_the_order_in_which_qualifiers_are_given_does_not_count(swhid, random):
    shuffled = list(swhid.qualifiers)
    random.shuffle(shuffled)
    again = Swhid(swhid.object_type, swhid.hex, tuple(shuffled))
    assert again == swhid
    assert [name for name, _ in again.qualifiers] == [name for name in Swhid.ORDER if name in dict(shuffled)]


def test_a_swhid_escapes_as_the_standard_says():
    swhid = Swhid("cnt", HEX40, (("path", "/a;b%c d/é"), ("origin", "https://example.org/x?y=1#z")))
    assert str(swhid) == (f"swh:1:cnt:{HEX40};origin=https://example.org/x?y=1#z;path=/a%3Bb%25c%20d/%C3%A9")


@settings(max_examples=12)
@given(st.binary(max_size=4000))
def test_a_content_swhid_is_the_git_blob_id(data):
    done = subprocess.run(
        ["git", "hash-object", "--stdin", "--no-filters"], input=data, capture_output=True, check=True
    )
    assert Swhid.of_content(data).hex == done.stdout.decode().strip()


@given(json_values)
def test_canonical_json_is_the_same_value_and_the_same_again(value):
    data = canonical_json(value)
    assert json.loads(data) == value
    assert canonical_json(json.loads(data)) == data


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values, max_size=6), st.randoms())
def test_canonical_json_does_not_depend_on_the_order_of_keys(value, random):
    items = list(value.items())
    random.shuffle(items)
    assert canonical_json(dict(items)) == canonical_json(value)


@given(json_values)
def test_canonical_json_is_as_python_writes_it_but_for_order_and_small_numbers(value):
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "e-0" not in plain and ".0" not in plain:
        assert sorted(canonical_json(value).decode()) == sorted(plain)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        # Examples of RFC 8785: numbers without exponent, keys by UTF-16 code unit, short escapes.
        (
            {"numbers": [333333333.33333329, 4.50, 2e-3, 0.000001, 1e-5, 1.0, -0.0]},
            '{"numbers":[333333333.3333333,4.5,0.002,0.000001,0.00001,1,0]}',
        ),
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "ö": 7},
            '{"\\r":2,"1":4,"\x80":6,"ö":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}',
        ),
        ('\u20ac$\x0f\nA\'B"\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/"'),
        ((1, [True, None]), "[1,[true,null]]"),
    ],
)
def test_canonical_json_is_rfc_8785(value, written):
    assert canonical_json(value).decode() == written


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        1e16,
        1e-7,
        5e-324,
        2**53 + 1,
        10**16,
        {1: 2},
        {None: 1},
        b"x",
        {"a": {1, 2}},
        object(),
        "\ud800",
        {"\udc00": 1},
        [["\udfff"]],
    ],
)
def test_canonical_json_refuses_what_has_no_one_form(value):
    with pytest.raises(InvalidId):
        canonical_json(value)


@given(json_values, json_values)
def test_different_values_have_different_digests(left, right):
    assert (Digest.of_json(left) == Digest.of_json(right)) == (canonical_json(left) == canonical_json(right))
