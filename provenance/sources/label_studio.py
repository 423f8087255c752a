"""Label Studio: tasks as it imports them, its labelling configuration, and replies from its JSON export.

    json.dump(tasks(some), file)          # Import; the configuration goes into Settings > Labeling Interface
    for place, fields in rows(text):      # of Export > JSON
        ...

An annotation that was cancelled, or has no verdict, is no answer. Drafts and predictions are passed over, as is whatever
else a version of Label Studio writes. Who answered is what ``completed_by`` says: an address where it holds one, else its
number, which only `--person NUMBER=NAME` can tie to a person. Label Studio itself was not run here; the shapes are those of
its documented task format.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from provenance.steps.review import QUESTIONS, VERDICTS, Task
from provenance.steps.review.page import difference

_TEXTS = ("verdict", "comment")


def tasks(given: Sequence[Task]) -> list[dict[str, Any]]:
    """Tasks in the form of its import: what is shown in ``data``, what is only carried in ``meta``."""
    return [{"data": {"record": task.record, "plan": task.plan, "role": task.role, "title": f"{task.name} ({task.language})",
                      "text": task.text, "difference": difference(task), "checks": ", ".join(task.checks),
                      "parent": task.parent},
             "meta": {"record": task.record, "plan": task.plan, "language": task.language, "kind": task.kind}}
            for task in given]


def configuration(given: Sequence[Task]) -> str:
    """Its labelling configuration: the text, the verdict, and a box for each question that the tasks ask."""
    asked = [name for name in QUESTIONS if any(name in task.questions for task in given)]
    asked += sorted({name for task in given for name in task.questions} - set(QUESTIONS))
    lines = ["<View>", '  <Header value="$title"/>', '  <Text name="text" value="$text" granularity="word"/>',
             '  <Header value="Difference from its parent"/>', '  <Text name="difference" value="$difference"/>',
             '  <Text name="checks" value="$checks"/>',
             '  <Choices name="verdict" toName="text" choice="single" required="true">',
             *(f"    <Choice value={quoteattr(verdict)}/>" for verdict in VERDICTS), "  </Choices>"]
    for name in [*asked, "comment"]:
        lines.append(f'  <TextArea name={quoteattr(name)} toName="text" placeholder={quoteattr(name)} rows="3" '
                     'maxSubmissions="1"/>')
    return "\n".join([*lines, "</View>", ""])


def rows(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each annotation of an export that holds a verdict, as the fields of a reply.

    Raises:
        ValueError: it is no export of Label Studio.
    """
    exported = json.loads(text)
    if not isinstance(exported, list) or not all(isinstance(task, dict) for task in exported):
        raise ValueError("an export is a list of tasks")
    if exported and not any("data" in task or "annotations" in task or "completions" in task for task in exported):
        raise ValueError(f"none of its {len(exported)} tasks has data or annotations (export as JSON, not as JSON-MIN)")
    for number, task in enumerate(exported, 1):
        data, annotations = _mapping(task.get("data")), task.get("annotations", task.get("completions"))
        if not isinstance(annotations, list):
            if "verdict" in data or "annotations" in task:
                raise ValueError(f"task {number} has annotations that are no list: export as JSON, not as JSON-MIN")
            continue
        for count, annotation in enumerate(annotations, 1):
            if not isinstance(annotation, dict) or annotation.get("was_cancelled") or annotation.get("skipped"):
                continue
            said = _said(annotation.get("result"))
            if not said.get("verdict"):
                continue
            # The last time it was changed is when it was said.
            times = [at for at in (annotation.get("created_at"), annotation.get("updated_at")) if isinstance(at, str)]
            lead = annotation.get("lead_time")
            yield f"task {number} annotation {count}", {
                "record": data.get("record"), "plan": data.get("plan"), "role": data.get("role"),
                "reviewer": _who(annotation.get("completed_by")), "verdict": said["verdict"], "comment": said.get("comment"),
                "label": {name: value for name, value in said.items() if name not in _TEXTS},
                "seconds": lead, "reviewed_at": max(times, default=None)}


def _said(result: Any) -> dict[str, str]:
    """Control -> what was chosen or written; regions of other kinds are passed over."""
    found: dict[str, list[str]] = {}
    for item in result if isinstance(result, list) else ():
        if not isinstance(item, dict):
            continue
        value = _mapping(item.get("value"))
        chosen = value.get("choices", value.get("text") if item.get("type") == "textarea" else None)
        if chosen is None:
            continue
        parts = chosen if isinstance(chosen, list) else [chosen]
        found.setdefault(str(item.get("from_name", "")), []).extend(str(part) for part in parts)
    if len(set(found.get("verdict", ()))) > 1:
        return {"verdict": "+".join(found["verdict"])}  # none of the three: it is refused by name
    return {name: "\n".join(dict.fromkeys(parts)) for name, parts in found.items()}


def _who(completed_by: Any) -> str:
    if isinstance(completed_by, Mapping):
        named = completed_by.get("email") or completed_by.get("username") or completed_by.get("id")
        return "" if named is None else _who(named)
    if completed_by is None or isinstance(completed_by, bool):
        return ""
    # A bare number is a user of that installation and no name; "user:" keeps it from being taken for one.
    return f"user:{completed_by}" if isinstance(completed_by, int) or str(completed_by).isdigit() else str(completed_by)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
