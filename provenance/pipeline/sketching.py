"""Sketches in the ledger: made once for each batch of records, and read again a column at a time.

    works = sketch_works(ledger, batches)                 # for run_step: what is new is sketched, the rest adopted
    with Sketchbook(ledger, batches) as book:
        keys = book.column("raw", 3)                      # band keys of all records, in order of batch and row

A nightly run sketches what is new. Reading needs 8 bytes a record and band, one band at a time: the rest lies in
temporary files (about 400 bytes a record, in the folder of ``$TMPDIR``), as do the shingles of the records that may have
a twin (`ShingleFile`); texts are read batch by batch and none is kept. It says nothing of any record.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from types import TracebackType
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from provenance.ledger import Ledger
from provenance.ledger.codec import SCHEMAS
from provenance.model.identity import BatchId
from provenance.model.recipe import Recipe
from provenance.pipeline.run_step import Made, Work
from provenance.steps import dedup_sketch
from provenance.steps.dedup_sketch import MASKED, RAW, View
from provenance.steps.shingles import Hashes, maskable

STEP = "sketch"
Numbers = npt.NDArray[np.int64]
#: Texts that are held as Python objects at once.
_TEXTS = 2_000
_VIEWS = {view.name: view for view in (RAW, MASKED)}


def sketch_recipe(batch: BatchId, params: Mapping[str, object]) -> Recipe:
    """The recipe of the sketches of one batch of records; ``params`` are those of `dedup_sketch.parameters`."""
    return Recipe(STEP, dedup_sketch.VERSION, params, (batch,))


def sketch_works(ledger: Ledger, batches: Sequence[BatchId]) -> Iterator[Work]:
    """One work for each batch that has records; no verdicts, so no suite.

    Raises:
        ToolMissing: rensa is not installed.
    """
    params = dedup_sketch.parameters()
    for batch in batches:
        if ledger.require(batch).records:
            yield Work(sketch_recipe(batch, params), partial(_made, ledger, batch), "")


def _made(ledger: Ledger, batch: BatchId) -> Made:
    manifest = ledger.require(batch)
    records = ledger.table(manifest, "records").select(["row", "language", "content_sha256"])
    texts = ledger.table(manifest, "texts").column("text")
    languages = records.column("language").to_pylist()
    tables = []
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for view in (MASKED, RAW):
            for language in sorted(set(languages)):
                if view is MASKED and not maskable(language):
                    continue
                # How COBOL's columns are read depends on the language, so even the raw view goes by language.
                rows = np.flatnonzero(np.array([each == language for each in languages]))
                for start in range(0, len(rows), _TEXTS):
                    chosen = pa.array(rows[start:start + _TEXTS])
                    made = dedup_sketch.sketch(texts.take(chosen).to_pylist(), language, view, pool.map)
                    tables.append(_table(batch, view, records.take(chosen), made))
    return Made({"sketches": pa.concat_tables(tables).sort_by([("row", "ascending"), ("view", "ascending")])})


def _table(batch: BatchId, view: View, records: pa.Table, made: dedup_sketch.Sketches) -> pa.Table:
    count = len(made.tokens)
    bands = pa.ListArray.from_arrays(pa.array(np.arange(count + 1, dtype=np.int32) * view.bands), pa.array(made.bands.ravel()))
    return pa.table({"batch": pa.array(np.full(count, batch.number, np.int64)), "row": records.column("row"),
                     "view": pa.array([view.name] * count), "tokens": pa.array(made.tokens.astype(np.int32)),
                     "shingles": pa.array(made.shingles.astype(np.int32)),
                     "content_sha256": records.column("content_sha256"), "bands": bands}).cast(SCHEMAS["sketches"])


class Sketchbook:
    """The sketches of some batches of records, one file a view and band.

    Attributes:
        places: for each view the records that have one, numbered through all batches in the order given.
        shingles: for each view how many distinct shingles each of those has.
    """

    def __init__(self, ledger: Ledger, batches: Sequence[BatchId]) -> None:
        places: dict[str, list[Numbers]] = {name: [np.zeros(0, np.int64)] for name in _VIEWS}
        shingles: dict[str, list[Numbers]] = {name: [np.zeros(0, np.int64)] for name in _VIEWS}
        params = dedup_sketch.parameters()
        # Without names: whatever kills this process, they are gone with it.
        self._files: dict[str, list[IO[bytes]]] = {
            name: [tempfile.TemporaryFile(prefix="sketches-") for _ in range(view.bands)]  # noqa: SIM115  # by __exit__
            for name, view in _VIEWS.items()}
        start = 0
        for batch in batches:
            table = ledger.table(ledger.require(sketch_recipe(batch, params).batch), "sketches")
            for name, view in _VIEWS.items():
                chosen = table.filter(pc.equal(table.column("view"), name)).combine_chunks()
                places[name].append(chosen.column("row").to_numpy().astype(np.int64) + start)
                shingles[name].append(chosen.column("shingles").to_numpy().astype(np.int64))
                keys = pc.list_flatten(chosen.column("bands")).to_numpy().reshape(-1, view.bands)
                for band, file in enumerate(self._files[name]):
                    file.write(keys[:, band].tobytes())
            start += ledger.require(batch).records
        self.places = {name: np.concatenate(parts) for name, parts in places.items()}
        self.shingles = {name: np.concatenate(parts) for name, parts in shingles.items()}

    def column(self, view: str, band: int) -> Numbers:
        """The keys of one band, in the order of ``places``."""
        file = self._files[view][band]
        file.seek(0)
        return np.fromfile(file, np.int64)

    def __enter__(self) -> Sketchbook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for files in self._files.values():
            for file in files:
                file.close()


class ShingleFile:
    """The distinct shingles of some records, worked out from their texts in one pass and kept in a temporary file."""

    def __init__(self, ledger: Ledger, batches: Sequence[BatchId], places: Numbers, view: View) -> None:
        """``places`` are ascending numbers through all batches, as in `Sketchbook`."""
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="shingles-")  # noqa: SIM115  # closed by __exit__
        self._places = places
        counts = np.zeros(len(places) + 1, np.int64)
        start = 0
        done = 0
        for batch in batches:
            manifest = ledger.require(batch)
            end = int(np.searchsorted(places, start + manifest.records))
            if end > done:
                for size in self._add(ledger, batch, places[done:end] - start, view):
                    done += 1
                    counts[done] = size
            start += manifest.records
        self._file.flush()
        self._offsets = np.cumsum(counts)
        self.of: Callable[[int], Hashes] = lru_cache(maxsize=8_192)(self._of)

    def _add(self, ledger: Ledger, batch: BatchId, rows: Numbers, view: View) -> Iterator[int]:
        manifest = ledger.require(batch)
        languages = ledger.table(manifest, "records").column("language")
        texts = ledger.table(manifest, "texts").column("text")
        for begin in range(0, len(rows), 200):
            chosen = pa.array(rows[begin:begin + 200])
            found: dict[int, Hashes] = {}
            said = languages.take(chosen).to_pylist()
            words = texts.take(chosen).to_pylist()
            for language in sorted(set(said)):
                numbers = [number for number, each in enumerate(said) if each == language]
                _, shingles = dedup_sketch.grams([words[number] for number in numbers], language, view)
                found.update((number, shingles.distinct(at)) for at, number in enumerate(numbers))
            for number in range(len(said)):
                self._file.write(found[number].tobytes())
                yield len(found[number])

    def _of(self, place: int) -> Hashes:
        at = int(np.searchsorted(self._places, place))
        begin, end = int(self._offsets[at]), int(self._offsets[at + 1])
        return np.frombuffer(os.pread(self._file.fileno(), 8 * (end - begin), 8 * begin), np.uint64)

    def __enter__(self) -> ShingleFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
