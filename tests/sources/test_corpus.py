"""Corpora in the layout of The Stack."""

import gzip
import json

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.errors import SourceError
from provenance.model.identity import Swhid
from provenance.sources.corpus import open_corpus
from provenance.steps.ingest import Options, ingest_snapshot
from tests.sources.repository_maker import HELLO

BLOB = Swhid.of_content(HELLO.encode()).hex
V1 = {
    "hexsha": BLOB,
    "size": len(HELLO),
    "ext": "cbl",
    "lang": "COBOL",
    "max_stars_repo_path": "src/A.cbl",
    "max_stars_repo_name": "acme/pay",
    "max_stars_repo_head_hexsha": "c" * 40,
    "max_stars_repo_licenses": ["MIT", "Apache-2.0"],
    "content": HELLO,
}
V2 = {
    "blob_id": BLOB,
    "path": "/src/B.cbl",
    "repo_name": "acme/pay",
    "detected_licenses": ["MIT"],
    "revision_id": "d" * 40,
    "src_encoding": "UTF-8",
    "language": "COBOL",
    "visit_date": "2020-01-01",
    "is_vendor": False,
    "content": HELLO,
}


def write(path, rows):
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    else:
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def answers(path, tmp_path, options=None, **more):
    snapshot = open_corpus(str(path), workdir=tmp_path / "work", **more)
    made = list(ingest_snapshot(snapshot, snapshot.entries(), options or Options()))
    assert len(made) == len(snapshot.entries())
    return [got.record or got.verdicts[0].reason for got in made]


@pytest.mark.parametrize("name", ["x.parquet", "x.jsonl", "x.jsonl.gz"])
def test_both_layouts_in_every_format(tmp_path, name):
    (one,) = answers(write(tmp_path / name, [V1]), tmp_path)
    (two,) = answers(write(tmp_path / name, [V2]), tmp_path)
    assert (one.text, one.licence, one.source.repository, one.source.path, one.source.commit) == (
        HELLO,
        "Apache-2.0 AND MIT",
        "https://github.com/acme/pay",
        "src/A.cbl",
        "c" * 40,
    )
    assert (
        one.swhid == f"swh:1:cnt:{BLOB};origin=https://github.com/acme/pay;anchor=swh:1:rev:{'c' * 40};path=/src/A.cbl"
    )
    assert (two.licence, two.source.path, two.ancestry.origin, two.ancestry.grade.name) == (
        "MIT",
        "src/B.cbl",
        "unknown",
        "E0",
    )
    assert json.loads(two.evidence[0].value) == {
        "commits": 0,
        "source": "corpus",
        "visit_date": "2020-01-01",
        "is_vendor": "False",
    }


def test_a_claim_makes_e1(tmp_path):
    (got,) = answers(
        write(tmp_path / "x.jsonl", [V1]),
        tmp_path,
        Options(claim="human", claimed_by="The Stack"),
        name="https://hf.co/x",
    )
    assert (got.ancestry.origin, got.ancestry.grade.name, got.source.repository) == ("human", "E1", "https://hf.co/x")


def test_rows_with_ids_only_are_refused(tmp_path):
    assert answers(write(tmp_path / "x.parquet", [{k: v for k, v in V2.items() if k != "content"}]), tmp_path) == [
        "no-content: the row carries ids only"
    ]


def test_an_original_encoding_is_restored_where_the_id_proves_it(tmp_path):
    text = HELLO + "* Größe\n"
    row = V2 | {"content": text, "src_encoding": "latin-1", "blob_id": Swhid.of_content(text.encode("latin-1")).hex}
    (got,) = answers(write(tmp_path / "x.jsonl", [row]), tmp_path)
    assert (got.encoding, got.size) == ("latin-1", len(text))
    (other,) = answers(write(tmp_path / "x.jsonl", [row | {"blob_id": "e" * 40}]), tmp_path)
    assert other.encoding == "utf-8" and json.loads(other.evidence[0].value)["blob_of_the_corpus"] == "e" * 40


def test_rows_without_paths_get_an_ending_from_their_language(tmp_path):
    rows = [{"content": HELLO, "lang": "COBOL"}, {"content": HELLO, "ext": "java"}, {"content": "x"}, {"content": ""}]
    got = answers(write(tmp_path / "x.jsonl", rows), tmp_path)
    assert [getattr(item, "language", item) for item in got[:2]] == ["cobol", "java"]
    assert got[2].startswith("no-language") and isinstance(got[3], str)


def test_entries_are_read_in_any_order(tmp_path):
    rows = [V2 | {"path": f"{n}.cbl", "content": f"* {n}\n", "blob_id": ""} for n in range(1500)]
    snapshot = open_corpus(str(write(tmp_path / "x.parquet", rows)), workdir=tmp_path / "work")
    asked = snapshot.entries()[::-7]
    assert [data for _, data in snapshot.read(asked)] == [f"* {e.name[:-4]}\n".encode() for e in asked]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("x.parquet", b"rubbish", "Parquet"),
        ("x.jsonl", b"{}\n[1]\n", "line"),
        ("x.jsonl", b"\xff\n", "JSON lines"),
        ("x.jsonl.gz", b"no gzip", "JSON lines"),
        ("x.txt", b"", "is not a corpus"),
        ("x.jsonl", b'{"content": 7}\n', "neither text nor bytes"),
    ],
)
def test_damaged_files_name_themselves(tmp_path, name, data, problem):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=problem) as error:
        answers(tmp_path / name, tmp_path)
    assert name in str(error.value)


def test_a_table_of_something_else_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no column"):
        answers(write(tmp_path / "x.parquet", [{"a": 1}]), tmp_path)


_JSON = st.none() | st.text(max_size=8) | st.just("\ud800x") | st.booleans() | st.lists(st.text(max_size=5), max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "content": st.none() | st.text(max_size=30),
                "path": _JSON,
                "repo_name": _JSON,
                "licenses": _JSON,
                "blob_id": _JSON,
                "lang": _JSON,
                "src_encoding": _JSON,
                "revision_id": _JSON,
            },
        ),
        max_size=5,
    )
)
def test_any_row_gets_an_answer(tmp_path, rows):
    for got in answers(write(tmp_path / "x.jsonl", rows), tmp_path):
        assert isinstance(got, str) or Swhid.parse(got.swhid).hex == Swhid.of_content(got.text.encode(got.encoding)).hex
