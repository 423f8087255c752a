"""The DAG of people: run by `dag.test()` with answers given as Airflow's API gives them, and what a forged one comes to."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.pipeline.people import corpus

pytestmark = pytest.mark.airflow


@pytest.fixture(autouse=True)
def uninspected(monkeypatch):
    """Great Expectations takes seconds to import and has its own tests."""
    from tests.pipeline.small_pipeline import RUN_STEP

    monkeypatch.setattr(RUN_STEP, "examine", lambda suite, rows, where: ([], []))


@pytest.fixture
def ledger(tmp_path, monkeypatch) -> Path:
    where = corpus(tmp_path).path
    monkeypatch.setenv("PROVENANCE_LEDGER", str(where))
    return where


class People(threading.Thread):
    """Answers whatever waits, as the handler of Airflow's API does: in the database, through the event that resumes a task."""

    def __init__(self, answer) -> None:
        super().__init__(daemon=True)
        self.answer, self.bodies, self.over = answer, [], threading.Event()

    def run(self) -> None:
        from airflow.models.hitl import HITLDetail
        from airflow.models.taskinstance import TaskInstance
        from airflow.models.trigger import handle_event_submit
        from airflow.triggers.base import TriggerEvent
        from airflow.utils.session import create_session
        from airflow.utils.state import TaskInstanceState
        from sqlalchemy import select

        while not self.over.wait(0.3):
            with create_session() as session:
                for detail in session.scalars(select(HITLDetail).where(HITLDetail.responded_at.is_(None))).unique():
                    instance = session.get(TaskInstance, detail.ti_id)
                    said = self.answer(instance.map_index, detail)
                    if said is None or instance.state != TaskInstanceState.AWAITING_INPUT:
                        continue
                    self.bodies.append(detail.body)
                    user, option, boxes = said
                    detail.responded_by = {"id": user, "name": user} if user else None
                    detail.responded_at = datetime.now(UTC)
                    detail.chosen_options, detail.params_input = [option], boxes
                    handle_event_submit(TriggerEvent(detail.as_resume_event_payload()), task_instance=instance, session=session)


def test_run(dag, conf, answer, mark=None):
    """One `dag.test()` while people answer; its states by task and map index, and the result of keep."""
    people = People(answer)
    people.start()
    try:
        run = dag.test(run_conf=conf, mark_success_pattern=mark)
    finally:
        people.over.set()
        people.join(10)
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        row = session.scalar(XComModel.get_many(run_id=run.run_id, dag_ids=run.dag_id, task_ids="keep", key="return_value"))
        kept = XComModel.deserialize_value(row) if row else None
    return SimpleNamespace(state=str(run.state), kept=kept, bodies=people.bodies,
                           tasks={(ti.task_id, ti.map_index): str(ti.state) for ti in run.get_task_instances()})


test_run.__test__ = False


def test_two_people_approve_and_the_record_passes(dag_bag, ledger):
    from provenance.ledger import Ledger
    from provenance.pipeline.desk import read_desk

    def answer(index, detail):
        return ("ada", "bob")[index % 2], "Approve", {"comment": "fine", "summary": None, "defect": None, "business-rule": None}

    run = test_run(dag_bag.dags["corpus_review"], {"take": "random=1", "plan": "march"}, answer)
    assert run.state == "success", run.tasks
    assert run.kept["answers"] == run.kept["new"] == 2 and run.kept["records"] == {"pass": 1}
    assert all("```cobol" in body for body in run.bodies) and len(run.bodies) == 2
    desk = read_desk(Ledger(ledger))
    answers = desk.everything
    assert {a.origin for a in answers} == {"airflow"} and {a.plan for a in answers} == {"march"}
    assert {a.comment for a in answers} == {"fine"} and {a.label for a in answers} == {"{}"}
    assert len({a.reviewer for a in answers}) == 2
    # Nothing is open in it any more: the same plan again asks nobody.
    again = test_run(dag_bag.dags["corpus_review"], {"take": "random=1", "plan": "march"}, answer)
    assert again.state == "success" and again.kept["answers"] == 0


def test_one_person_twice_and_a_nameless_answer_pass_nothing(dag_bag, ledger):
    from provenance.ledger import Ledger
    from provenance.pipeline.desk import read_desk

    def answer(index, detail):
        return ("ada", "ada", None)[index], "Approve", {}

    run = test_run(dag_bag.dags["corpus_review"], {"take": "random=1", "plan": "march", "needed": 3}, answer)
    assert run.tasks["ask", 2] == "failed" and run.tasks["keep", -1] == "success"
    assert run.kept["answers"] == 2 and run.kept["new"] == 1 and run.kept["records"] == {"abstain": 1}
    assert [said.reason for said in read_desk(Ledger(ledger)).said.values()] == ["waiting: 1 of 3"]


def test_marked_as_success_by_hand_is_no_answer(dag_bag, ledger):
    run = test_run(dag_bag.dags["corpus_review"], {"take": "random=1", "plan": "march"}, lambda index, detail: None, mark="^ask$")
    assert run.tasks["ask", 0] == "success" and run.kept["answers"] == 0 and run.kept["records"] == {}


# -- one operator at a time ------------------------------------------------------------------------------------------


@pytest.fixture
def alone(airflow_home, monkeypatch):
    from airflow.sdk.bases.operator import ExecutorSafeguard

    monkeypatch.setattr(ExecutorSafeguard, "test_mode", True)


def _event(user, option="Approve"):
    return {"chosen_options": [option], "params_input": {}, "responded_at": datetime(2026, 11, 1, tzinfo=UTC),
            "responded_by_user": user, "timedout": user is None}


def test_an_answer_without_a_named_responder_is_refused(alone):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow import AskOperator

    ask = AskOperator(task_id="t", asked={"record": "rec:0000000000000001.0", "plan": "p", "role": "reviewer", "slot": 1})
    for nobody in (None, {"id": "", "name": ""}):
        with pytest.raises(AirflowFailException, match="nobody is named for"):
            ask.execute_complete({}, _event(nobody))
    said = ask.execute_complete({}, _event({"id": "7", "name": "ada"}, "Unsure"))
    assert (said["by"], said["verdict"]) == ("ada", "unsure")


def test_a_timeout_is_no_answer_and_there_is_no_default(alone):
    from airflow.providers.standard.exceptions import HITLTimeoutError

    from provenance.airflow import AskOperator

    ask = AskOperator(task_id="t", asked={})
    assert ask.defaults is None
    with pytest.raises(HITLTimeoutError):
        ask.execute_complete({}, {"error": "late", "error_type": "timeout", "timedout": True})
    for name, value in (("defaults", ["Approve"]), ("options", ["Yes"]), ("multiple", True)):
        with pytest.raises(ValueError, match="not for you to set"):
            AskOperator(task_id="t", asked={}, **{name: value})


def test_keep_refuses_a_forged_result_and_keeps_nothing_of_it(alone, ledger):
    from airflow.sdk.exceptions import AirflowFailException

    from provenance.airflow import KeepReviewsOperator
    from provenance.ledger import Ledger
    from provenance.pipeline.desk import read_desk
    from tests.airflow.test_operators import airflow

    fine = {"record": _any(ledger), "plan": "", "role": "reviewer", "verdict": "approve", "by": "ada",
            "at": "2026-11-01T00:00:00+00:00"}
    for forged, said in (({"by": None}, "nobody is named"), ({"record": "rec:0000000000000001.0"}, "is no record"),
                         ({"verdict": "yes"}, "none of approve"), ({"plan": "other"}, "was not asked")):
        with pytest.raises(AirflowFailException, match=said):
            KeepReviewsOperator(task_id="t", answers=[fine, {**fine, **forged}]).execute(airflow())
    assert read_desk(Ledger(ledger)).everything == []
    kept = KeepReviewsOperator(task_id="t", answers=[None, fine]).execute(airflow())
    assert kept["new"] == 1


def test_airflows_road_gives_the_same_reviews_as_the_others(alone, ledger, tmp_path):
    """The whole queue through the ask and keep operators, against the command line's and Label Studio's roads."""
    from provenance.airflow import AskOperator, KeepReviewsOperator
    from provenance.ledger import Ledger
    from tests.airflow.test_operators import airflow
    from tests.pipeline.people import AT, by_cli, by_label_studio, gathered, planned, script

    planned(Ledger(ledger), 8, questions=("defect",))
    found = {}
    for name, road in (("cli", by_cli), ("label-studio", by_label_studio)):
        shutil.copytree(ledger, tmp_path / name / "ledger")
        road(Ledger(tmp_path / name / "ledger"), tmp_path / name)
        found[name] = gathered(Ledger(tmp_path / name / "ledger"))
    given = []
    for record, who, verdict, minutes in script(Ledger(ledger)):
        one = AskOperator(task_id="ask", asked={"record": record, "plan": "march", "role": "reviewer", "slot": 1})
        given.append(one.execute_complete({}, {
            "chosen_options": [verdict.capitalize()], "responded_at": AT + timedelta(minutes=minutes), "timedout": False,
            "params_input": {"comment": f"by {who}", "defect": "none", "summary": None},
            "responded_by_user": {"id": "0", "name": who}}))
    KeepReviewsOperator(task_id="keep", answers=given).execute(airflow())
    found["airflow"] = gathered(Ledger(ledger))
    assert len(found["airflow"]["answers"]) == 16
    assert found["airflow"] == found["cli"] == found["label-studio"]


def _any(ledger: Path) -> str:
    from provenance.ledger import Ledger

    return next(f"rec:{manifest.batch}.0" for manifest in Ledger(ledger).manifests() if manifest.records)


def test_only_ids_go_through_xcom(alone, ledger):
    from provenance.airflow import PlanReviewOperator
    from tests.airflow.test_operators import airflow

    began = time.monotonic()
    asked = PlanReviewOperator(task_id="t", plan="p", take="random=2", most=3).execute(airflow())
    assert len(asked) == 3 and all(set(each) == {"record", "plan", "role", "slot"} for each in asked)
    assert time.monotonic() - began < 30
