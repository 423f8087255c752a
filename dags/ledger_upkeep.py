"""Keep a ledger well: send the events that wait, recompute every digest and chain, remove what killed writers left."""

import os
from datetime import datetime

from airflow.sdk import DAG

from provenance.airflow import ForwardEventsOperator, SweepLedgerOperator, VerifyLedgerOperator

with DAG(
    dag_id="ledger_upkeep",
    schedule=os.environ.get("PROVENANCE_UPKEEP_SCHEDULE", "@daily") or None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": 60},
    doc_md=__doc__,
    tags=["corpus-provenance"],
):
    ForwardEventsOperator(task_id="forward_events")
    VerifyLedgerOperator(task_id="verify_ledger") >> SweepLedgerOperator(task_id="sweep_ledger")
