"""A small ledger to review: programs and their versions, verified by a compiler that obeys orders, and some reviewers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from provenance.ledger import Ledger
from provenance.lineage import Lens, ask
from provenance.pipeline import Context, Source
from provenance.pipeline.asking import Asking, plan_review, tasks
from provenance.pipeline.desk import read_desk
from provenance.pipeline.reviewing import figures, keep
from provenance.sources.review_files import read_replies, write_tasks
from provenance.steps.review import Reply, Take, Task
from tests.pipeline.small_pipeline import NOTES, repository, run_of

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)


def corpus(home: Path) -> Ledger:
    """Seven records of people and six of a rule; Great Expectations is for the caller to leave out."""
    repository(home / "payroll")
    ledger = Ledger.init(home / "ledger")
    run = run_of(ledger)
    roots = run.ingest(Source(str(home / "payroll"), name="payroll"))
    derived = run.augment(roots, NOTES[:1], seed=7)
    run.verify(roots + derived)
    return ledger


def speaking(ledger: Ledger) -> Context:
    """A context for one word."""
    return Context(ledger, "test.review")


def planned(ledger: Ledger, size: int = 4, gold: Mapping[str, str] | None = None, **more: object) -> list[Task]:
    """A plan named "march", and its tasks."""
    plan_review(speaking(ledger), Asking("march", (Take("random", size),), gold=gold or {}, **more))  # type: ignore[arg-type]
    return tasks(ledger, "march")


def says(record: str, who: str, verdict: str, minutes: int | None = 0, **more: Any) -> Reply:
    """A reply so many minutes after `AT`; None: at a time that nobody knows."""
    at = None if minutes is None else AT + timedelta(minutes=minutes)
    return Reply("row 1", record, who, verdict, at=at, **more)


def script(ledger: Ledger) -> list[tuple[str, str, str, int]]:
    """Who says what of which record of the plan, and when: two people who differ on a quarter of them."""
    said = []
    for number, task in enumerate(tasks(ledger, "march")):
        said += [(task.record, "ada", "reject" if number % 4 == 3 else "approve", number),
                 (task.record, "bob", "reject" if number % 4 >= 2 else "approve", number + 1)]
    return said


def by_cli(ledger: Ledger, home: Path) -> None:
    """Say the script one answer at a time."""
    for record, who, verdict, minutes in script(ledger):
        reply = says(record, who, verdict, minutes, comment=f"by {who}", label={"defect": "none"})
        keep(speaking(ledger), [reply], "cli")


def by_label_studio(ledger: Ledger, home: Path) -> None:
    """Say the script in an export of the tasks that were written for Label Studio."""
    write_tasks(home / "tasks.json", tasks(ledger, "march"), "label-studio")
    exported = json.loads((home / "tasks.json").read_text("utf-8"))
    for task in exported:
        task["annotations"] = [{
            "completed_by": {"ada": 1, "bob": 2}[who], "created_at": (AT + timedelta(minutes=minutes)).isoformat(),
            "result": [{"from_name": "verdict", "type": "choices", "value": {"choices": [verdict]}},
                       {"from_name": "comment", "type": "textarea", "value": {"text": [f"by {who}"]}},
                       {"from_name": "defect", "type": "textarea", "value": {"text": ["none"]}}]}
            for record, who, verdict, minutes in script(ledger) if record == task["data"]["record"]]
    (home / "export.json").write_text(json.dumps(exported))
    keep(speaking(ledger), read_replies(home / "export.json", "label-studio"), "label-studio",
         people={"1": "ada", "2": "bob"})


def gathered(ledger: Ledger) -> dict[str, Any]:
    """Everything that answers came to, but for the tool by which they came."""
    desk, figured = read_desk(ledger), figures(ledger)
    with Lens(ledger) as lens:
        sql = ask(lens, "agreement").dicts()
    return {"answers": [{**answer.to_json(), "origin": ""} for answer in desk.everything], "whole": figured.whole,
            "pairs": figured.pairs, "sql": sql,
            "verdicts": {str(record): (str(said.outcome), said.reason) for record, said in desk.said.items()}}
