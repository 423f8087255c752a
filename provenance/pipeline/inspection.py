"""Before a commit: put a batch's metadata before Great Expectations, and turn what it finds into verdicts and facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from provenance.checks import Inspection, inspect
from provenance.errors import ExpectationFailed
from provenance.events import AssertionFacts
from provenance.model.identity import BatchId
from provenance.model.verdict import Outcome, Verdict


def record_rows(batch: BatchId, tables: Mapping[str, pa.Table]) -> dict[str, list[Any]]:
    """The columns of the ingested and derived suites: one row a record, with its number of parents."""
    records = tables.get("records")
    if records is None:
        return {name: [] for name in (*_RECORD_COLUMNS, "record", "parents")}
    parents = [0] * records.num_rows
    for row in tables["edges"].column("row").to_pylist() if "edges" in tables else ():
        parents[row] += 1
    columns = {name: records.column(name).to_pylist() for name in _RECORD_COLUMNS}
    return {"record": [f"rec:{batch}.{row}" for row in range(records.num_rows)], **columns, "parents": parents}


_RECORD_COLUMNS = ("language", "kind", "origin", "evidence", "depth", "human_share", "licence", "content_sha256",
                   "swhid", "name", "bytes", "lines", "encoding")


def verdict_rows(verdicts: list[Verdict]) -> dict[str, list[Any]]:
    """The columns of the verified suite: one row a verdict on a record."""
    said = [verdict for verdict in verdicts if verdict.record is not None]
    return {"record": [str(v.record) for v in said], "check": [v.check for v in said],
            "outcome": [str(v.outcome) for v in said], "value": [v.value for v in said],
            "reason": [v.reason for v in said], "tool": [v.tool for v in said],
            "tool_version": [v.tool_version for v in said]}


def examine(suite: str, rows: Mapping[str, list[Any]], where: str) -> tuple[list[Verdict], list[AssertionFacts]]:
    """Inspect; returns one verdict and one assertion an expectation.

    Raises:
        ExpectationFailed: one of severity critical failed; names the expectation and the first records.
        ToolMissing: Great Expectations is not installed.
    """
    found = inspect(suite, rows)
    failed = [item for item in found.assertions if not item.success and item.severity == "critical"]
    if failed:
        raise ExpectationFailed(
            f"{where} (suite {found.suite})",
            "fails " + "; ".join(f"{item.name}{f' on {item.column}' if item.column else ''}: "
                                 f"{item.exception or f'{item.unexpected_count} unexpected'}"
                                 f"{', for instance ' + ', '.join(item.records[:3]) if item.records else ''}"
                                 for item in failed),
            "mend the input or the step; nothing of this batch was committed")
    return [_verdict(found, item, where) for item in found.assertions], [_facts(item) for item in found.assertions]


def _verdict(found: Inspection, item: Any, where: str) -> Verdict:
    outcome = Outcome.PASS if item.success else Outcome.WARN
    reason = "" if item.success else (item.exception or f"{item.unexpected_count} unexpected"
                                      + (f": {', '.join(item.records[:5])}" if item.records else ""))
    return Verdict(check=f"expectation:{found.suite}:{item.name}" + (f":{item.column}" if item.column else ""),
                   outcome=outcome, subject=where, reason=reason, tool="great-expectations",
                   tool_version=found.gx_version)


def _facts(item: Any) -> AssertionFacts:
    return AssertionFacts(name=item.name, success=item.success,
                          severity="error" if item.severity == "critical" else "warn", column=item.column or "",
                          expected=item.expected, actual=item.actual, assertion=item.name)
