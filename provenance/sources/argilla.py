"""Argilla 2.x: records as its datasets take them, and replies from records with their responses.

    json.dump(records(some), file)        # rg.Dataset.records.from_json, or .log(json.load(file))
    for place, fields in rows(text):
        ...

Only a response with status ``submitted`` is an answer: drafts and discarded ones are none, and a response without a status
could be either and is refused. Suggestions are a model's and never an answer. Who answered is ``user_id``, a number of that
installation, which only ``--person ID=NAME`` can tie to a person. Argilla itself was not run here; the shapes are those of
its REST API and Python SDK.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provenance.steps.review import Task
from provenance.steps.review.page import difference

_STATUSES = ("submitted", "draft", "discarded", "pending")


def records(given: Sequence[Task]) -> list[dict[str, Any]]:
    """Tasks as records: what is shown in ``fields``, what ties the answer to the ledger in ``id`` and ``metadata``."""
    return [{"id": f"{task.record}@{task.plan}@{task.role}",
             "fields": {"title": f"{task.name} ({task.language})", "text": task.text, "difference": difference(task),
                        "checks": ", ".join(task.checks)},
             "metadata": {"record": task.record, "plan": task.plan, "role": task.role, "language": task.language},
             "suggestions": {}, "responses": {}, "vectors": {}} for task in given]


def rows(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each person's submitted response that holds a verdict, as the fields of a reply.

    Raises:
        ValueError: it is no list of Argilla records, none of them looks like one, or a response has no status.
    """
    exported = json.loads(text)
    if isinstance(exported, dict):
        exported = exported.get("items", exported.get("records"))
    if not isinstance(exported, list) or not all(isinstance(record, dict) for record in exported):
        raise ValueError("an export is a list of records")
    if exported and not any("fields" in record or "responses" in record for record in exported):
        raise ValueError(f"none of its {len(exported)} records has fields or responses")
    for number, record in enumerate(exported, 1):
        metadata = record.get("metadata")
        carried: Mapping[str, Any] = metadata if isinstance(metadata, Mapping) else {}
        for count, response in enumerate(_responses(record.get("responses")), 1):
            place = f"record {number} response {count}"
            status = response.get("status")
            if status not in _STATUSES:
                raise ValueError(f"{place} has the status {status!r}, so it may be a draft; export responses with their status")
            values = response["values"]
            if status != "submitted" or not values.get("verdict"):
                continue
            user = response.get("user_id")
            yield place, {
                "record": carried.get("record"), "plan": carried.get("plan"), "role": carried.get("role"),
                "reviewer": "" if user is None else f"user:{user}", "verdict": values["verdict"],
                "comment": values.get("comment"),
                "label": {name: value for name, value in values.items() if name not in ("verdict", "comment")},
                "reviewed_at": response.get("updated_at") or response.get("inserted_at")}


def _responses(given: Any) -> list[dict[str, Any]]:
    """One mapping a person: the REST API gives these, the SDK gives them by question."""
    if isinstance(given, list):
        return [{**each, "values": {name: _value(value) for name, value in (each.get("values") or {}).items()}}
                for each in given if isinstance(each, dict)]
    found: dict[str, dict[str, Any]] = {}
    for question, said in (given or {}).items() if isinstance(given, Mapping) else ():
        for item in said if isinstance(said, list) else ():
            if not isinstance(item, dict):
                continue
            whole = found.setdefault(str(item.get("user_id")), {"user_id": item.get("user_id"), "status": item.get("status"),
                                                                "values": {}, "updated_at": item.get("updated_at")})
            # One question that is not submitted leaves the whole response unfinished.
            if item.get("status") != "submitted":
                whole["status"] = item.get("status")
            whole["values"][str(question)] = _value(item)
    return list(found.values())


def _value(item: Any) -> Any:
    return item.get("value") if isinstance(item, Mapping) else item
