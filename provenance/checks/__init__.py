"""INSPECTION: runs expectation suites over a batch. The only room that knows Great Expectations.

Importing this package does not import Great Expectations (seconds); the first `inspect` does.

    >>> from provenance.checks import inspect, suite_path                       # doctest: +SKIP
"""

from provenance.checks.inspect import Assertion, Inspection, inspect
from provenance.checks.suites import Suite, load_suite, suite_path

__all__ = ["Assertion", "Inspection", "Suite", "inspect", "load_suite", "suite_path"]
