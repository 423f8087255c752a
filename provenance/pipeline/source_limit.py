"""The check ``source_limit``: how much each source, model and author brought, and how much of it people looked at.

    source_limit(context, batches, quota, trusted=("payroll",), signed=False, version="1")

Reads columns and no texts. Reviews are read from the ledger: the last word of each reviewer on each record counts. A
new review is another question, so the verdicts are made anew, which is cheap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from provenance.ledger import Ledger, Manifest
from provenance.model.identity import BatchId, RecordId
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.verdict import Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.families import Families
from provenance.pipeline.judge_step import Speak, judge_whole
from provenance.pipeline.run_step import Made, StepResult
from provenance.steps.poison.limits import Brought, Quota, verdict_on

CHECK = "source_limit"
#: What is signed by an allow-listed key, and what rules alone made of it.
_SIGNED = frozenset({OriginClass.HUMAN, OriginClass.SYNTHETIC_RULE})
_COLUMNS = ["sources", "generators", "origin", "evidence", "overflow"]
_Key = tuple[str, str]


def source_limit(context: Context, batches: Sequence[BatchId], quota: Quota, trusted: Sequence[str], signed: bool,
                 version: str) -> StepResult:
    """One verdict for each record of some batches.

    Args:
        quota: see `Quota`.
        trusted: names of sources, models and authors that no limit holds for.
        signed: whether records of evidence E3 and better (a verified signature of an allow-listed key), and what rules
            alone made of them, are held to be reviewed by whoever signed.
    """
    ledger = context.ledger
    reviews = [manifest for manifest in ledger.manifests() if manifest.recipe.step == "review" and "reviews" in manifest.parts]
    params = {"check": CHECK, "unreviewed": quota.unreviewed, "reviewed": quota.reviewed, "rejected": quota.rejected,
              "trusted": sorted(trusted), "signed": signed}

    def decide(chosen: Sequence[BatchId]) -> Speak:
        books = _Books(ledger, frozenset(trusted), signed)
        tallies: dict[_Key, Brought] = {}
        for _, _, keys, _, _ in books.read(chosen):
            for key in keys:
                tallies.setdefault(key, Brought(*key)).records += 1
        for record, approved in _words(ledger, reviews).items():
            for key in books.keys_of(record):
                if key in tallies:
                    tallies[key].approved += approved
                    tallies[key].rejected += not approved

        def speak(some: Sequence[BatchId]) -> Made:
            return Made({}, [_verdict(batch, row, [tallies[key] for key in keys], quota, cut, made, version)
                             for batch, row, keys, cut, made in books.read(some)])

        return speak

    return judge_whole(context, "poison", version, batches, params, decide, [manifest.batch for manifest in reviews])


def _verdict(batch: BatchId, row: int, brought: Sequence[Brought], quota: Quota, cut: bool, made: bool, version: str) -> Verdict:
    outcome, reason, value = verdict_on(brought, quota, cut, made)
    return Verdict(CHECK, outcome, RecordId(batch.number, row), value=value, reason=reason, tool="corpus-provenance",
                   tool_version=version)


def _words(ledger: Ledger, reviews: Sequence[Manifest]) -> Mapping[RecordId, bool]:
    """Record -> whether it is approved: some reviewer's last word is approve, and nobody's is reject."""
    last: dict[tuple[RecordId, str], tuple[Any, str]] = {}
    for manifest in reviews:
        for row in ledger.table(manifest, "reviews").to_pylist():
            if row["verdict"] in {"approve", "reject"}:
                key = (RecordId(row["batch"], row["row"]), row["reviewer"])
                word = (row["reviewed_at"].timestamp(), row["verdict"])
                last[key] = max(last.get(key, word), word)
    approved: dict[RecordId, bool] = {}
    for (record, _), (_, verdict) in last.items():
        approved[record] = approved.get(record, True) and verdict == "approve"
    return approved


class _Books:
    """Who brought each record, read batch by batch; authors are those of the family's root."""

    def __init__(self, ledger: Ledger, trusted: frozenset[str], signed: bool) -> None:
        self._ledger, self._trusted, self._signed = ledger, trusted, signed
        self._families = Families(ledger)
        self._authors = lru_cache(maxsize=64)(self._read_authors)
        self._rows = lru_cache(maxsize=64)(self._read)

    def read(self, batches: Sequence[BatchId]) -> Iterator[tuple[BatchId, int, list[_Key], bool, bool]]:
        """(batch, row, who brought it, whether the lists are cut, whether it was made here) of every record."""
        for batch in batches:
            made = self._ledger.require(batch).recipe.step != "ingest"
            for row, (keys, cut) in enumerate(self._read(batch)):
                yield batch, row, keys, cut, made

    def keys_of(self, record: RecordId) -> list[_Key]:
        """Who brought one record, whatever its batch; nobody where it is not there."""
        if self._ledger.manifest(record.batch_id) is None:
            return []
        rows = self._rows(record.batch_id)
        return rows[record.row][0] if record.row < len(rows) else []

    def _read(self, batch: BatchId) -> list[tuple[list[_Key], bool]]:
        found = []
        columns = self._ledger.table(self._ledger.require(batch), "records").select(_COLUMNS).to_pydict()
        for row, (sources, generators, origin, evidence, overflow) in enumerate(zip(*columns.values(), strict=True)):
            if self._signed and origin in _SIGNED and evidence >= EvidenceGrade.E3:
                found.append(([("signed", "allow-listed keys")], False))
                continue
            root = self._families.root_of(RecordId(batch.number, row))
            keys = [*(("source", name) for name in sources or ()), *(("generator", name) for name in generators or ()),
                    *(("author", name) for name in self._authors(root.batch).get(root.row, ()))]
            kept = [key for key in keys if key[1] not in self._trusted]
            # Whoever is trusted stands for the record: it is not held against nobody.
            found.append((kept or ([("trusted", keys[0][1])] if keys else []), bool(overflow)))
        return found

    def _read_authors(self, batch: int) -> dict[int, list[str]]:
        table = self._ledger.table(self._ledger.require(BatchId(batch)), "sources")
        return dict(zip(table.column("row").to_pylist(), (authors or [] for authors in table.column("authors").to_pylist()),
                        strict=True))
