"""From what a user has in hand to record ids: a record id, a SWHID (core or qualified), or a content digest.

    resolve(lens, "swh:1:cnt:ce013625030ba8dba906f756967f9e9ca394464a")      # every record with these bytes
    resolve(lens, "sha256:5891b5b5...")

A qualified SWHID asks for every qualifier that it names, in whatever order it was written. One text may be several
records; none is an error, never an empty answer.
"""

from __future__ import annotations

from provenance.errors import InvalidId, QueryError
from provenance.lineage.catalogue import text_of
from provenance.lineage.lens import Lens
from provenance.model.identity import Digest, RecordId, Swhid


def resolve(lens: Lens, text: str) -> list[RecordId]:
    """The records that ``text`` names, sorted.

    Raises:
        InvalidId: it is none of the three.
        QueryError: no record of the ledger has it.
    """
    if text.startswith("rec:"):
        record = RecordId.parse(text)
        known = lens.query(text_of("internal", "batch_rows"), {"batch": record.batch}).rows
        found = [record] if known and record.row < known[0][0] else []
    elif text.startswith("swh:"):
        found = _by_swhid(lens, Swhid.parse(text))
    elif text.startswith("sha256:"):
        digest = Digest.parse(text)
        found = [RecordId(*row) for row in lens.query(text_of("internal", "by_content"), {"hex": digest.hex}).rows]
    else:
        raise InvalidId(text, "is not a record id, a SWHID or a sha256 digest",
                        "write rec:<16 hex>.<row>, swh:1:cnt:<40 hex> or sha256:<64 hex>")
    if not found:
        raise QueryError(text, f"is not in the ledger {lens.ledger.path}", "check the id, or the ledger's path")
    return sorted(found)


def _by_swhid(lens: Lens, asked: Swhid) -> list[RecordId]:
    found = []
    for batch, row, stored in lens.query(text_of("internal", "by_swhid"), {"core": asked.core}).rows:
        if set(asked.qualifiers) <= set(Swhid.parse(stored).qualifiers):
            found.append(RecordId(batch, row))
    return found
