"""A ledger of two hands: terse COBOL by many authors with a history, and what a templating "model" writes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from provenance.ledger import Draft, Ledger, codec
from provenance.model.generation import Generation
from provenance.model.identity import BatchId, Digest, RecordId, Swhid
from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.recipe import Recipe
from provenance.model.record import Ancestry, Parent, Record, SourceFacts

OLD = "https://example.org/payroll"
#: Mixed by hand, so that the two differ in habit and not in one give-away word.
_WORDS = ("RATE", "TOTAL", "COUNT", "DEPT", "GROSS", "NET", "TAX", "LINE", "PAGE", "KEY")


def terse(seed: int) -> str:
    """What a person wrote: short names, no comments, several statements a sentence."""
    draw = random.Random(f"terse {seed}")
    lines = ["       IDENTIFICATION DIVISION.", f"       PROGRAM-ID. P{seed:05d}.", "       DATA DIVISION.",
             "       WORKING-STORAGE SECTION."]
    names = [f"W-{draw.choice(_WORDS)[:4]}{draw.randrange(99)}" for _ in range(6)]
    lines += [f"       77 {name} PIC 9({draw.randrange(2, 9)})." for name in names]
    lines += ["       PROCEDURE DIVISION."]
    lines += [draw.choice(["           MOVE {} TO {}", "           ADD {} TO {}", "           SUBTRACT {} FROM {}"]).format(
        draw.choice(names), draw.choice(names)) for _ in range(draw.randrange(8, 20))]
    return "\n".join([*lines, "           GO TO P9.", "       P9. STOP RUN.", ""])


def wordy(seed: int) -> str:
    """What the model wrote: a comment before everything, long names, COMPUTE and END-IF."""
    draw = random.Random(f"wordy {seed}")
    lines = ["       IDENTIFICATION DIVISION.", f"       PROGRAM-ID. PROGRAM-{seed:05d}.",
             "      * This program demonstrates a calculation.", "       DATA DIVISION.", "       WORKING-STORAGE SECTION."]
    names = [f"WS-{draw.choice(_WORDS)}-{draw.choice(_WORDS)}-VALUE" for _ in range(6)]
    lines += [f"       01  {name:<28} PIC 9({draw.randrange(2, 9)}) VALUE ZERO." for name in names]
    lines += ["       PROCEDURE DIVISION.", "       0000-MAIN-PROCESS."]
    for _ in range(draw.randrange(3, 8)):
        lines += [f"      * Calculate the {draw.choice(_WORDS).lower()} value.",
                  f"           COMPUTE {draw.choice(names)} = {draw.choice(names)} + {draw.randrange(9)}",
                  f"           IF {draw.choice(names)} > ZERO",
                  f"              DISPLAY '{draw.choice(_WORDS)}'", "           END-IF"]
    return "\n".join([*lines, "           GOBACK.", ""])


def record(text: str, ancestry: Ancestry, **more: Any) -> Record:
    data = text.encode()
    return Record(**{"text": text, "name": "A.cbl", "language": "cobol", "kind": "program", "licence": "MIT",
                     "content": Digest.of(data), "swhid": str(Swhid.of_content(data)), "size": len(data),
                     "lines": text.count("\n"), "ancestry": ancestry, **more})


def found(text: str, number: int, *, source: str = OLD, origin: OriginClass = OriginClass.HUMAN,
          grade: EvidenceGrade = EvidenceGrade.E2, author: str = "", **more: Any) -> Record:
    """A root; by default of known human origin and of an author of its own."""
    facts = SourceFacts(source, "c" * 40, f"src/{number}.cbl", "b" * 40, (author or f"person:{number}",),
                        "1999-03-01T10:00:00+00:00", "2004-07-01T10:00:00+00:00", 1)
    return record(text, Ancestry.of_root(origin, "MIT", source, grade), source=facts, **more)


def store(ledger: Ledger, recipe: Recipe, records: Sequence[Record]) -> BatchId:
    return ledger.commit(Draft(recipe, codec.encode_records(recipe.batch, records)), run="r", job="j").manifest.batch


def ingest(ledger: Ledger, name: str, records: Sequence[Record]) -> BatchId:
    return store(ledger, Recipe("ingest", "1", {"repository": name}), records)


def generate(ledger: Ledger, name: str, texts: Sequence[str], parents: Sequence[RecordId] = ()) -> BatchId:
    """What a model was asked for; children of ``parents`` where given."""
    recipe = Recipe("generate", "1", {"mode": name, "model": "wordy-1"}, tuple(sorted({p.batch_id for p in parents})))
    made = []
    for number, text in enumerate(texts):
        asked = Generation(model="wordy-1", prompt="p", prompt_sha256="0" * 64)
        if parents:
            root = Ancestry.of_root(OriginClass.HUMAN, "MIT", OLD, EvidenceGrade.E2)
            ancestry = Ancestry.derive([root], OriginClass.SYNTHETIC_MODEL, ("wordy-1",))
            made.append(record(text, ancestry, generation=asked, parents=(Parent(parents[number]),)))
        else:
            root = Ancestry.of_root(OriginClass.SYNTHETIC_MODEL, "MIT", "", EvidenceGrade.E1, ("wordy-1",))
            made.append(record(text, root, generation=asked))
    return store(ledger, recipe, made)
