"""Between values and Arrow tables, both directions for records.

The tables themselves are in `provenance.ledger.tables`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from provenance.errors import LedgerError
from provenance.ledger.tables import GENERATION, SCHEMAS, parquet_options
from provenance.model import record as model_record
from provenance.model.dataset import Member
from provenance.model.generation import Generation, Reject
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.record import Ancestry, Parent, Record, SourceFacts
from provenance.model.verdict import Verdict

#: What readers of tables need comes from here too.
__all__ = ["GENERATION", "LISTS", "SCHEMAS", "SUMMARISED", "SUMMARY_CAP", "decode_ancestry", "decode_records", "encode_members",
           "encode_records", "encode_rejects", "encode_verdicts", "parquet_options", "summarise", "summarise_members", "table"]

#: The lists of an ancestry, and the columns that `summarise_members` needs.
LISTS = ("generators", "licences", "sources")
SUMMARISED = [*LISTS, "overflow"]
#: Most values that a summary counts of one kind; manifests are read whole, all of them.
SUMMARY_CAP = 4_096


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of a ledger table as Arrow; missing columns are NULL.

    Raises:
        KeyError: there is no such table.
        LedgerError: a text holds a lone surrogate (bytes that were never decoded).
    """
    schema = SCHEMAS[name]
    try:
        return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    except UnicodeEncodeError as error:
        bad = next((f"{column} of row {place}" for place, row in enumerate(rows) for column in schema.names
                    if not _is_unicode(row.get(column))), "a text")
        raise LedgerError(f"table {name}", f"cannot hold {bad}: it has a lone surrogate, which is no Unicode text",
                          "decode the bytes with an encoding that fits them") from error


def _is_unicode(value: Any) -> bool:
    texts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return not any(0xD800 <= ord(c) < 0xE000 for text in texts if isinstance(text, str) for c in text)


def encode_records(batch: BatchId, records: Sequence[Record]) -> dict[str, pa.Table]:
    """Records, numbered by their place, as the tables that a batch stores for them."""
    number = batch.number
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("records", "texts", "edges", "sources", "evidence",
                                                             "generations")}
    for row, record in enumerate(records):
        key = {"batch": number, "row": row}
        ancestry = record.ancestry
        rows["records"].append({
            **key, "language": record.language, "kind": record.kind, "origin": str(ancestry.origin),
            "evidence": int(ancestry.grade), "depth": ancestry.depth, "human_share": ancestry.human_share,
            "licence": record.licence, "content_sha256": record.content.hex, "swhid": record.swhid,
            "name": record.name, "bytes": record.size, "lines": record.lines, "encoding": record.encoding,
            "generators": ancestry.generators, "licences": ancestry.licences, "sources": ancestry.sources,
            "overflow": ancestry.overflow})
        rows["texts"].append({**key, "text": record.text})
        rows["edges"].extend({**key, "parent_batch": parent.record.batch, "parent_row": parent.record.row,
                              "role": parent.role} for parent in record.parents)
        rows["evidence"].extend({**key, "kind": item.kind, "value": item.value,
                                 "points_to": str(item.points_to) if item.points_to else None,
                                 "grade": int(item.grade)} for item in record.evidence)
        if record.source is not None:
            source = record.source
            rows["sources"].append({
                **key, "repository": source.repository, "commit": source.commit, "path": source.path,
                "blob": source.blob, "authors": source.authors, "author_count": len(source.authors),
                "first_commit_at": _time(source.first_commit_at), "last_commit_at": _time(source.last_commit_at),
                "commits": source.commits, "signature": source.signature})
        if record.generation is not None:
            rows["generations"].append({**key, **asdict(record.generation)})
    return {name: table(name, content) for name, content in rows.items() if content}


def encode_verdicts(batch: BatchId, verdicts: Iterable[Verdict], judged_at: datetime) -> dict[str, pa.Table]:
    """Verdicts sorted by subject; an empty mapping where there are none."""
    rows = [{"batch": v.record.batch if v.record else None, "row": v.record.row if v.record else None,
             "subject": v.subject, "check": v.check, "outcome": str(v.outcome), "value": v.value, "reason": v.reason,
             "tool": v.tool, "tool_version": v.tool_version, "judged_at": judged_at, "said_in": batch.number}
            for v in sorted(verdicts, key=lambda v: (v.record or RecordId(0, 0), v.subject, v.check))]
    return {"verdicts": table("verdicts", rows)} if rows else {}


def encode_rejects(batch: BatchId, rejects: Sequence[Reject]) -> dict[str, pa.Table]:
    """What was made and not kept, numbered by its place; an empty mapping where nothing was dropped."""
    rows = [{"batch": batch.number, "number": number, "maker": reject.maker, "stage": reject.stage,
             "reason": reject.reason, "text": reject.text,
             "subject_batch": reject.subject.batch if reject.subject else None,
             "subject_row": reject.subject.row if reject.subject else None,
             **(asdict(reject.generation) if reject.generation else {})} for number, reject in enumerate(rejects)]
    return {"rejects": table("rejects", rows)} if rows else {}


def encode_members(batch: BatchId, members: Iterable[tuple[Member, str, int]]) -> pa.Table:
    """Members with the origin class and length that they carry for the gate, sorted by record."""
    return table("members", [{"batch": m.record.batch, "row": m.record.row, "dataset": batch.number, "split": m.split,
                              "origin": origin, "bytes": size} for m, origin, size in sorted(members)])


def decode_records(tables: Mapping[str, pa.Table]) -> list[Record]:
    """The records of a batch in order of row; the inverse of `encode_records`."""
    parents: dict[int, list[Parent]] = {}
    for edge in _rows(tables, "edges"):
        parents.setdefault(edge["row"], []).append(
            Parent(RecordId(edge["parent_batch"], edge["parent_row"]), edge["role"]))
    evidence: dict[int, list[Evidence]] = {}
    for item in _rows(tables, "evidence"):
        evidence.setdefault(item["row"], []).append(
            Evidence(item["kind"], item["value"], OriginClass(item["points_to"]) if item["points_to"] else None,
                     EvidenceGrade(item["grade"])))
    sources = {row["row"]: SourceFacts(row["repository"], row["commit"], row["path"], row["blob"],
                                       tuple(row["authors"]), _text(row["first_commit_at"]),
                                       _text(row["last_commit_at"]), row["commits"], row["signature"])
               for row in _rows(tables, "sources")}
    texts = {row["row"]: row["text"] for row in _rows(tables, "texts")}
    made = {row["row"]: Generation(**{name: row[name] for name, _ in GENERATION}) for row in _rows(tables, "generations")}
    return [Record(
        text=texts[row["row"]], name=row["name"], language=row["language"], kind=row["kind"], licence=row["licence"],
        content=Digest(row["content_sha256"]), swhid=row["swhid"], size=row["bytes"], lines=row["lines"],
        ancestry=decode_ancestry(row), parents=tuple(parents.get(row["row"], ())),
        evidence=tuple(evidence.get(row["row"], ())), source=sources.get(row["row"]), encoding=row["encoding"],
        generation=made.get(row["row"]))
        for row in _rows(tables, "records")]


def decode_ancestry(row: Mapping[str, Any]) -> Ancestry:
    """The ancestry summary in a row of ``records``."""
    return Ancestry(OriginClass(row["origin"]), EvidenceGrade(row["evidence"]), row["depth"], row["human_share"],
                    tuple(row["generators"]), tuple(row["licences"]), tuple(row["sources"]), row["overflow"])


def summarise(tables: Mapping[str, pa.Table]) -> dict[str, dict[str, int]]:
    """Counts over a batch's records, for questions that need not open it. Empty where there are no records.

    ``origins``, ``languages``, ``generators``, ``licences``, ``sources``: value -> records. ``overflow``: ``rows`` with
    a list that was cut, and how many of each list were. Where the records are of several classes (origin and language),
    ``generators_by_class`` and its like split the counts: "origin language value" -> records. A count of more than
    `SUMMARY_CAP` values is left out, which tells readers to open the batch.
    """
    if "records" not in tables:
        return {}
    records = tables["records"].combine_chunks()
    summary = {"origins": _counts(records.column("origin")), "languages": _counts(records.column("language"))}
    classes = len(summary["origins"]) * len(summary["languages"])
    plain = not any(" " in name for name in (*summary["origins"], *summary["languages"]))
    for name in LISTS:
        counts = _counts(pc.list_flatten(records.column(name)))
        if len(counts) > SUMMARY_CAP:
            continue
        summary[name] = counts
        # Of one class only, all are of it; and a class with a space in its name could be read as another.
        if classes > 1 and plain and len(split := _by_class(records, name)) <= SUMMARY_CAP:
            summary[f"{name}_by_class"] = split
    summary["overflow"] = _cut(records)
    return summary


def summarise_members(members: pa.Table, records_of: Callable[[BatchId], pa.Table]) -> dict[str, dict[str, int]]:
    """Counts over the members of a training set: what `summarise` says of records, under names that begin with
    ``member_``; classes apart.

    Args:
        members: as stored.
        records_of: the ``records`` of a batch, in order of row; the columns of `SUMMARISED` are enough.

    Raises:
        LedgerError: a member is not in its batch.
    """
    total: dict[str, Counter[str]] = {f"member_{name}": Counter() for name in (*LISTS, "overflow")}
    total["member_overflow"]["rows"] = 0
    for number in pc.unique(members.column("batch")).to_pylist():
        rows = members.filter(pc.equal(members.column("batch"), number)).column("row")
        records = records_of(BatchId(number)).select(SUMMARISED)
        if rows.null_count or not 0 <= pc.min(rows).as_py() <= pc.max(rows).as_py() < records.num_rows:
            raise LedgerError(BatchId(number), "does not hold every member that names it", "run: provenance ledger verify")
        chosen = records.take(rows).combine_chunks()
        for name in LISTS:
            total[f"member_{name}"].update(_counts(pc.list_flatten(chosen.column(name))))
        total["member_overflow"].update(_cut(chosen))
    return {name: dict(counts) for name, counts in total.items() if len(counts) <= SUMMARY_CAP}


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    return {item["values"]: item["counts"] for item in pc.value_counts(values).to_pylist()}


def _by_class(records: pa.Table, name: str) -> dict[str, int]:
    column = records.column(name)
    place = pc.list_parent_indices(column)
    named = pc.binary_join_element_wise(records.column("origin").take(place), records.column("language").take(place),
                                        pc.list_flatten(column), " ")
    return _counts(named)


def _cut(records: pa.Table) -> dict[str, int]:
    """How many rows have a list that was cut, and how many of each list: one that was is as long as the cap."""
    overflow = records.column("overflow")
    cut = {name: pc.sum(pc.and_(overflow, pc.greater_equal(pc.list_value_length(records.column(name)),
                                                          model_record.LIST_CAP))).as_py() or 0 for name in LISTS}
    return {"rows": pc.sum(overflow).as_py() or 0, **cut}


def _rows(tables: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    return tables[name].to_pylist() if name in tables else []


def _time(text: str) -> datetime | None:
    if not text:
        return None
    time = datetime.fromisoformat(text)
    # Without a zone it is UTC (see `SourceFacts`); `astimezone` would take it for the machine's own.
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _text(time: datetime | None) -> str:
    return time.astimezone(UTC).isoformat() if time else ""
