"""VERIFY: does a sample parse, compile, run, and behave like what it was made from? Adds verdicts, edits nothing.

Every sample gets exactly one verdict for each of ``syntax``, ``compile``, ``run`` and ``differential``, so that a check
that did not happen is seen as ``skipped`` with its reason and never as silence; a sample for which there are tests, its
own or those of the record that it was made from, gets one of ``tests`` too. A parent runs twice before anything is held
against a child: one that differs from itself, fails or says nothing proves nothing. Its children are skipped then,
unless the compiler generates the same code for parent and child, which settles it without running (ADR 0005).

It refuses to count what it did not see: without a toolchain everything is ``skipped``; a tool that breaks is ``error``.
The reasons are codes, listed in ``docs/verify.md``.

    >>> [verdict.reason for verdict in verify([], None, {}, missing="no-sandbox: bwrap is not installed")]
    []
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from provenance.errors import ProvenanceError
from provenance.languages.toolchain import Answer, Library, Observation, SourceText, Toolchain
from provenance.model.identity import RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.verify_tests import Tested, TestSample, judge_by_tests

__all__ = ["CHECKS", "TESTS", "VERSION", "ParentSample", "Sample", "TestSample", "verify"]

#: Part of the recipe: a change of meaning makes new verdicts.
VERSION = "2"
#: What everybody gets, in order.
CHECKS = ("syntax", "compile", "run", "differential")
#: What those get for which there are tests.
TESTS = "tests"
#: Ends that say something about the machine, not about the program.
_MACHINE = frozenset({"wall", "sandbox"})
#: How a tool says that it parses and does no more.
_PARSE_ONLY = "parse-only"


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

    ``tests`` are its own; a derived sample that has none is judged by those of its parent.
    """

    record: RecordId
    name: str
    kind: str
    text: str
    parent: ParentSample | None = None
    tests: tuple[TestSample, ...] = ()

    @property
    def suites(self) -> tuple[TestSample, ...]:
        """The tests that it is judged by."""
        return self.tests or (self.parent.tests if self.parent else ())


@dataclass(frozen=True, slots=True)
class _Trial:
    """All that the toolchain said about one text."""

    syntax: Answer
    compiled: Answer
    observed: tuple[Observation, ...] = ()
    code: str | None = None
    tested: Mapping[TestSample, Tested] = field(default_factory=dict)


_Word = tuple[Outcome, str, Any]
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
    trials: dict[_Key, _Trial] = {}
    if toolchain is not None:
        made = mapper(partial(_try, toolchain, library, compared, suites), runs.items())
        trials = dict(zip(runs, made, strict=True))
    for sample in samples:
        yield from _judge(sample, toolchain, trials, missing or "no-toolchain")


def _not_compiled(sample: Sample) -> str | None:
    if sample.kind == "program":
        return None
    if sample.kind in ("copybook", "include"):
        return f"{sample.kind}: compiled only inside a program"
    return f"not-a-program: {sample.kind}"


def _try(
    toolchain: Toolchain, library: Library, compared: set[_Key], suites: Mapping[_Key, Iterable[TestSample]],
    job: tuple[_Key, int],
) -> _Trial:
    (name, text), runs = job
    source = SourceText(name, text)
    try:
        syntax = toolchain.check(source, library)
    except (OSError, ProvenanceError) as problem:
        broken = Answer(Outcome.ERROR, f"tool: {problem}")
        return _Trial(broken, broken)
    if syntax.outcome is not Outcome.PASS:
        return _Trial(syntax, syntax)
    try:
        compiled, observed = toolchain.observe(source, library, syntax.dialect, runs)
        code = toolchain.code(source, library, syntax.dialect) if (name, text) in compared else None
    except (OSError, ProvenanceError) as problem:
        return _Trial(syntax, Answer(Outcome.ERROR, f"tool: {problem}", syntax.dialect))
    tested: dict[TestSample, Tested] = {}
    if compiled.outcome is Outcome.PASS:
        for suite in suites.get((name, text), ()):
            try:
                tested[suite] = toolchain.test(source, SourceText(suite.name, suite.text), library, syntax.dialect)
            except (OSError, ProvenanceError) as problem:
                tested[suite] = Answer(Outcome.ERROR, f"tool: {problem}", syntax.dialect), None
    return _Trial(syntax, compiled, observed, code, tested)


def _judge(
    sample: Sample, toolchain: Toolchain | None, trials: Mapping[_Key, _Trial], missing: str
) -> Iterator[Verdict]:
    words: tuple[_Word, ...]
    why = _not_compiled(sample)
    if toolchain is None or why is not None:
        words = ((Outcome.SKIPPED, missing if why is None else why, None),) * 5
    else:
        trial = trials[sample.name, sample.text]
        base = trials[sample.parent.name, sample.parent.text] if sample.parent else None
        words = (_answer(trial.syntax), _answer(trial.compiled), _run(trial), _differential(trial, base),
                 _tests(sample, trial, base))
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


def _answer(answer: Answer) -> _Word:
    return answer.outcome, answer.reason, {"dialect": answer.dialect} if answer.dialect else None


def _unbuilt(trial: _Trial) -> _Word | None:
    """Why there is nothing to run, or None."""
    if trial.compiled.outcome is Outcome.PASS:
        return None
    if trial.compiled.outcome is Outcome.FAIL:
        return Outcome.SKIPPED, "does-not-compile", None
    return trial.compiled.outcome, trial.compiled.reason, None


def _tests(sample: Sample, trial: _Trial, base: _Trial | None) -> _Word:
    if unbuilt := _unbuilt(trial):
        return unbuilt
    inherited = None if sample.tests or base is None else base.tested
    return judge_by_tests(sample.suites, trial.tested, inherited)


def _run(trial: _Trial) -> _Word:
    compiled = trial.compiled
    if unbuilt := _unbuilt(trial):
        return unbuilt
    if not trial.observed:
        return Outcome.SKIPPED, compiled.reason or "not-executable", None
    seen = trial.observed[0]
    if seen.stopped:
        return (Outcome.ERROR if seen.stopped in _MACHINE else Outcome.FAIL), f"stopped: {seen.stopped}", None
    if seen.returncode:
        # It ran; whether the status is its fault or that of an absent input file, nobody here can tell.
        return Outcome.WARN, f"exit: {seen.returncode}", _value(seen)
    return Outcome.PASS, "", _value(seen)


def _differential(trial: _Trial, base: _Trial | None) -> _Word:
    if base is None:
        return Outcome.SKIPPED, "no-parent", None
    if base.compiled.outcome is Outcome.ERROR:
        return Outcome.ERROR, f"parent: {base.compiled.reason}", None
    if base.compiled.reason.startswith(_PARSE_ONLY):
        return Outcome.SKIPPED, base.compiled.reason, None
    if base.compiled.outcome is not Outcome.PASS:
        return Outcome.SKIPPED, f"parent-does-not-compile: {base.compiled.reason}", None
    if trial.compiled.outcome is Outcome.ERROR:
        return Outcome.ERROR, trial.compiled.reason, None
    if trial.compiled.outcome is not Outcome.PASS:
        # Skipped is no excuse here: with the same library the parent compiled.
        return Outcome.FAIL, "does-not-compile", None
    outcome, reason, value = _by_running(trial, base)
    if outcome is Outcome.SKIPPED and trial.code is not None and trial.code == base.code:
        # What could not be seen by running is settled by the compiler: to the machine both are one program.
        return Outcome.PASS, "", {"evidence": "generated-code", "run": reason}
    if outcome is Outcome.PASS:
        value = {"evidence": "run", **value}
    return outcome, reason, value


def _by_running(trial: _Trial, base: _Trial) -> _Word:
    if not base.observed:
        return Outcome.SKIPPED, "parent-not-executable", None
    if not trial.observed:
        return Outcome.FAIL, "not-executable", None
    return _compare(trial.observed[0], base.observed)


def _compare(child: Observation, base: tuple[Observation, ...]) -> _Word:
    first = base[0]
    if stopped := next((seen.stopped for seen in base if seen.stopped), ""):
        return Outcome.SKIPPED, f"parent-stopped: {stopped}", None
    if len(base) < 2 or any(_differences(first, again) for again in base[1:]):
        return Outcome.SKIPPED, "nondeterministic-parent", None
    differences = _differences(first, child)
    if first.returncode:
        return Outcome.SKIPPED, f"parent-exit: {first.returncode}", {"identical": not differences}
    if child.stopped in _MACHINE:
        return Outcome.ERROR, f"stopped: {child.stopped}", None
    if differences:
        return Outcome.FAIL, f"differs: {', '.join(differences)}", _value(child)
    if first.silent:
        return Outcome.SKIPPED, "nothing-observable", None
    return Outcome.PASS, "", _value(child)


def _differences(one: Observation, other: Observation) -> list[str]:
    differences = []
    if (one.stdout_sha256, one.stdout_bytes) != (other.stdout_sha256, other.stdout_bytes):
        differences.append("stdout")
    if dict(one.files) != dict(other.files):
        differences.append("files")
    if one.returncode != other.returncode:
        differences.append("returncode")
    if one.stopped != other.stopped:
        differences.append("stopped")
    return differences


def _value(seen: Observation) -> dict[str, Any]:
    return {"stdout_bytes": seen.stdout_bytes, "files": len(seen.files), "returncode": seen.returncode}
