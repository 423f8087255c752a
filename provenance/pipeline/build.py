"""A whole pipeline in one TOML file: `provenance build` runs it here, `dags/corpus_build.py` runs it under Airflow.

    name = "cobol-demo"
    dataset = "cobol-demo"
    policy = "sample"

    [[source]]
    where = "payroll.bundle"
    licence = "Apache-2.0"
    languages = ["cobol"]

    [augment]
    transforms = ["rename-data-names"]     # absent: all that ship; empty: none
    seed = 7
    per_program = 4                        # at most so many versions of one program; 0 or absent: all that apply

    [judge]
    near_duplicate = 0.85
    without = ["origin"]                   # judges that are not asked; [judge.NAME] has the settings of each

    [mask]
    kinds = ["card", "password"]           # absent: no masking; empty: every kind of finding. languages = [...] likewise

    [mix]
    per_root = 8                           # per_transform, per_generator likewise; 0 or absent: no limit
    weights = { java = 0.5 }

    [splits]
    train = 0.9
    validation = 0.05
    test = 0.05

All mistakes of a file are reported at once, each with its path.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from provenance.errors import InvalidId, PolicyError, ProvenanceError
from provenance.languages import all_languages
from provenance.model.dataset import DatasetRef
from provenance.pipeline.build_judging import read_judging
from provenance.pipeline.build_making import (
    ADVERSARIAL,
    GENERATE,
    MODEL,
    TEXTS,
    Generating,
    Playing,
    read_generating,
    read_models,
    read_playing,
)
from provenance.pipeline.judging_all import Judging
from provenance.pipeline.making import Source
from provenance.pipeline.masking import Masking
from provenance.steps.assemble import check_shares
from provenance.steps.augment import ALL
from provenance.steps.ingest import Options
from provenance.steps.mixture import Mixture

_TOP = {"name": str, "dataset": str, "policy": str, "source": list, "augment": dict, "judge": dict, "splits": dict,
        "mix": dict, "mask": dict, "model": list, "generate": list, "adversarial": dict}
_SOURCE = {"where": str, "rev": str, "name": str, "licence": str, "claim": str, "by": str, "languages": list,
           "paths": list, "max_bytes": int, "include_vendored": bool, "include_generated": bool, "show_authors": bool,
           "allowed_signers": str}
_AUGMENT = {"transforms": list, "seed": int, "per_program": int}
_MIX = {"per_root": int, "per_transform": int, "per_generator": int, "weights": dict}
_MASK = {"kinds": list, "languages": list}
_TEXTS = {"kinds", "transforms", "languages", "paths", *TEXTS}


@dataclass(frozen=True, slots=True)
class Build:
    """One pipeline: what to read, how to vary it, and which policy chooses and decides."""

    name: str
    dataset: str
    policy: str
    sources: tuple[Source, ...]
    transforms: tuple[str, ...] = ()
    seed: int = 0
    per_program: int = 0
    mixture: Mixture = Mixture()
    generating: tuple[Generating, ...] = ()
    playing: Playing | None = None
    masking: Masking | None = None
    judging: Judging = field(default_factory=Judging)
    shares: Mapping[str, float] = field(default_factory=dict)


def read_build(path: str | Path) -> Build:
    """Read and check a build file; relative paths in it are relative to it.

    Raises:
        PolicyError: it cannot be read, or has mistakes; all are named.
    """
    where = Path(path)
    try:
        value = tomllib.loads(where.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(where, f"cannot be read as TOML ({error})", "see docs/build.md for an example") from error
    mistakes: list[str] = []
    _check(value, _TOP, "", mistakes)
    mistakes += [f"{name} is missing" for name in ("name", "policy", "source") if name not in value]
    mistakes += [f"{name} is empty" for name in ("name", "policy", "source") if value.get(name) in ("", [])]
    for name, keys in (("augment", _AUGMENT), ("mix", _MIX), ("mask", _MASK), ("adversarial", ADVERSARIAL)):
        _check(value.get(name, {}), keys, f"{name}.", mistakes)
    for name, keys in (("model", MODEL), ("generate", GENERATE)):
        entries = value.get(name, [])
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            _check(entry, keys, f"{name}[{number}].", mistakes)
    sources = value.get("source", [])
    for number, source in enumerate(sources if isinstance(sources, list) else []):
        _check_source(source, f"source[{number}]", mistakes)
    generating: tuple[Generating, ...] = ()
    playing: Playing | None = None
    judging = Judging()
    # Only what has the right types can be read further.
    if not mistakes:
        _check_values(value, mistakes)
        models = read_models(_placed(value, where.parent), mistakes)
        generating = read_generating(_placed(value, where.parent), models, value.get("augment", {}).get("seed", 0), mistakes)
        playing = read_playing(value, models, mistakes)
        judging = read_judging(value.get("judge", {}), lambda text: _beside(where.parent, text), mistakes)
    if mistakes:
        raise PolicyError(where, "has mistakes: " + "; ".join(sorted(mistakes)), "mend them and run again")
    return replace(_build(value, where.parent), generating=generating, playing=playing, judging=judging)


def _placed(value: Mapping[str, Any], home: Path) -> dict[str, Any]:
    """The file with the paths of models and prompts beside it found; keys and weights may be named by any path."""
    paths = {"model": ("weights", "key_file"), "generate": ("prompt",)}
    return {**value, **{table: [{**entry, **{key: _policy(home, entry[key]) for key in keys if key in entry}}
                                for entry in value.get(table, [])] for table, keys in paths.items()}}


def _check_source(source: object, where: str, mistakes: list[str]) -> None:
    before = len(mistakes)
    _check(source, _SOURCE, f"{where}.", mistakes)
    if len(mistakes) > before or not isinstance(source, dict):
        return
    if not source.get("where"):
        mistakes.append(f"{where}.where is missing")
    for name in source.get("languages", ()):
        if name not in all_languages():
            mistakes.append(f"{where}.languages names {name!r}{_meant(name, set(all_languages()))}")
    try:
        _options(source)
    except InvalidId as error:
        mistakes.append(f"{where}: {error}")


def _check_values(value: Mapping[str, Any], mistakes: list[str]) -> None:
    known = {transform.name for transform in ALL}
    for name in value.get("augment", {}).get("transforms", []):
        if name not in known:
            mistakes.append(f"augment.transforms names {name!r}{_meant(name, known)}")
    if value.get("augment", {}).get("per_program", 0) < 0:
        mistakes.append("augment.per_program is below 0")
    for language in value.get("mix", {}).get("weights", {}):
        if language not in all_languages():
            mistakes.append(f"mix.weights names {language!r}{_meant(language, set(all_languages()))}")
    try:
        _masking(value)
        _mixture(value)
    except (PolicyError, TypeError) as error:
        mistakes.append(str(error))
    try:
        if DatasetRef.parse(value.get("dataset", value["name"])).version:
            mistakes.append("dataset is a version; give the name alone")
        if value.get("splits"):
            check_shares(value["splits"])
    except (ProvenanceError, TypeError) as error:
        mistakes.append(str(error))


def _build(value: Mapping[str, Any], home: Path) -> Build:
    augment = value.get("augment", {})
    return Build(
        name=value["name"], dataset=value.get("dataset", value["name"]), policy=_policy(home, value["policy"]),
        sources=tuple(_source(entry, home) for entry in value["source"]),
        transforms=tuple(augment.get("transforms", (transform.name for transform in ALL))),
        seed=augment.get("seed", 0), per_program=augment.get("per_program", 0), mixture=_mixture(value),
        masking=_masking(value), shares=dict(value.get("splits", {})))


def _masking(value: Mapping[str, Any]) -> Masking | None:
    return Masking(**{key: tuple(given) for key, given in value["mask"].items()}) if "mask" in value else None


def _mixture(value: Mapping[str, Any]) -> Mixture:
    return Mixture(**value.get("mix", {}))


def _source(entry: Mapping[str, Any], home: Path) -> Source:
    return Source(where=_beside(home, entry["where"]), rev=entry.get("rev", "HEAD"), name=entry.get("name", ""),
                  options=_options(entry), show_authors=entry.get("show_authors", False),
                  allowed_signers=_beside(home, entry.get("allowed_signers", "")))


def _options(entry: Mapping[str, Any]) -> Options:
    limits = {key: entry[key] for key in ("max_bytes", "include_vendored", "include_generated") if key in entry}
    return Options(languages=tuple(entry.get("languages", ())), paths=tuple(entry.get("paths", ())),
                   licence=entry.get("licence", ""), claim=entry.get("claim", ""), claimed_by=entry.get("by", ""),
                   **limits)


def _beside(home: Path, text: str) -> str:
    """A path relative to the build file where something is there; else the text as it is (a URL, a policy's name)."""
    return str((home / text).resolve()) if text and "://" not in text and (home / text).exists() else text


def _policy(home: Path, text: str) -> str:
    # A folder of the same name as a policy that ships ("train") is no policy.
    return _beside(home, text) if (home / text).is_file() else text


def _check(value: object, keys: Mapping[str, type], where: str, mistakes: list[str]) -> None:
    if not isinstance(value, dict):
        mistakes.append(f"{where.rstrip('.') or 'the file'} is not a table")
        return
    for key, item in value.items():
        if key not in keys:
            mistakes.append(f"{where}{key} is not a known key{_meant(key, set(keys))}")
        elif not isinstance(item, keys[key] if keys[key] is not float else (int, float)) or (
                keys[key] is int and isinstance(item, bool)):
            mistakes.append(f"{where}{key} is {type(item).__name__}, not {keys[key].__name__}")
        elif key in _TEXTS and isinstance(item, list) and not all(isinstance(each, str) for each in item):
            mistakes.append(f"{where}{key} is not a list of texts")


def _meant(word: str, known: set[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), 1)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(sorted(known))})"
