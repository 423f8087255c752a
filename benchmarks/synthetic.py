"""Large synthetic ledgers, written through `Ledger.commit` like any other, for benchmarks and tests.

    report = build("/tmp/ledger-1m", records=1_000_000, batches=100)
    report.ledger, report.edges

The graph: 20 % human roots, the rest in ``depth`` layers with 1.5 parents each (1.2 edges per record over all), from
``fan_in`` parent batches; a generated batch has one of ``models`` models; a root has one of ``sources`` repositories
and one of five licences. Summaries are true (merged from the parents), content digests are random and there are no
texts, so ``ledger verify`` would rightly complain of such a ledger: it is for timing questions, not for showing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from provenance.ledger import Draft, Ledger, codec
from provenance.model.identity import BatchId
from provenance.model.recipe import Recipe
from provenance.model.record import LIST_CAP

LICENCES = ("Apache-2.0", "MIT", "BSD-3-Clause", "CC0-1.0", "GPL-3.0-only")
CHECKS = ("syntax", "near_duplicate", "secrets")
_CLASSES = ("human", "synthetic_rule", "synthetic_model")
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What was built."""

    ledger: Ledger
    records: int
    edges: int
    batches: int
    seconds: float
    dataset: str


@dataclass(slots=True)
class _Made:
    """The ancestry summaries of one batch, in numbers."""

    batch: BatchId
    rows: int
    depth: np.ndarray
    share: np.ndarray
    origin: np.ndarray
    models: np.ndarray  # bit mask
    licences: np.ndarray  # bit mask
    sources: np.ndarray  # (row, source) pairs, sorted, as row << 32 | source


def build(path: str | Path, *, records: int, batches: int, depth: int = 6, models: int = 20, sources: int = 1_000,
          fan_in: int = 4, human_share: float = 0.2, verdicts: bool = False, dataset: bool = False, seed: int = 7,
          progress: bool = False) -> Report:
    """Write a ledger of ``records`` records in ``batches`` batches; the same arguments give the same batch ids.

    ``verdicts`` adds one verify batch with three checks a record for each batch; ``dataset`` adds a dataset "bench" of
    90 % of all records.
    """
    if batches < depth + 1 or models > 64:
        raise ValueError("needs at least depth + 1 batches and at most 64 models")
    start = time.perf_counter()
    random = np.random.default_rng(seed)
    ledger = Ledger.init(path)
    roots = max(1, round(batches * human_share))
    sizes = np.full(batches, records // batches)
    sizes[: records % batches] += 1
    layers: list[list[_Made]] = [[] for _ in range(depth + 1)]
    edges = 0
    for number in range(batches):
        layer = 0 if number < roots else 1 + (number - roots) * depth // (batches - roots)
        rows = int(sizes[number])
        if layer == 0:
            recipe = Recipe("ingest", "1", {"repository": f"https://example.org/corpus-{number}", "synthetic": seed},
                            shard=str(number))
            made, tables = _roots(recipe, rows, sources, random)
        else:
            chosen = random.choice(len(layers[layer - 1]), min(fan_in, len(layers[layer - 1])), replace=False)
            parents = [layers[layer - 1][i] for i in sorted(chosen)]
            recipe, model = _recipe(number, layer, models, [p.batch for p in parents], seed)
            made, tables = _derived(recipe, rows, parents, model, random)
        layers[layer].append(made)
        tables["records"] = _records(made, random)
        _commit(ledger, recipe, tables, None, number)
        edges += tables["edges"].num_rows if "edges" in tables else 0
        if verdicts:
            checked = Recipe("verify", "1", {"checks": list(CHECKS)}, (made.batch,))
            _commit(ledger, checked, {"verdicts": _verdicts(made, checked, random)}, {}, number)
        if progress and number % 100 == 99:
            print(f"  {number + 1}/{batches} batches, {time.perf_counter() - start:.0f} s", flush=True)
    name = _dataset(ledger, [made for layer in layers for made in layer], random) if dataset else ""
    return Report(ledger, records, edges, batches, time.perf_counter() - start, name)


def _recipe(number: int, layer: int, models: int, parents: list[BatchId], seed: int) -> tuple[Recipe, int | None]:
    shard = str(number)
    if number % 2:
        model = number // 2 % models
        return Recipe("generate", "1", {"model": f"model-{model}", "prompt": f"cobol/batch-{number % 5}", "toolchain":
                                        "none", "synthetic": seed}, tuple(parents), seed=number, shard=shard), model
    transform = ("rename", "reorder", "reformat")[number // 2 % 3]
    return Recipe("augment", "1", {"transform": transform, "toolchain": "cobc 3.1.2", "synthetic": seed},
                  tuple(parents), seed=layer, shard=shard), None


def _roots(recipe: Recipe, rows: int, sources: int, random: np.random.Generator) -> tuple[_Made, dict[str, pa.Table]]:
    # A batch is one repository's bucket in the main, as an ingest makes it, with a few others mixed in.
    own = np.sort(random.integers(0, sources, 4))
    source = own[random.integers(0, 4, rows)].astype(np.int64)
    number = np.arange(rows, dtype=np.int64)
    made = _Made(recipe.batch, rows, np.zeros(rows, np.int16), np.ones(rows, np.float32), np.zeros(rows, np.int8),
                 np.zeros(rows, np.uint64), np.uint64(1) << (source % len(LICENCES)).astype(np.uint64),
                 number << 32 | source)
    keys = _keys(recipe.batch, number)
    commits = pa.array([f"{i:040x}" for i in own]).take(pa.array(np.searchsorted(own, source)))
    names = pa.array([f"person:{i:016x}" for i in range(50)]).take(pa.array(source % 50))
    when = pa.array((np.int64(1_000_000_000) + source * 86_400) * 1_000_000, pa.timestamp("us", tz="UTC"))
    tables = {
        "sources": pa.table({**keys, "repository": _repository(source), "commit": commits,
                             "path": _concat("src/P", pa.array(number).cast(pa.string()), ".cbl"),
                             "blob": _hex(rows, 40, random), "authors": pa.ListArray.from_arrays(
                                 pa.array(np.arange(rows + 1, dtype=np.int32)), names),
                             "author_count": pa.array(np.ones(rows, np.int32)), "first_commit_at": when,
                             "last_commit_at": when, "commits": pa.array(np.full(rows, 3, np.int32)),
                             "signature": _same("none", rows)}),
        "evidence": pa.table({**keys, "kind": _same("history", rows), "value": _same("before the cut-off", rows),
                              "points_to": _same("human", rows), "grade": pa.array(np.full(rows, 2, np.int8))})}
    return made, tables


def _derived(recipe: Recipe, rows: int, parents: list[_Made], model: int | None,
             random: np.random.Generator) -> tuple[_Made, dict[str, pa.Table]]:
    second = random.random(rows) < 0.5
    child = np.concatenate([np.arange(rows), np.flatnonzero(second)])
    child.sort(kind="stable")
    which = random.integers(0, len(parents), len(child))
    starts = np.cumsum([0] + [p.rows for p in parents])
    at = (random.random(len(child)) * np.array([p.rows for p in parents])[which]).astype(np.int64)
    flat = starts[which] + at
    first = np.searchsorted(child, np.arange(rows))
    merged = {name: np.concatenate([getattr(p, name) for p in parents])[flat]
              for name in ("depth", "share", "origin", "models", "licences")}
    own = np.uint64(0) if model is None else np.uint64(1) << np.uint64(model)
    making = 1 if model is None else 2
    counts = np.bincount(child, minlength=rows)
    made = _Made(recipe.batch, rows, 1 + np.maximum.reduceat(merged["depth"], first),
                 (np.add.reduceat(merged["share"], first) / counts).astype(np.float32),
                 np.maximum(np.maximum.reduceat(merged["origin"], first), making).astype(np.int8),
                 np.bitwise_or.reduceat(merged["models"], first) | own,
                 np.bitwise_or.reduceat(merged["licences"], first), _merge_sources(parents, starts, flat, child))
    edges = pa.table({"batch": pa.array(np.full(len(child), recipe.batch.number)),
                      "row": pa.array(child.astype(np.int32)),
                      "parent_batch": pa.array(np.array([p.batch.number for p in parents])[which]),
                      "parent_row": pa.array(at.astype(np.int32)), "role": _same("source", len(child))})
    return made, {"edges": edges}


def _merge_sources(parents: list[_Made], starts: np.ndarray, flat: np.ndarray, child: np.ndarray) -> np.ndarray:
    """The union of the parents' source lists per child, as sorted pairs, cut at the cap."""
    pairs = np.concatenate([p.sources + (start << 32) for p, start in zip(parents, starts, strict=False)])
    begin = np.searchsorted(pairs, flat << 32)
    length = np.searchsorted(pairs, (flat + 1) << 32) - begin
    index = np.repeat(begin - np.concatenate([[0], np.cumsum(length)[:-1]]), length) + np.arange(length.sum())
    joined = np.unique(np.repeat(child.astype(np.int64), length) << 32 | pairs[index] & 0xFFFFFFFF)
    rows = joined >> 32
    rank = np.arange(len(joined)) - np.searchsorted(rows, rows)
    return joined[rank < LIST_CAP]


def _records(made: _Made, random: np.random.Generator) -> pa.Table:
    rows = made.rows
    number = np.arange(rows, dtype=np.int64)
    per_row = np.bincount(made.sources >> 32, minlength=rows)
    offsets = np.concatenate([[0], np.cumsum(per_row)]).astype(np.int32)
    return pa.table({
        **_keys(made.batch, number), "language": _same("cobol", rows), "kind": _same("program", rows),
        "origin": pa.array(_CLASSES).take(pa.array(made.origin)), "evidence": pa.array(np.full(rows, 2, np.int8)),
        "depth": pa.array(made.depth.astype(np.int16)), "human_share": pa.array(made.share),
        "licence": pa.array(LICENCES).take(pa.array(_lowest_bit(made.licences))),
        "content_sha256": _hex(rows, 64, random), "swhid": _concat("swh:1:cnt:", _hex(rows, 40, random), ""),
        "name": _concat("P", pa.array(number).cast(pa.string()), ".cbl"),
        "bytes": pa.array(random.integers(200, 9_000, rows)), "lines": pa.array(
            random.integers(10, 300, rows).astype(np.int32)), "encoding": _same("utf-8", rows),
        "generators": _mask_lists(made.models, [f"model-{i}" for i in range(64)]),
        "licences": _mask_lists(made.licences, list(LICENCES)),
        "sources": pa.ListArray.from_arrays(pa.array(offsets), _repository(made.sources & 0xFFFFFFFF)),
        "overflow": pa.array(per_row >= LIST_CAP)})


def _verdicts(made: _Made, recipe: Recipe, random: np.random.Generator) -> pa.Table:
    n = len(CHECKS)
    rows = made.rows * n
    failed = random.random(rows) < 0.001
    return pa.table({
        "batch": pa.array(np.full(rows, made.batch.number)), "row": pa.array(
            np.repeat(np.arange(made.rows, dtype=np.int32), n)), "subject": _same("", rows),
        "check": pa.array(CHECKS).take(pa.array(np.tile(np.arange(n), made.rows))),
        "outcome": pa.array(["pass", "fail"]).take(pa.array(failed.astype(np.int8))), "value": _same("", rows),
        "reason": _same("", rows), "tool": _same("cobc", rows), "tool_version": _same("3.1.2", rows),
        "judged_at": pa.array([_NOW] * 1, pa.timestamp("us", tz="UTC")).take(pa.array(np.zeros(rows, np.int8))),
        "said_in": pa.array(np.full(rows, recipe.batch.number))})


def _dataset(ledger: Ledger, made: list[_Made], random: np.random.Generator) -> str:
    recipe = Recipe("assemble", "1", {"name": "bench", "policy": "train"}, tuple(sorted(m.batch for m in made)))
    parts = []
    for item in sorted(made, key=lambda m: m.batch):
        rows = np.flatnonzero(random.random(item.rows) < 0.9)
        parts.append(pa.table({
            **_keys(item.batch, rows), "dataset": pa.array(np.full(len(rows), recipe.batch.number)),
            "split": pa.array(["train", "validation"]).take(pa.array((rows % 50 == 0).astype(np.int8))),
            "origin": pa.array(_CLASSES).take(pa.array(item.origin[rows])),
            "bytes": pa.array(np.full(len(rows), 1_000))}))
    members = pa.concat_tables(parts)
    head = codec.table("datasets", [{"dataset": recipe.batch.number, "name": "bench", "root": "sha256:" + "0" * 64,
                                     "size": members.num_rows, "policy": "train", "created_at": _NOW}])
    summary = codec.summarise_members(members, lambda batch: _listed(ledger, batch))
    _commit(ledger, recipe, {"members": members, "datasets": head}, summary, 0)
    return f"bench@{recipe.batch}"


def _listed(ledger: Ledger, batch: BatchId) -> pa.Table:
    manifest = ledger.require(batch)
    return pq.read_table(ledger.layout.part("records", batch, manifest.parts["records"].digest),
                         columns=codec.SUMMARISED)


def _commit(ledger: Ledger, recipe: Recipe, tables: dict[str, pa.Table], summary: Any, number: int) -> None:
    ledger.commit(Draft(recipe, tables, summary), run=f"00000000-0000-7000-8000-{number:012d}",
                  job=f"bench.{recipe.step}", now=_NOW + timedelta(seconds=number))


def _mask_lists(masks: np.ndarray, names: list[str]) -> pa.ListArray:
    bits = (masks[:, None] >> np.arange(len(names), dtype=np.uint64) & np.uint64(1)).astype(bool)
    offsets = np.concatenate([[0], np.cumsum(bits.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(names).take(pa.array(np.nonzero(bits)[1])))


def _lowest_bit(masks: np.ndarray) -> np.ndarray:
    return np.log2((masks & (~masks + np.uint64(1))).astype(np.float64)).astype(np.int8)


def _keys(batch: BatchId, rows: np.ndarray) -> dict[str, pa.Array]:
    return {"batch": pa.array(np.full(len(rows), batch.number)), "row": pa.array(rows.astype(np.int32))}


def _same(text: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), rows)


def _concat(before: str, middle: pa.Array, after: str) -> pa.Array:
    return pc.binary_join_element_wise(pa.scalar(before), middle, pa.scalar(after), "")


def _repository(source: np.ndarray) -> pa.Array:
    return _concat("https://example.org/repo-", pa.array(source).cast(pa.string()), "")


def _hex(rows: int, width: int, random: np.random.Generator) -> pa.Array:
    data = random.bytes(rows * width // 2).hex().encode()
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a synthetic ledger.")
    parser.add_argument("path")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--verdicts", action="store_true")
    parser.add_argument("--dataset", action="store_true")
    asked = parser.parse_args()
    report = build(asked.path, records=asked.records, batches=asked.batches, depth=asked.depth,
                   verdicts=asked.verdicts, dataset=asked.dataset, progress=True)
    print(f"{report.records:,} records, {report.edges:,} edges, {report.batches} batches in {report.seconds:.1f} s: "
          f"{report.ledger.path}")
