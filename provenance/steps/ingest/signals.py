"""Signals: what a commit's identities and message say about machines that took part.

    >>> message = "Add totals\\n\\nCo-Authored-By: Claude Sonnet 4.5 <noreply@anthropic.com>\\n"
    >>> [(s.form, s.agent, s.model) for s in signals_of(("Ada", "ada@example.org"), None, message, 0)]
    [('co-authored-by', 'claude', 'Claude Sonnet 4.5')]

Formats: ``reference`` section "AI signals in git" in docs/ingest.md. What is refused: a trailer that names a person is
no signal, whatever its key; a product's name that is also a first name (Claude, Devin, Jules, Amp) needs the product's
address. A signal never holds a name or an address in clear. Agents that leave no mark are not found, so silence proves
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.steps.ingest.agents import agent_of, is_bot, model_of

#: From 1 April to 3 May 2026 VS Code added Copilot's trailer by default, also to commits without AI
#: (microsoft/vscode#310226, #313064, #313931): in that window it proves nothing. Unix seconds, UTC, end exclusive.
VSCODE_WINDOW = (1775001600, 1777852800)

_TRAILER = re.compile(r"^[\s>*-]{0,8}([A-Za-z][A-Za-z-]{2,40})[ \t]*:[ \t]*(\S.{0,300}?)[ \t]*$", re.MULTILINE)
_IDENTITY = re.compile(r"([^<]*?)\s*<([^<>\s]*@[^<>\s]*)>")
_AGENT_MODEL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,40}:[A-Za-z0-9][A-Za-z0-9_.:/-]{1,60}(?:\s+\[[^\]]{1,40}\])*")
_GENERATED_WITH = re.compile(
    r"\b(?:generated|created|made|written)[ -](?:with|by|using)[ :]+\[?"
    r"(claude code|claude|cursor|codex|devin|opencode|copilot|gemini cli|aider|jules|windsurf|amp|crush|droid)\b"
    r"(?=\]\(|[ \t]*$|[ \t]*<|[ \t]*\()", re.IGNORECASE | re.MULTILINE)
#: Trailers that say who wrote. "Generated-by" and "AI-generated-by" say that all of it was made.
_AUTHORING = {"co-authored-by", "co-developed-by", "assisted-by", "ai-assisted-by", "authored-by", "made-with",
              "generated-by", "ai-generated-by"}
_WHOLE = {"generated-by", "ai-generated-by"}
#: Trailers that only an AI tool writes, and the tool.
_TOOL_TRAILERS = {"copilot-session": "copilot", "claude-session": "claude", "replit-commit-session-id": "replit"}


@dataclass(frozen=True, slots=True, order=True)
class Signal:
    """One sign that a machine took part in a commit.

    Attributes:
        kind: "ai-trailer", "ai-author" or "bot".
        form: what it was read from: "co-authored-by", "assisted-by", "author", "generated-with", "aider" ...
        agent: the tool, from the list in `agents`; "unrecognised" where the form says AI and the list does not know it.
        model: the model as written, where it is one; else empty.
        whole: it says that the whole change was made by the machine.
        points_to: class that it speaks for; None for a bot that is no AI.
        grade: how much it can carry; E0 only informs.
    """

    kind: str
    form: str
    agent: str
    model: str = ""
    whole: bool = False
    points_to: OriginClass | None = OriginClass.AI_ASSISTED
    grade: EvidenceGrade = EvidenceGrade.E2


Identity = tuple[str, str]


def signals_of(author: Identity, committer: Identity | None, message: str, committed_at: int) -> tuple[Signal, ...]:
    """Every signal of one commit, sorted, each once.

    Args:
        author, committer: (name, address).
        committed_at: Unix seconds; decides whether a Copilot trailer falls into `VSCODE_WINDOW`.
    """
    found = set(_from_identities(author, committer))
    found.update(_from_trailers(message, committed_at))
    found.update(_from_text(author, message))
    return tuple(sorted(found, key=lambda s: (s.kind, s.form, s.agent, s.model, s.whole, int(s.grade))))


def _from_identities(author: Identity, committer: Identity | None) -> Iterator[Signal]:
    for form, identity in (("author", author), ("committer", committer)):
        if identity is None:
            continue
        if agent := agent_of(*identity):
            yield Signal("ai-author", form, agent, whole=form == "author")
        elif is_bot(*identity):
            yield Signal("bot", form, "bot", points_to=None, grade=EvidenceGrade.E0)


def _from_trailers(message: str, committed_at: int) -> Iterator[Signal]:
    for match in _TRAILER.finditer(message):
        key, value = match[1].lower(), match[2]
        if key in _AUTHORING:
            yield from _authoring(key, value, committed_at)
        elif key == "replit-commit-author" and value.lower() in {"agent", "assistant"}:
            yield Signal("ai-trailer", key, "replit", whole=value.lower() == "agent")
        elif key in _TOOL_TRAILERS:
            yield Signal("ai-trailer", key, _TOOL_TRAILERS[key])
        elif key.startswith("entire-") or key == "agent-attribution":
            share = re.match(r"(\d{1,3})\s*%", value)
            if share and int(share[1]) == 0:
                continue  # the tool looked and found no line of an agent
            yield Signal("ai-trailer", key, "entire", whole=bool(share and int(share[1]) == 100))


def _authoring(key: str, value: str, committed_at: int) -> Iterator[Signal]:
    identity = _IDENTITY.match(value)
    name, email = (identity[1], identity[2]) if identity else (value, "")
    agent = agent_of(name, email)
    whole = key in _WHOLE
    if agent:
        default = agent == "copilot" and key == "co-authored-by" and email.lower() == "copilot@github.com" \
            and VSCODE_WINDOW[0] <= committed_at < VSCODE_WINDOW[1]
        yield Signal("ai-trailer", key, agent, model_of(name), whole,
                     grade=EvidenceGrade.E0 if default else EvidenceGrade.E2)
    elif is_bot(name, email):
        yield Signal("bot", key, "bot", points_to=None, grade=EvidenceGrade.E0)
    elif not identity and key not in {"co-authored-by", "co-developed-by", "authored-by"} \
            and (_AGENT_MODEL.fullmatch(value) or model_of(value)):
        # The kernel's form AGENT:MODEL with an agent that we do not know. Its text is not kept: it might be a person.
        yield Signal("ai-trailer", key, "unrecognised", model_of(value), whole, grade=EvidenceGrade.E1)
    elif whole:
        # Whatever generated it, it was not a person; "AI-" says what did. The text is not kept, as above.
        yield Signal("ai-trailer", key, "unrecognised", whole=True,
                     grade=EvidenceGrade.E2 if key.startswith("ai-") else EvidenceGrade.E1)


def _from_text(author: Identity, message: str) -> Iterator[Signal]:
    for match in _GENERATED_WITH.finditer(message):
        yield Signal("ai-trailer", "generated-with", match[1].lower().split()[0])
    if message.lstrip().lower().startswith("aider:"):
        yield Signal("ai-trailer", "aider-subject", "aider")
    if author[0].rstrip().lower().endswith("(aider)"):
        yield Signal("ai-author", "author", "aider", whole=True)
