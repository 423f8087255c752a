"""Attributions: which lines a tool says it wrote, from git-ai notes and Agent Trace files, and what is left of them.

    >>> note = "a.cbl\\n  s_0123456789abcd::t_0123456789abcd 1-2\\n---\\n{}"
    >>> parse_git_ai_note(note)["a.cbl"]
    (Span(first=1, last=2, who='ai', agent='', model=''),)

Line numbers hold only at the commit that the note or trace belongs to, so they are met through blame: `attribute` asks,
for each line of today's file, which commit and line it comes from, and what was said there. A line that nobody
mentions is untracked, and untracked is never human. Parsers take any text and never raise; what they cannot read is
left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_ENTRY = re.compile(r"  (\S+) ([0-9][0-9,-]*)\s*")
_SESSION = re.compile(r"s_[0-9a-f]{14}(?:::t_[0-9a-f]{14})?")
_HUMAN = re.compile(r"h_[0-9a-f]{14}")
_LEGACY = re.compile(r"[0-9a-f]{7,16}")
_SAFE = re.compile(r"[^A-Za-z0-9 ._:/-]")
#: Beyond this a line number is nonsense.
_MAX_LINE = 10_000_000


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Lines ``first`` to ``last`` (1-based, inclusive) and who wrote them: "ai", "human", "mixed" or "unknown"."""

    first: int
    last: int
    who: str
    agent: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Today's lines of one file by who is said to have written them.

    ``both`` counts lines that are claimed for a machine and for a human; they are counted as ``ai`` or ``mixed`` too.
    ``gone``: something was an AI's in the file's past, whether or not a line of it is left.
    """

    total: int
    ai: int = 0
    human: int = 0
    mixed: int = 0
    both: int = 0
    agents: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    kind: str = "git-ai-note"
    gone: bool = False

    @property
    def untracked(self) -> int:
        return self.total - self.ai - self.human - self.mixed


@dataclass(frozen=True, slots=True)
class Trace:
    """One Agent Trace record: the revision that its line numbers belong to (empty where not said) and its spans."""

    revision: str
    files: Mapping[str, tuple[Span, ...]]


def parse_git_ai_note(text: str) -> dict[str, tuple[Span, ...]]:
    """A ``refs/notes/ai`` note (authorship/3.0.0 and the legacy form with prompts only): path -> spans."""
    head, _, tail = text.replace("\r\n", "\n").partition("\n---")
    if text.startswith("---"):
        return {}
    details = _details(tail)
    found: dict[str, list[Span]] = {}
    path = ""
    for line in head.split("\n"):
        if line and not line.startswith(" "):
            path = _unquote(line.rstrip())
        elif path and (match := _ENTRY.fullmatch(line)):
            who, agent, model = _author(match[1], details)
            found.setdefault(path, []).extend(Span(a, b, who, agent, model) for a, b in _ranges(match[2]))
    return {name: tuple(sorted(spans)) for name, spans in found.items() if spans}


def _details(tail: str) -> dict[str, Any]:
    try:
        loaded = json.loads(tail.strip().lstrip("-"))
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _author(key: str, details: Mapping[str, Any]) -> tuple[str, str, str]:
    if _HUMAN.fullmatch(key):
        return "human", "", ""
    group = "sessions" if _SESSION.fullmatch(key) else "prompts" if _LEGACY.fullmatch(key) else ""
    if not group:
        return "unknown", "", ""
    agent = _at(details, group, key.split("::", maxsplit=1)[0], "agent_id")
    return "ai", _clean(_at(agent, "tool")), _clean(_at(agent, "model"))


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _clean(value: Any) -> str:
    return _SAFE.sub("", value)[:60] if isinstance(value, str) and "@" not in value else ""


def _unquote(line: str) -> str:
    if len(line) >= 2 and line.startswith('"') and line.endswith('"'):
        try:
            loaded = json.loads(line)
        except ValueError:
            return line[1:-1]
        return str(loaded)
    return line


def _ranges(text: str) -> Iterable[tuple[int, int]]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isascii() and first.isdigit() and len(first) < 9 and (not last or (last.isdigit() and len(last) < 9)):
            a, b = int(first), int(last or first)
            if 1 <= a <= b <= _MAX_LINE:
                yield a, b


def parse_agent_trace(text: str) -> tuple[Trace, ...]:
    """Agent Trace 0.1 records: one JSON object, a list of them, or one a line."""
    try:
        loaded = json.loads(text)
        items = loaded if isinstance(loaded, list) else [loaded]
    except (ValueError, RecursionError):
        items = [_details(line) for line in text.splitlines()]
    return tuple(trace for item in items if isinstance(item, dict) and (trace := _trace(item)).files)


def _trace(item: Mapping[str, Any]) -> Trace:
    revision = _at(item, "vcs", "revision")
    tool = _clean(_at(item, "tool", "name"))
    files: dict[str, list[Span]] = {}
    for file in _list(item.get("files")):
        path = _at(file, "path")
        if not isinstance(path, str):
            continue
        for talk in _list(_at(file, "conversations")):
            for place in _list(_at(talk, "ranges")):
                # A range may name another contributor than its conversation.
                by = _at(place, "contributor") or _at(talk, "contributor")
                who = _at(by, "type")
                first, last = _at(place, "start_line"), _at(place, "end_line")
                if type(first) is int and type(last) is int and 1 <= first <= last <= _MAX_LINE:
                    files.setdefault(path, []).append(Span(
                        first, last, who if who in ("ai", "human", "mixed") else "unknown", tool,
                        _clean(_at(by, "model_id"))))
    return Trace(revision if isinstance(revision, str) else "",
                 {path: tuple(sorted(spans)) for path, spans in files.items()})


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def attribute(blamed: Iterable[tuple[str, str, int]], spans: Mapping[tuple[str, str], tuple[Span, ...]],
              kind: str = "git-ai-note") -> Lines:
    """Count today's lines by what is said of them.

    Args:
        blamed: for each line of the file, the (commit, path, line) where it was written.
        spans: (commit, path) -> what was said at that commit, of this file alone.
    """
    total, ai, human, mixed, both = 0, 0, 0, 0, 0
    agents: set[str] = set()
    models: set[str] = set()
    commits: set[str] = set()
    for commit, path, number in blamed:
        total += 1
        here = [span for span in spans.get((commit, path), ()) if span.first <= number <= span.last]
        who = {span.who for span in here}
        ai += "ai" in who
        mixed += "mixed" in who and "ai" not in who
        human += "human" in who and not who & {"ai", "mixed"}
        both += "human" in who and bool(who & {"ai", "mixed"})
        agents.update(span.agent for span in here if span.agent and span.who != "human")
        models.update(span.model for span in here if span.model and span.who != "human")
        commits.update({commit[:12]} if here else ())
    gone = any(span.who in ("ai", "mixed") for said in spans.values() for span in said)
    return Lines(total, ai, human, mixed, both, tuple(sorted(agents)), tuple(sorted(models)), tuple(sorted(commits)),
                 kind, gone)
