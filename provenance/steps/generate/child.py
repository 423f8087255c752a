"""CHILD: the record that an answer becomes, and how a request is remembered.

The licence of what a model made is that of all that stood in its prompt AND what the model's terms put on its outputs:
nothing is lost on the way, and where somebody's terms are unknown the expression says NOASSERTION in their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.model.generation import Generation
from provenance.model.identity import Digest, Swhid, canonical_json
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass
from provenance.model.record import Ancestry, Parent, Record
from provenance.steps.generate.asking import Completion, Request
from provenance.steps.generate.mode import Draft, Mode, Proof, Shown
from provenance.steps.generate.template import Template

#: Kinds whose text is source text, which a SWHID can name.
SOURCE_KINDS = frozenset({"program", "test"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A request, what came of it, and in which round."""

    request: Request
    completion: Completion | None
    round: int = 0


def generation(template: Template, answer: Answer) -> Generation:
    """How an answer came to be."""
    request, facts, completion = answer.request, answer.request.model, answer.completion or Completion("")
    return Generation(
        model=facts.model, revision=facts.revision, endpoint=facts.endpoint, prompt=template.reference,
        prompt_sha256=template.sha256, rendered_sha256=request.digest.hex, seed=request.seed,
        sampling=canonical_json(request.sampling.to_json()).decode(), finish_reason=completion.finish_reason,
        prompt_tokens=completion.prompt_tokens, completion_tokens=completion.completion_tokens,
        response_id=completion.response_id, licence=facts.licence or "NOASSERTION", terms=facts.terms, round=answer.round)


def licence_of(expressions: Iterable[str]) -> str:
    """All of some licence expressions at once.

        >>> licence_of(["MIT", "Apache-2.0 OR MIT", "MIT", "NOASSERTION"])
        'MIT AND (Apache-2.0 OR MIT) AND NOASSERTION'
    """
    each = dict.fromkeys(text.strip() or "NOASSERTION" for text in expressions)
    if len(each) == 1:
        return next(iter(each))
    parts = dict.fromkeys(part for text in each for part in ([f"({text})"] if " OR " in text else text.split(" AND ")
                                                            if "(" not in text else [text]))
    return " AND ".join(parts)


def child(mode: Mode, template: Template, answer: Answer, draft: Draft, text: str, proof: Proof,
          edges: Sequence[tuple[Parent, Shown]]) -> Record:
    """The record of a kept answer."""
    made = generation(template, answer)
    data = text.encode()
    records = [shown.record for _, shown in edges]
    return Record(
        text=text, name=draft.name, language=draft.language, kind=mode.kind,
        licence=licence_of([*(record.licence for record in records), made.licence]), content=Digest.of(data),
        swhid=str(Swhid.of_content(data)) if mode.kind in SOURCE_KINDS else "", size=len(data),
        lines=text.count("\n") + (not text.endswith("\n")),
        ancestry=Ancestry.derive([record.ancestry for record in records], OriginClass.SYNTHETIC_MODEL,
                                 generators=made.generators, licence=made.licence),
        parents=tuple(edge for edge, _ in edges), generation=made,
        evidence=(Evidence("making", canonical_json(_making(mode, template, answer, draft, proof)).decode(),
                           OriginClass.SYNTHETIC_MODEL, EvidenceGrade.E3),))


def _making(mode: Mode, template: Template, answer: Answer, draft: Draft, proof: Proof) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "mode": mode.name, "version": mode.version, "prompt": template.reference, "model": answer.request.model.model,
        "round": answer.round,
        "proof": {"status": str(proof.status), "checks": dict(proof.checks), "tool": proof.tool,
                  **({"reason": proof.reason} if proof.reason else {})}}
    if draft.notes:
        said["left_out"] = list(draft.notes)
    served = answer.completion.served_model if answer.completion else ""
    if served and served != answer.request.model.model:
        # An alias, or another model than was asked for: only the endpoint knows.
        said["served_model"] = served
    return said


def named_apart(name: str, taken: set[str]) -> str:
    """A name that no other record of the batch has; the first keeps its own.

        >>> named_apart("A-version.cbl", {"A-version.cbl", "A-version-2.cbl"})
        'A-version-3.cbl'
    """
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    return free
