"""PROOF: what a compiler and runs say of a text, in the words that all modes share.

    >>> failed("syntax", "syntax: 3: error: X", "mend line 3").stage
    'syntax'

Fails closed: a tool that breaks, a program that is stopped and an answer that nobody understands are failures or
"unchecked", never a pass. A parent runs twice before anything is held against its child: one that differs from itself
proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provenance.errors import ProvenanceError
from provenance.languages.toolchain import Answer, Inputs, Library, Observation, SourceText, Toolchain
from provenance.model.verdict import Outcome
from provenance.steps.generate.mode import Proof, Shown, Status, Tools

#: Ends that say something about the machine, not about the program.
MACHINE = frozenset({"wall", "sandbox"})
_SANDBOX = frozenset({"sandbox"})
_HEAD = 600


@dataclass(frozen=True, slots=True)
class Trial:
    """All that a toolchain said of one text.

    Attributes:
        tool: name and version.
        dialect: in which it was accepted.
        stage: "syntax", "compile" or "run": how far it came.
        answer: of that stage.
        runs: one tuple of observations for each input; empty where it did not run.
    """

    tool: str
    stage: str
    answer: Answer
    dialect: str = ""
    runs: tuple[tuple[Observation, ...], ...] = ()

    @property
    def ran(self) -> bool:
        """Whether every input gave an observation."""
        return bool(self.runs) and all(self.runs)

    @property
    def checks(self) -> dict[str, str]:
        """Check -> what it said."""
        order = ("syntax", "compile", "run")
        said = dict.fromkeys(order[:order.index(self.stage)], "pass")
        if self.stage != "run":
            said[self.stage] = str(self.answer.outcome) + (f": {self.answer.reason}" if self.answer.reason else "")
        elif not self.ran:
            said["run"] = f"skipped: {self.answer.reason or 'not-executable'}"
        else:
            codes = sorted({run.returncode for each in self.runs for run in each})
            said["run"] = "ended: " + ", ".join(map(str, codes)) if codes != [0] else "pass"
        return said


def named(tool: Toolchain) -> str:
    """Name and version."""
    return f"{tool.name} {tool.version}"


def failed(stage: str, reason: str, feedback: str = "", checks: Mapping[str, str] | None = None, tool: str = "") -> Proof:
    """A proof that failed."""
    return Proof(Status.FAILED, dict(checks or {}), tool, stage, reason[:500], feedback[:4000])


def unchecked(reason: str, checks: Mapping[str, str] | None = None, tool: str = "") -> Proof:
    """A proof that nobody could give."""
    return Proof(Status.UNCHECKED, dict(checks or {}), tool, "proof", reason[:500])


def attempt(tools: Tools, language: str, source: SourceText, library: Library, inputs: Sequence[Inputs],
            runs: int = 1) -> Trial | Proof:
    """Check, build and run a text; a proof where it ends before it ran: failed, or unchecked where there is no tool."""
    tool = tools.of(language)
    if tool is None:
        return unchecked(tools.why(language) or f"no-toolchain: {language}")
    try:
        answer = tool.check(source, library)
        if answer.outcome is not Outcome.PASS:
            return _refused(Trial(named(tool), "syntax", answer))
        seen = []
        for each in inputs:
            built, observed = tool.observe(source, library, answer.dialect, runs, each)
            if built.outcome is Outcome.SKIPPED and built.reason.startswith("parse-only"):
                return Trial(named(tool), "run", built, answer.dialect)
            if built.outcome is not Outcome.PASS:
                return _refused(Trial(named(tool), "compile", built, answer.dialect))
            if not observed:
                return Trial(named(tool), "run", built, answer.dialect)
            seen.append(observed)
    except (OSError, ProvenanceError) as problem:
        return failed("tool", f"tool: {problem}", tool=named(tool))
    return Trial(named(tool), "run", answer, answer.dialect, tuple(seen))


def _refused(trial: Trial) -> Proof:
    reason, outcome = trial.answer.reason, trial.answer.outcome
    absent = reason.startswith("missing-copybook")
    if outcome is Outcome.FAIL or absent:
        return failed(trial.stage, reason or "refused", f"The compiler ({trial.tool}) says: {reason}", trial.checks, trial.tool)
    if outcome is Outcome.SKIPPED:
        return unchecked(reason or "skipped", trial.checks, trial.tool)
    return failed(trial.stage, f"tool: {reason or outcome}", "", trial.checks, trial.tool)


def stopped(trial: Trial) -> Proof | None:
    """The failure of a program that did not end by itself, or None."""
    for each in trial.runs:
        for run in each:
            if run.stopped in _SANDBOX:
                return failed("tool", f"tool: stopped by {run.stopped}", "", trial.checks, trial.tool)
            if run.stopped:
                return failed("run", f"stopped: {run.stopped}", f"The program was stopped (limit: {run.stopped}). It has "
                              "to end by itself and soon.", trial.checks, trial.tool)
    return None


def ends_well(trial: Trial) -> Proof:
    """That a new program ran to its end, with status 0, and that something could be seen of it."""
    if not trial.ran:
        return unchecked(trial.answer.reason or "not-executable", trial.checks, trial.tool)
    if wrong := stopped(trial):
        return wrong
    bad = next((run for each in trial.runs for run in each if run.returncode), None)
    if bad is not None:
        said = f" It wrote to standard error: {bad.errors[:_HEAD]}" if bad.errors else ""
        return failed("run", f"exit: {bad.returncode}", f"The program ended with status {bad.returncode}.{said}",
                      trial.checks, trial.tool)
    if all(run.silent for each in trial.runs for run in each):
        return failed("run", "says-nothing", "The program ran and neither printed nor wrote anything.", trial.checks, trial.tool)
    return Proof(Status.PROVED, trial.checks, trial.tool)


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be held against a program that should do the same: one observation an input, or why there is none."""

    runs: tuple[Observation, ...] = ()
    why: str = ""
    trial: Trial | None = field(default=None, compare=False)


def reference(trial: Trial | Proof) -> Seen:
    """What a parent that ran twice shows; ``why`` where that proves nothing."""
    if isinstance(trial, Proof):
        return Seen(why=trial.reason)
    if not trial.ran:
        return Seen(why=trial.answer.reason or "not-executable", trial=trial)
    if halted := next((run.stopped for each in trial.runs for run in each if run.stopped), ""):
        return Seen(why=f"parent-stopped: {halted}", trial=trial)
    if any(differences(each[0], again) for each in trial.runs for again in each[1:]) or any(len(e) < 2 for e in trial.runs):
        return Seen(why="nondeterministic-parent", trial=trial)
    if all(each[0].silent for each in trial.runs):
        return Seen(why="nothing-observable", trial=trial)
    return Seen(tuple(each[0] for each in trial.runs), trial=trial)


def differences(one: Observation, other: Observation) -> list[str]:
    """In what two runs differ."""
    pairs = (("stdout", (one.stdout_sha256, one.stdout_bytes), (other.stdout_sha256, other.stdout_bytes)),
             ("files", dict(one.files), dict(other.files)), ("returncode", one.returncode, other.returncode),
             ("stopped", one.stopped, other.stopped))
    return [name for name, left, right in pairs if left != right]


def against(seen: Seen, trial: Trial) -> Proof:
    """That a program does at every input what the other one did."""
    if not trial.ran:
        return failed("run", trial.answer.reason or "not-executable",
                      "The program cannot be run by itself; the given one can.", trial.checks, trial.tool)
    for number, (wanted, each) in enumerate(zip(seen.runs, trial.runs, strict=True), 1):
        if each[0].stopped in _SANDBOX:
            return failed("tool", f"tool: stopped by {each[0].stopped}", "", trial.checks, trial.tool)
        if found := differences(wanted, each[0]):
            return failed("proof", f"differs: {', '.join(found)} (input {number})", _shown(wanted, each[0], found),
                          {**trial.checks, "behaviour": f"differs: {', '.join(found)}"}, trial.tool)
    return Proof(Status.PROVED, {**trial.checks, "behaviour": f"same: stdout, files, return code; inputs: {len(seen.runs)}"},
                 trial.tool)


def _shown(wanted: Observation, got: Observation, found: list[str]) -> str:
    lines = [f"The program behaves otherwise than the given one: {', '.join(found)}."]
    if "stdout" in found:
        lines += [f"Expected on standard output:\n{wanted.head[:_HEAD]}", f"Got:\n{got.head[:_HEAD]}"]
    if "returncode" in found:
        lines.append(f"Expected return code {wanted.returncode}, got {got.returncode}.")
    if "files" in found:
        lines.append(f"Expected files {', '.join(sorted(wanted.files)) or 'none'} (with the same contents), "
                     f"got {', '.join(sorted(got.files)) or 'none'}.")
    if got.errors:
        lines.append(f"Standard error: {got.errors[:_HEAD]}")
    return "\n".join(lines)


def passes(tools: Tools, language: str, source: SourceText, tests: Sequence[Shown], library: Library,
           dialect: str) -> tuple[bool | None, str]:
    """Whether a program passes tests that people wrote: yes, no, or None where they could not be run; and what was said."""
    tool = tools.of(language)
    if tool is None or not tests:
        return None, "no-tests" if tool else tools.why(language)
    held = 0
    for test in tests:
        try:
            answer, report = tool.test(source, SourceText(test.record.name, test.record.text), library, dialect)
        except (OSError, ProvenanceError) as problem:
            return None, f"tool: {problem}"
        if answer.outcome is Outcome.FAIL:
            return False, f"tests-do-not-build: {answer.reason}"
        if answer.outcome is not Outcome.PASS or report is None:
            return None, answer.reason or str(answer.outcome)
        if report.failed:
            return False, f"tests: {report.failed} of {report.passed + report.failed} failed: {report.message}"
        held += report.passed
    return (True, f"tests: {held} held") if held else (None, "tests: none were run")
