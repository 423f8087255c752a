"""Foreign events in every shape in which they are found; what is bad is named, and the rest still read."""

from __future__ import annotations

import gzip
import json

import pytest

from provenance.errors import SourceError
from provenance.events import BadLine, facets_of, read_events

ONE = {"eventType": "START", "run": {"runId": "a", "facets": {"acme_x": {"y": 1}}}, "job": {"name": "é"}, "extra": [1]}
TWO = {"dataset": {"namespace": "n", "name": "d"}}


@pytest.mark.parametrize("text", [
    json.dumps(ONE) + "\n" + json.dumps(TWO) + "\n",
    json.dumps(ONE) + "\r\n\r\n" + json.dumps(TWO),
    "\ufeff" + json.dumps(ONE, ensure_ascii=False) + "\n" + json.dumps(TWO),
    json.dumps([ONE, TWO]),
    "  \n" + json.dumps([ONE, TWO], indent=2),
    json.dumps(ONE, indent=2) + "\n" + json.dumps(TWO, indent=2),
    json.dumps(ONE, indent=2) + ",\n" + json.dumps(TWO, indent=2) + "\n",
    json.dumps([ONE]) + "\n" + json.dumps([TWO]) + "\n",
])
def test_shapes(tmp_path, text):
    path = tmp_path / "events.json"
    path.write_bytes(text.encode())
    assert list(read_events(path)) == [ONE, TWO]
    packed = tmp_path / "events.json.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert list(read_events(str(packed))) == [ONE, TWO]


def test_bad_lines_are_named_and_the_rest_is_read(tmp_path):
    path = tmp_path / "events.jsonl"
    good = json.dumps(ONE).encode()
    path.write_bytes(b"\n".join([good, b'{"run": {', b'{"a": 1}', b'"text"', b"\xff\xfe{", b"[" * 100_000, good]))
    out = list(read_events(path))
    assert [item.line if isinstance(item, BadLine) else "ok" for item in out] == ["ok", 2, 3, 4, 5, 6, "ok"]
    assert "not JSON" in out[1].problem and "neither run" in out[2].problem and "str" in out[3].problem
    assert str(out[1]).startswith(f"{path}:2: ")
    assert len(out[5].text) <= 200


def test_a_bad_first_line_does_not_hide_the_others(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"run": {\n' + json.dumps(ONE) + "\n" + json.dumps(TWO) + "\n")
    out = list(read_events(path))
    assert [type(item) for item in out] == [BadLine, dict, dict]
    assert out[0].line == 1


def test_a_cut_array_is_reported(tmp_path):
    path = tmp_path / "events.json"
    path.write_text(json.dumps([ONE, TWO])[:-5])
    (only,) = read_events(path)
    assert isinstance(only, BadLine)
    path.write_bytes(b"[\n\xff]")
    (only,) = read_events(path)
    assert only.line == 2 and "UTF-8" in only.problem


def test_nan_becomes_text(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"run": {"x": NaN, "y": -Infinity}}\n')
    assert list(read_events(path)) == [{"run": {"x": "NaN", "y": "-Infinity"}}]


def test_empty_and_absent(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"")
    assert list(read_events(path)) == []
    with pytest.raises(SourceError):
        list(read_events(tmp_path / "none"))
    (tmp_path / "x.gz").write_bytes(b"not gzip")
    with pytest.raises(SourceError):
        list(read_events(tmp_path / "x.gz"))


def test_facets_from_every_place():
    assert facets_of({"facets": {"a": 1, "b": 1}, "inputFacets": {"b": 2}, "outputFacets": {"c": 3}}) == {
        "a": 1, "b": 2, "c": 3}
    assert facets_of({"facets": None, "inputFacets": []}) == {}
