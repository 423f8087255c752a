"""SPEECH: builds OpenLineage events from plain facts and forwards stored ones. The only room that knows OpenLineage.

Storing events (the outbox) is the ledger's business. Importing this package imports ``openlineage``; where that matters
(DAG parse) import inside a function.

    >>> from provenance.events import StepFacts, start                          # doctest: +SKIP
"""

from provenance.events.build import complete, fail, recipes_digest, start
from provenance.events.facts import (
    AssertionFacts,
    DatasetFacts,
    LedgerPointer,
    ParentRun,
    RunRef,
    SourceLocation,
    StepFacts,
    batches_digest,
)
from provenance.events.forward import Forwarder, NotForwarded, forwarder_from_config, namespace_from_config
from provenance.events.identity import event_id, run_uuid, without_client_tags
from provenance.events.reader import BadLine, facets_of, read_events

__all__ = [
    "AssertionFacts",
    "BadLine",
    "DatasetFacts",
    "Forwarder",
    "LedgerPointer",
    "NotForwarded",
    "ParentRun",
    "RunRef",
    "SourceLocation",
    "StepFacts",
    "batches_digest",
    "complete",
    "event_id",
    "facets_of",
    "fail",
    "forwarder_from_config",
    "namespace_from_config",
    "read_events",
    "recipes_digest",
    "run_uuid",
    "start",
    "without_client_tags",
]
