"""Benchmarks: layouts that are known, folders, digests, and files that cannot be read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from provenance.errors import SourceError
from provenance.sources.benchmarks import open_benchmark

HUMAN_EVAL = {"task_id": "HumanEval/0", "prompt": "def f(x):\n", "canonical_solution": "    return x\n",
              "test": "assert f(1) == 1"}
COBOL_EVAL = {"task_id": "HumanEval/0", "prompt": "       IDENTIFICATION DIVISION.\n", "canonical_solution": "return x",
              "tests": [{"test": "       PROCEDURE DIVISION.\n", "result": {"value": "True", "type_": "Bool"}}, {"test": "two"}]}
MBPP = {"text": "Write a function that is longer than forty characters in all.", "code": "x = 1", "task_id": 7,
        "test_list": ["assert a", "assert b"], "test_setup_code": ""}


def written(path: Path, *rows: object) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    return str(path)


def parts(benchmark):
    return [[(part.kind, part.text) for part in item.parts] for item in benchmark.items]


def test_rows_of_known_layouts_give_their_prompt_solution_and_tests(tmp_path):
    found = open_benchmark(written(tmp_path / "Mixed.jsonl", HUMAN_EVAL, COBOL_EVAL, MBPP))
    assert found.name == "Mixed" and [item.id for item in found.items] == ["HumanEval/0", "HumanEval/0", "7"]
    assert {item.benchmark for item in found.items} == {"Mixed"}
    assert parts(found) == [
        [("prompt", "def f(x):\n"), ("solution", "    return x\n"), ("tests", "assert f(1) == 1")],
        [("prompt", "       IDENTIFICATION DIVISION.\n"), ("solution", "return x"), ("tests", "Bool"), ("tests", "True"),
         ("tests", "       PROCEDURE DIVISION.\n"), ("tests", "two")],
        [("solution", "x = 1"), ("tests", "assert a"), ("tests", "assert b")]]


def test_rows_of_unknown_fields_give_all_their_longer_texts(tmp_path):
    text = "A text that is certainly longer than forty characters."
    found = open_benchmark(written(tmp_path / "odd.jsonl", {"b": text, "label": "short", "n": 3}, {"label": "short"}))
    assert parts(found) == [[("text", text)]] and found.items[0].id == "row 1"


def test_a_list_written_as_text_is_its_texts(tmp_path):
    found = open_benchmark(written(tmp_path / "a.jsonl", {"id": "x", "prompt": '["one", "two"]', "test": "[not json"}))
    assert parts(found) == [[("prompt", "one\ntwo"), ("tests", "[not json")]]


def test_parquet_and_packed_lines_are_read_alike(tmp_path):
    plain = open_benchmark(written(tmp_path / "a.jsonl", HUMAN_EVAL, HUMAN_EVAL | {"task_id": "HumanEval/1"}))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    rows = pa.Table.from_pylist([HUMAN_EVAL, HUMAN_EVAL | {"task_id": "HumanEval/1"}])
    pyarrow.parquet.write_table(rows, tmp_path / "a.parquet")
    for name in ("a.jsonl.gz", "a.parquet"):
        assert open_benchmark(str(tmp_path / name)).items == plain.items


def test_a_folder_of_data_is_its_files_and_any_other_is_read_file_by_file(tmp_path):
    tasks = tmp_path / "track"
    for path, text in (("two-fer/.docs/instructions.md", "Say it."), ("two-fer/src/two-fer.cob", "DISPLAY 1."),
                       ("two-fer/tst/two-fer.cut", "TESTSUITE 'x'"), (".git/HEAD", "ref: x"), ("logo.png", "a\0b"),
                       ("empty", " ")):
        (tasks / path).parent.mkdir(parents=True, exist_ok=True)
        (tasks / path).write_text(text)
    found = open_benchmark(str(tasks))
    assert {item.id: item.parts[0].kind for item in found.items} == {
        "two-fer/.docs/instructions.md": "prompt", "two-fer/src/two-fer.cob": "solution", "two-fer/tst/two-fer.cut": "tests"}
    written(tasks / "data.jsonl", HUMAN_EVAL)
    assert [item.id for item in open_benchmark(str(tasks)).items] == ["HumanEval/0"]


def test_the_digest_is_of_the_bytes_and_not_of_the_place(tmp_path):
    (tmp_path / "there").mkdir()
    one = open_benchmark(written(tmp_path / "a.jsonl", HUMAN_EVAL))
    moved = open_benchmark(written(tmp_path / "there" / "a.jsonl", HUMAN_EVAL))
    other = open_benchmark(written(tmp_path / "a.jsonl", HUMAN_EVAL | {"entry_point": "f"}))
    assert one.digest == moved.digest != other.digest
    assert open_benchmark(str(tmp_path / "there")).digest == open_benchmark(str(tmp_path / "there")).digest


@pytest.mark.parametrize(("name", "content", "told"), [
    ("a.jsonl", b'{"prompt": "x"', "line 1"), ("a.jsonl", b"[1]\n", "is not an object"), ("a.jsonl", b"\xff\xfe", "JSON lines"),
    ("a.jsonl.gz", b"not packed", "JSON lines"), ("a.parquet", b"PAR1", "Parquet"), ("a.jsonl", b"{}\n", "no text of any task"),
    ("a.csv", b"x", "has to end in")])
def test_what_cannot_be_read_is_refused_with_what_to_do(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match="Next: ") as error:
        open_benchmark(str(tmp_path / name))
    assert told in str(error.value)


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceError, match="is not there"):
        open_benchmark(str(tmp_path / "gone.jsonl"))
    (tmp_path / "void").mkdir()
    with pytest.raises(SourceError, match="no text of any task"):
        open_benchmark(str(tmp_path / "void"))


CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.mark.skipif(not list(CORPORA.glob("cobol/*COBOLEval*")), reason="no COBOLEval here")
def test_cobol_eval_itself():
    found = open_benchmark(str(next(CORPORA.glob("cobol/*COBOLEval*/data/*.jsonl"))))
    assert len(found.items) == 146 and all({part.kind for part in item.parts} >= {"prompt", "tests"} for item in found.items)
