"""The table ``[judge]`` of a build file: which judges are asked, and their settings.

    [judge]
    near_duplicate = 0.85                # short for [judge.duplicates] near
    without = ["origin"]                 # or only = ["screen", "duplicates"]

    [judge.contamination]
    benchmarks = ["COBOLEval.jsonl"]     # beside the build file

A judge's keys are the fields of its ``Settings``: a new setting is one line there and one on its page.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from provenance.errors import ProvenanceError
from provenance.pipeline.judges import JUDGES, load
from provenance.pipeline.judging_all import Judging

_KEYS = ("near_duplicate", "only", "without")


def read_judging(table: Mapping[str, Any], beside: Callable[[str], str], mistakes: list[str]) -> Judging:
    """Read ``[judge]``; adds every mistake with its path.

    Args:
        beside: finds a path that is relative to the build file.
    """
    names = _names(table, mistakes)
    given: dict[str, dict[str, Any]] = {}
    for key, value in table.items():
        if key in JUDGES and isinstance(value, dict):
            given[key] = dict(value)
        elif key not in _KEYS:
            mistakes.append(f"judge.{key} is not a known key{_meant(key, (*_KEYS, *JUDGES))}")
    if "near_duplicate" in table:
        given.setdefault("duplicates", {}).setdefault("near", table["near_duplicate"])
    settings = {}
    for name, values in given.items():
        found = settings_of(name, values, beside, mistakes)
        if found is not None:
            settings[name] = found
    return Judging(names, settings)


def settings_of(name: str, values: Mapping[str, Any], beside: Callable[[str], str], mistakes: list[str]) -> Any:
    """The settings of one judge from plain values, or None where there are mistakes."""
    judge = load(name)
    types = typing.get_type_hints(judge.Settings)
    paths = getattr(judge, "PATHS", ())
    before = len(mistakes)
    read: dict[str, Any] = {}
    for key, value in values.items():
        where = f"judge.{name}.{key}"
        if key not in types:
            mistakes.append(f"{where} is not a known key{_meant(key, tuple(each.name for each in fields(judge.Settings)))}")
            continue
        fits, kept = _fitted(value, types[key])
        if not fits:
            mistakes.append(f"{where} is {type(value).__name__}, not {_named(types[key])}")
            continue
        if key in paths:
            kept = tuple(map(beside, kept)) if isinstance(kept, tuple) else beside(kept)
        read[key] = kept
    if len(mistakes) > before:
        return None
    try:
        settings = judge.Settings(**read)
        if look := getattr(judge, "check", None):
            look(settings)
        return settings
    except ProvenanceError as error:
        # What to do next is said once, for all mistakes together.
        mistakes.append(f"{error.subject} {error.problem}")
        return None


def _names(table: Mapping[str, Any], mistakes: list[str]) -> tuple[str, ...]:
    names: tuple[str, ...] = JUDGES
    for key in ("only", "without"):
        value = table.get(key)
        if value is None:
            continue
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            mistakes.append(f"judge.{key} is not a list of texts")
            continue
        mistakes += [f"judge.{key} names {each!r}{_meant(each, JUDGES)}" for each in value if each not in JUDGES]
        names = tuple(each for each in names if (each in value) == (key == "only"))
    return names


def _fitted(value: Any, wanted: Any) -> tuple[bool, Any]:
    """Whether a TOML value is of a field's type, and the value as the field wants it."""
    if wanted is bool:
        return isinstance(value, bool), value
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool), value
    if wanted is float:
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return good, float(value) if good else value
    if wanted is str:
        return isinstance(value, str), value
    return isinstance(value, list) and all(isinstance(each, str) for each in value), tuple(value) if isinstance(
        value, list) else value


def _named(wanted: Any) -> str:
    return wanted.__name__ if isinstance(wanted, type) else "a list of texts"


def _meant(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(known)})"
