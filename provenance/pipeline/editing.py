"""The word by which a person mends a record: the mended text is a new record, made from the old one.

    edit(context, "rec:0123456789abcdef.0", text, by="Ada Lovelace")

The old record stays as it is, with whatever was said of it. What is new is of the class ``human_edited_synthetic`` or of its
parent's, where that is higher: an edit never lowers the class. So what a model wrote stays ``synthetic_model``, and a
person's own program that was edited here is not ``human`` any more, because nothing here can see who or what typed the
change; commit it to its repository and ingest it there to have it count as that.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from provenance.errors import PolicyError
from provenance.ledger.codec import encode_records
from provenance.model.identity import Digest, RecordId, Swhid, canonical_json
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.pipeline.context import Context
from provenance.pipeline.desk import EDITED, known_record
from provenance.pipeline.inspection import record_rows
from provenance.pipeline.reviewing import person
from provenance.pipeline.run_step import Made, StepResult, Work, run_step

EDIT_VERSION = "1"


def edit(context: Context, record: str, text: str, by: str) -> StepResult:
    """Keep a person's new text for a record as a new record; the same edit by the same person twice is one.

    Args:
        by: name or address of who answers for the edit; stored as a pseudonym.

    Raises:
        InvalidId: no such record, or nobody is named.
        PolicyError: the text is empty, or is the record's own.
    """
    parent_id = known_record(context.ledger, record)
    who = person(context.ledger, by)
    parent = context.ledger.records(parent_id.batch_id)[parent_id.row]
    if not text.strip():
        raise PolicyError(record, "would become an empty text", "to take it out of a set, reject it")
    if text == parent.text:
        raise PolicyError(record, "has just this text already", "to say that it is good, approve it")
    recipe = Recipe("edit", EDIT_VERSION, {"record": record, "by": who, "text": str(Digest.of(text.encode()))},
                    (parent_id.batch_id,))

    def make() -> Made:
        tables = encode_records(recipe.batch, [_edited(parent_id, parent, text, who)])
        return Made(tables, (), record_rows(recipe.batch, tables))

    return run_step(context, "edit", EDIT_VERSION, (parent_id.batch_id,), [Work(recipe, make, "derived")], {"record": record})


def _edited(parent_id: RecordId, parent: Record, text: str, who: str) -> Record:
    encoding = parent.encoding
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        encoding, data = "utf-8", text.encode()
    ancestry = Ancestry.derive([parent.ancestry], OriginClass.HUMAN_EDITED_SYNTHETIC)
    if ancestry.origin is OriginClass.HUMAN_EDITED_SYNTHETIC:
        # That a person did it is no more than what that person says.
        ancestry = replace(ancestry, grade=min(ancestry.grade, EvidenceGrade.E1))
    said = canonical_json({"by": who, "at": datetime.now(UTC).isoformat(), "of": str(parent_id)}).decode()
    return Record(
        text=text, name=parent.name, language=parent.language, kind=parent.kind, licence=parent.licence,
        content=Digest.of(data), swhid=str(Swhid.of_content(data)), size=len(data),
        lines=text.count("\n") + (not text.endswith("\n")), ancestry=ancestry, parents=(Parent(parent_id, "source"),),
        evidence=(Evidence(EDITED, said, OriginClass.HUMAN_EDITED_SYNTHETIC, EvidenceGrade.E1),), encoding=encoding)
