"""The word that asks models: generate. One batch for each batch of subjects and job, adopted before anything is asked.

    job = GenerateJob(mode="version", repairs=2, shown=2)
    result = generate(context, batches, snapshots, job, endpoint, workshop, seed=7)

What a model answered becomes a record only after it was read and proved (`provenance.steps.generate`); all else is a
reject with its reason. An answer is paid for once: each is in the journal of its batch before it is used.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from provenance.errors import PolicyError
from provenance.languages import all_languages
from provenance.languages.language import Tier
from provenance.languages.toolchain import NO_INPUT, Inputs
from provenance.ledger import Ledger
from provenance.ledger.codec import encode_records, encode_rejects
from provenance.ledger.journal import Journal
from provenance.model.identity import BatchId, Digest
from provenance.model.recipe import Recipe
from provenance.model.record import Record
from provenance.pipeline.context import Context
from provenance.pipeline.inspection import record_rows
from provenance.pipeline.masking import stood_in_digest
from provenance.pipeline.paying import Paid
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.shelf import Shelf, members_digest
from provenance.pipeline.subjects import TASKS, Choice, Reader, besides_digest, read_besides, read_prompt
from provenance.pipeline.workshop import Workshop
from provenance.steps.generate import Aim, Endpoint, Mode, Sampling, Subject, Tally, Template, Terms, by_name, run_rounds
from provenance.steps.generate.mode import language_of, tier_of
from provenance.steps.generate.vouch import vouch

log = logging.getLogger(__name__)

GENERATE_VERSION = "1"
#: Seconds between two lines of progress.
_QUIET_S = 10.0


@dataclass(frozen=True, slots=True)
class GenerateJob:
    """What to ask, of what, and what becomes of the answers.

    Attributes:
        mode: name of a mode (`provenance.steps.generate.MODES`).
        prompt: a template that ships ("version@1"), or the path of your own; empty: the mode's.
        sampling: sampling parameters.
        samples: answers wanted for each subject.
        shown: programs that people wrote, shown as examples in each prompt; the template must have ``{examples}``.
        repairs: how often an answer that failed is asked for again, with what was wrong.
        target: language of the answers ("rexx"); empty: each subject's own. `translate` needs it.
        languages: only subjects in these; all where empty.
        unchecked: "keep" or "drop" what nobody could check; empty: drop it in languages that can be compiled and run
            (tier A), keep it in others, with evidence that says so.
        max_subjects: at most so many of each batch, drawn by seed; 0: all.
        longest_prompt, longest_answer: characters above which a prompt is not sent, and an answer not read.
        inputs: what programs are given when they run, one comparison each.
        tasks: pattern with one group: the task that a path belongs to, for tests that people wrote.
        unanswered: "stop" (no batch until the endpoint has answered) or "drop" (the questions become rejects) where the
            endpoint was out of budget or out of reach.
    """

    mode: str
    prompt: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    samples: int = 1
    shown: int = 0
    repairs: int = 2
    target: str = ""
    languages: tuple[str, ...] = ()
    unchecked: str = ""
    max_subjects: int = 0
    longest_prompt: int = 60_000
    longest_answer: int = 400_000
    inputs: tuple[Inputs, ...] = (NO_INPUT,)
    tasks: str = TASKS
    unanswered: str = "stop"


def check_job(job: GenerateJob) -> tuple[Mode, Template]:
    """The mode and the template of a job, after all its mistakes were looked for.

    Raises:
        PolicyError: it has mistakes; all are named.
    """
    mode = by_name(job.mode)
    template = read_prompt(job.prompt, mode)
    mistakes = [f"{name} names {word!r}, which is no language here" for name, words in
                (("target", (job.target,) if job.target else ()), ("languages", job.languages))
                for word in words if word not in all_languages()]
    if mode.needs_language and not job.target:
        mistakes.append(f"target is missing: mode {mode.name} needs a language to write in")
    # A version, a bug or a test in another language than the program would be compiled with the wrong tools.
    if job.target and not mode.needs_language and "program" in mode.subjects:
        mistakes.append(f"target is given, and mode {mode.name} writes in the language of its subject")
    for name, least in (("samples", 1), ("shown", 0), ("repairs", 0), ("max_subjects", 0), ("longest_prompt", 1),
                        ("longest_answer", 1)):
        if getattr(job, name) < least:
            mistakes.append(f"{name} is {getattr(job, name)}, below {least}")
    if job.unchecked not in ("", "keep", "drop"):
        mistakes.append(f"unchecked is {job.unchecked!r}, not keep or drop")
    if job.unanswered not in ("stop", "drop"):
        mistakes.append(f"unanswered is {job.unanswered!r}, not stop or drop")
    if not job.inputs:
        mistakes.append("inputs is empty: give one at least, if only of nothing")
    if job.shown and "examples" not in template.used:
        mistakes.append(f"shown is {job.shown}, and the template {template.reference} has no {{examples}}")
    try:
        if re.compile(job.tasks).groups != 1:
            mistakes.append("tasks has not exactly one group")
    except re.error as error:
        mistakes.append(f"tasks is no pattern ({error})")
    if mistakes:
        raise PolicyError(f"generate ({mode.name})", "has mistakes: " + "; ".join(mistakes), "mend them and run again")
    return mode, template


def generate(context: Context, batches: Sequence[BatchId], snapshots: Sequence[BatchId], job: GenerateJob,
             endpoint: Endpoint, workshop: Workshop, seed: int = 0, besides: Sequence[BatchId] = ()) -> StepResult:
    """Ask a model about the subjects of some batches; one batch of what was kept and what was not for each of them.

    Args:
        context: where to write and as whom to speak.
        batches: whose records are asked about, and from which examples and tests are taken.
        snapshots: for the copybooks.
        job: see `GenerateJob`.
        endpoint: who answers; it bounds concurrency, rate, tokens and tries.
        workshop: the compilers that prove.
        seed: draws subjects, examples and the seed of every request.
        besides: further batches from which examples and tests are taken, and of which nothing is asked.

    Raises:
        PolicyError: the job or its template has mistakes; nothing was asked.
        SourceError: the endpoint cannot be used, or left questions open (see ``unanswered``). What was answered is in the
            journal: the same call goes on where this one ended.
    """
    mode, template = check_job(job)
    facts = endpoint.facts
    reader = Reader(context.ledger, (*batches, *besides), mode,
                    Choice(job.languages, job.target, job.max_subjects, job.shown, job.tasks, seed))
    works = _works(context, batches, reader, Shelf(context.ledger, snapshots), job, mode, template, endpoint, workshop, seed)
    return run_step(context, "generate", GENERATE_VERSION, [*batches, *besides, *snapshots], works, {
        "mode": mode.name, "prompt": template.reference, "model": facts.model, "revision": facts.revision,
        "licence": facts.licence, "samples": job.samples, "repairs": job.repairs, "seed": seed})


def _works(context: Context, batches: Sequence[BatchId], reader: Reader, shelf: Shelf, job: GenerateJob, mode: Mode,
           template: Template, endpoint: Endpoint, workshop: Workshop, seed: int) -> Iterator[Work]:
    journal = Journal(context.ledger)
    for batch in dict.fromkeys(batches):
        if not context.ledger.require(batch).records:
            continue
        subjects = reader.subjects(batch, shelf.library_of(batch))
        if not subjects:
            continue
        recipe = _recipe(batch, subjects, job, mode, template, endpoint, workshop, seed,
                         stood_in_digest(batch, reader.left_out))
        paid = Paid(endpoint, journal, recipe.batch)
        yield Work(recipe, partial(_make, recipe, subjects, job, mode, template, paid, workshop, seed), "generated")
        # Whoever comes back for the next work has committed this one: its records and rejects hold the answers now.
        paid.close()


def _recipe(batch: BatchId, subjects: Sequence[Subject], job: GenerateJob, mode: Mode, template: Template,
            endpoint: Endpoint, workshop: Workshop, seed: int, left_out: Mapping[str, str]) -> Recipe:
    facts, aim = endpoint.facts, _aim(job, seed)
    languages = {subject.record.language for subject in subjects} | {language_of(subject, aim) for subject in subjects}
    params: dict[str, Any] = {
        "mode": mode.name, "mode_version": mode.version, "model": facts.model, "revision": facts.revision,
        "endpoint": facts.endpoint, "licence": facts.licence, "terms": facts.terms, "prompt": template.reference,
        "prompt_sha256": template.sha256, "sampling": job.sampling.to_json(), "samples": job.samples, "shown": job.shown,
        "shown_ids": besides_digest(subjects), "repairs": job.repairs, "target": job.target,
        "languages": sorted(job.languages), "unchecked": job.unchecked, "max_subjects": job.max_subjects,
        "longest_prompt": job.longest_prompt, "longest_answer": job.longest_answer, "inputs": _inputs_digest(job.inputs),
        "tasks": job.tasks, "unanswered": job.unanswered, "toolchain": workshop.saying(languages),
        "library": members_digest(subject.library for subject in subjects), **left_out}
    return Recipe("generate", GENERATE_VERSION, params, (batch, *sorted(read_besides(subjects) - {batch})), seed)


def _aim(job: GenerateJob, seed: int) -> Aim:
    return Aim(job.target, job.inputs, job.longest_answer, seed)


def _inputs_digest(inputs: Sequence[Inputs]) -> str:
    return str(Digest.of_json([{
        "stdin": Digest.of(each.stdin).hex, "files": {name: Digest.of(data).hex for name, data in each.files.items()},
        "arguments": list(each.arguments), "modules": [[module.name, module.text] for module in each.modules]}
        for each in inputs]))


def _make(recipe: Recipe, subjects: Sequence[Subject], job: GenerateJob, mode: Mode, template: Template, endpoint: Paid,
          workshop: Workshop, seed: int) -> Made:
    terms = Terms(job.sampling, job.samples, job.repairs, seed, partial(_keeps, job.unchecked), job.longest_prompt,
                  job.unanswered == "stop")
    progress = _Progress(f"generate {recipe.batch} ({mode.name}, {endpoint.facts.model})")
    with ThreadPoolExecutor(max_workers=2) as pool:
        made = run_rounds(mode, template, subjects, _aim(job, seed), workshop, endpoint, terms, pool=pool, tell=progress.tell)
    progress.say(made.tally)
    log.info("generate %s: %d answers paid, %d remembered", recipe.batch, endpoint.tally.paid, endpoint.tally.remembered)
    tables = {**encode_records(recipe.batch, made.records), **encode_rejects(recipe.batch, made.rejects)}
    rows = {**record_rows(recipe.batch, tables), **generation_rows(made.records)}
    return Made(tables, list(vouch(recipe.batch, made.records)), rows)


def _keeps(unchecked: str, language: str) -> bool:
    """Whether what nobody could check is kept, in one language."""
    return unchecked == "keep" or (not unchecked and tier_of(language) is not Tier.RUN)


def generation_rows(records: Sequence[Record]) -> dict[str, list[Any]]:
    """Columns of the generated suite besides those of every record."""
    made = [record.generation for record in records]
    return {"model": [one.model if one else None for one in made], "prompt": [one.prompt if one else None for one in made],
            "rendered_sha256": [one.rendered_sha256 if one else None for one in made]}


class _Progress:
    """Says where a batch stands, now and then."""

    def __init__(self, what: str) -> None:
        self._what, self._said = what, time.monotonic()

    def tell(self, tally: Tally) -> None:
        """Say it if nothing was said for a while."""
        if time.monotonic() - self._said >= _QUIET_S:
            self.say(tally)

    def say(self, tally: Tally) -> None:
        """One line."""
        self._said = time.monotonic()
        tokens = tally.prompt_tokens + tally.completion_tokens
        log.info("%s: round %d, %d of %d answered, %d kept, %d dropped, %d tokens%s", self._what, tally.round, tally.answered,
                 tally.asked, tally.kept, tally.dropped, tokens, f", {tokens / tally.kept:.0f} a record" if tally.kept else "")


@dataclass(frozen=True, slots=True)
class Yield:
    """What came of some batches: answers asked for (kept and dropped), subjects that were not asked about, tokens."""

    kept: int
    dropped: Counter[str]
    refused: int
    tokens: int

    @property
    def asked(self) -> int:
        """Kept and dropped, repairs included."""
        return self.kept + sum(self.dropped.values())


def yield_of(ledger: Ledger, batches: Sequence[BatchId]) -> Yield:
    """Count what some batches of the step kept and dropped, as the question `yields` does."""
    kept = tokens = 0
    stages: Counter[str] = Counter()
    for manifest in map(ledger.require, dict.fromkeys(batches)):
        kept += manifest.records
        for name in ("generations", "rejects"):
            for row in ledger.table(manifest, name).to_pylist() if name in manifest.parts else ():
                tokens += (row["prompt_tokens"] or 0) + (row["completion_tokens"] or 0)
                if name == "rejects":
                    stages[row["stage"]] += 1
    refused = sum(stages.pop(stage, 0) for stage in ("subject", "prompt"))
    return Yield(kept, stages, refused, tokens)


def translating(job: GenerateJob, target: str) -> GenerateJob:
    """The job of ``provenance translate``: the mode `translate` with a target language."""
    return replace(job, mode="translate", target=target)
