"""How a model's answer came to be, and what became of the answers that were not kept.

    >>> made = Generation(model="coder-7b", revision="sha256:" + "0" * 64)
    >>> made.generators
    ('coder-7b', 'coder-7b@sha256:0000000000000000000000000000000000000000000000000000000000000000')
"""

from __future__ import annotations

from dataclasses import dataclass

from provenance.model.identity import RecordId


@dataclass(frozen=True, slots=True)
class Generation:
    """Enough to ask the same again and to say who answered; never an address or a key.

    Attributes:
        model: name as the endpoint knows it.
        revision: commit, tag, or ``sha256:<hex>`` of the weights; empty where nobody can tell.
        endpoint: kind of endpoint ("openai-compatible", "replay").
        prompt: name and version of the template, ``<name>@<version>``.
        prompt_sha256: hex digest of the template file.
        rendered_sha256: hex digest of the request as asked (messages, model, sampling, seed), canonical JSON.
        seed: seed as drawn for this request.
        sampling: sampling parameters as canonical JSON.
        finish_reason: "stop", "length" ... as the endpoint said.
        prompt_tokens, completion_tokens: as the endpoint counted; 0 where it did not.
        response_id: the endpoint's own id of the answer.
        licence: SPDX expression (or LicenseRef) that the model's terms put on its outputs; "NOASSERTION" where unknown.
        terms: address of these terms.
        round: 0 for a first answer, n for the n-th repair or round.
    """

    model: str
    revision: str = ""
    endpoint: str = ""
    prompt: str = ""
    prompt_sha256: str = ""
    rendered_sha256: str = ""
    seed: int = 0
    sampling: str = "{}"
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    response_id: str = ""
    licence: str = "NOASSERTION"
    terms: str = ""
    round: int = 0

    @property
    def generators(self) -> tuple[str, ...]:
        """What an ancestry lists: the model, and the model at its revision, so that either can be withdrawn."""
        return (self.model, f"{self.model}@{self.revision}") if self.revision else (self.model,)


@dataclass(frozen=True, slots=True)
class Reject:
    """An answer (or other making) that did not become a record, kept aside with its reason.

    Attributes:
        maker: model, skeleton or transform that made it.
        stage: where it was dropped: "endpoint", "answer", "syntax", "compile", "run", "proof", "duplicate" ...
        reason: stable code, optionally followed by ": " and detail.
        text: what there was of it; empty where there was nothing.
        subject: the record that it was made from, or None.
        generation: how it was asked for, or None where no model was.
    """

    maker: str
    stage: str
    reason: str
    text: str = ""
    subject: RecordId | None = None
    generation: Generation | None = None

    @property
    def code(self) -> str:
        """The reason without its detail."""
        return self.reason.split(":", 1)[0]
