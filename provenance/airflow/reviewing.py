"""The operators that ask people, on Airflow's human-in-the-loop API: plan, one question a person, and keep what was said.

    plan = PlanReviewOperator(task_id="plan", plan="march", take="random=5")
    asked = AskOperator.partial(task_id="ask").expand(asked=plan.output)
    KeepReviewsOperator(task_id="keep", answers=asked.output, trigger_rule="all_done")

A task that waits for a person holds no worker. There is no default answer: a question that times out fails, and its record
waits on. An answer without a named responder is refused, and a question that somebody marked as success by hand has left no
answer. Only ids go through XCom; the text is read when the question is put, and cut to what can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from provenance.airflow.task import ProvenanceOperator
from provenance.errors import PolicyError, ProvenanceError

if TYPE_CHECKING:
    from provenance.pipeline import Context

#: Options as people see them, and the verdicts that they are.
OPTIONS = {"Approve": "approve", "Reject": "reject", "Unsure": "unsure"}
#: Boxes of the form besides the options. A box that is left empty is no answer to it.
BOXES = ("comment", "summary", "defect", "business-rule")


class PlanReviewOperator(ProvenanceOperator):
    """Draws records and puts them in the queue; gives the questions of this run, to map over: one a record and person.

    Args:
        plan: name of the plan. A plan that is there already is gone on with: its open records are asked about.
        take: "HOW=SIZE", several with commas between them; needed: independent reviewers for each record.
        most: most questions of one run; people and Airflow's map both have limits. The rest comes with the next run.
        role: "reviewer", or "arbiter" to ask only about records on which reviewers differ.
    """

    template_fields: Sequence[str] = (*ProvenanceOperator.template_fields, "plan", "take", "needed", "most", "seed", "role")

    def __init__(self, *, plan: str, take: str = "random=10", needed: Any = 2, most: Any = 50, seed: Any = 0,
                 role: str = "reviewer", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan, self.take, self.needed, self.most, self.seed, self.role = plan, take, needed, most, seed, role

    def say(self, context: Context, airflow: Mapping[str, Any]) -> list[dict[str, Any]]:
        from provenance.pipeline.asking import Asking, plan_review, state
        from provenance.steps.review import Take

        takes = []
        for each in str(self.take).split(","):
            how, _, size = each.strip().partition("=")
            if not size.isdigit():
                raise PolicyError(f"take {each!r}", "is not of the form HOW=SIZE", "for instance: random=10,risk=5")
            takes.append(Take(how, int(size)))
        planned = plan_review(context, Asking(self.plan, tuple(takes), int(self.seed), int(self.needed)))
        arbiter = self.role == "arbiter"
        asked = []
        for row in state(context.ledger, planned.plan):
            wanted = 1 if arbiter else max(0, row["needed"] - row["answered"])
            if row["state"] in ({"differ"} if arbiter else {"open", "waiting"}):
                asked += [{"record": row["record"], "plan": planned.plan, "role": self.role, "slot": slot + 1}
                          for slot in range(wanted)]
        if not asked:
            self.log.info("nothing is open in plan %s", planned.plan)
        return asked[:int(self.most)]


class AskOperator(HITLOperator):  # type: ignore[misc]  # Airflow ships no types that mypy could follow
    """Puts one record before one person and waits, without a worker, for Approve, Reject or Unsure.

    Args:
        asked: one of the questions that the plan task gave.
        hours: how long to wait; a question that nobody answers in time fails, and says nothing of its record.
        most: most characters of the record that are shown.
        ledger: as every operator's.
    """

    template_fields: Sequence[str] = ("asked", "hours", "ledger")

    def __init__(self, *, asked: Any = None, hours: Any = 72, most: int = 6_000, ledger: str = "", **kwargs: Any) -> None:
        for name in ("defaults", "options", "multiple", "subject", "body", "response_timeout"):
            if name in kwargs:
                raise ValueError(f"{name} is not for you to set: a question has no default answer")
        kwargs.pop("params", None)  # a mapped task is given the DAG's, which are no boxes of the form
        # An untouched box is null: an empty text would be an answer.
        boxes = {name: Param(None, type=["null", "string"], title=name) for name in BOXES}
        super().__init__(subject="A record to review", options=list(OPTIONS), params=boxes, **kwargs)
        self.asked = asked
        self.hours = hours
        self.most = most
        self.ledger = ledger

    def execute(self, context: Any) -> Any:
        """Read the record, put the question, and wait."""
        from provenance.airflow.published import configured_ledger
        from provenance.ledger import Ledger
        from provenance.pipeline.asking import tasks
        from provenance.steps.review import page

        try:
            ledger = Ledger(self.ledger or configured_ledger())
            (task,) = tasks(ledger, self.asked["plan"], self.asked["role"], only=[self.asked["record"]])
        except ProvenanceError as error:
            raise AirflowFailException(str(error)) from error
        # Set here, after templates were rendered: what is in a record is never one.
        self.subject = f"Review {task.record} ({task.language}) for plan {task.plan}"
        self.body = page(task, self.most)
        self.response_timeout = timedelta(hours=float(self.hours))
        return super().execute(context)

    def validate_params_input(self, params_input: Mapping[str, Any]) -> None:
        """Take whatever boxes were filled in: to fail here would lose an answer that cannot be given again."""

    def execute_complete(self, context: Any, event: dict[str, Any]) -> dict[str, Any]:
        """What was said, by whom; ids and words only."""
        said = super().execute_complete(context, event)
        responder = said["responded_by_user"]
        name = responder and (responder.get("name") or responder.get("id"))
        if not name:
            raise AirflowFailException(f"{self.asked['record']}: has an answer that nobody is named for. "
                                       "Next: clear the task and let a person who is logged in answer it")
        boxes = {box: str(value) for box, value in (said["params_input"] or {}).items() if box in BOXES and value}
        return {**self.asked, "verdict": OPTIONS[said["chosen_options"][0]], "by": str(name),
                "at": said["responded_at"].isoformat(), "comment": boxes.pop("comment", ""), "label": boxes}


class KeepReviewsOperator(ProvenanceOperator):
    """Takes the answers of a run into the ledger; gives what they added up to.

    Questions that failed, timed out or were marked as success by hand left nothing, and their records wait on. Give it
    ``trigger_rule="all_done"``, or one question that nobody answered would keep the answers to all others out.

    Args:
        answers: what the ask tasks gave.
        needed: reviewers where no plan says; gold_threshold, gold_least: as in docs/review.md.
    """

    template_fields: Sequence[str] = (*ProvenanceOperator.template_fields, "answers", "gold_threshold", "gold_least")

    def __init__(self, *, answers: Any, gold_threshold: Any = 0.7, gold_least: Any = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.answers = answers
        self.gold_threshold = gold_threshold
        self.gold_least = gold_least

    def say(self, context: Context, airflow: Mapping[str, Any]) -> dict[str, Any]:
        from provenance.pipeline.reviewing import keep
        from provenance.steps.review import Settings

        replies = list(self._replies())
        # Numbers, or templates that have become texts of numbers.
        settings = Settings(gold_threshold=float(self.gold_threshold), gold_least=int(self.gold_least))
        kept = keep(context, replies, "airflow", settings, where=f"run {airflow['ti'].run_id}")
        return {"answers": len(replies), "new": kept.new, "records": dict(kept.outcomes), "not_counted": dict(kept.untrusted),
                "batches": [str(batch) for batch in kept.step.batches]}

    def _replies(self) -> Iterable[Any]:
        from datetime import datetime

        from provenance.steps.review import Reply

        # Nothing where every question failed, and a hole for each that left nothing.
        for number, said in enumerate(self.answers or (), 1):
            if not said:
                continue
            if not said.get("by"):
                raise AirflowFailException(f"{said.get('record')}: has an answer that nobody is named for; none was kept. "
                                           "Next: clear its question and let a person answer it")
            yield Reply(f"question {number}", said["record"], said["by"], said["verdict"], said.get("label") or {},
                        said.get("comment") or "", None, datetime.fromisoformat(said["at"]), said["plan"], said["role"])
