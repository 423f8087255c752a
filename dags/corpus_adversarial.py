"""Two models against each other over human code: ingest -> rounds -> verify -> judge -> assemble -> gate and publish.

Params: config, absolute path of a build file with an [adversarial] table (docs/adversarial.md). The ledger is
$PROVENANCE_LEDGER or [corpus_provenance] ledger. $PROVENANCE_ADVERSARIAL_SCHEDULE is a cron expression or preset; empty:
only by hand.
"""

import os
from datetime import datetime

from airflow.sdk import DAG, Param

from provenance.airflow import (
    AdversarialOperator,
    AssembleOperator,
    GateOperator,
    IngestOperator,
    JudgeOperator,
    PlanOperator,
    ShardOperator,
    VerifyOperator,
)

CONFIG = {"config": "{{ params.config }}"}
PART = {"map_index_template": "{{ task.shard['part'] }}"}

with DAG(
    dag_id="corpus_adversarial",
    schedule=os.environ.get("PROVENANCE_ADVERSARIAL_SCHEDULE", "@weekly") or None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": 1},
    params={"config": Param(os.environ.get("PROVENANCE_BUILD", "corpus.toml"), type="string")},
    doc_md=__doc__,
    tags=["corpus-provenance"],
):
    plan = PlanOperator(task_id="plan", **CONFIG)
    ingest = IngestOperator.partial(task_id="ingest", **CONFIG).expand(source=plan.output)
    # One shard a snapshot: a match draws its programs from a whole repository.
    shards = ShardOperator(task_id="shards", ingested=ingest.output, shards=1, **CONFIG)
    rounds = AdversarialOperator.partial(task_id="rounds", **PART, **CONFIG).expand(shard=shards.output)
    verify = VerifyOperator.partial(task_id="verify", **PART, **CONFIG).expand(shard=rounds.output)
    judge = JudgeOperator(task_id="judge", shards=verify.output, **CONFIG)
    assemble = AssembleOperator(task_id="assemble", shards=verify.output, judged=judge.output, **CONFIG)
    GateOperator(task_id="gate", dataset=assemble.output, **CONFIG)
