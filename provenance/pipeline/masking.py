"""The word that masks: of a record with personal data or secrets it makes a second one without, and both are known.

    made = mask_records(context, batches, Masking())
    said_of(context.ledger, made.batches)["pass"]          # how many records were masked

One batch of masked records for each batch of records. The original stays as it is, with what the screens say of it; the
masked record has it as its parent, its licence, and the class that comes of it and a rule. What was replaced is said by
rule and number, never by value. Every record that was looked at has a verdict ``masking``:

- the masked one ``pass``, with what is proved of it; ``warn`` where its language has no lexer and nothing can be proved;
- the original ``skipped: masked``, ``skipped: nothing-found``, or, where it holds what is found certainly and cannot be
  masked, ``fail`` with the reason, and no masked record comes of it.

Only ingested records are masked. Of masked ones versions can be made as of any other, and are held against them; a masked
version would have nothing to be held against, and what was wrong with it would be lost.

The key is the ledger's own (`Ledger.pseudonym_key`): the recipe holds its fingerprint, so under another key it is another
batch. It looks for nothing but what the own rules of `provenance.steps.screen` find.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from provenance.errors import PolicyError
from provenance.languages import all_languages
from provenance.ledger import Ledger
from provenance.ledger.codec import encode_records
from provenance.model.identity import BatchId, Digest, RecordId, Swhid, canonical_json
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import record_rows
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.steps import mask as mask_room
from provenance.steps import screen as screen_room
from provenance.steps.mask import Masked, Refused
from provenance.steps.mask.proof import PROVED
from provenance.steps.screen.finding import KINDS

__all__ = ["CHECK", "STEP", "Masking", "mask_records", "said_of", "stood_in_digest", "stood_in_for"]

STEP = "mask"
CHECK = "masking"
#: What stands for a text that is not source text: no lexer reads it.
_PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Masking:
    """What is asked for, as ``[mask]`` of a build file says it.

    Attributes:
        kinds: kinds of findings ("card", "email", "password" ...); all where empty.
        languages: languages of the records; all where empty.

    Raises:
        PolicyError: a language is not known, or a kind is no text.
    """

    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.languages:
            if name not in all_languages():
                raise PolicyError("mask.languages", f"names {name!r}, which is no language that is known here",
                                  f"known: {', '.join(all_languages())}")
        for kind in self.kinds:
            # A slip of the pen would find nothing, and say so as if there were nothing.
            if kind not in KINDS:
                near = difflib.get_close_matches(kind, sorted(KINDS), 1)
                raise PolicyError("mask.kinds", f"names {kind!r}, which is no kind of finding",
                                  f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(KINDS))}")


def mask_records(context: Context, batches: Iterable[BatchId], masking: Masking = Masking()) -> StepResult:
    """Mask the records of some batches; those among them that were not ingested are left alone.

    Raises:
        LedgerError: the ledger's key cannot be read.
    """
    ledger = context.ledger
    chosen = sorted({batch for batch in batches if _worth(ledger, batch, masking)})

    def works() -> Iterator[Work]:
        key = ledger.pseudonym_key()
        params = {"kinds": sorted(set(masking.kinds)), "languages": sorted(set(masking.languages)),
                  "key": mask_room.fingerprint(key), "rules": str(Digest.of_json(sorted(mask_room.RULES)))}
        for batch in chosen:
            recipe = Recipe(STEP, mask_room.VERSION, params, (batch,))
            yield Work(recipe, partial(_masked, ledger, recipe, batch, masking, key), "derived")

    return run_step(context, STEP, mask_room.VERSION, chosen, works(),
                    {"kinds": ",".join(sorted(set(masking.kinds))) or "all"})


def said_of(ledger: Ledger, batches: Iterable[BatchId]) -> dict[str, Counter[str]]:
    """What some mask batches said: outcome -> reason without detail -> how many records; all outcomes are there."""
    found: dict[str, Counter[str]] = {str(outcome): Counter() for outcome in Outcome}
    for batch in batches:
        for row in ledger.table(ledger.require(batch), "verdicts").to_pylist():
            if row["check"] == CHECK:
                found[row["outcome"]][row["reason"].partition(":")[0]] += 1
    return found


def stood_in_for(ledger: Ledger, batches: Iterable[BatchId]) -> frozenset[RecordId]:
    """The originals of the masked records among some batches: where a masked one is at hand, nothing is made of these and
    no model is shown them."""
    return frozenset(RecordId(row["parent_batch"], row["parent_row"]) for batch in batches
                     if (manifest := ledger.require(batch)).recipe.step == STEP and "edges" in manifest.parts
                     for row in ledger.table(manifest, "edges").to_pylist() if row["role"] == "source")


def stood_in_digest(batch: BatchId, left_out: frozenset[RecordId]) -> dict[str, str]:
    """What a recipe has to hold of the records of a batch that others stand in for; nothing where there are none."""
    rows = sorted(record.row for record in left_out if record.batch == batch.number)
    return {"stood_in_for": str(Digest.of_json(rows))} if rows else {}


def _worth(ledger: Ledger, batch: BatchId, masking: Masking) -> bool:
    manifest = ledger.require(batch)
    languages = set(manifest.summary.get("languages", {}))
    return bool(manifest.records) and manifest.recipe.step == "ingest" and (
        not masking.languages or bool(languages & set(masking.languages)))


def _masked(ledger: Ledger, recipe: Recipe, batch: BatchId, masking: Masking, key: bytes) -> Made:
    children: list[Record] = []
    verdicts: list[Verdict] = []
    for row, record in enumerate(ledger.records(batch)):
        if masking.languages and record.language not in masking.languages:
            continue
        parent = RecordId(batch.number, row)
        language = record.language if record.swhid else _PROSE
        found = screen_room.screen(record.text, language, encoding=record.encoding, rules=mask_room.RULES)
        made = mask_room.mask(record.text, language, found, key, kinds=masking.kinds, encoding=record.encoding)
        if isinstance(made, Masked):
            child = RecordId(recipe.batch.number, len(children))
            children.append(_child(parent, record, made))
            verdicts += [_said(parent, Outcome.SKIPPED, f"masked: {child}"), _word(child, made, language)]
        elif isinstance(made, Refused):
            verdicts.append(_refused(parent, made, found, masking))
        else:
            verdicts.append(_said(parent, Outcome.SKIPPED, "nothing-found"))
    tables = encode_records(recipe.batch, children)
    return Made(tables, verdicts, record_rows(recipe.batch, tables))


def _said(record: RecordId, outcome: Outcome, reason: str = "", value: str = "") -> Verdict:
    return Verdict(CHECK, outcome, record, reason=reason, value=value)


def _word(child: RecordId, made: Masked, language: str) -> Verdict:
    value = canonical_json({"rules": dict(made.replacements), "spans": len(made.spans), "proof": made.proof}).decode()
    if made.proof == PROVED:
        return _said(child, Outcome.PASS, value=value)
    return _said(child, Outcome.WARN, f"unproved: {language} has no lexer", value)


def _refused(parent: RecordId, made: Refused, found: Sequence[screen_room.Finding], masking: Masking) -> Verdict:
    certain = any(each.certain and each.check in mask_room.CHECKS and (not masking.kinds or each.kind in masking.kinds)
                  for each in found)
    # What only might be somebody's keeps nobody out.
    return _said(parent, Outcome.FAIL if certain else Outcome.SKIPPED, made.reason)


def _child(parent: RecordId, record: Record, made: Masked) -> Record:
    encoding = record.encoding
    try:
        data = made.text.encode(encoding)
    except UnicodeEncodeError:
        encoding, data = "utf-8", made.text.encode()
    making = canonical_json({"mask": mask_room.VERSION, "rules": dict(made.replacements), "spans": len(made.spans),
                             "proof": made.proof}).decode()
    return Record(
        text=made.text, name=record.name, language=record.language, kind=record.kind, licence=record.licence,
        content=Digest.of(data), swhid=str(Swhid.of_content(data)) if record.swhid else "", size=len(data),
        lines=record.lines, ancestry=Ancestry.derive([record.ancestry], OriginClass.SYNTHETIC_RULE),
        parents=(Parent(parent, "source"),),
        evidence=(Evidence("making", making, OriginClass.SYNTHETIC_RULE, EvidenceGrade.E3),), encoding=encoding)
