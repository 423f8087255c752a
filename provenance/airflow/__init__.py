"""THE CLOCK: operators, plugin and provider information. The only room that knows Airflow.

    from provenance.airflow import AugmentOperator, IngestOperator

Importing this room imports `airflow.sdk` and nothing heavy: DuckDB, pyarrow and Great Expectations load when a task
runs.
"""

from provenance.airflow.masking import MaskOperator
from provenance.airflow.operators import (
    AssembleOperator,
    AugmentOperator,
    GateOperator,
    IngestOperator,
    JudgeOperator,
    PlanOperator,
    ShardOperator,
    VerifyOperator,
)
from provenance.airflow.producing import AdversarialOperator, GenerateOperator
from provenance.airflow.published import TRAINING_SET
from provenance.airflow.reviewing import AskOperator, KeepReviewsOperator, PlanReviewOperator
from provenance.airflow.training import RecordConsumptionOperator, RequireTicketOperator
from provenance.airflow.upkeep import ForwardEventsOperator, SweepLedgerOperator, VerifyLedgerOperator

__all__ = ["TRAINING_SET", "AdversarialOperator", "AskOperator", "AssembleOperator", "AugmentOperator", "ForwardEventsOperator",
           "GateOperator", "GenerateOperator", "IngestOperator", "JudgeOperator", "KeepReviewsOperator", "MaskOperator",
           "PlanOperator", "PlanReviewOperator", "RecordConsumptionOperator", "RequireTicketOperator", "ShardOperator",
           "SweepLedgerOperator", "VerifyLedgerOperator", "VerifyOperator"]
