"""Finds and reads expectation suites: plain Great Expectations 1.x JSON files, one a stage.

    >>> suite_path("ingested").name
    'ingested.json'
    >>> load_suite("assembled").allow_empty
    False

Looked for in this order, so that a user's file wins: a path as given, ``$PROVENANCE_EXPECTATIONS``, the copies in the
wheel, the checkout's ``expectations`` folder. Refused: a suite that is nowhere (`ProvenanceError`), and a suite with
mistakes or without a single expectation (`PolicyError`, all mistakes at once): a suite that inspects nothing would let
everything pass.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.errors import InvalidId, PolicyError, ProvenanceError
from provenance.model.identity import Digest

SEVERITIES = ("critical", "warning", "info")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_PACKAGE = Path(__file__).resolve().parents[1]
_KEYS = {"type", "kwargs", "severity", "meta", "id", "description", "notes"}


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite as read: every expectation has a type, kwargs, a severity and a unique ``meta.name``.

    Attributes:
        name: the suite's own name.
        path: the file.
        digest: ``sha256:...`` of its canonical JSON: layout does not count, content does.
        expectations: plain dicts in the file's order.
        allow_empty: ``meta.allow_empty``; whether a batch without rows may pass.
    """

    name: str
    path: Path
    digest: str
    expectations: tuple[dict[str, Any], ...]
    allow_empty: bool


def suite_path(name: str | Path) -> Path:
    """The file of a suite.

    Raises:
        ProvenanceError: there is none; the message lists where it was looked for.
    """
    if isinstance(name, Path) or "/" in name or os.sep in name or name.endswith(".json"):
        path = Path(name)
        if path.is_file():
            return path
        raise ProvenanceError(path, "is not a suite: there is no such file", "check the path")
    if not _NAME.fullmatch(name):
        raise ProvenanceError(repr(name), "is not the name of a suite", "use letters, digits, - and _, or give a path")
    folders = list(_folders())
    for folder in folders:
        if (path := folder / f"{name}.json").is_file():
            return path
    known = sorted({path.stem for folder in folders for path in folder.glob("*.json")})
    raise ProvenanceError(name, f"is not a suite in {', '.join(map(str, folders))}",
                          f"use one of {', '.join(known) or '(none found)'}, or put {name}.json into a folder and set "
                          "PROVENANCE_EXPECTATIONS to it")


def _folders() -> Iterator[Path]:
    if own := os.environ.get("PROVENANCE_EXPECTATIONS"):
        # Passing over a folder that is not there would inspect with suites that the user meant to replace.
        if not Path(own).is_dir():
            raise ProvenanceError(own, "is named by PROVENANCE_EXPECTATIONS and is not a folder", "correct or unset it")
        yield Path(own)
    yield _PACKAGE / "_data" / "expectations"
    yield _PACKAGE.parent / "expectations"


def load_suite(name: str | Path) -> Suite:
    """Reads a suite and checks its shape.

    Raises:
        ProvenanceError: there is no such suite.
        PolicyError: the file has mistakes; all of them are listed.
    """
    path = suite_path(name)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        digest = str(Digest.of_json(value))
    except (OSError, ValueError, RecursionError) as error:
        what = "has a number that cannot be digested" if isinstance(error, InvalidId) else "is not readable JSON"
        raise PolicyError(path, f"{what} ({error})", "mend the file") from error
    problems = list(_problems(value))
    if problems:
        raise PolicyError(path, "has mistakes: " + "; ".join(problems), "mend the file; docs/expectations.md shows one")
    expectations = tuple({"type": item["type"], "kwargs": item["kwargs"], "severity": item.get("severity", "critical"),
                          "meta": {**(item.get("meta") or {}), "name": _name(item)}} for item in value["expectations"])
    return Suite(value["name"], path, digest, expectations, (value.get("meta") or {}).get("allow_empty") is True)


def _name(item: dict[str, Any]) -> str:
    given = (item.get("meta") or {}).get("name")
    if given:
        return str(given)
    kwargs = item["kwargs"]
    about = kwargs.get("column") or ",".join(map(str, kwargs.get("column_list") or ()))
    return f"{item['type']}({about})" if about else str(item["type"])


def _problems(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "it is not a JSON object"
        return
    if not isinstance(value.get("name"), str) or not value["name"]:
        yield "name: is not a text"
    if not isinstance(value.get("meta") or {}, dict):
        yield "meta: is not an object"
    expectations = value.get("expectations")
    if not isinstance(expectations, list) or not expectations:
        yield "expectations: is not a list with at least one expectation"
        return
    seen: dict[str, int] = {}
    for number, item in enumerate(expectations):
        where = f"expectations[{number}]"
        shape = list(_shape(where, item))
        yield from shape
        if shape:
            continue
        name = _name(item)
        if name in seen:
            yield f"{where}: has the name of expectations[{seen[name]}] ({name}); give each a meta.name of its own"
        seen.setdefault(name, number)


def _shape(where: str, item: Any) -> Iterator[str]:
    if not isinstance(item, dict):
        yield f"{where}: is not an object"
        return
    if unknown := sorted(set(item) - _KEYS):
        yield f"{where}: has unknown keys {', '.join(unknown)}"
    if not isinstance(item.get("type"), str):
        yield f"{where}.type: is not a text"
    if not isinstance(item.get("kwargs"), dict):
        yield f"{where}.kwargs: is not an object"
    if item.get("severity", "critical") not in SEVERITIES:
        yield f"{where}.severity: is not one of {', '.join(SEVERITIES)}"
    if not isinstance(item.get("meta") or {}, dict):
        yield f"{where}.meta: is not an object"
