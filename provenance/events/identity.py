"""One id for one event and one run, however often they are built or sent.

    >>> event_id({"b": 1, "a": 2}) == event_id({"a": 2, "b": 1})
    True

OpenLineage has no field for de-duplication and transports repeat themselves, so the outbox keys events by what they
say. What the client adds on its way out (the tag with its own version) is left aside. Any JSON value has an id, that of
foreign events included: what canonical JSON refuses (huge integers, odd floats, lone surrogates) is written in a
tagged form first, so nothing is refused here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from openlineage.client.uuid import generate_static_uuid

from provenance.events.sanitise import instant as checked
from provenance.model.identity import canonical_json

_CLIENT = "OPENLINEAGE_CLIENT"


def event_id(event: Mapping[str, Any]) -> str:
    """sha256, in hex, of the event's canonical JSON without the client's own tags."""
    return hashlib.sha256(canonical_json(_tagged(without_client_tags(event)))).hexdigest()


def without_client_tags(event: Mapping[str, Any]) -> dict[str, Any]:
    """A copy without tags that the client added; the ``tags`` facet goes where nothing else is in it."""
    out = dict(event)
    for part in ("run", "job"):
        entity = out.get(part)
        facets = entity.get("facets") if isinstance(entity, Mapping) else None
        tags = facets.get("tags") if isinstance(facets, Mapping) else None
        if not isinstance(tags, Mapping) or not isinstance(tags.get("tags"), list):
            continue
        kept = [tag for tag in tags["tags"] if not (isinstance(tag, Mapping) and tag.get("source") == _CLIENT)]
        if len(kept) == len(tags["tags"]):
            continue
        others = {key: value for key, value in facets.items() if key != "tags"}  # type: ignore[union-attr]
        if kept:
            others["tags"] = {**tags, "tags": kept}
        out[part] = {**entity, "facets": others}  # type: ignore[dict-item]
    return out


def run_uuid(instant: datetime, text: str) -> str:
    """The run id for a moment and a text: the same for the same, ordered by time (UUIDv7 in form).

    Raises:
        ProvenanceError: the moment has no zone.
    """
    checked(instant, "instant")
    return str(generate_static_uuid(instant, text.encode("utf-8", "surrogatepass")))


def _tagged(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else {"$integer": hex(value)}
    if isinstance(value, float):
        return value if value == 0 or 1e-6 <= abs(value) < 1e16 else {"$float": repr(value)}
    if isinstance(value, Mapping):
        return {_tagged(str(key)): _tagged(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_tagged(item) for item in value]
    return {"$object": repr(value)}
