"""The verdict ``tests``: do the tests that somebody wrote for a program hold for it?

A sample is judged by its own tests, or else by those of the record that it was made from. Inherited tests count only
where the parent passes them: tests that the parent fails say nothing about what became of it. And a child that they
cannot be built with is ``skipped``, not wrong: tests name data and paragraphs, and a transform may rename these without
changing what the program does. A program that fails its own tests, or that they cannot be built with, fails.

    >>> from provenance.languages.toolchain import Answer, TestReport
    >>> suite = TestSample(RecordId(1, 0), "leap.cut", "...")
    >>> judge_by_tests((suite,), {suite: (Answer(Outcome.PASS), TestReport(2, 1, "year 1900"))}, None)[:2]
    (<Outcome.FAIL: 'fail'>, 'failed: 1 of 3: year 1900')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.languages.toolchain import Answer, TestReport
from provenance.model.identity import RecordId
from provenance.model.verdict import Outcome

Tested = tuple[Answer, TestReport | None]
_Word = tuple[Outcome, str, Any]
#: The worst first: what a program with several suites is given.
_ORDER = (Outcome.ERROR, Outcome.FAIL, Outcome.WARN, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class TestSample:
    """A record of kind "test": its file name without folders and its text."""

    __test__ = False  # not a class of tests, whatever its name

    record: RecordId
    name: str
    text: str


def judge_by_tests(
    suites: Sequence[TestSample], tested: Mapping[TestSample, Tested], inherited: Mapping[TestSample, Tested] | None
) -> _Word:
    """Outcome, reason and value.

    Args:
        suites: what the sample is judged by, at least one.
        tested: what they said of the sample.
        inherited: what they said of its parent, where they are the parent's; None where they are its own.
    """
    if inherited is not None:
        outcome, reason, _ = _said(suites, inherited)
        if outcome is Outcome.ERROR:
            return Outcome.ERROR, f"parent: {reason}", None
        if outcome is not Outcome.PASS:
            return Outcome.SKIPPED, f"parent-fails-tests: {reason}", None
    outcome, reason, value = _said(suites, tested)
    if inherited is not None and outcome is Outcome.FAIL and value is None:
        return Outcome.SKIPPED, f"tests-do-not-fit: {reason}", None
    return outcome, reason, value


def _said(suites: Sequence[TestSample], tested: Mapping[TestSample, Tested]) -> _Word:
    answers = [tested.get(suite, (Answer(Outcome.ERROR, "tests-not-run"), None)) for suite in suites]
    for outcome in _ORDER:
        for answer, _ in answers:
            if answer.outcome is outcome:
                return outcome, answer.reason, None
    reports = [report or TestReport(0, 0) for _, report in answers]
    passed, failed = sum(report.passed for report in reports), sum(report.failed for report in reports)
    value = {"suite": " ".join(str(suite.record) for suite in suites), "passed": passed, "failed": failed}
    if failed:
        message = next((report.message for report in reports if report.failed), "")
        return Outcome.FAIL, f"failed: {failed} of {passed + failed}: {message}"[:300], value
    if any(not report.passed for report in reports):
        return Outcome.SKIPPED, "no-assertions", value
    return Outcome.PASS, "", value
