"""What can go wrong, by what the caller can do about it.

One base class, and one class for each thing a caller would do differently. The message names the input and says what
to do next; it is complete by itself, so a command line prints it as it is.

    >>> raise SourceError("payroll.bundle", "is not a git bundle", "make one with: git bundle create FILE")
    Traceback (most recent call last):
    ...
    provenance.errors.SourceError: payroll.bundle: is not a git bundle. Next: make one with: git bundle create FILE
"""

from __future__ import annotations


class ProvenanceError(Exception):
    """Base of every error that this package raises on purpose.

    Args:
        subject: the input that is at fault: a path, an id, a policy key.
        problem: what is wrong with it, as a predicate ("is not a git repository").
        next_step: what the reader can do about it; empty where nothing can be said.
    """

    def __init__(self, subject: object, problem: str, next_step: str = "") -> None:
        self.subject = str(subject)
        self.problem = problem
        self.next_step = next_step
        super().__init__(f"{self.subject}: {problem}" + (f". Next: {next_step}" if next_step else ""))

    def __reduce__(self) -> tuple[type[ProvenanceError], tuple[str, str, str], dict[str, object]]:
        # Errors cross process boundaries (pools, Airflow); the default would replay only the joined message.
        return type(self), (self.subject, self.problem, self.next_step), dict(self.__dict__)


class InvalidId(ProvenanceError, ValueError):
    """A text is not the identifier it should be. Mend the text."""


class SourceError(ProvenanceError):
    """An input from outside (repository, folder, corpus, address) cannot be read. Mend the input and run again."""


class LedgerError(ProvenanceError):
    """The ledger cannot be used as asked (absent, of a newer format, on an unfit file system). Nothing was written."""


class LedgerCorrupt(LedgerError):
    """A stored file does not match its digest, or a batch names what is not there. Restore it; do not go on."""


class RecipeCollision(LedgerError):
    """Two different recipes share one batch id (expected once in some ten million ledgers). Change the seed."""


class ExpectationFailed(ProvenanceError):
    """A Great Expectations check of severity critical failed; the first records are named. Retrying cannot help."""


class ToolMissing(ProvenanceError):
    """A program or package that the step cannot do without is not installed. Install what the message names."""


class PolicyError(ProvenanceError):
    """A policy or configuration file has mistakes; all of them are listed, each with its path."""


class GateClosed(ProvenanceError):
    """The gate denies. The decision with every reason is in ``decision``."""

    decision: object = None


class QueryError(ProvenanceError):
    """A SQL query or named question cannot be run as asked."""
