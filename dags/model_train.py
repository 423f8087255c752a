"""Train on a published training set. The first task re-verifies and refuses; your trainer goes between the two.

Params: dataset, name@version, needed only for a run started by hand; model. The policy is $PROVENANCE_TRAIN_POLICY and
no param: whoever may trigger this DAG must not choose what its data has to satisfy.
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
    params={"dataset": Param("", type="string"), "model": Param("demo-model", type="string")},
    doc_md=__doc__,
    tags=["corpus-provenance"],
):
    ticket = RequireTicketOperator(task_id="require_ticket", policy=os.environ.get("PROVENANCE_TRAIN_POLICY", "train"),
                                   dataset="{{ params.dataset }}")
    RecordConsumptionOperator(task_id="record_consumption", model="{{ params.model }}", ticket=ticket.output)
