"""Inspects the metadata of one batch with Great Expectations, before the batch is committed.

    >>> found = inspect("assembled", {"record": ["rec:0000000000000001.0"], ...})      # doctest: +SKIP
    >>> found.success, [item.name for item in found.warnings]                          # doctest: +SKIP
    (True, ['licence-known'])
    >>> found.require()            # doctest: +SKIP
    # ... or ExpectationFailed, with the first offending records, where a critical one failed

A batch is a bounded shard of columns; ``record`` holds the ids by which offenders are named. Whole training sets are no
business of this module: the pandas engine costs some 8 ms an expectation and holds all rows in memory.

Nothing is let pass by mistake: an error inside a metric, a column that is not there, an expectation that Great
Expectations cannot build or gives no result for, and an empty batch where the suite does not allow one are critical,
whatever severity the suite gives. Great Expectations itself logs and *drops* an expectation that it cannot build.

Great Expectations takes seconds to import, so that is done on first use; the context is made once a process. It is
ephemeral: no file, no network, no progress bar.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from provenance.checks.suites import Suite, load_suite
from provenance.errors import ExpectationFailed, PolicyError, ProvenanceError, ToolMissing

Severity = Literal["critical", "warning", "info"]
#: Offending records named in an assertion.
SHOWN = 20
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Assertion:
    """What one expectation found.

    Attributes:
        name: ``meta.name`` of the expectation.
        success: whether it holds; never true where it could not be computed.
        severity: as the suite says, but "critical" where it could not be computed.
        column: the column or, with commas, the columns.
        expected, actual: for the reader.
        records: ids of the first offenders.
        unexpected_count: number of offending rows.
        exception: why it could not be computed; empty where it could.
        expectation: its type, such as "expect_column_values_to_be_unique".
        description: ``meta.why`` of the expectation.
    """

    name: str
    success: bool
    severity: Severity
    column: str = ""
    expected: str = ""
    actual: str = ""
    records: tuple[str, ...] = ()
    unexpected_count: int = 0
    exception: str = ""
    expectation: str = ""
    description: str = ""

    def __str__(self) -> str:
        what = f"could not be computed ({self.exception})" if self.exception else f"found {self.actual}"
        return f"{self.name}: {what}" + (f", first {', '.join(self.records[:3])}" if self.records else "")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a suite found, in the suite's order; ``suite_digest`` says which suite it was, whatever its name."""

    suite: str
    suite_digest: str
    gx_version: str
    assertions: tuple[Assertion, ...]

    @property
    def success(self) -> bool:
        """No critical expectation failed."""
        return not self.failures

    @property
    def failures(self) -> tuple[Assertion, ...]:
        """Critical and failed: the step must not commit."""
        return tuple(item for item in self.assertions if not item.success and item.severity == "critical")

    @property
    def warnings(self) -> tuple[Assertion, ...]:
        """Failed and not critical: recorded, and the step goes on."""
        return tuple(item for item in self.assertions if not item.success and item.severity != "critical")

    def require(self) -> Inspection:
        """This inspection, if nothing critical failed.

        Raises:
            ExpectationFailed: names every critical failure and the first records of each.
        """
        if self.failures:
            raise ExpectationFailed(f"suite {self.suite}", "; ".join(map(str, self.failures)),
                                    "look at the records named; a retry makes the same batch")
        return self


def inspect(suite: str | Path, rows: Mapping[str, Sequence[Any]]) -> Inspection:
    """Inspects columns of equal length with a suite, by name or path.

    Raises:
        ToolMissing: Great Expectations is not installed.
        PolicyError: the suite has mistakes; all of them are listed.
        ProvenanceError: there is no such suite, or the columns differ in length.
    """
    plan = load_suite(suite)
    lengths = {len(column) for column in rows.values()}
    if len(lengths) > 1:
        raise ProvenanceError("columns", f"differ in length ({', '.join(map(str, sorted(lengths)))})")
    bench = _workbench()
    expectations = _built(plan, bench)
    try:
        results = bench.validate(plan, expectations, rows)
        problem = ""
    except Exception as error:  # GX raises what it likes; nothing was established
        results, problem = {}, _text(f"{type(error).__name__}: {error}")
    assertions = [_assertion(item, results.get(position), rows, problem)
                  for position, item in enumerate(plan.expectations)]
    if not any(lengths) and not plan.allow_empty:
        assertions.insert(0, Assertion("batch-not-empty", False, "critical", expected="at least one row",
                                       actual="no rows", expectation="batch-not-empty",
                                       description="The suite's meta does not say allow_empty."))
    return Inspection(plan.name, plan.digest, bench.version, tuple(assertions))


class _Workbench:
    """The ephemeral context and its one pandas asset."""

    def __init__(self) -> None:
        # Read at import, before a context could say otherwise.
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        try:
            import great_expectations as gx
            import pandas as pd
        except ImportError as error:
            raise ToolMissing("Great Expectations", f"cannot be imported ({error})",
                              "pip install 'corpus-provenance[quality]'") from error
        self.pandas = pd
        self.version = str(gx.__version__)
        # This module of theirs raises its own level to INFO, so that it speaks whatever the user asked for.
        logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas("provenance").add_dataframe_asset("batch")
        self._batches = asset.add_batch_definition_whole_dataframe("whole")
        self._lock = threading.Lock()  # GX keeps the current project in a global

    def validate(self, plan: Suite, expectations: list[Any], rows: Mapping[str, Sequence[Any]]) -> dict[int, Any]:
        """Results by position; GX gives them back in an order of its own."""
        from great_expectations import ExpectationSuite

        with self._lock:
            batch = self._batches.get_batch(batch_parameters={"dataframe": self._frame(rows)})
            out = batch.validate(ExpectationSuite(name=plan.name, expectations=expectations), result_format={
                "result_format": "SUMMARY", "partial_unexpected_count": SHOWN, "return_unexpected_index_query": False})
        return {result.expectation_config.meta["position"]: result for result in out.results
                if result.expectation_config and result.expectation_config.meta}

    def _frame(self, rows: Mapping[str, Sequence[Any]]) -> Any:
        return self.pandas.DataFrame({
            name: self.pandas.Series([_encodable(value) for value in values], dtype=None if len(values) else object)
            for name, values in rows.items()})


def _encodable(value: Any) -> Any:
    # File names can hold lone surrogates, on which GX breaks while it takes the frame's fingerprint. Escaped, they stay
    # as different from each other as they were.
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


_benches: dict[int, _Workbench] = {}
_making = threading.Lock()


def _workbench() -> _Workbench:
    # By process: a fork must not inherit a lock that another thread of the parent held.
    bench = _benches.get(os.getpid())
    if bench is None:
        with _making:
            bench = _benches.get(os.getpid()) or _Workbench()
            _benches.clear()
            _benches[os.getpid()] = bench
    return bench


def _built(plan: Suite, bench: _Workbench) -> list[Any]:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    built, problems = [], []
    for position, item in enumerate(plan.expectations):
        try:
            built.append(ExpectationConfiguration(
                type=item["type"], kwargs=dict(item["kwargs"]), severity=item["severity"],
                meta={"position": position}).to_domain_obj())
        except Exception as error:  # GX and pydantic raise a dozen kinds
            problems.append(f"expectations[{position}] ({item['meta']['name']}): {_text(error)}")
    if problems:
        raise PolicyError(plan.path, f"has expectations that Great Expectations {bench.version} cannot build: "
                          + "; ".join(problems), "mend the file; docs/expectations.md shows one")
    return built


def _assertion(item: dict[str, Any], result: Any, rows: Mapping[str, Sequence[Any]], problem: str) -> Assertion:
    kwargs = item["kwargs"]
    column = str(kwargs.get("column") or ",".join(map(str, kwargs.get("column_list") or ())))
    rest = {key: value for key, value in kwargs.items() if key not in ("column", "column_list")}
    known = {
        "name": item["meta"]["name"], "column": column, "expectation": item["type"],
        "expected": _text(" ".join([item["type"], json.dumps(rest, sort_keys=True)] if rest else [item["type"]])),
        "description": str(item["meta"].get("why", "")),
    }
    exception = problem or _exception(result)
    if exception:
        return Assertion(**known, success=False, severity="critical", exception=exception)
    found = result.result or {}
    unexpected = int(found.get("unexpected_count") or 0)
    if "observed_value" in found:
        actual = _text(json.dumps(found["observed_value"], default=str))
    else:
        actual = f"{unexpected} of {int(found.get('element_count') or 0)} rows unexpected"
    success = result.success is True
    return Assertion(
        **known, success=success, severity=item["severity"], actual=actual, unexpected_count=unexpected,
        records=() if success else _offenders(found.get("partial_unexpected_index_list") or (), rows))


def _offenders(places: Sequence[Any], rows: Mapping[str, Sequence[Any]]) -> tuple[str, ...]:
    ids = rows.get("record")
    return tuple(f"row {place}" if ids is None or ids[int(place)] is None else _text(ids[int(place)])
                 for place in places[:SHOWN])


def _exception(result: Any) -> str:
    if result is None:
        return "Great Expectations gave no result"
    info = result.exception_info or {}
    # One flat dict where all went well; else one dict for each metric that broke.
    parts = [info] if "raised_exception" in info else [part for part in info.values() if isinstance(part, Mapping)]
    raised = [str(part.get("exception_message") or "no message") for part in parts if part.get("raised_exception")]
    return _text("; ".join(dict.fromkeys(raised))) if raised else ""


def _text(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} [cut: {len(text)} characters]"
