"""The keys of a policy file: path, attribute, reader. A new key is one line in `KEYS` (and one in the JSON Schema).

    >>> read_keys({"name": "x", "orign": {}})[1][0]
    'orign: is not a key of a policy; did you mean "origin"?'

Every mistake of a file is collected with its path; nothing stops at the first.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from provenance.model.origin import EvidenceGrade, OriginClass
from provenance.model.record import DEPTH_CAP

_CHECK = re.compile(r"[a-z][a-z0-9_]*")
_KIND = re.compile(r"[a-z][a-z0-9_-]*")
_MODEL = re.compile(r"\*|[^\s\x00-\x1f]{1,200}")
_DEPTH = re.compile(r"[0-9]{1,3}")
_LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+:-]*")
_LICENCE_OR_ANY = re.compile(r"\*|[A-Za-z0-9][A-Za-z0-9.+:-]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

#: A reader takes a value, its path and the list of mistakes; what it returns counts only where it adds none.
Reader = Callable[[Any, str, list[str]], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its place in the file, the attribute of `Policy` it fills, its reader, whether it is required."""

    path: str
    attribute: str
    read: Reader
    required: bool = False


def _text(value: Any, path: str, mistakes: list[str]) -> str:
    if not isinstance(value, str):
        mistakes.append(f"{path}: must be text, not {_kind_of(value)}")
    return str(value)


def _name(value: Any, path: str, mistakes: list[str]) -> str:
    if isinstance(value, str) and not _NAME.fullmatch(value):
        mistakes.append(f"{path}: {value!r} must be 1 to 100 letters, digits, dots, dashes or underscores")
    return _text(value, path, mistakes)


def _yes_or_no(value: Any, path: str, mistakes: list[str]) -> bool:
    if not isinstance(value, bool):
        mistakes.append(f"{path}: must be true or false, not {_kind_of(value)}")
    return value is True


def _number(kind: type[int | float], least: int, most: float) -> Reader:
    def read(value: Any, path: str, mistakes: list[str]) -> float:
        # bool is an int in Python and is no number in TOML; a whole number is a fine share.
        if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
            mistakes.append(f"{path}: must be a {'whole ' if kind is int else ''}number, not {_kind_of(value)}")
            return 0
        if not math.isfinite(value) or not least <= value <= most:
            mistakes.append(f"{path}: {value} must be from {least} to {most:g}")
            return 0
        return kind(value)

    return read


def _list_of(pattern: re.Pattern[str], noun: str, *, may_be_empty: bool) -> Reader:
    article = "an" if noun[0] in "aeioS" else "a"

    def read(value: Any, path: str, mistakes: list[str]) -> tuple[str, ...]:
        if not isinstance(value, list):
            mistakes.append(f"{path}: must be a list of texts, not {_kind_of(value)}")
            return ()
        if not value and not may_be_empty:
            mistakes.append(f"{path}: is empty, so nothing could pass; list at least one {noun}")
        for place, item in enumerate(value):
            if not isinstance(item, str) or not pattern.fullmatch(item):
                mistakes.append(f"{path}[{place}]: {item!r} is not {article} {noun}")
        texts = [item for item in value if isinstance(item, str)]
        mistakes.extend(f"{path}: {item!r} is listed twice" for item in sorted(set(texts)) if texts.count(item) > 1)
        return tuple(sorted(set(texts)))

    return read


def _classes(value: Any, path: str, mistakes: list[str]) -> tuple[OriginClass, ...]:
    known = [str(origin) for origin in OriginClass]
    names = _list_of(re.compile(".*", re.DOTALL), "origin class", may_be_empty=False)(value, path, mistakes)
    mistakes.extend(
        f"{path}: {name!r} is not an origin class{_did_you_mean(name, known)}" for name in names if name not in known
    )
    return tuple(OriginClass(name) for name in names if name in known)


def _grades(value: Any, path: str, mistakes: list[str]) -> tuple[tuple[OriginClass, EvidenceGrade], ...]:
    if not isinstance(value, dict):
        mistakes.append(f'{path}: must be a table such as {{ human = "E1" }}, not {_kind_of(value)}')
        return ()
    known = [str(origin) for origin in OriginClass]
    found = []
    for name, grade in sorted(value.items()):
        if name not in known:
            mistakes.append(f"{path}.{name}: is not an origin class{_did_you_mean(name, known)}")
        elif not isinstance(grade, str) or grade not in EvidenceGrade.__members__:
            mistakes.append(f"{path}.{name}: {grade!r} is not a grade ({', '.join(EvidenceGrade.__members__)})")
        else:
            found.append((OriginClass(name), EvidenceGrade[grade]))
    return tuple(found)


def _checks_by(noun: str, example: str) -> Reader:
    def read(value: Any, path: str, mistakes: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        if not isinstance(value, dict):
            mistakes.append(f"{path}: must be a table such as {example}, not {_kind_of(value)}")
            return ()
        mistakes.extend(f"{path}: {name!r} is not a {noun}" for name in value if not _KIND.fullmatch(name))
        return tuple((name, _CHECKS(checks, f"{path}.{name}", mistakes)) for name, checks in sorted(value.items()))

    return read


def _shares(noun: str, pattern: re.Pattern[str], *, most: bool = True) -> Reader:
    """A table of names, each with the least share that it has to have and (where ``most``) the greatest that it may."""
    keys = ("min", "max") if most else ("min",)
    example = "{ min = 0.2, max = 0.8 }" if most else "{ min = 0.2 }"

    def read(value: Any, path: str, mistakes: list[str]) -> tuple[tuple[str, float, float], ...]:
        if not isinstance(value, dict):
            mistakes.append(f"{path}: must be a table of tables such as name = {example}, not {_kind_of(value)}")
            return ()
        found = []
        for name, bounds in sorted(value.items()):
            if not pattern.fullmatch(name):
                mistakes.append(f"{path}: {name!r} is not a {noun}")
            elif not isinstance(bounds, dict) or not bounds or set(bounds) - set(keys):
                mistakes.append(f"{path}.{name}: must be a table such as {example}")
            else:
                low, high = (_number(float, 0, 1)(bounds.get(key, default), f"{path}.{name}.{key}", mistakes)
                             for key, default in (("min", 0.0), ("max", 1.0)))
                if low > high:
                    mistakes.append(f"{path}.{name}: min {low:g} is above max {high:g}")
                found.append((name, low, high))
        return tuple(found)

    return read


_CHECKS = _list_of(_CHECK, "check", may_be_empty=True)

KEYS = (
    Key("name", "name", _name, required=True),
    Key("description", "description", _text),
    Key("origin.allow", "origins", _classes, required=True),
    Key("origin.min_evidence", "min_evidence", _grades),
    Key("origin.min_human_share", "min_human_share", _number(float, 0, 1), required=True),
    Key("origin.max_depth", "max_depth", _number(int, 0, DEPTH_CAP - 1), required=True),
    Key("licence.allow", "licences", _list_of(_LICENCE_OR_ANY, "SPDX id", may_be_empty=False), required=True),
    Key("licence.deny", "denied_licences", _list_of(_LICENCE, "SPDX id", may_be_empty=True)),
    Key("checks.ingested", "ingested", _CHECKS, required=True),
    Key("checks.derived", "derived", _CHECKS, required=True),
    Key("checks.generated", "generated", _CHECKS),
    Key("checks.kinds", "kinds", _checks_by("kind of file", "copybook = []")),
    Key("checks.steps", "steps", _checks_by("step", 'mask = ["syntax", "masking"]')),
    Key("checks.judged", "judged", _CHECKS),
    Key("mix.human", "mix_human", _shares("language", _KIND, most=False)),
    Key("mix.languages", "mix_languages", _shares("language", _KIND)),
    Key("mix.kinds", "mix_kinds", _shares("kind of record", _KIND)),
    Key("mix.generators", "mix_generators", _shares("model", _MODEL)),
    Key("mix.depths", "mix_depths", _shares("depth", _DEPTH)),
    Key("duplicates.exact", "exact", _yes_or_no),
    Key("duplicates.near", "near", _yes_or_no),
    Key("trace.gaps", "gaps", _yes_or_no),
    Key("recall.recalled", "recalled", _yes_or_no),
    Key("splits.leaks", "leaks", _yes_or_no),
    Key("size.min_records", "min_records", _number(int, 1, 2**53)),
)
SECTIONS = tuple(dict.fromkeys(key.path.split(".")[0] for key in KEYS if "." in key.path))


def read_keys(value: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Attributes of a `Policy` and every mistake found, each with its path."""
    found: dict[str, Any] = {}
    flat, mistakes = _flatten(value)
    for key in KEYS:
        if key.path in flat:
            before = len(mistakes)
            read = key.read(flat[key.path], key.path, mistakes)
            if len(mistakes) == before:
                found[key.attribute] = read
        elif key.required:
            mistakes.append(f"{key.path}: is missing; it has no default, because forgetting it must not open the gate")
    return found, mistakes


def _flatten(value: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Known keys by path, and what is not a key at all."""
    flat: dict[str, Any] = {}
    mistakes: list[str] = []
    known = {key.path for key in KEYS}
    for name, content in value.items():
        if name in SECTIONS and isinstance(content, dict):
            flat.update({f"{name}.{inner}": item for inner, item in content.items()})
        elif name in SECTIONS:
            mistakes.append(f"{name}: must be a table ([{name}]), not {_kind_of(content)}")
        else:
            flat[name] = content
    for path in [path for path in flat if path not in known]:
        del flat[path]
        near = _did_you_mean(path, [*known, *SECTIONS]) or _did_you_mean(path.split(".")[-1], [*known, *SECTIONS])
        mistakes.append(f"{path}: is not a key of a policy{near}")
    return flat, mistakes


def _did_you_mean(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def _kind_of(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "a table"}
    return names.get(type(value), type(value).__name__)
