"""The tables of a build file that make new samples: ``[[model]]``, ``[[generate]]`` and ``[adversarial]``.

    [[model]]
    name = "coder"                           # what this file calls it
    address = "http://127.0.0.1:8080/v1"
    model = "qwen2.5-coder-7b"
    licence = "Apache-2.0"

    [[generate]]
    mode = "version"
    model = "coder"
    temperature = 0.7

    [[generate]]
    skeletons = ["report"]                   # by rules, without a model

    [adversarial]
    game = "repair"
    proposer = "coder"
    solver = "coder"

Keys are those of `EndpointSpec` with its `EndpointLimits`, of `GenerateJob` with its `Sampling`, and of `Match`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.errors import PolicyError, ProvenanceError
from provenance.pipeline.generating import GenerateJob, check_job
from provenance.sources.endpoint_limits import EndpointLimits
from provenance.sources.endpoint_spec import EndpointSpec
from provenance.steps.adversarial import Match
from provenance.steps.generate import Sampling
from provenance.steps.generate.skeletons import ALL as SKELETONS

LIMITS = {"concurrency": int, "requests_per_minute": float, "tokens_per_minute": float, "request_budget": int,
          "token_budget": int, "timeout_s": float, "total_s": float, "tries": int, "backoff_s": float,
          "backoff_most_s": float, "retry_after_most_s": float, "answer_characters": int, "give_up_after": int}
MODEL = {"name": str, "address": str, "model": str, "revision": str, "weights": str, "licence": str, "terms": str,
         "key_env": str, "key_file": str, "served_as": list, "plain_http": bool, "stream": bool, "omit": list,
         "length_parameter": str, **LIMITS}
SAMPLING = {"max_tokens": int, "temperature": float, "top_p": float, "stop": list, "extra": dict}
JOB = {"mode": str, "prompt": str, "samples": int, "shown": int, "repairs": int, "target": str, "languages": list,
       "unchecked": str, "max_subjects": int, "longest_prompt": int, "longest_answer": int, "tasks": str, "unanswered": str}
GENERATE = {"model": str, "skeletons": list, "per_copybook": int, "seed": int, **JOB, **SAMPLING}
ADVERSARIAL = {"game": str, "proposer": str, "solver": str, "rounds": int, "proposals": int, "attempts": int,
               "keep_at_most": float, "repairs": int, "max_depth": int, "feed": bool, "stop_yield": float,
               "stop_novelty": float, "token_budget": int, **SAMPLING}
#: Keys whose lists hold texts.
TEXTS = {"served_as", "omit", "stop", "languages", "skeletons"}


@dataclass(frozen=True, slots=True)
class Generating:
    """One ``[[generate]]``: either skeletons, or a job and the model that is asked.

    Attributes:
        skeletons: names; empty where a model is asked.
        per_copybook: programs of each skeleton for each copybook.
        job, model: what is asked, and the endpoint that answers.
        seed: draws it.
    """

    seed: int = 0
    skeletons: tuple[str, ...] = ()
    per_copybook: int = 1
    job: GenerateJob | None = None
    model: EndpointSpec | None = None


@dataclass(frozen=True, slots=True)
class Playing:
    """``[adversarial]``: the terms and who plays."""

    match: Match
    proposer: EndpointSpec
    solver: EndpointSpec


def read_models(value: Mapping[str, Any], mistakes: list[str]) -> dict[str, EndpointSpec]:
    """The endpoints of a file by the name that it gives them; every mistake is added to ``mistakes``."""
    found: dict[str, EndpointSpec] = {}
    for number, entry in enumerate(value.get("model", [])):
        where = f"model[{number}]"
        name = entry.get("name", entry.get("model", ""))
        if not name or not entry.get("address"):
            mistakes.append(f"{where} has no {'address' if name else 'name'}")
        elif name in found:
            mistakes.append(f"{where} is called {name!r} like another one")
        else:
            try:
                limits = EndpointLimits(**{key: entry[key] for key in LIMITS if key in entry})
                given = {key: tuple(item) if isinstance(item, list) else item for key, item in entry.items()
                         if key not in LIMITS and key != "name"}
                found[name] = EndpointSpec(**{"model": name, **given}, limits=limits)
            except (ProvenanceError, TypeError) as error:
                mistakes.append(f"{where}: {error}")
    return found


def read_generating(value: Mapping[str, Any], models: Mapping[str, EndpointSpec], seed: int,
                    mistakes: list[str]) -> tuple[Generating, ...]:
    """The entries of ``[[generate]]`` in order; ``seed`` is for those that name none."""
    found = []
    for number, entry in enumerate(value.get("generate", [])):
        where = f"generate[{number}]"
        skeletons = tuple(entry.get("skeletons", ()))
        if bool(skeletons) == bool(entry.get("mode")):
            mistakes.append(f"{where} has both a mode and skeletons; make two entries of it" if skeletons else
                            f"{where} needs a mode or skeletons")
            continue
        if skeletons:
            known = [skeleton.name for skeleton in SKELETONS]
            mistakes += [f"{where}.skeletons names {name!r} (known: {', '.join(known)})" for name in skeletons
                         if name not in known]
            if entry.get("per_copybook", 1) < 1:
                mistakes.append(f"{where}.per_copybook is below 1")
            found.append(Generating(entry.get("seed", seed), skeletons, entry.get("per_copybook", 1)))
            continue
        model = _model(entry, "model", models, where, mistakes)
        try:
            given: dict[str, Any] = {key: tuple(entry[key]) if key == "languages" else entry[key] for key in JOB if key in entry}
            job = GenerateJob(**given, sampling=_sampling(entry))
            check_job(job)
        except (PolicyError, TypeError) as error:
            mistakes.append(f"{where}: {error}")
            continue
        if model is not None:
            found.append(Generating(entry.get("seed", seed), job=job, model=model))
    return tuple(found)


def read_playing(value: Mapping[str, Any], models: Mapping[str, EndpointSpec], mistakes: list[str]) -> Playing | None:
    """The match of a file, or None where it has none."""
    entry = value.get("adversarial")
    if entry is None:
        return None
    proposer = _model(entry, "proposer", models, "adversarial", mistakes)
    solver = _model(entry, "solver", models, "adversarial", mistakes) if entry.get("solver") else proposer
    try:
        sampling = _sampling(entry)
        match = Match(**{key: entry[key] for key in ADVERSARIAL if key in entry and key not in SAMPLING
                         and key not in ("proposer", "solver")}, sampling=sampling, solving=sampling)
    except (PolicyError, TypeError) as error:
        mistakes.append(str(error))
        return None
    return Playing(match, proposer, solver) if proposer is not None and solver is not None else None


def _model(entry: Mapping[str, Any], key: str, models: Mapping[str, EndpointSpec], where: str,
           mistakes: list[str]) -> EndpointSpec | None:
    name = entry.get(key, "")
    if name in models:
        return models[name]
    # One model needs no name.
    if not name and len(models) == 1:
        return next(iter(models.values()))
    mistakes.append(f"{where}.{key} names {name!r}, which is no [[model]] of this file"
                    + (f" (known: {', '.join(sorted(models))})" if models else ""))
    return None


def _sampling(entry: Mapping[str, Any]) -> Sampling:
    given: dict[str, Any] = {key: tuple(entry[key]) if key == "stop" else entry[key] for key in SAMPLING if key in entry}
    return Sampling(**given)


def endpoints_of(value: Sequence[Generating], playing: Playing | None) -> tuple[EndpointSpec, ...]:
    """Every endpoint that a build asks, once."""
    specs = [each.model for each in value if each.model] + ([playing.proposer, playing.solver] if playing else [])
    return tuple(dict.fromkeys(specs))
