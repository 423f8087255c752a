"""Verbs that make new samples: generate, translate, adversarial."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from provenance import pipeline
from provenance.cli.output import say, show
from provenance.cli.running import context_of, report
from provenance.errors import PolicyError
from provenance.languages import all_languages
from provenance.pipeline import Context, StepResult
from provenance.pipeline.filling import fill
from provenance.pipeline.generating import GenerateJob, check_job, generate, yield_of
from provenance.pipeline.selection import current
from provenance.sources.endpoint import open_endpoint
from provenance.sources.endpoint_limits import EndpointLimits
from provenance.sources.endpoint_spec import EndpointSpec
from provenance.steps.generate import MODES, Sampling
from provenance.steps.generate.skeletons import ALL as SKELETONS


def add(verb: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the verbs of this module."""
    made = verb("generate", _generate, "Make new records of the current ones: a model is asked, or skeletons are filled in.",
                "provenance generate --mode version --address http://127.0.0.1:8080/v1 --model coder-7b -l corpus")
    made.add_argument("--mode", choices=[mode.name for mode in MODES], default="", help="what a model is asked for")
    made.add_argument("--target", default="", choices=["", *sorted(all_languages())], metavar="LANGUAGE",
                      help="language of the answers (default: each subject's own)")
    made.add_argument("--skeleton", action="append", default=[], choices=[each.name for each in SKELETONS], metavar="NAME",
                      help="fill in this skeleton with the copybooks, without a model; may be repeated")
    made.add_argument("--per-copybook", type=int, default=1, help="programs of each skeleton for each copybook")
    _asking(made, endpoint=False)
    translated = verb("translate", _translate, "Ask a model for programs in another language; both sides are run.",
                      "provenance translate --to rexx --address http://127.0.0.1:8080/v1 --model coder-7b -l corpus")
    translated.add_argument("--to", required=True, choices=sorted(all_languages()), metavar="LANGUAGE", dest="target")
    _asking(translated, endpoint=True)
    played = verb("adversarial", _adversarial, "Let two models play: one proposes, the other solves, the compiler judges.",
                  "provenance adversarial corpus.toml -l corpus")
    played.add_argument("config", help="build file with an [adversarial] table")


def _asking(parser: argparse.ArgumentParser, *, endpoint: bool) -> None:
    parser.add_argument("--address", default="", required=endpoint, help="where the endpoint is: https://.../v1")
    parser.add_argument("--model", default="", required=endpoint, help="the model's name there")
    for name, text in (("revision", "commit, tag or sha256:<hex> of the weights"), ("weights", "file of weights to digest"),
                       ("terms", "address of the model's terms"), ("key-env", "environment variable that holds the key"),
                       ("key-file", "file that holds the key"), ("prompt", "a template that ships, or a file of your own")):
        parser.add_argument(f"--{name}", default="", help=text)
    parser.add_argument("--licence", default="NOASSERTION", help="what the model's terms put on its outputs (SPDX, LicenseRef)")
    parser.add_argument("--plain-http", action="store_true", help="allow http to another machine")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--request-budget", type=int, default=None)
    parser.add_argument("--token-budget", type=int, default=None)
    parser.add_argument("--max-tokens", type=int, default=2048)
    parser.add_argument("--temperature", type=float, default=0.7)
    parser.add_argument("--top-p", type=float, default=None)
    parser.add_argument("--samples", type=int, default=1, help="answers for each record")
    parser.add_argument("--shown", type=int, default=0, help="human programs shown as examples")
    parser.add_argument("--repairs", type=int, default=2, help="how often a failed answer is asked for again")
    parser.add_argument("--language", action="append", default=[], choices=sorted(all_languages()), metavar="NAME",
                        help="only records in it; may be repeated")
    parser.add_argument("--unchecked", default="", choices=["", "keep", "drop"], help="what becomes of what nobody could check")
    parser.add_argument("--max-subjects", type=int, default=0, help="at most so many records of each batch")
    parser.add_argument("--seed", type=int, default=0)


def _generate(arguments: argparse.Namespace) -> int:
    if bool(arguments.mode) == bool(arguments.skeleton):
        raise PolicyError("generate", "has both --mode and --skeleton" if arguments.mode else "needs --mode or --skeleton",
                          "give one of them: provenance generate --help")
    if arguments.mode:
        return _ask(arguments, arguments.mode)
    context = context_of(arguments, "generate")
    now = current(context.ledger)
    made = fill(context, now.roots, now.snapshots, arguments.skeleton, pipeline.find_workshop(), arguments.seed,
                arguments.per_copybook)
    report(made)
    return _tell(context, made)


def _translate(arguments: argparse.Namespace) -> int:
    return _ask(arguments, "translate")


def _ask(arguments: argparse.Namespace, mode: str) -> int:
    if not arguments.address or not arguments.model:
        raise PolicyError(f"generate --mode {mode}", "names no model", "add --address and --model")
    job = GenerateJob(
        mode, arguments.prompt, Sampling(arguments.max_tokens, arguments.temperature, arguments.top_p), arguments.samples,
        arguments.shown, arguments.repairs, arguments.target, tuple(arguments.language), arguments.unchecked,
        arguments.max_subjects)
    check_job(job)
    limits = EndpointLimits(concurrency=arguments.concurrency, request_budget=arguments.request_budget,
                            token_budget=arguments.token_budget)
    spec = EndpointSpec(arguments.address, arguments.model, arguments.revision, arguments.weights, arguments.licence,
                        arguments.terms, arguments.key_env, arguments.key_file, plain_http=arguments.plain_http, limits=limits)
    context = context_of(arguments, "generate")
    now = current(context.ledger)
    with open_endpoint(spec) as endpoint:
        made = generate(context, now.grounds, now.snapshots, job, endpoint, pipeline.find_workshop(), arguments.seed)
    report(made)
    return _tell(context, made)


def _tell(context: Context, made: StepResult) -> int:
    """What came of it, in the words of the question `yields`; exit status 0: nothing kept is a result too."""
    if not made.batches:
        say("nothing was asked: no current record is one that this can be made of")
        return 0
    found = yield_of(context.ledger, made.batches)
    dropped = ", ".join(f"{count} {stage}" for stage, count in found.dropped.most_common())
    say(f"asked {found.asked}  kept {found.kept}  dropped {sum(found.dropped.values())}" + (f" ({dropped})" if dropped else "")
        + (f"  not asked {found.refused}" if found.refused else "") + (f"  tokens {found.tokens}" if found.tokens else "")
        + "  (more: provenance sql @yields)")
    return 0


def _adversarial(arguments: argparse.Namespace) -> int:
    build = pipeline.read_build(arguments.config)
    if build.playing is None:
        raise PolicyError(arguments.config, "has no table [adversarial]", "see docs/adversarial.md")
    context = context_of(arguments, "adversarial")
    now = current(context.ledger)
    played = pipeline.play_match(context, now.grounds, now.snapshots, build.playing, pipeline.find_workshop(), build.seed)
    report(played.step)
    rows: list[dict[str, Any]] = [
        {"round": each.number, "asked": each.asked, "sound": each.sound, "solved": each.solved, "kept": each.kept,
         "unjudged": each.unjudged, "novelty": round(each.novelty, 2), "tokens": each.tokens} for each in played.rounds]
    show(rows)
    say(f"stopped by: {played.stopped}")
    return 0
