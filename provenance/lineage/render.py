"""A trace as text for a terminal, as JSON, and as Mermaid or DOT source.

    print(text(trace(ledger, record)))

File names, prompts and parameters come from outside. Text loses its control characters (a file name must not move the
cursor); in Mermaid and DOT every label is escaped and no identifier of a graph is taken from data. Each road of the
text ends at "commit ..." or at "model ... prompt ...", or says why it does not; gaps come last and are never left out.
"""

from __future__ import annotations

import json as _json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from provenance.lineage.trace import Trace, TraceEdge, TraceNode
from provenance.model.identity import RecordId
from provenance.model.verdict import Verdict

_LONGEST = 80


def text(found: Trace) -> str:
    """A tree: the record, what made it, and under it what it was made from."""
    below: dict[RecordId, list[TraceEdge]] = {}
    for edge in found.edges:
        below.setdefault(edge.child, []).append(edge)
    nodes = {node.record: node for node in found.nodes}
    lines: list[str] = []
    shown: set[RecordId] = set()
    # Not a recursive function: an ancestry may be deeper than Python's stack.
    stack: list[tuple[RecordId, str, str, str]] = [(found.record, "", "", "")]
    while stack:
        record, lead, indent, role = stack.pop()
        node = nodes.get(record)
        head = f"{lead}{record}" + (f"  as {clean(role)}" if role and role != "source" else "")
        if node is None:
            lines.append(f"{head}  NOT FOUND (see gaps)")
            continue
        if record in shown:
            lines.append(f"{head}  (shown above)")
            continue
        shown.add(record)
        parents = below.get(record, [])
        lines.append(f"{head}  {clean(node.name)}  {clean(node.language)} {clean(node.kind)}")
        bar = indent + ("│ " if parents else "  ")
        lines.extend(f"{bar}{line}" for line in _story(node, not parents))
        for place, edge in reversed(list(enumerate(parents))):
            last = place == len(parents) - 1
            stack.append((edge.parent, f"{indent}{'└─ ' if last else '├─ '}", f"{indent}{'   ' if last else '│  '}",
                          edge.role))
    lines.append("")
    lines.append(f"{len(found.nodes)} records, {len(found.roots)} roots, {len(found.gaps)} gaps")
    lines.extend(f"GAP {clean(gap.subject)} {clean(gap.problem)}" for gap in found.gaps)
    return "\n".join(lines) + "\n"


def _story(node: TraceNode, root: bool) -> list[str]:
    lines = [f"origin {node.origin} ({node.evidence}), depth {node.depth}, human share {node.human_share:.2f}, "
             f"licence {clean(node.licence)}",
             f"content sha256:{node.content_sha256}" + (f", {clean(node.swhid)}" if node.swhid else "")]
    given = f" with {_params(node.params)}" if node.params else ""
    made = f"made by {clean(node.step)} {clean(node.step_version)}{given}, seed {node.seed}"
    lines.append(f"{made}; run {clean(node.run)} at {clean(node.written_at)}")
    lines.extend(f"evidence {item.grade.name} {clean(item.kind)}: {clean(item.value)}"
                 + (f" (speaks for {item.points_to})" if item.points_to else "") for item in node.evidence_rows)
    lines.extend(f"check {clean(said.check)}: {said.outcome}" + (f" {clean(said.value)}" if said.value else "")
                 + (f" ({clean(said.reason)})" if said.reason else "")
                 + (f" by {clean(said.tool)} {clean(said.tool_version)}".rstrip() if said.tool else "")
                 for said in node.verdicts if not _not_applied(said))
    if unmade := sum(map(_not_applied, node.verdicts)):
        lines.append(f"{unmade} transforms made nothing of it (their reasons: --format json)")
    if root:
        lines.append(_end(node))
    return lines


def _not_applied(said: Verdict) -> bool:
    """Whether this only says that a transform found nothing to do: a word on each would hide the others."""
    return said.outcome == "skipped" and said.check.startswith("augment:")


def _end(node: TraceNode) -> str:
    """Where a road ends."""
    if node.source is not None:
        source = node.source
        first, last = source.first_commit_at[:10], source.last_commit_at[:10]
        span = f", written {first} to {last}" if first else ""
        people = f" by {len(source.authors)} author{'s' * (len(source.authors) != 1)}" if source.authors else ""
        place = f"{clean(source.repository)}, {clean(source.path)}"
        return f"= commit {clean(source.commit) or '(none)'} of {place}{span}{people}"
    if node.model:
        return f"= model {clean(node.model)}, prompt {clean(node.prompt or '(not recorded)')}"
    return "= no commit and no model is recorded for this root"


def _params(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{clean(name)}={_value(value)}" for name, value in sorted(params.items()))


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) > 4:
        return f"[{len(value)} items]"
    shown = clean(value if isinstance(value, str) else _json.dumps(value, sort_keys=True, ensure_ascii=False))
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 3] + "..."


def clean(value: str) -> str:
    """Control, format (text direction) and surrogate characters become U+FFFD, line breaks become spaces."""
    if value.isascii() and value.isprintable():
        return value
    return "".join(" " if c in "\n\r\t" else "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c)[0] == "C"
                   or unicodedata.category(c) in {"Zl", "Zp"} else c for c in value)


def json(found: Trace) -> str:
    """Everything in the trace, with sorted keys; ids as text."""
    value = {
        "record": str(found.record),
        "nodes": [_plain(node) for node in found.nodes],
        "edges": [{"child": str(e.child), "parent": str(e.parent), "role": e.role} for e in found.edges],
        "roots": [str(record) for record in found.roots],
        "gaps": [{"subject": gap.subject, "problem": gap.problem} for gap in found.gaps]}
    # ASCII only: a lone surrogate in a file name cannot break the writing of it.
    return _json.dumps(value, indent=2, sort_keys=True) + "\n"


def _plain(node: TraceNode) -> dict[str, Any]:
    value = asdict(node)
    value["record"] = str(node.record)
    for said in value["verdicts"]:
        del said["record"]
    for item in value["evidence_rows"]:
        item["grade"] = item["grade"].name
    return value


def mermaid(found: Trace) -> str:
    """A Mermaid flow chart, from the roots to the record."""
    names = _names(found)
    lines = ["flowchart LR"]
    for record, name in names.items():
        label = "<br/>".join(_mermaid_text(line) for line in _label(found, record))
        lines.append(f'    {name}["{label}"]')
    for edge in found.edges:
        arrow = "-->" if edge.role == "source" else f'-- "{_mermaid_text(edge.role)}" -->'
        lines.append(f"    {names[edge.parent]} {arrow} {names[edge.child]}")
    lines.extend(f"    %% gap: {_mermaid_text(gap.subject)} {_mermaid_text(gap.problem)}" for gap in found.gaps)
    return "\n".join(lines) + "\n"


def dot(found: Trace) -> str:
    """A Graphviz graph, from the roots to the record."""
    names = _names(found)
    lines = ["digraph trace {", "  rankdir=LR;", "  node [shape=box];"]
    for record, name in names.items():
        label = "\\n".join(_dot_text(line) for line in _label(found, record))
        lines.append(f'  {name} [label="{label}"{"" if found.node(record) else ", style=dashed"}];')
    lines.extend(f'  {names[edge.parent]} -> {names[edge.child]} [label="{_dot_text(edge.role)}"];'
                 for edge in found.edges)
    lines.extend(f"  // gap: {_dot_text(gap.subject)} {_dot_text(gap.problem)}" for gap in found.gaps)
    return "\n".join([*lines, "}"]) + "\n"


def _names(found: Trace) -> dict[RecordId, str]:
    """Identifiers for a drawing: every record of the trace, and parents that are only named by an edge."""
    records = [node.record for node in found.nodes]
    records += sorted({edge.parent for edge in found.edges} - set(records))
    return {record: f"n{number}" for number, record in enumerate(records)}


def _label(found: Trace, record: RecordId) -> list[str]:
    node = found.node(record)
    if node is None:
        return [str(record), "NOT FOUND"]
    made = f"{node.step} {node.step_version}" + (f" ({node.model})" if node.model else "")
    lines = [str(record), clean(node.name), f"{node.origin} {node.evidence}", clean(made)]
    if node.source is not None:
        lines.append(clean(f"commit {node.source.commit[:12]} {node.source.path}"))
    return [line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..." for line in lines]


def _mermaid_text(value: str) -> str:
    """Letters, digits and harmless signs as they are; all else as Mermaid's character codes."""
    return "".join(c if c.isalnum() or c in " ._/:@-(),=" else f"#{ord(c)};" for c in clean(value))


def _dot_text(value: str) -> str:
    return clean(value).replace("\\", "\\\\").replace('"', '\\"')


RENDERERS: dict[str, Callable[[Trace], str]] = {"text": text, "json": json, "mermaid": mermaid, "dot": dot}
