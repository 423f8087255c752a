"""The lens: every promised column, nothing but reading, and only what a manifest names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from provenance.errors import LedgerCorrupt, LedgerError, QueryError
from provenance.ledger import Ledger, codec
from provenance.lineage import Lens, ask, catalogue, selftest
from provenance.model.origin import OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry
from tests.lineage.small_ledger import Writer, record, small

#: design/surface.md, by heart: a promise to users.
PROMISED = {
    "records": "record language kind origin evidence depth human_share licence content_sha256 swhid bytes lines step "
               "recipe run created_at",
    "texts": "record text",
    "edges": "child parent role",
    "sources": "record repository commit path author_count first_commit_at last_commit_at",
    "evidence": "record kind value grade",
    "recipes": "recipe step step_version params model prompt seed toolchain",
    "verdicts": "record check outcome value reason tool tool_version run judged_at",
    "reviews": "record reviewer verdict label reviewed_at",
    "datasets": "dataset version root size policy created_at",
    "members": "dataset version record split",
    "decisions": "dataset version policy_digest outcome decided_at",
    "reasons": "rule count examples",
    "recalls": "kind target reason recalled_by recalled_at",
    "consumptions": "model run dataset version ticket consumed_at",
    "runs": "run job state started_at ended_at",
    "events": "event",
}


@pytest.mark.parametrize("view", PROMISED)
def test_a_view_has_every_promised_column_first(lens: Lens, view: str) -> None:
    columns = lens.query(f"SELECT * FROM {view} LIMIT 0").columns
    promised = PROMISED[view].split()
    assert set(promised) <= set(columns)
    if view != "events":
        assert list(columns[: len(promised)]) == promised


@pytest.mark.parametrize("view", PROMISED)
def test_a_view_of_an_empty_ledger_is_empty_and_of_the_same_types(lens: Lens, tmp_path: Path, view: str) -> None:
    with Lens(Ledger.init(tmp_path / "empty")) as empty:
        nothing = empty.query(f"SELECT * FROM {view}")
        assert nothing.rows == []
        assert nothing.types == lens.query(f"SELECT * FROM {view} LIMIT 0").types


def test_values_of_the_views(lens: Lens, corpus: dict[str, Any]) -> None:
    root = f"rec:{corpus['roots']}.0"
    row = lens.query("SELECT * FROM records WHERE record = $r", {"r": root}).dicts()[0]
    assert (row["origin"], row["evidence"], row["depth"], row["step"]) == ("human", "E2", 0, "ingest")
    assert row["recipe"].startswith("sha256:")
    assert row["created_at"] == datetime(2026, 11, 2, 8, 0, 1)
    assert lens.query("SELECT text FROM texts WHERE record = ?", [root]).rows == [("MOVE A TO B.\n",)]
    assert lens.query("SELECT DISTINCT parent FROM edges WHERE role = 'context'").rows == [(root,)]
    assert lens.query("SELECT first_commit_at, author_count FROM sources WHERE record = ?", [root]).rows == [
        (datetime(1999, 3, 1, 10), 2)]
    assert lens.query("SELECT grade FROM evidence WHERE record = ?", [root]).rows == [("E2",)]
    assert lens.query("SELECT model, prompt, seed FROM recipes WHERE step = 'generate'").rows == [
        ("model-x", "cobol/batch", 3)]
    assert lens.query("SELECT dataset, version, size FROM datasets").rows == [("pay", str(corpus["dataset"]), 4)]
    assert lens.query("SELECT count(*) FROM members WHERE version = ?", [str(corpus["dataset"])]).rows == [(4,)]
    refused = lens.query("SELECT record, subject FROM verdicts WHERE \"check\" = 'ingest'").rows
    assert refused == [(None, "src/LOGO.cbl")]
    states = lens.query("SELECT DISTINCT state, job FROM runs WHERE job LIKE '%ingest'").rows
    assert states == [("complete", "corpus.ingest")]


def test_paths_of_parts_are_those_of_the_layout(lens: Lens, corpus: dict[str, Any]) -> None:
    ledger = corpus["ledger"]
    expected = {str(ledger.layout.part(name, manifest.batch, part.digest))
                for manifest in ledger.manifests() for name, part in manifest.parts.items()}
    assert {path for path, in lens.query("SELECT path FROM raw_parts").rows} == expected


def test_times_with_a_zone_need_no_other_package(lens: Lens) -> None:
    table = lens.query("SELECT TIMESTAMPTZ '2026-01-01 12:00:00+02' AS t")
    assert table.rows[0][0].utctimetuple()[:5] == (2026, 1, 1, 10, 0)


def test_a_limit_says_that_there_was_more(lens: Lens) -> None:
    table = lens.query("FROM range(10)", limit=3)
    assert len(table) == 3
    assert table.truncated
    assert not lens.query("FROM range(3)", limit=3).truncated
    assert lens.arrow("SELECT 1 AS one").to_pylist() == [{"one": 1}]


@pytest.mark.parametrize("sql", [
    "DESCRIBE records", "SUMMARIZE edges", "SHOW TABLES", "WITH a AS (SELECT 1 AS x) FROM a",
    "VALUES (1)", "SELECT record_id(1, 2)"])
def test_reading_is_allowed(lens: Lens, sql: str) -> None:
    assert lens.query(sql).rows


@pytest.mark.parametrize("sql", [
    "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "FROM '/etc/passwd'",
    "SELECT * FROM read_text('{ledger}/private/pseudonym.key')", "SELECT * FROM glob('{ledger}/private/*')",
    "SELECT * FROM read_text('{ledger}/parts/../private/pseudonym.key')",
    "SELECT * FROM read_blob('{ledger}/ledger.json')", "FROM query('COPY (SELECT 1) TO ''{ledger}/parts/x.csv''')",
    "WITH w AS (COPY (SELECT 1) TO '{ledger}/parts/x.csv') SELECT * FROM w",
    "WITH w AS MATERIALIZED (COPY (SELECT 1) TO '{ledger}/batches/x.json') SELECT 1",
    "SELECT (WITH w AS (COPY (SELECT 1) TO '{ledger}/parts/x.csv') SELECT count(*) FROM w)",
    "SUMMARIZE WITH w AS (COPY (SELECT 1) TO '{ledger}/parts/x.csv') SELECT * FROM w",
    "FROM query('WITH w AS (COPY (SELECT 1) TO ''{ledger}/parts/x.csv'') SELECT * FROM w')",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{ledger}/parts/x.csv'", "EXPLAIN SELECT 1",
    "SELECT * FROM parquet_metadata('/etc/passwd')", "SELECT * FROM sniff_csv('/etc/passwd')",
    "COPY (SELECT 1) TO '{ledger}/parts/x.csv'", "COPY (SELECT 1) TO '/tmp/x.csv'", "ATTACH ':memory:' AS other",
    "INSTALL httpfs", "LOAD httpfs", "SELECT getenv('HOME')", "SET threads = 1", "PRAGMA threads=1",
    "RESET lock_configuration", "CREATE TABLE x (a INT)", "CREATE TEMP TABLE x AS SELECT 1", "DROP VIEW records",
    "INSERT INTO raw_batches (batch) VALUES (1)", "DELETE FROM raw_batches", "UPDATE raw_parts SET path = 'x'",
    "WITH w AS (DELETE FROM raw_batches RETURNING *) SELECT * FROM w", "SELECT 1; SELECT 2", "",
    "CALL pragma_version()",
    "EXPORT DATABASE '/tmp/x'", "SELECT * FROM corpus", "SELECT nonsense FROM records", "SELEC 1", "CHECKPOINT",
    "SELECT * FROM read_json('https://example.org/x.json')", "BEGIN"])
def test_everything_else_is_refused_and_nothing_has_changed(lens: Lens, corpus: dict[str, Any], sql: str) -> None:
    ledger = corpus["ledger"].path
    before = lens.query("SELECT count(*), max(rows) FROM raw_batches, raw_parts").rows
    files = sorted(ledger.rglob("*"))
    with pytest.raises(QueryError):
        lens.query(sql.replace("{ledger}", str(ledger)))
    with pytest.raises(QueryError):
        lens.arrow(sql.replace("{ledger}", str(ledger)))
    assert lens.query("SELECT count(*), max(rows) FROM raw_batches, raw_parts").rows == before
    assert sorted(ledger.rglob("*")) == files


def test_orphans_and_temporary_files_do_not_exist(tmp_path: Path) -> None:
    made = small(tmp_path / "ledger")
    ledger: Ledger = made["ledger"]
    some = next(ledger.layout.parts.glob("records/??/*.parquet"))
    orphan = some.with_name(f"{'1' * 16}-{'2' * 16}.parquet")
    orphan.write_bytes(some.read_bytes())
    manifest = next(ledger.layout.batches.glob("??/*.json"))
    manifest.with_name(".tmp-1-abc.json").write_bytes(b"{")
    manifest.with_name(".tmp-12345-abcdef012").write_bytes(b"{")
    with Lens(ledger) as lens:
        assert lens.query("SELECT count(*) FROM records").rows == [(6,)]
        assert lens.query("SELECT count(*) FROM raw_batches").rows == [(sum(1 for _ in ledger.manifests()),)]


def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    ledger: Ledger = small(tmp_path / "ledger")["ledger"]
    path = sorted(ledger.layout.batches.glob("??/*.json"))[2]
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    with pytest.raises(LedgerCorrupt, match=path.name):
        Lens(ledger)
    path.write_bytes(whole)
    other = sorted(ledger.layout.batches.glob("??/*.json"))[0]
    other.write_bytes(whole)
    with pytest.raises(LedgerCorrupt, match="another batch"):
        Lens(ledger)


def test_a_missing_part_file_is_an_error_and_not_fewer_rows(tmp_path: Path) -> None:
    made = small(tmp_path / "ledger")
    ledger: Ledger = made["ledger"]
    parts = [p for p in ledger.layout.parts.glob("edges/??/*.parquet") if str(made["varied"]) in p.name]
    parts[0].unlink()
    with pytest.raises(LedgerCorrupt), Lens(ledger) as lens:
        lens.query("SELECT count(*), sum(parent_row) FROM raw_edges")


@pytest.mark.parametrize("newest_lacks", [True, False])
def test_a_column_that_older_files_lack_is_null(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                newest_lacks: bool) -> None:
    write = Writer(tmp_path / "ledger")
    root = Ancestry.of_root(OriginClass.HUMAN, "MIT", "r")
    narrow = codec.SCHEMAS["records"].remove(codec.SCHEMAS["records"].get_field_index("encoding"))

    def commit(number: int, lacks: bool) -> None:
        recipe = Recipe("ingest", "1", {"n": number})
        tables = codec.encode_records(recipe.batch, [record(f"{number}\n", root)])
        with monkeypatch.context() as patch:
            if lacks:
                patch.setitem(codec.SCHEMAS, "records", narrow)
                tables["records"] = tables["records"].select(narrow.names)
            write.commit(recipe, tables, events=False, summary={})

    commit(1, not newest_lacks)
    commit(2, newest_lacks)
    with Lens(write.ledger) as lens:
        assert sorted(lens.query("SELECT encoding FROM records").rows, key=str) == [("utf-8",), (None,)]
        assert lens.query("SELECT count(*) FROM records WHERE encoding IS NULL").rows == [(1,)]


def test_events_that_are_malformed_or_move_do_not_break_anything(tmp_path: Path) -> None:
    ledger: Ledger = small(tmp_path / "ledger")["ledger"]
    waiting = ledger.layout.events / "waiting"
    (waiting / "20260101000000000-bad.json").write_bytes(b'{"eventType": "\xff')
    (waiting / "20260101000000001-bad.json").write_bytes(b"[1]")
    (waiting / ".tmp-1-x").write_bytes(b"{")
    with Lens(ledger) as lens:
        count = lens.query("SELECT count(*) FROM events").rows
        gaps = ask(lens, "gaps").dicts()
        assert {gap["subject"] for gap in gaps} == {"20260101000000000-bad.json", "20260101000000001-bad.json"}
        for path in waiting.glob("2026*bad.json"):
            path.unlink()
        ledger.outbox.forward(lambda event: None)
        # All moved to the folder of sent ones, which did not exist when the lens was opened.
        assert lens.query("SELECT count(*) FROM events").rows == count


def test_the_self_test_passes_and_refuses_binary(monkeypatch: pytest.MonkeyPatch) -> None:
    selftest.prove_engine.cache_clear()
    selftest.prove_engine()
    monkeypatch.setitem(codec.SCHEMAS, "texts", pa.schema([("batch", pa.int64()), ("text", pa.binary())]))
    with pytest.raises(LedgerError, match=r"texts\.text"):
        selftest.forbid_binary()


def test_the_self_test_fails_on_a_wrong_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "_number", lambda index: index + 1)
    with pytest.raises(LedgerError, match="answers wrongly"):
        selftest.prove_engine.__wrapped__()


def test_a_path_that_would_be_a_pattern_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="pattern"):
        Lens(Ledger.init(tmp_path / "a[b]"))


def test_limits_are_taken_and_nonsense_is_refused(corpus: dict[str, Any]) -> None:
    with Lens(corpus["ledger"], memory_limit="500MB", threads=1) as lens:
        assert lens.query("SELECT current_setting('threads')").rows == [(1,)]
    with pytest.raises(QueryError, match="memory_limit"):
        Lens(corpus["ledger"], memory_limit="a lot")


def test_every_raw_table_has_the_columns_of_the_codec(lens: Lens) -> None:
    for table, schema in codec.SCHEMAS.items():
        found = lens.query(f"SELECT * FROM raw_{table} LIMIT 0")
        assert list(found.columns) == schema.names
        assert list(found.types) == [catalogue.duckdb_type(field.type) for field in schema]


def test_no_part_of_the_ledger_has_a_binary_column(corpus: dict[str, Any]) -> None:
    for path in corpus["ledger"].layout.parts.rglob("*.parquet"):
        assert not [field for field in pq.read_schema(path) if pa.types.is_binary(field.type)], path


def test_only_one_room_knows_duckdb() -> None:
    package = Path(catalogue.__file__).parents[1]
    users = {path.relative_to(package).parts[0] for path in package.rglob("*.py")
             if any(line.startswith(("import duckdb", "from duckdb")) for line in path.read_text().splitlines())}
    assert users == {"lineage"}


@pytest.mark.parametrize("name", catalogue.names_of())
def test_every_question_of_this_room_only_reads(lens: Lens, name: str) -> None:
    assert lens._writes(catalogue.text_of("", name)) == ""
