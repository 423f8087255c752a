"""What every operator of this room has in common: a ledger, how errors end a task, and what OpenLineage hears.

Every operator is safe to retry, to clear and to run twice at once: the ledger adopts what is there. What a retry cannot
mend (a policy, a failed expectation, a closed gate) fails the task at once, whatever its ``retries``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from provenance.errors import (
    ExpectationFailed,
    GateClosed,
    InvalidId,
    LedgerCorrupt,
    PolicyError,
    ProvenanceError,
    QueryError,
    RecipeCollision,
    SourceError,
)

if TYPE_CHECKING:
    from provenance.pipeline import Build, Context


class ProvenanceOperator(BaseOperator):  # type: ignore[misc]  # Airflow ships no types that mypy could follow
    """A task that says one word to a ledger.

    Args:
        ledger: folder of the ledger; where empty, ``$PROVENANCE_LEDGER``, else ``[corpus_provenance] ledger``.
    """

    template_fields: Sequence[str] = ("ledger",)
    ui_color = "#dfe8d8"
    #: With the same input these come again, so a retry would only be late.
    final: ClassVar[tuple[type[ProvenanceError], ...]] = (
        ExpectationFailed, GateClosed, InvalidId, LedgerCorrupt, PolicyError, QueryError, RecipeCollision, SourceError)
    #: Whether an absent ledger is made. Only a task that brings records in does; for all others it is a mistake.
    makes_ledger: ClassVar[bool] = False
    _spoken: Mapping[str, Any] | None = None

    def __init__(self, *, ledger: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger = ledger

    def execute(self, context: Any) -> Any:
        """Say the operator's word."""
        from provenance.airflow.speaking import Overheard, context_of

        try:
            speaking = context_of(context, self.ledger, make=self.makes_ledger)
            heard = Overheard(speaking.ledger.layout.events)
            speaking.ledger.outbox = heard
            try:
                return self.say(speaking, context)
            finally:
                # Airflow's OpenLineage provider asks for it afterwards, in a forked process that must open nothing.
                self._spoken = heard.last
        except ProvenanceError as error:
            if self.hopeless(error):
                raise AirflowFailException(str(error)) from error
            raise

    def say(self, context: Context, airflow: Mapping[str, Any]) -> Any:
        """The word itself; what it returns goes to XCom, so it holds ids and counts and no records."""
        raise NotImplementedError(f"{type(self).__name__} has no word to say")

    def hopeless(self, error: ProvenanceError) -> bool:
        """Whether the same input would fail in the same way again."""
        return isinstance(error, self.final)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """For Airflow's OpenLineage provider: the datasets of the event that this task wrote to the ledger's outbox."""
        from provenance.airflow.speaking import lineage_of

        return lineage_of(self._spoken)

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> Any:
        """As on completion: what was committed before the failure stays, and the FAIL event in the outbox names it."""
        return self.get_openlineage_facets_on_complete(task_instance)


class BuildOperator(ProvenanceOperator):
    """A task of a build.

    Args:
        config: path of the build file (docs/build.md), the same on every worker; absolute, because the working folder
            of a worker is its own business.
    """

    template_fields: Sequence[str] = (*ProvenanceOperator.template_fields, "config")

    def __init__(self, *, config: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config

    def build(self) -> Build:
        """The build file of this task."""
        from provenance.pipeline import read_build

        return read_build(self.config)
