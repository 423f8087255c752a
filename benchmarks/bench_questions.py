"""Times of the questions that people ask, on a synthetic ledger; as a table and as one line of JSON.

    python -m benchmarks.bench_questions --records 1000000 --batches 100
    python -m benchmarks.bench_questions --path /tmp/ledger-10m          # one that benchmarks.synthetic wrote

What is timed is what a caller waits for: a cold process is not (imports and the engine's self-test come once), a file
cache filled by the run before is. Medians; see ``--repeat``.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow.parquet as pq

from benchmarks.synthetic import build
from provenance.ledger import Ledger
from provenance.lineage import Lens, ask, impact, trace
from provenance.lineage.selftest import prove_engine
from provenance.model.identity import RecordId

#: What any store of records would hold: the content's identity and the file's name are not provenance rows.
_CONTENT = {"content_sha256", "swhid", "name"}


def timed(ask_it: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Median milliseconds, and the last answer."""
    times, answer = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        answer = ask_it()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), answer


def measure(ledger: Ledger, repeat: int, traces: int = 50) -> dict[str, Any]:
    """All figures of one ledger."""
    selftest, _ = timed(prove_engine.__wrapped__, 5)
    opening, _ = timed(lambda: Lens(ledger).close(), max(3, repeat))
    with Lens(ledger) as lens:
        batches = lens.query("SELECT batch, record_rows, step FROM raw_batches WHERE record_rows > 0 "
                             "ORDER BY batch").rows
        chosen = random.Random(3).choices(batches, k=traces)
        records = [RecordId(batch, random.Random(batch).randrange(rows)) for batch, rows, _ in chosen]
        for record in records[:5]:
            trace(ledger, record)
        one = [timed(lambda r=record: trace(ledger, r), 1) for record in records]
        milliseconds = sorted(time for time, _ in one)
        root = next(batch for batch, _, step in batches if step == "ingest")
        source = lens.query("SELECT repository FROM raw_sources WHERE batch = $b LIMIT 1", {"b": root}).rows[0][0]
        model_ms, model = timed(lambda: impact(lens, "model", "model-3"), repeat)
        source_ms, from_source = timed(lambda: impact(lens, "source", source), repeat)
        record_ms, from_record = timed(lambda: impact(lens, "record", str(RecordId(root, 0))), repeat)
        mix_ms, _ = timed(lambda: ask(lens, "origin_mix"), repeat)
        gaps_ms, _ = timed(lambda: ask(lens, "gaps"), 1)
        total = sum(rows for _, rows, _ in batches)
        return {
            "duckdb": duckdb.__version__, "records": total, "batches": len(batches),
            "selftest_ms": round(selftest, 1), "open_ms": round(opening, 1),
            "trace_ms_median": round(statistics.median(milliseconds), 1),
            "trace_ms_p90": round(milliseconds[int(len(milliseconds) * 0.9)], 1),
            "trace_nodes_mean": round(statistics.mean(len(found.nodes) for _, found in one), 1),
            "impact_model_ms": round(model_ms, 1), "impact_model_records": model.records,
            "impact_source_ms": round(source_ms, 1), "impact_source_records": from_source.records,
            "impact_record_ms": round(record_ms, 1), "impact_record_records": from_record.records,
            "origin_mix_ms": round(mix_ms, 1), "gaps_ms": round(gaps_ms, 1),
            "provenance_bytes_per_record": round(_bytes(lens) / total, 2)}


def _bytes(lens: Lens) -> int:
    """Compressed bytes of records (without what identifies content) and edges."""
    total = lens.query("SELECT coalesce(sum(bytes), 0) FROM raw_parts WHERE table_name = 'edges'").rows[0][0]
    for (path,) in lens.query("SELECT path FROM raw_parts WHERE table_name = 'records'").rows:
        metadata = pq.read_metadata(path)
        for group in range(metadata.num_row_groups):
            for number in range(metadata.num_columns):
                column = metadata.row_group(group).column(number)
                if column.path_in_schema not in _CONTENT:
                    total += column.total_compressed_size
    return int(total)


def main() -> None:
    """Measure, print the table, then the JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--path", help="an existing ledger; else one is built in a temporary folder")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    if asked.path:
        figures = measure(Ledger(asked.path), asked.repeat)
    else:
        with tempfile.TemporaryDirectory() as folder:
            made = build(f"{folder}/ledger", records=asked.records, batches=asked.batches, dataset=True)
            figures = measure(made.ledger, asked.repeat)
    for name, value in figures.items():
        print(f"{name:30} {value:>16,}" if isinstance(value, int | float) else f"{name:30} {value:>16}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
