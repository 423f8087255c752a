"""Ask people about records: plan -> one question a record and person -> keep what they said.

Params: plan, name of the plan (empty: one of this run); take, what to draw ("random=10,risk=5"); needed, independent
reviewers for each record; most, questions in one run; hours, how long a question waits; role, reviewer or arbiter. Answer
under "Required Actions". Nobody's silence is an approval: a question that times out fails, and its record waits on.
The ledger is $PROVENANCE_LEDGER or [corpus_provenance] ledger. $PROVENANCE_REVIEW_SCHEDULE is a cron expression or preset.
"""

import os
from datetime import datetime

from airflow.sdk import DAG, Param

from provenance.airflow import AskOperator, KeepReviewsOperator, PlanReviewOperator

with DAG(
    dag_id="corpus_review",
    schedule=os.environ.get("PROVENANCE_REVIEW_SCHEDULE", "") or None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    # A question that is tried again is asked again: no retries.
    default_args={"retries": 0},
    params={
        "plan": Param("", type="string"),
        "take": Param("random=10", type="string"),
        "needed": Param(2, type="integer", minimum=1, maximum=100),
        "most": Param(50, type="integer", minimum=1, maximum=500),
        "hours": Param(72, type="number", exclusiveMinimum=0),
        "role": Param("reviewer", enum=["reviewer", "arbiter"]),
    },
    doc_md=__doc__,
    tags=["corpus-provenance"],
):
    plan = PlanReviewOperator(
        task_id="plan", plan="{{ params.plan or run_id }}", take="{{ params.take }}", needed="{{ params.needed }}",
        most="{{ params.most }}", role="{{ params.role }}")
    ask = AskOperator.partial(
        task_id="ask", hours="{{ params.hours }}", map_index_template="{{ task.asked['record'] }} {{ task.asked['slot'] }}",
    ).expand(asked=plan.output)
    KeepReviewsOperator(task_id="keep", answers=ask.output, trigger_rule="all_done")
