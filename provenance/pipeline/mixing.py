"""Shares: what can be assembled within a policy's limits, what is missing, and what it costs to ask for more human records.

    found = survey(ledger, batches, verdicts, read_policy("train"))
    found.plan.total, found.missing              # (50, {'cobol': 13})

`within_limits` is what assemble does with what the policy admits one by one; `survey` says the same beforehand and keeps
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance.errors import PolicyError
from provenance.gate import Policy
from provenance.gate.admit import Applicant, admit
from provenance.ledger import Ledger
from provenance.lineage.catalogue import text_of
from provenance.lineage.lens import Lens
from provenance.lineage.withdrawn import withdrawn
from provenance.model.identity import BatchId, RecordId
from provenance.model.mix import Cell, Limit
from provenance.model.verdict import Outcome, Verdict
from provenance.steps.assemble import Candidate
from provenance.steps.mixing import Plan, draw, fit, missing, trade_off
from provenance.steps.mixture import SIDE_ROLES

Rows = Mapping[RecordId, Mapping[str, Any]]
Edges = Sequence[tuple[RecordId, RecordId, str]]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a policy's limits leave of what there is.

    Attributes:
        admitted: cell -> records that pass one by one; refused: first reason -> records that do not.
        limits: every limit on shares in force.
        plan: the most that keeps them all.
        missing: language -> further human records with which all that is admitted could be used; None where no number
            of them would do.
        missing_for_size: the same for the policy's least size, where the plan is smaller than that; else empty.
        curve: (human share of the whole, most records) from 0 to 1.
    """

    admitted: Mapping[Cell, int]
    refused: Mapping[str, int]
    limits: tuple[Limit, ...]
    plan: Plan
    missing: Mapping[str, int] | None
    missing_for_size: Mapping[str, int] | None
    curve: tuple[tuple[float, int], ...]


def admitted(lens: Lens, batches: Sequence[BatchId], verdicts: Sequence[BatchId],
             policy: Policy) -> tuple[dict[RecordId, dict[str, Any]], dict[RecordId, tuple[str, ...]]]:
    """The records that pass a policy's rules one by one, with their columns, and for each other every reason against it."""
    numbers = {"batches": [batch.number for batch in batches], "verdicts": [batch.number for batch in verdicts]}
    gone = frozenset() if policy.recalled else withdrawn(lens, batches)
    rows: dict[RecordId, dict[str, Any]] = {}
    refused: dict[RecordId, tuple[str, ...]] = {}
    for row in lens.query(text_of("", "assemble_candidates"), numbers).dicts():
        record = RecordId(row["batch"], row["row"])
        reasons = admit(policy, Applicant(
            origin=row["origin"], evidence=row["evidence"], depth=row["depth"], licence=row["licence"],
            licences=tuple(row["licences"]), overflow=row["overflow"], kind=row["kind"], derived=row["derived"],
            passed=frozenset(row["passed"] or ()), failed=frozenset(row["failed"] or ()),
            generated=row["generated"], step=row["step"], judged=frozenset(row["judged"] or ())))
        if record in gone:
            reasons = ("recalled", *reasons)
        if reasons:
            refused[record] = reasons
        else:
            rows[record] = row
    return rows, refused


def survey(ledger: Ledger, batches: Sequence[BatchId], verdicts: Sequence[BatchId], policy: Policy) -> Survey:
    """What could be assembled of some batches under a policy's limits; writes nothing.

    Raises:
        ToolMissing: scipy is not installed.
    """
    with Lens(ledger) as lens:
        rows, refused = admitted(lens, batches, verdicts, policy)
    # A text counts once: of exact copies assemble keeps what the judges kept, and the policy has asked them.
    cells = Counter(cell_of(row) for row in rows.values())
    limits = policy.limits(cells)
    plan = fit(cells, limits)
    short = plan.total < policy.min_records
    return Survey(dict(cells), Counter(reasons[0] for reasons in refused.values()), limits, plan, missing(cells, limits),
                  missing(cells, limits, policy.min_records) if short else {}, tuple(trade_off(cells, limits)))


def within_limits(name: str, chosen: Sequence[Candidate], rows: Rows, edges: Edges, policy: Policy,
                  seed: int) -> tuple[list[Candidate], list[Verdict]]:
    """The candidates that keep all the policy's limits on shares at once, and a verdict for each that was left out.

    Raises:
        PolicyError: no set keeps them; the message names the limits and what is missing.
        ToolMissing: scipy is not installed, and the limits do not hold by themselves.
    """
    cells = Counter(cell_of(rows[candidate.record]) for candidate in chosen)
    limits = policy.limits(cells)
    plan = fit(cells, limits)
    if plan.total == len(chosen):
        return list(chosen), []
    why = ", ".join(plan.binding)
    if not plan.total:
        raise PolicyError(name, f"gets no record within the limits of policy {policy.name}: {why} cannot be kept with "
                          f"{_counted(cells)}", _advice(missing(cells, limits)))
    roots = _roots(edges)
    taken = draw(((candidate.record, cell_of(rows[candidate.record]), roots.get(candidate.record, candidate.record))
                  for candidate in chosen), plan.take, seed)
    left = [Verdict("assemble", Outcome.SKIPPED, candidate.record, reason=f"mix: {why}")
            for candidate in chosen if candidate.record not in taken]
    return [candidate for candidate in chosen if candidate.record in taken], left


def cell_of(row: Mapping[str, Any]) -> Cell:
    """The cell of a candidate's columns."""
    return Cell(row["origin"], row["language"], row["kind"], row["generator"], row["depth"])


def _roots(edges: Edges) -> dict[RecordId, RecordId]:
    """The root of each record that has one: up the first parent that is no side role, to its end."""
    above: dict[RecordId, RecordId] = {}
    for child, parent, role in edges:
        if role not in SIDE_ROLES:
            above[child] = min(parent, above.get(child, parent))
    roots: dict[RecordId, RecordId] = {}
    for record in above:
        at = record
        while at in above:
            at = above[at]
        roots[record] = at
    return roots


def _counted(cells: Mapping[Cell, int]) -> str:
    by_origin: Counter[str] = Counter()
    for cell, count in cells.items():
        by_origin[f"{cell.origin} {cell.language}"] += count
    return ", ".join(f"{count} {what}" for what, count in sorted(by_origin.items(), key=lambda item: (-item[1], item[0]))[:4])


def _advice(more: Mapping[str, int] | None) -> str:
    if not more:
        return "loosen one of these limits; no number of further human records would do"
    return "ingest " + " and ".join(f"{count} more human {language} records" for language, count in more.items()) + \
        ", or loosen the limit"
