"""The word that asks people: a plan draws records and puts them in the queue; tasks show them without what would sway.

    planned = plan_review(context, Asking("march", (Take("random", 50), Take("risk", 20)), seed=7))
    write_tasks("ask.jsonl", tasks(ledger, "march"), "jsonl")

A plan is one batch with the table ``queue``. Its name is the plan: asking again with the same name and the same wishes gives
the plan that is there, and with other wishes is refused. Records that people have settled are not drawn again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from provenance.errors import InvalidId, PolicyError
from provenance.ledger import Ledger, Manifest
from provenance.ledger.codec import table
from provenance.lineage.catalogue import text_of
from provenance.lineage.lens import Lens
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.recipe import Recipe
from provenance.pipeline.context import Context
from provenance.pipeline.desk import known_record, read_desk
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.selection import current
from provenance.pipeline.specimens import Cabinet
from provenance.steps.review import Candidate, Drawn, Take, Task, draw, gold_digest
from provenance.steps.review.plan import VERSION

STEP = "review-plan"
#: Checks of what a program does: where one of them passes and another fails, one of them is wrong.
CONTRADICTING = ("compile", "differential", "proof", "run", "syntax", "tests")
RISKS = ("poisoning", "secrets", "personal_data", "contamination", "source_limit")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+~-]{0,99}\Z")
_QUESTION = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a plan asks.

    Attributes:
        name: of the plan; answers name it.
        takes: how many records are drawn, and how.
        seed: draws between equals.
        needed: independent reviewers for each record.
        questions: what is asked in words, besides the verdict ("summary", "defect", "business-rule", or your own).
        gold: record id -> its known answer, "approve" or "reject"; these are asked besides those that are drawn.

    Raises:
        PolicyError: a name, number or question is impossible.
    """

    name: str
    takes: tuple[Take, ...] = (Take("random", 50),)
    seed: int = 0
    needed: int = 2
    questions: tuple[str, ...] = ()
    gold: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise PolicyError(f"review plan {self.name!r}", "is no name of a plan", "use letters, digits and . _ : + ~ -")
        if not self.takes:
            raise PolicyError(f"review plan {self.name}", "takes nothing", "say what: --take random=50")
        if not 1 <= self.needed <= 100:
            raise PolicyError(f"review plan {self.name}", f"needs {self.needed} reviewers, not 1..100", "two is usual")
        for question in self.questions:
            if not _QUESTION.match(question) or question in ("verdict", "comment", "approve"):
                raise PolicyError(f"review plan {self.name}", f"asks {question!r}, which is no name of a question",
                                  "use lower-case letters, digits and -; verdict and comment are always asked")

    def params(self, ledger: Ledger) -> dict[str, Any]:
        """The wishes as a recipe holds them; known answers only as keyed digests."""
        key = ledger.pseudonym_key()
        known = {record: gold_digest(key, known_record(ledger, record), verdict) for record, verdict in self.gold.items()}
        return {"plan": self.name, "takes": [asdict(take) for take in self.takes], "needed": self.needed,
                "questions": sorted(set(self.questions)), "gold": str(Digest.of_json(known))}


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan in the ledger: its step, and how many records each way drew."""

    step: StepResult
    plan: str
    drawn: Mapping[str, int]

    @property
    def records(self) -> int:
        """How many records people are asked about."""
        return sum(self.drawn.values())


def plan_review(context: Context, asking: Asking, batches: Sequence[BatchId] = ()) -> Planned:
    """Draw the records of a plan and put them in the queue.

    Args:
        batches: whose records may be drawn; the current ones where none are given.

    Raises:
        PolicyError: nothing can be drawn, or the plan is there already and asks something else.
        InvalidId: a gold question names no record of the ledger.
    """
    ledger = context.ledger
    wishes = asking.params(ledger)
    there = _plan_of(ledger, asking.name)
    if there is not None:
        asked = {name: there.recipe.params.get(name) for name in wishes}
        if (asked, there.recipe.seed) != (wishes, asking.seed):
            raise PolicyError(f"review plan {asking.name}", "is there already, and asks something else",
                              "give the new one another name")
        result = run_step(context, STEP, VERSION, there.recipe.parents, [Work(there.recipe, Made, "")], {"plan": asking.name})
        rows = ledger.table(there, "queue").to_pylist()
        return Planned(result, asking.name, Counter({(row["batch"], row["row"]): row["why"] for row in rows}.values()))
    chosen = tuple(batches) or current(ledger).records
    gold = {known_record(ledger, record): verdict for record, verdict in asking.gold.items()}
    with Lens(ledger) as lens:
        drawn = draw((each for each in _candidates(lens, chosen) if each.record not in gold), asking.takes, asking.seed)
    if not drawn:
        raise PolicyError(f"review plan {asking.name}", "draws no record: none is current, unsettled, and of the kind asked for",
                          "ingest or judge first, or take another way: --take random=50")
    everything = [*drawn, *(Drawn(record, "gold") for record in gold)]
    parents = tuple(sorted({each.record.batch_id for each in everything}))
    recipe = Recipe(STEP, VERSION, {**wishes, "drawn": str(Digest.of_json(sorted([str(d.record), d.why] for d in everything)))},
                    parents, asking.seed)

    def make() -> Made:
        return Made({"queue": table("queue", list(_queue(ledger, asking, everything, gold)))})

    result = run_step(context, STEP, VERSION, parents, [Work(recipe, make, "")], {"plan": asking.name})
    return Planned(result, asking.name, Counter(each.why for each in everything))


def tasks(ledger: Ledger, plan: str = "", role: str = "reviewer", only: Sequence[str] = ()) -> list[Task]:
    """The records of a plan as people see them, in order of record: what drew them and who else said what is left out.

    Args:
        plan: the plan; the newest where empty.
        role: as what the answers will count.
        only: record ids; all of the plan where empty. A record that no plan asks about can be shown too.

    Raises:
        PolicyError: there is no such plan.
        InvalidId: a record is not in the ledger.
    """
    desk = read_desk(ledger)
    plans = desk.plans
    if plan and plan not in plans:
        raise PolicyError(f"review plan {plan}", "is not there", f"use one of: {', '.join(plans) or 'none; make one'}")
    if not only:
        plan = plan or (plans[-1] if plans else "")
        if not plan:
            raise PolicyError("review", "has no plan", "make one: provenance review plan --take random=50")
    records = [known_record(ledger, text) for text in only] or sorted(
        record for record, rows in desk.asked.items() if any(row.plan == plan for row in rows))
    checks = _checks(ledger, {record.batch_id for record in records})
    cabinet = Cabinet(ledger)
    found = []
    for record in records:
        specimen = cabinet.of(record)
        parent = cabinet.of(specimen.declared_parent) if specimen.declared_parent else None
        asked_by = plan if any(row.plan == plan for row in desk.asked.get(record, ())) else desk.plan_of(record)
        found.append(Task(str(record), asked_by, role, desk.questions_of(record, asked_by), specimen.language, specimen.kind,
                          specimen.name, specimen.text, tuple(checks.get(record, ())), str(parent.record) if parent else "",
                          parent.text if parent else ""))
    return found


def state(ledger: Ledger, plan: str = "") -> list[dict[str, Any]]:
    """The queue, one row a record and plan: how many answered, and what it adds up to so far.

    ``state``: open (nobody answered), waiting, differ (an arbiter is asked for), passed, failed.
    """
    desk = read_desk(ledger)
    rows = []
    for record in sorted(desk.asked):
        for name in sorted({row.plan for row in desk.asked[record]}):
            if plan and name != plan:
                continue
            answers = {answer.reviewer for answer in desk.answers.get(record, ())}
            said = desk.said.get(record)
            word = said.reason.partition(":")[0] if said else ""
            rows.append({"record": str(record), "plan": name, "questions": len(desk.questions_of(record, name)) + 1,
                         "needed": desk.needed(record, 1), "answered": len(answers),
                         "state": {"pass": "passed", "fail": "failed"}.get(said.outcome if said else "",
                                   "differ" if word in ("disagreement", "unsure") else "waiting" if answers else "open")})
    return rows


def read_gold(where: object, lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Known answers from rows of ``record`` and ``verdict``.

    Raises:
        InvalidId: a row has no record, or an answer that cannot be known.
    """
    found = {}
    for number, line in enumerate(lines, 1):
        record, verdict = line.get("record"), line.get("verdict")
        if not isinstance(record, str) or verdict not in ("approve", "reject"):
            raise InvalidId(f"{where} row {number}", "is no gold question", 'write {"record": "rec:...", "verdict": "approve"}')
        found[record] = str(verdict)
    return found


def _plan_of(ledger: Ledger, name: str) -> Manifest | None:
    return next((manifest for manifest in ledger.manifests()
                 if manifest.recipe.step == STEP and manifest.recipe.params.get("plan") == name), None)


def _candidates(lens: Lens, batches: Sequence[BatchId]) -> Iterator[Candidate]:
    # Some at a time: what is read of all at once would not fit for a corpus of any size.
    for start in range(0, len(batches), 256):
        numbers = [batch.number for batch in batches[start:start + 256]]
        found = lens.arrow(text_of("", "review_candidates"), {
            "batches": numbers, "contradicting": list(CONTRADICTING), "risks": list(RISKS)})
        for part in found.to_batches(max_chunksize=65_536):
            for row in part.to_pylist():
                if not row["settled"]:
                    yield Candidate(RecordId(row["batch"], row["row"]), row["language"], row["origin"], row["generator"],
                                    row["disagreement"], row["novelty"], row["detector"], row["risk"])


def _queue(ledger: Ledger, asking: Asking, drawn: Sequence[Drawn], gold: Mapping[RecordId, str]) -> Iterator[dict[str, Any]]:
    now, key = datetime.now(UTC), ledger.pseudonym_key()
    for each in sorted(drawn):
        for question in ("approve", *sorted(set(asking.questions))):
            known = gold_digest(key, each.record, gold[each.record]) if question == "approve" and each.record in gold else ""
            yield {"batch": each.record.batch, "row": each.record.row, "plan": asking.name, "why": each.why,
                   "question": question, "needed": asking.needed, "gold": known, "asked_at": now}


def _checks(ledger: Ledger, batches: set[BatchId]) -> dict[RecordId, list[str]]:
    found: dict[RecordId, list[str]] = {}
    with Lens(ledger) as lens:
        said = lens.query(text_of("", "review_said"), {"batches": sorted(batch.number for batch in batches)})
    for row in said.dicts():
        found.setdefault(RecordId(row["batch"], row["row"]), []).append(f"{row['check']} {row['outcome']}")
    return found
