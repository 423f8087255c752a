"""VERIFY: does a sample parse, compile, run, and behave like what it was made from? Adds verdicts, edits nothing.

Every sample gets exactly one verdict for each of ``syntax``, ``compile``, ``run`` and ``differential``, so that a check
that did not happen is seen as ``skipped`` with its reason and never as silence; a sample for which there are tests, its
own or those of the record that it was made from, gets one of ``tests`` too. A parent runs twice before anything is held
against a child: one that differs from itself, fails or says nothing proves nothing. Its children are skipped then,
unless the compiler generates the same code for parent and child, or makes the same machine code of both, which settles
it without running (ADR 0005).

It refuses to count what it did not see: without a toolchain everything is ``skipped``; a tool that breaks is ``error``.
The reasons are codes, listed in ``docs/verify.md``.

    >>> [verdict.reason for verdict in verify([], None, {}, missing="no-sandbox: bwrap is not installed")]
    []
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from provenance.errors import ProvenanceError
from provenance.languages.toolchain import Answer, Library, SourceText, Toolchain
from provenance.model.identity import RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.verify_compare import MACHINE_ENDS, Digest, Trial, Word, but_for_data, unsettled, value_of, with_machine
from provenance.steps.verify_tests import Tested, TestSample, judge_by_tests

__all__ = ["CHECKS", "TESTS", "VERSION", "ParentSample", "Sample", "TestSample", "verify"]

#: Part of the recipe: a change of meaning makes new verdicts.
VERSION = "3"
#: What everybody gets, in order.
CHECKS = ("syntax", "compile", "run", "differential")
#: What those get for which there are tests.
TESTS = "tests"


@dataclass(frozen=True, slots=True)
class ParentSample:
    """The record of role "source" from which a derived record was made."""

    record: RecordId
    name: str
    text: str
    tests: tuple[TestSample, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One record to verify: its file name without folders, its kind ("program", "copybook" ...), text and parent.

    ``tests`` are its own; a derived sample that has none is judged by those of its parent. One that was ``masked`` holds
    other data than its parent on purpose.
    """

    record: RecordId
    name: str
    kind: str
    text: str
    parent: ParentSample | None = None
    tests: tuple[TestSample, ...] = ()
    masked: bool = False

    @property
    def suites(self) -> tuple[TestSample, ...]:
        """The tests that it is judged by."""
        return self.tests or (self.parent.tests if self.parent else ())


_Key = tuple[str, str]


def verify(
    samples: Sequence[Sample],
    toolchain: Toolchain | None,
    library: Library,
    *,
    missing: str = "",
    mapper: Callable[..., Iterable[Any]] = map,
) -> Iterator[Verdict]:
    """The verdicts of every sample, in the order of the samples and of `CHECKS`; last that of `TESTS` where there are any.

    Args:
        samples: what to verify. Equal texts, and a parent of several children, are compiled and run once.
        toolchain: compiler and sandbox, or None where there is none.
        library: copybooks, path -> text.
        missing: why there is no toolchain; the reason of every verdict then.
        mapper: ``map``, or the ``map`` of a thread pool; it has to keep the order.
    """
    runs: dict[_Key, int] = {}
    compared: set[_Key] = set()
    suites: dict[_Key, dict[TestSample, None]] = {}
    for sample in samples:
        if _not_compiled(sample) is None:
            own = (sample.name, sample.text)
            runs.setdefault(own, 1)
            suites.setdefault(own, {}).update(dict.fromkeys(sample.suites))
            if sample.parent:
                parent = (sample.parent.name, sample.parent.text)
                runs[parent] = 2
                compared |= {own, parent}
                if not sample.tests:  # inherited tests prove something only where the parent passes them
                    suites.setdefault(parent, {}).update(dict.fromkeys(sample.parent.tests))
    trials: dict[_Key, Trial] = {}
    machine: Mapping[_Key, Digest] = {}
    if toolchain is not None:
        made = mapper(partial(_try, toolchain, library, compared, suites), runs.items())
        trials = dict(zip(runs, made, strict=True))
        asked = _worth_it(samples, trials)
        machine = dict(zip(asked, mapper(partial(_machine, toolchain, library, trials), asked), strict=True))
    for sample in samples:
        yield from _judge(sample, toolchain, trials, machine, missing or "no-toolchain")


def _not_compiled(sample: Sample) -> str | None:
    if sample.kind == "program":
        return None
    if sample.kind in ("copybook", "include"):
        return f"{sample.kind}: compiled only inside a program"
    return f"not-a-program: {sample.kind}"


def _try(
    toolchain: Toolchain, library: Library, compared: set[_Key], suites: Mapping[_Key, Iterable[TestSample]],
    job: tuple[_Key, int],
) -> Trial:
    (name, text), runs = job
    source = SourceText(name, text)
    try:
        syntax = toolchain.check(source, library)
    except (OSError, ProvenanceError) as problem:
        broken = Answer(Outcome.ERROR, f"tool: {problem}")
        return Trial(broken, broken)
    if syntax.outcome is not Outcome.PASS:
        return Trial(syntax, syntax)
    try:
        compiled, observed = toolchain.observe(source, library, syntax.dialect, runs)
        # Of what did not compile, and of tools that only parse, the code settles nothing.
        wanted = (name, text) in compared and compiled.outcome is Outcome.PASS
        code = toolchain.code(source, library, syntax.dialect) if wanted else None
    except (OSError, ProvenanceError) as problem:
        return Trial(syntax, Answer(Outcome.ERROR, f"tool: {problem}", syntax.dialect))
    tested: dict[TestSample, Tested] = {}
    if compiled.outcome is Outcome.PASS:
        for suite in suites.get((name, text), ()):
            try:
                tested[suite] = toolchain.test(source, SourceText(suite.name, suite.text), library, syntax.dialect)
            except (OSError, ProvenanceError) as problem:
                tested[suite] = Answer(Outcome.ERROR, f"tool: {problem}", syntax.dialect), None
    return Trial(syntax, compiled, observed, code, tested)


def _worth_it(samples: Sequence[Sample], trials: Mapping[_Key, Trial]) -> list[_Key]:
    """The texts of which the machine code is worth its price: neither runs nor generated code settle their pair."""
    found: dict[_Key, None] = {}
    for sample in samples:
        if sample.parent and _not_compiled(sample) is None:
            own, parent = (sample.name, sample.text), (sample.parent.name, sample.parent.text)
            if unsettled(trials[own], trials[parent]):
                found |= {own: None, parent: None}
    return list(found)


def _machine(toolchain: Toolchain, library: Library, trials: Mapping[_Key, Trial], key: _Key) -> Digest:
    try:
        return toolchain.machine(SourceText(*key), library, trials[key].syntax.dialect)
    except (OSError, ProvenanceError) as problem:
        return Answer(Outcome.ERROR, f"tool: {problem}")


def _judge(
    sample: Sample, toolchain: Toolchain | None, trials: Mapping[_Key, Trial], machine: Mapping[_Key, Digest], missing: str
) -> Iterator[Verdict]:
    words: tuple[Word, ...]
    why = _not_compiled(sample)
    if toolchain is None or why is not None:
        words = ((Outcome.SKIPPED, missing if why is None else why, None),) * 5
    else:
        own = sample.name, sample.text
        parent = (sample.parent.name, sample.parent.text) if sample.parent else own
        trial, base = trials[own], trials[parent] if sample.parent else None
        different = with_machine(trial, base, machine.get(own), machine.get(parent))
        words = (_answer(trial.syntax), _answer(trial.compiled), _run(trial), different, _tests(sample, trial, base))
        if sample.masked:
            words = (*words[:3], but_for_data(words[3]), but_for_data(words[4]))
    for check, (outcome, reason, value) in zip((*CHECKS, TESTS), words, strict=True):
        if check == TESTS and not sample.suites:
            continue
        yield Verdict(
            check=check,
            outcome=outcome,
            record=sample.record,
            value="" if value is None else canonical_json(value).decode(),
            reason=reason,
            tool=toolchain.name if toolchain else "",
            tool_version=toolchain.version if toolchain else "",
        )


def _answer(answer: Answer) -> Word:
    return answer.outcome, answer.reason, {"dialect": answer.dialect} if answer.dialect else None


def _unbuilt(trial: Trial) -> Word | None:
    """Why there is nothing to run, or None."""
    if trial.compiled.outcome is Outcome.PASS:
        return None
    if trial.compiled.outcome is Outcome.FAIL:
        return Outcome.SKIPPED, "does-not-compile", None
    return trial.compiled.outcome, trial.compiled.reason, None


def _tests(sample: Sample, trial: Trial, base: Trial | None) -> Word:
    if unbuilt := _unbuilt(trial):
        return unbuilt
    inherited = None if sample.tests or base is None else base.tested
    return judge_by_tests(sample.suites, trial.tested, inherited)


def _run(trial: Trial) -> Word:
    compiled = trial.compiled
    if unbuilt := _unbuilt(trial):
        return unbuilt
    if not trial.observed:
        return Outcome.SKIPPED, compiled.reason or "not-executable", None
    seen = trial.observed[0]
    if seen.stopped:
        return (Outcome.ERROR if seen.stopped in MACHINE_ENDS else Outcome.FAIL), f"stopped: {seen.stopped}", None
    if seen.returncode:
        # It ran; whether the status is its fault or that of an absent input file, nobody here can tell.
        return Outcome.WARN, f"exit: {seen.returncode}", value_of(seen)
    return Outcome.PASS, "", value_of(seen)
