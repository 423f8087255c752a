"""What a test runner inside the sandbox said: lines behind a word that the tested program does not know.

A program may print "all tests passed" and end. The runners of ours therefore get a random word for each run and begin
with it every line that counts: ``WORD ok``, ``WORD no MESSAGE``, ``WORD unknown WHAT`` and, when all is done,
``WORD end``. Without the last one the run was cut short, and that is a failure.

    >>> done = Finished(0, b"w ok\\nall passed\\nw no two: expected 1, got 2\\nw end\\n", b"", "", 0.1)
    >>> testimony(done, "w", "gtm")[1]
    TestReport(passed=1, failed=1, message='two: expected 1, got 2')
"""

from __future__ import annotations

from provenance.languages.toolchain import Answer, TestReport
from provenance.model.verdict import Outcome
from provenance.sources.observing import said_first
from provenance.sources.sandbox import Finished


def testimony(done: Finished, word: str, dialect: str) -> tuple[Answer, TestReport | None]:
    """The answer and report of `Toolchain.test`, from the run of a test runner that was given ``word``."""
    lines = [line.partition(" ")[2] for line in done.stdout.decode("utf-8", "replace").splitlines()
             if line.startswith(f"{word} ")]
    if unknown := next((line for line in lines if line.startswith("unknown")), ""):
        return Answer(Outcome.SKIPPED, f"no-test-runner: {unknown[8:]!r} is not known here"[:300], dialect), None
    if done.stopped in ("wall", "sandbox"):
        return Answer(Outcome.ERROR, f"stopped: {done.stopped}", dialect), None
    failed = [line[3:] for line in lines if line.startswith("no ")]
    if "end" not in lines:
        failed.append(f"stopped: {done.stopped}" if done.stopped else said_first(done.stderr.decode("utf-8", "replace")))
    return Answer(Outcome.PASS, dialect=dialect), TestReport(lines.count("ok"), len(failed), failed[0] if failed else "")
