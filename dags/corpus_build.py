"""Build, check and gate a training set: ingest, mask, augment, generate, verify, judge, assemble, gate and publish.

Params: config, absolute path of a build file (docs/build.md). The ledger is $PROVENANCE_LEDGER or [corpus_provenance]
ledger. $PROVENANCE_SCHEDULE is a cron expression or preset; empty: only by hand.
"""

import os
from datetime import datetime

from airflow.sdk import DAG, Param

from provenance.airflow import (
    AssembleOperator,
    AugmentOperator,
    GateOperator,
    GenerateOperator,
    IngestOperator,
    JudgeOperator,
    MaskOperator,
    PlanOperator,
    ShardOperator,
    VerifyOperator,
)

CONFIG = {"config": "{{ params.config }}"}
PART = {"map_index_template": "{{ task.shard['part'] }}"}

with DAG(
    dag_id="corpus_build",
    schedule=os.environ.get("PROVENANCE_SCHEDULE", "@daily") or None,
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
    shards = ShardOperator(task_id="shards", ingested=ingest.output, **CONFIG)
    mask = MaskOperator.partial(task_id="mask", **PART, **CONFIG).expand(shard=shards.output)
    augment = AugmentOperator.partial(task_id="augment", **PART, **CONFIG).expand(shard=mask.output)
    generate = GenerateOperator.partial(task_id="generate", **PART, **CONFIG).expand(shard=augment.output)
    verify = VerifyOperator.partial(task_id="verify", **PART, **CONFIG).expand(shard=generate.output)
    judge = JudgeOperator(task_id="judge", shards=verify.output, **CONFIG)
    assemble = AssembleOperator(task_id="assemble", shards=verify.output, judged=judge.output, **CONFIG)
    GateOperator(task_id="gate", dataset=assemble.output, **CONFIG)
