"""What recalls reach: the records that are, or descend from, something withdrawn.

    keep_withdrawn(lens)                       # kept as the temporary table gate_withdrawn, for SQL
    withdrawn(lens, batches)                   # the same as record ids, of some batches

A recall of a kind or with a target that cannot be looked up is not passed over: it is returned by name, and the gate
denies until it is mended.
"""

from __future__ import annotations

from collections.abc import Iterable

from provenance.lineage.catalogue import text_of
from provenance.lineage.lens import Lens
from provenance.model.identity import BatchId, Digest, RecordId, Swhid

TABLE = "gate_withdrawn"
_TARGETS = ("sources", "models", "licences", "records", "contents", "swhids", "people")


def keep_withdrawn(lens: Lens) -> tuple[str, ...]:
    """Keep the withdrawn records as `TABLE`; returns the recalls that could not be looked up, as "kind target"."""
    targets: dict[str, list[str]] = {name: [] for name in _TARGETS}
    unjudged = []
    for row in lens.query(text_of("", "gate_recalls")).dicts():
        place = _place(row["kind"], row["target"])
        if place is None:
            unjudged.append(f"{row['kind']} {row['target']}")
        else:
            targets[place[0]].append(place[1])
    if any(targets.values()):
        lens.keep(TABLE, text_of("", "withdrawn"), targets)
    else:
        lens.keep(TABLE, 'SELECT batch, "row" FROM raw_records WHERE false')
    return tuple(unjudged)


def withdrawn(lens: Lens, batches: Iterable[BatchId]) -> frozenset[RecordId]:
    """The withdrawn records of some batches."""
    with lens.lock:
        try:
            keep_withdrawn(lens)
            rows = lens.query(text_of("", "withdrawn_of"), {"batches": [batch.number for batch in batches]}).rows
        finally:
            lens.drop(TABLE)
    return frozenset(RecordId(batch, row) for batch, row in rows)


def _place(kind: str | None, target: str | None) -> tuple[str, str] | None:
    """Which list of `gate_recalled.sql` a recall belongs to, and how its target is written there; None: no such."""
    if not target:
        return None
    if kind in ("source", "model"):
        return f"{kind}s", target
    if kind == "licence":
        return "licences", target.lower()
    if kind == "person":
        return "people", target
    if kind == "record":
        return _place_of_record(target)
    return None


def _place_of_record(target: str) -> tuple[str, str] | None:
    try:
        if target.startswith("swh:"):
            return "swhids", Swhid.parse(target).core
        if target.startswith("sha256:"):
            return "contents", Digest.parse(target).hex
        return "records", str(RecordId.parse(target))
    except ValueError:  # InvalidId: a target that names nothing cannot be looked up
        return None
