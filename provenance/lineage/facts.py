"""Gather, from a ledger, the facts that the gate decides on. Read-only; one SQL file a fact (``sql/gate_*.sql``).

    with Lens(ledger) as lens:
        facts = gather(lens, dataset_batch, policy, altered_files=rehash(ledger, dataset_batch))
    decision = decide(policy, facts)

How it is fast: a training set is turned once into words of 64 rows, one bit a row, and everything is compared word by
word, exactly. Records that break a rule are found by a scan of few columns, and only they are looked up.

What it refuses: to guess. A fact that could not be had stays None, and the gate denies on it. The parquet bytes are
not hashed here unless the caller does it (`rehash`): without that the fact ``altered_files`` stays None too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provenance.errors import LedgerCorrupt
from provenance.gate.facts import EXAMPLES, FactQuery, Facts, Violation
from provenance.gate.policy import Policy
from provenance.ledger import Ledger
from provenance.lineage.catalogue import text_of
from provenance.lineage.lens import Lens
from provenance.lineage.withdrawn import TABLE, keep_withdrawn
from provenance.model.identity import BatchId
from provenance.model.mix import Cell

#: Tables whose bytes the facts rest on.
_TABLES = ("records", "edges", "sources", "verdicts", "members", "datasets", "recalls")
_KEPT = (
    "gate_words",
    "gate_listed",
    "gate_batches",
    "gate_above",
    "gate_stored",
    "gate_said",
    "gate_edges",
    "gate_hashes",
    "gate_suspects",
    TABLE,
)


def gather(lens: Lens, dataset_batch: int, policy: Policy, *, altered_files: Violation | None = None) -> Facts:
    """The facts about one dataset that ``policy`` asks for; what it does not ask stays None.

    Args:
        lens: opened after the last batch that shall count (recalls and late verdicts included).
        dataset_batch: number of the dataset's batch.
        altered_files: what `rehash` found; without it the gate denies.

    Raises:
        QueryError, LedgerCorrupt: the ledger cannot be read; nothing is known, and nothing may be allowed.
    """
    with lens.lock:  # the kept tables have one name each
        try:
            _keep(lens, dataset_batch, policy)
            return _gather(lens, dataset_batch, policy, altered_files)
        finally:
            lens.drop(*_KEPT)


def _gather(lens: Lens, dataset_batch: int, policy: Policy, altered_files: Violation | None) -> Facts:
    query = FactQuery.of(policy)
    listed = _ask(lens, "gate_members")
    stated = _ask(lens, "gate_stated_size", {"dataset": dataset_batch})
    presence = _ask(lens, "gate_presence")[0]
    record = _ask(lens, "gate_records", {"origins": list(query.origins)})[0]
    missing, failed = _checks(lens, query, policy.checks)
    judged = _ask(lens, "gate_judged", {"checks": list(policy.unrefuted)})
    near = {} if policy.near else _ask(lens, "gate_near_duplicates")[0]
    members = sum(int(row["members"]) for row in listed)
    recalled, unjudged = (None, None) if policy.recalled else _recalled(lens)
    return Facts(
        policy=policy.digest,
        members=members,
        altered_files=altered_files,
        stated_size=stated[0]["size"] if len(stated) == 1 else None,
        absent=_words(presence, "absent"),
        repeated=_words(presence, "repeated"),
        carried=_words(presence, "carried"),
        origins=_origins(listed),
        cells=_cells(lens, dataset_batch) if policy.mixes else None,
        disallowed_origin=_words(record, "origin"),
        weak_evidence=_words(record, "evidence"),
        too_deep=_words(record, "depth"),
        disallowed_licence=_licence(lens, query),
        missing_checks=missing,
        failed_checks=failed,
        unjudged={row["check"]: _words(row, "missing") for row in judged if row["check"] in policy.judged},
        judged_failed={row["check"]: _words(row, "failed") for row in judged},
        exact_duplicates=None if policy.exact else _exact(lens),
        near_duplicates=_words(near, "failed") if near else None,
        unjudged_near=_words(near, "unjudged") if near else None,
        gaps=None if policy.gaps else _gaps(lens),
        recalled=recalled,
        unjudged_recalls=unjudged,
        split_leaks=None if policy.leaks else _leaks(lens, [row["split"] for row in listed], dataset_batch),
    )


def rehash(ledger: Ledger, dataset_batch: int) -> Violation:
    """Hash again every file that the facts about a dataset rest on, and name those that are missing or changed.

    That is the tables records, edges, sources, verdicts, members, datasets and recalls of every batch of the ledger:
    a verdict or a recall about a member may lie in any batch. Texts are not among them: the trainer hashes what it
    opens, and `provenance ledger verify` hashes all.
    """
    examples: list[str] = []
    count = 0
    found = False
    for manifest in ledger.manifests():
        found = found or manifest.batch.number == dataset_batch
        for table in _TABLES:
            if table not in manifest.parts:
                continue
            try:
                ledger.read_part(manifest, table)
            except LedgerCorrupt as error:
                count += 1
                examples.append(error.subject)
    if not found:
        count += 1
        examples.insert(0, f"batch {BatchId(dataset_batch)}")
    return Violation(count, tuple(examples[:EXAMPLES]))


def _keep(lens: Lens, dataset_batch: int, policy: Policy) -> None:
    query = FactQuery.of(policy)
    params: dict[str, dict[str, Any]] = {
        "gate_words": {"dataset": dataset_batch},
        "gate_listed": {},
        "gate_batches": {},
        "gate_above": {"dataset": dataset_batch},
        "gate_stored": {"max_depth": query.max_depth, **query.grades},
        "gate_said": {"dataset": dataset_batch},
    }
    for name, values in params.items():
        lens.keep(name, text_of("", name), values or None)


def _ask(lens: Lens, fact: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    return lens.query(text_of("", fact), params).dicts()


def _origins(listed: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    origins: dict[str, int] = {}
    for row in listed:
        name = row["origin"] or "(none)"
        origins[name] = origins.get(name, 0) + int(row["members"])
    return origins


def _cells(lens: Lens, dataset_batch: int) -> dict[Cell, int]:
    rows = _ask(lens, "gate_cells", {"dataset": dataset_batch})
    return {Cell(row["origin"] or "(none)", row["language"] or "(none)", row["kind"] or "(none)", row["generator"] or "",
                 row["depth"] if row["depth"] is not None else -1): int(row["members"]) for row in rows}


def _licence(lens: Lens, query: FactQuery) -> Violation:
    bad = [row for row in _ask(lens, "gate_licence_profiles") if not _licence_is_fine(query, row)]
    if not bad:
        return Violation(0)
    return _rows(_ask(lens, "gate_licence", {"bad": bad})[0], "offenders", "first_rows")


def _licence_is_fine(query: FactQuery, profile: Mapping[str, Any]) -> bool:
    ids = tuple(profile["joined"].split("\x1f")) if profile["joined"] else ()
    # Fewer texts than entries: there were NULLs among them, which are licences that nobody knows.
    return len(ids) == profile["ids"] and query.licence_is_fine(profile["licence"], ids, profile["cut"])


def _checks(lens: Lens, query: FactQuery, names: tuple[str, ...]) -> tuple[dict[str, Violation], dict[str, Violation]]:
    if not names:
        return {}, {}
    rows = _ask(
        lens,
        "gate_checks",
        {
            "checks": list(names),
            "ingested": list(query.ingested),
            "derived": list(query.derived),
            "generated": list(query.generated),
            "kinds": list(query.kinds),
            "kind_checks": [{"kind": kind, "check": check} for kind, checks in query.kinds.items() for check in checks],
            "steps": list(query.steps),
            "step_checks": [{"step": step, "check": check} for step, checks in query.steps.items() for check in checks],
        },
    )
    # An empty dataset has no rows to speak of; the rule on size denies it, and a silent check is not known.
    return (
        {row["check"]: _words(row, "missing") for row in rows},
        {row["check"]: _words(row, "failed") for row in rows},
    )


def _exact(lens: Lens) -> Violation:
    lens.keep("gate_hashes", text_of("", "gate_hashes"))
    if not lens.keep("gate_suspects", text_of("", "gate_suspects")):
        return Violation(0)
    return _rows(_ask(lens, "gate_exact_duplicates")[0], "offenders", "first_rows")


def _gaps(lens: Lens) -> Violation:
    lens.keep("gate_edges", text_of("", "gate_edges"))
    texts = {"missing": "batch {} is not in the ledger", "no-event": "batch {} is named by no COMPLETE event"}
    batches = _ask(lens, "gate_gap_batches")
    edges = _ask(lens, "gate_gap_edges")
    roots = _words(_ask(lens, "gate_gap_roots")[0], "offenders", "first_words")
    return _sum(
        [
            Violation(len(batches), tuple(texts[row["gap"]].format(row["batch"]) for row in batches[:EXAMPLES])),
            Violation(
                sum(pair["edges"] for pair in edges),
                tuple(
                    f"{_record(pair['batch'], pair['row'])} has a parent that is not there" for pair in edges[:EXAMPLES]
                ),
            ),
            Violation(roots.count, tuple(f"{record} has no parent" for record in roots.examples)),
        ]
    )


def _recalled(lens: Lens) -> tuple[Violation, Violation]:
    unjudged = keep_withdrawn(lens)
    return (_rows(_ask(lens, "gate_recalled")[0], "offenders", "first_rows"),
            Violation(len(unjudged), unjudged[:EXAMPLES]))


def _leaks(lens: Lens, splits: Sequence[str], dataset_batch: int) -> Violation:
    if len(set(splits)) < 2:
        return Violation(0)
    near = _words(_ask(lens, "gate_split_parents", {"main": splits[0]})[0], "offenders", "first_words")
    if near.count:
        # The families are mixed already; walking all of them would only make the number larger.
        return near
    # (Rows come largest first, so the first split is a large one; any would give the right answer.)
    return _rows(
        _ask(lens, "gate_split_relatives", {"dataset": dataset_batch, "main": splits[0]})[0], "offenders", "first_rows"
    )


def _rows(row: Mapping[str, Any], count: str, examples: str) -> Violation:
    """A violation whose examples are (batch, row)."""
    found = row[examples] or []
    return Violation(int(row[count] or 0), tuple(_record(item["batch"], item["row"]) for item in found)[:EXAMPLES])


def _words(row: Mapping[str, Any], count: str, examples: str = "") -> Violation:
    """A violation whose examples are words of 64 rows."""
    records = [
        _record(word["batch"], word["word"] * 64 + bit)
        for word in row[examples or f"{count}_words"] or []
        for bit in range(64)
        if (word["bits"] or 0) >> bit & 1
    ]
    number = int(row[count] or 0)
    return Violation(number, tuple(records[: min(EXAMPLES, number)]))


def _record(batch: int, row: int) -> str:
    # Not RecordId: an offender may well have an impossible number, and must still be named.
    return f"rec:{batch:016x}.{row}"


def _sum(found: Sequence[Violation]) -> Violation:
    examples = tuple(example for violation in found for example in violation.examples)
    return Violation(sum(violation.count for violation in found), examples[:EXAMPLES])
