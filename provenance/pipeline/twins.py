"""Over all records of some batches: which is whose copy. Numbers in, numbers out; no text is held.

    found = find(ledger, batches, near=0.85, renamed=0.95, least=60)
    found.near[n]                                          # the record that record n is a near-copy of, or -1

Records are numbered through the batches in the order given. Memory is about 150 bytes a record while it works, and the
shingles of some thousand records; the rest is on disk (`provenance.pipeline.sketching`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from provenance.ledger import Ledger
from provenance.model.identity import BatchId, RecordId
from provenance.model.origin import OriginClass
from provenance.pipeline.kinship import Kinship
from provenance.pipeline.masking import stood_in_for
from provenance.pipeline.sketching import ShingleFile, Sketchbook
from provenance.steps.dedup import Twins, first_of_equals, greedy
from provenance.steps.dedup_bands import buckets, combinations
from provenance.steps.dedup_sketch import MASKED, RAW, View

Numbers = npt.NDArray[np.int64]
#: Why a record has no masked view that is compared.
NO_WORDS, TOO_SHORT = 1, 2
_CLASSES = tuple(OriginClass)
_SIDE = {OriginClass.HUMAN: "human", OriginClass.UNKNOWN: "unknown"}


@dataclass(slots=True)
class Found:
    """What is known of every record, by its number.

    Attributes:
        batches, starts: the batches, and the number of each one's first record (and of all).
        origins: rank of the origin class.
        languages, language_of: the languages, and the place of each record's among them.
        evaluation: found in an evaluation source.
        order: numbers in order of preference.
        first: the first record with the same bytes, in that order; itself where there is none.
        near, renamed: the record that it is a copy of, or -1; with the similarities.
        unmasked: 0, or why it has no masked view.
    """

    batches: Sequence[BatchId]
    starts: Numbers
    origins: npt.NDArray[np.int8]
    languages: tuple[str, ...]
    language_of: npt.NDArray[np.int16]
    evaluation: npt.NDArray[np.bool_]
    order: Numbers
    first: Numbers
    near: Numbers
    near_similarity: npt.NDArray[np.float32]
    renamed: Numbers
    renamed_similarity: npt.NDArray[np.float32]
    unmasked: npt.NDArray[np.int8]

    def begin(self, batch: BatchId) -> int:
        """The number of a batch's first record."""
        return int(self.starts[self.batches.index(batch)])

    def of_batch(self, batch: BatchId) -> range:
        """The numbers of a batch's records."""
        place = self.batches.index(batch)
        return range(int(self.starts[place]), int(self.starts[place + 1]))

    def place(self, number: int) -> tuple[int, int]:
        """Place of its batch, and its row."""
        batch = int(np.searchsorted(self.starts, number, "right")) - 1
        return batch, number - int(self.starts[batch])

    def record(self, number: int) -> RecordId:
        """The id of a record."""
        batch, row = self.place(number)
        return RecordId(self.batches[batch].number, row)

    def language(self, number: int) -> str:
        """The language of a record."""
        return self.languages[int(self.language_of[number])]

    def kind(self, one: int, other: int) -> str:
        """Which origins meet: "human-human", "human-synthetic", "synthetic-synthetic", or with "unknown"."""
        return "-".join(sorted(_SIDE.get(_CLASSES[self.origins[number]], "synthetic") for number in (one, other)))


def find(ledger: Ledger, batches: Sequence[BatchId], near: float, renamed: float, least: int,
         evaluation: frozenset[str] = frozenset()) -> Found:
    """Look at all records of some batches that are sketched already.

    Args:
        near, renamed: thresholds of the raw and of the masked view.
        least: distinct masked shingles that a record must have to be compared.
        evaluation: sources whose roots are for evaluation.

    Raises:
        LedgerCorrupt: a batch or its sketches are absent or altered.
    """
    found = _read(ledger, batches, evaluation)
    with Sketchbook(ledger, batches) as book:
        _near(ledger, book, found, near)
        _renamed(ledger, book, found, renamed, least)
    return found


def _known_since(ledger: Ledger, batches: Sequence[BatchId], starts: Numbers) -> Numbers:
    """Of each root the time of its first commit, in microseconds; the end of time where history says nothing."""
    since = np.full(int(starts[-1]), np.iinfo(np.int64).max, np.int64)
    for start, batch in zip(starts.tolist(), batches, strict=False):
        manifest = ledger.require(batch)
        if "sources" not in manifest.parts:
            continue
        table = ledger.table(manifest, "sources").select(["row", "first_commit_at"])
        times = table.column("first_commit_at").cast(pa.int64()).fill_null(np.iinfo(np.int64).max)
        since[start + table.column("row").to_numpy()] = times.to_numpy()
    return since


def _read(ledger: Ledger, batches: Sequence[BatchId], evaluation: frozenset[str]) -> Found:
    starts = np.cumsum([0, *(ledger.require(batch).records for batch in batches)]).astype(np.int64)
    total = int(starts[-1])
    origins, language_of = np.zeros(total, np.int8), np.zeros(total, np.int16)
    depths, held = np.zeros(total, np.int16), np.zeros(total, np.bool_)
    high, low = np.zeros(total, np.int64), np.zeros(total, np.int64)
    languages: dict[str, int] = {}
    for start, batch in zip(starts.tolist(), batches, strict=False):
        table = ledger.table(ledger.require(batch), "records").select(
            ["language", "origin", "depth", "content_sha256", "sources"])
        here = slice(start, start + table.num_rows)
        origins[here] = [OriginClass(origin).rank for origin in table.column("origin").to_pylist()]
        language_of[here] = [languages.setdefault(name, len(languages)) for name in table.column("language").to_pylist()]
        depths[here] = table.column("depth").to_numpy()
        digests = "".join(digest[:32] for digest in table.column("content_sha256").to_pylist())
        halves = np.frombuffer(bytes.fromhex(digests), ">i8").reshape(-1, 2)
        high[here], low[here] = halves[:, 0], halves[:, 1]
        if evaluation:
            named = table.column("sources").to_pylist()
            held[here] = [not evaluation.isdisjoint(sources or ()) for sources in named]
    # What was made from an evaluation file is not itself held out: where it is a copy of one, that is a leak.
    held &= depths == 0
    # Of an original and the masked record that stands in for it the masked one is kept, and so of their copies.
    replaced = np.zeros(total, np.bool_)
    places = {batch.number: start for start, batch in zip(starts.tolist(), batches, strict=False)}
    for record in stood_in_for(ledger, batches):
        if record.batch in places:
            replaced[places[record.batch] + record.row] = True
    # Of two roots the one that history knows longer; dates are self-declared, and decide nothing else.
    order = np.lexsort((_known_since(ledger, batches, starts), origins, depths, replaced, ~held))
    first = np.empty(total, np.int64)
    first[order] = order[first_of_equals(high[order], low[order])]
    return Found(batches, starts, origins, tuple(languages), language_of, held, order, first,
                 np.full(total, -1, np.int64), np.zeros(total, np.float32), np.full(total, -1, np.int64),
                 np.zeros(total, np.float32), np.zeros(total, np.int8))


def _near(ledger: Ledger, book: Sketchbook, found: Found, threshold: float) -> None:
    # Every record has a raw sketch, so its number is its place there.
    chosen = found.order[found.first[found.order] == found.order]
    twins = _twins(ledger, book, found, RAW, chosen, chosen, threshold)
    copies = np.flatnonzero(twins.twin >= 0)
    found.near[chosen[copies]] = chosen[twins.twin[copies]]
    found.near_similarity[chosen[copies]] = twins.similarity[copies]
    # A copy of a copy is a copy of what was kept.
    again = np.flatnonzero(found.first != np.arange(len(found.first)))
    first = found.first[again]
    dropped = found.near[first] >= 0
    found.near[again] = np.where(dropped, found.near[first], first)
    found.near_similarity[again] = np.where(dropped, found.near_similarity[first], 1.0)


def _renamed(ledger: Ledger, book: Sketchbook, found: Found, threshold: float, least: int) -> None:
    places, shingles = book.places[MASKED.name], book.shingles[MASKED.name]
    found.unmasked[:] = NO_WORDS
    found.unmasked[places] = np.where(shingles < least, TOO_SHORT, 0)
    rank = np.empty(len(found.order), np.int64)
    rank[found.order] = np.arange(len(found.order))
    rows = np.flatnonzero(shingles >= least)
    rows = rows[np.argsort(rank[places[rows]])]
    chosen = places[rows]
    kin: list[Kinship] = []

    def related(one: int, other: int) -> bool:
        if not kin:  # the edges of all records are read only where two are alike
            kin.append(Kinship(ledger, found.batches))
        first, second = (batch << 32 | row for batch, row in map(found.place, (int(chosen[one]), int(chosen[other]))))
        return kin[0].related(first, second)

    twins = _twins(ledger, book, found, MASKED, chosen, rows, threshold, related)
    copies = np.flatnonzero(twins.twin >= 0)
    found.renamed[chosen[copies]] = chosen[twins.twin[copies]]
    found.renamed_similarity[chosen[copies]] = twins.similarity[copies]


def _twins(ledger: Ledger, book: Sketchbook, found: Found, view: View, chosen: Numbers, rows: Numbers, threshold: float,
           related: Callable[[int, int], bool] = lambda one, other: False) -> Twins:
    """Copies among the chosen records, which are in order of preference; ``rows`` are their rows in the sketchbook."""
    alike = buckets(lambda band: book.column(view.name, band)[rows], combinations(view, threshold), view.bands)
    with ShingleFile(ledger, found.batches, np.sort(chosen[alike.members]), view) as file:
        sizes = book.shingles[view.name][rows]
        return greedy(alike, sizes, threshold, lambda number: file.of(int(chosen[number])), related)
