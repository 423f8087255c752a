"""Train on a published training set. The first task re-verifies and refuses; your trainer goes after it.

Params: policy, what this model demands of its data; dataset, name@version, needed only for a run started by hand.
"""

import os
from datetime import datetime

from airflow.sdk import DAG, Param

from provenance.airflow import TRAINING_SET, RecordConsumptionOperator, RequireTicketOperator

with DAG(
    dag_id="model_train",
    schedule=[TRAINING_SET],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    params={"policy": Param(os.environ.get("PROVENANCE_TRAIN_POLICY", "train"), type="string"),
            "dataset": Param("", type="string"),
            "model": Param("demo-model", type="string")},
    doc_md=__doc__,
    tags=["corpus-provenance"],
):
    ticket = RequireTicketOperator(task_id="require_ticket", policy="{{ params.policy }}", dataset="{{ params.dataset }}")
    RecordConsumptionOperator(task_id="record_consumption", model="{{ params.model }}", ticket=ticket.output)
