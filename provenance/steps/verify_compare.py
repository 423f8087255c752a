"""The verdict ``differential``: what one may say of two texts, from what the toolchain said of each (ADR 0005).

Three kinds of evidence, the nearest to behaviour first: equal runs, equal generated code, equal machine code. A
difference that was seen in a run outweighs all of them, and what none of them settles is ``skipped``.

    >>> from provenance.languages.toolchain import Answer, Observation
    >>> passed, seen = Answer(Outcome.PASS), Observation(35, "e3b0", 0)
    >>> parent, child = Trial(passed, passed, (seen, seen), "one"), Trial(passed, passed, (seen,), "other")
    >>> differential(child, parent)[:2]
    (<Outcome.SKIPPED: 'skipped'>, 'parent-exit: 35')
    >>> with_machine(child, parent, "digest", "digest")[2]
    {'evidence': 'machine-code', 'run': 'parent-exit: 35'}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provenance.languages.toolchain import Answer, Observation
from provenance.model.verdict import Outcome
from provenance.steps.verify_tests import Tested, TestSample

__all__ = ["MACHINE_ENDS", "PARSE_ONLY", "Digest", "Trial", "Word", "but_for_data", "differential", "unsettled", "value_of",
           "with_machine"]

#: Ends that say something about the machine, not about the program.
MACHINE_ENDS = frozenset({"wall", "sandbox"})
#: How a tool says that it parses and does no more.
PARSE_ONLY = "parse-only"
#: Outcome, reason and value of a verdict.
Word = tuple[Outcome, str, Any]
#: Of machine code; None where it was not asked for or there is none; what the tool said where it broke.
Digest = str | Answer | None


@dataclass(frozen=True, slots=True)
class Trial:
    """All that the toolchain said about one text."""

    syntax: Answer
    compiled: Answer
    observed: tuple[Observation, ...] = ()
    code: str | None = None
    tested: Mapping[TestSample, Tested] = field(default_factory=dict)


def differential(trial: Trial, base: Trial | None) -> Word:
    """What runs and generated code say of a text and the one that it was made from; None where it was made from none."""
    if base is None:
        return Outcome.SKIPPED, "no-parent", None
    if base.compiled.outcome is Outcome.ERROR:
        return Outcome.ERROR, f"parent: {base.compiled.reason}", None
    if base.compiled.reason.startswith(PARSE_ONLY):
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


def unsettled(trial: Trial, base: Trial | None) -> bool:
    """Whether machine code may have the last word: both were built, and nothing else says anything.

    Two that were seen to fail in different ways are left skipped, whatever their code.
    """
    if base is None or not trial.code or not base.code:
        return False
    if (trial.compiled.outcome, base.compiled.outcome) != (Outcome.PASS, Outcome.PASS):
        return False
    outcome, _, value = differential(trial, base)
    return outcome is Outcome.SKIPPED and value != {"identical": False}


def with_machine(trial: Trial, base: Trial | None, child: Digest, parent: Digest) -> Word:
    """What `differential` says, unless that is nothing and the machine code of both is the same."""
    word = differential(trial, base)
    if not unsettled(trial, base):
        return word
    if broken := next((said for said in (child, parent) if isinstance(said, Answer)), None):
        return broken.outcome, broken.reason, None
    if child is not None and child == parent:
        # What a linker is given is equal to the byte: one program, whatever it will do.
        return Outcome.PASS, "", {"evidence": "machine-code", "run": word[1]}
    return word


def but_for_data(word: Word) -> Word:
    """What counts of a word on a program whose data were masked: that it differs is what masking is for and says nothing.

    That it behaves alike, does not compile any more, or cannot be built at all is said as of any other; what masking leaves
    as it was is proved where it is done (``masking``, docs/masking.md).

        >>> but_for_data((Outcome.FAIL, "differs: stdout", None))[1], but_for_data((Outcome.FAIL, "does-not-compile", None))[1]
        ('masked: differs: stdout', 'does-not-compile')
    """
    outcome, reason, value = word
    if outcome is Outcome.FAIL and reason not in _BROKEN:
        return Outcome.SKIPPED, f"masked: {reason}", value
    return word


#: Failures that no other data explain.
_BROKEN = frozenset({"does-not-compile", "not-executable"})


def _by_running(trial: Trial, base: Trial) -> Word:
    if not base.observed:
        return Outcome.SKIPPED, "parent-not-executable", None
    if not trial.observed:
        return Outcome.FAIL, "not-executable", None
    return _compare(trial.observed[0], base.observed)


def _compare(child: Observation, base: tuple[Observation, ...]) -> Word:
    first = base[0]
    if stopped := next((seen.stopped for seen in base if seen.stopped), ""):
        return Outcome.SKIPPED, f"parent-stopped: {stopped}", None
    if len(base) < 2 or any(_differences(first, again) for again in base[1:]):
        return Outcome.SKIPPED, "nondeterministic-parent", None
    differences = _differences(first, child)
    if first.returncode:
        return Outcome.SKIPPED, f"parent-exit: {first.returncode}", {"identical": not differences}
    if child.stopped in MACHINE_ENDS:
        return Outcome.ERROR, f"stopped: {child.stopped}", None
    if differences:
        return Outcome.FAIL, f"differs: {', '.join(differences)}", value_of(child)
    if first.silent:
        return Outcome.SKIPPED, "nothing-observable", None
    return Outcome.PASS, "", value_of(child)


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


def value_of(seen: Observation) -> dict[str, Any]:
    """What a verdict keeps of a run."""
    return {"stdout_bytes": seen.stdout_bytes, "files": len(seen.files), "returncode": seen.returncode}
