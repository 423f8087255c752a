"""The words that choose and judge a whole: assemble and gate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provenance.errors import InvalidId, LedgerCorrupt, LedgerError, PolicyError
from provenance.gate import Decision, Facts, Policy, Violation, decide, load_policy
from provenance.gate.facts import EXAMPLES
from provenance.ledger import Ledger
from provenance.ledger.codec import encode_members, summarise_members, table
from provenance.ledger.datasets import DatasetFolder, check_dataset, find_dataset, write_dataset
from provenance.lineage.catalogue import text_of
from provenance.lineage.facts import gather, rehash
from provenance.lineage.lens import Lens
from provenance.model.dataset import DatasetRef
from provenance.model.identity import BatchId, Digest, RecordId
from provenance.model.recipe import Recipe
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.mixing import admitted, within_limits
from provenance.pipeline.run_step import Made, StepResult, Work, run_step
from provenance.pipeline.selection import people_of
from provenance.steps import assemble as assemble_room
from provenance.steps.assemble import Candidate
from provenance.steps.mixture import SIDE_ROLES, Item, Mixture, mix

GATE_VERSION = "1"
DEFAULT_SHARES = {"train": 0.9, "validation": 0.05, "test": 0.05}


def read_policy(path: str | Path) -> Policy:
    """A policy from its file; a bare name ("train") finds the policies that ship.

    Raises:
        PolicyError: the file is not there, or has mistakes.
    """
    given = Path(path)
    package = Path(__file__).parents[1]
    for candidate in (given, *(root / f"{given.name.removesuffix('.toml')}.toml" for root in
                               (package / "_data" / "policies", package.parent / "policies"))):
        if candidate.is_file() and (candidate == given or given.parent == Path(".")):
            try:
                return load_policy(candidate.read_text("utf-8"), str(candidate))
            except UnicodeDecodeError as error:
                raise PolicyError(candidate, f"is not UTF-8 text ({error.reason} at byte {error.start})") from error
            except OSError as error:
                raise PolicyError(candidate, f"cannot be read: {error.strerror}", "check its owner and mode") from error
    raise PolicyError(path, "is not a policy file", "give a path, or one of: explore, sample, train, strict")


def assemble(context: Context, name: str, batches: Sequence[BatchId], verdicts: Sequence[BatchId], policy: Policy,
             shares: Mapping[str, float] | None = None, seed: int = 0,
             mixture: Mixture = Mixture()) -> tuple[StepResult, DatasetFolder]:
    """Choose the records that the policy admits one by one, give each a split, and write the training set's files.

    Args:
        name: name of the training set.
        batches: batches whose records may be chosen.
        verdicts: batches whose verdicts count (verify, judge, review).
        policy: record-level rules decide who is admitted; the gate decides on the whole, later and apart.
        shares: split -> share; `DEFAULT_SHARES` where not given.
        seed: draws the order in which components are given a split, and what a mixture takes.
        mixture: limits on what one root, transform or model may bring in; kept in the recipe and in the set's manifest.

    Raises:
        PolicyError: nothing is admitted, or the shares are impossible.
        InvalidId: the name is none.
    """
    if DatasetRef.parse(name).version:
        raise InvalidId(name, "names a version, which is given and not chosen", "give the name alone, without @")
    # What people have said by now counts, whoever asked them.
    verdicts = sorted({*verdicts, *people_of(context.ledger, batches)[1]})
    shares = dict(DEFAULT_SHARES if shares is None else shares)
    assemble_room.check_shares(shares)
    # With a recall the same candidates are another question, so that assembling again gives a set without what is gone.
    recalls = sorted(str(m.batch) for m in context.ledger.manifests() if m.recipe.step == "recall")
    recipe = Recipe("assemble", assemble_room.VERSION, {
        "name": name, "policy": str(policy.digest), "shares": shares,
        **({"recalls": str(Digest.of_json(recalls))} if recalls else {}),
        **({"mixture": mixture.to_json()} if mixture else {}),
        "candidates": str(Digest.of_json(sorted(map(str, batches)))),
        "verdicts": str(Digest.of_json(sorted(map(str, verdicts))))}, tuple({*batches, *verdicts}), seed)

    def make() -> Made:
        with Lens(context.ledger) as lens:
            return _select(lens, recipe, name, batches, verdicts, policy, shares, mixture)

    result = run_step(context, "assemble", assemble_room.VERSION, [*batches, *verdicts],
                      [Work(recipe, make, "assembled")], {"dataset": name, "policy": policy.name, "seed": seed})
    return result, write_dataset(context.ledger, context.ledger.require(recipe.batch))


def _select(lens: Lens, recipe: Recipe, name: str, batches: Sequence[BatchId], verdicts: Sequence[BatchId],
            policy: Policy, shares: Mapping[str, float], mixture: Mixture) -> Made:
    rows, refused = admitted(lens, batches, verdicts, policy)
    chosen = [Candidate(record, row["origin"], row["bytes"], row["content_sha256"]) for record, row in rows.items()]
    dropped = [Verdict("assemble", Outcome.SKIPPED, record, reason="; ".join(reasons)) for record, reasons in refused.items()]
    if not chosen:
        # Nothing is committed of a set that is empty, so this message is the only place for the reasons.
        often = Counter(reason for verdict in dropped for reason in verdict.reason.split("; ")).most_common(3)
        raise PolicyError(name, f"gets no record under policy {policy.name}; {len(dropped)} were refused"
                          + (f" ({', '.join(f'{count} for {reason}' for reason, count in often)}), for instance "
                             f"{dropped[0].record}" if dropped else ""),
                          "mend what the reasons name, or choose another policy" if dropped else "ingest something")
    edges = [(RecordId(r["batch"], r["row"]), RecordId(r["parent_batch"], r["parent_row"]), r["role"])
             for r in lens.query(text_of("", "assemble_edges"), {"batches": [batch.number for batch in batches]}).dicts()]
    if mixture:
        chosen, left = _mixed(lens.ledger, chosen, rows, edges, mixture, recipe.seed)
        dropped += left
    chosen, left = within_limits(name, chosen, rows, edges, policy, recipe.seed)
    dropped += left
    members = assemble_room.choose(chosen, [(child, parent) for child, parent, _ in edges], shares, recipe.seed)
    root = assemble_room.root_of((member, rows[member.record]["content_sha256"]) for member in members)
    number = recipe.batch.number
    listed = [(member, rows[member.record]["origin"], rows[member.record]["bytes"]) for member in members]
    tables = {
        "members": encode_members(recipe.batch, listed),
        "datasets": table("datasets", [{"dataset": number, "name": name, "root": str(root), "size": len(members),
                                        "policy": f"{policy.name} {policy.digest}", "created_at": datetime.now(UTC)}])}
    return Made(tables, dropped, {
        "record": [str(m.record) for m in members], "split": [m.split for m in members],
        **{column: [rows[m.record][column] for m in members]
           for column in ("origin", "language", "licence", "content_sha256")}},
        summarise_members(tables["members"], lambda b: lens.ledger.table(lens.ledger.require(b), "records")))


def _mixed(ledger: Ledger, chosen: Sequence[Candidate], rows: Mapping[RecordId, Mapping[str, Any]],
           edges: Sequence[tuple[RecordId, RecordId, str]], mixture: Mixture,
           seed: int) -> tuple[list[Candidate], list[Verdict]]:
    parents: dict[RecordId, tuple[RecordId, ...]] = {}
    for child, parent, role in edges:
        if role not in SIDE_ROLES:
            parents[child] = (*parents.get(child, ()), parent)
    recipes = {batch: ledger.require(batch).recipe for batch in {candidate.record.batch_id for candidate in chosen}}
    items = []
    for record in (candidate.record for candidate in chosen):
        recipe = recipes[record.batch_id]
        items.append(Item(record, rows[record]["language"], recipe.maker if rows[record]["derived"] else "",
                          parents.get(record, ()), str(recipe.params.get("model", ""))))
    kept, left = mix(items, mixture, seed, parents)
    taken = set(kept)
    return ([candidate for candidate in chosen if candidate.record in taken],
            [Verdict("assemble", Outcome.SKIPPED, record, reason=why) for record, why in sorted(left.items())])


@dataclass(frozen=True, slots=True)
class Ticket:
    """A decision that stands in the ledger, bound to the exact files that it was made about.

    Unsigned in this version: it proves something to whoever trusts the ledger.
    """

    dataset: DatasetFolder
    decision: Decision
    batch: BatchId

    @property
    def allowed(self) -> bool:
        return self.decision.allowed

    def require(self) -> Ticket:
        """This ticket, or `GateClosed` with every reason."""
        self.decision.require()
        return self


def gate(context: Context, dataset: str | DatasetFolder, policy: Policy) -> Ticket:
    """Decide whether a training set may train a model, and keep the decision.

    Re-hashes the set's files, gathers the facts from the ledger as it is now (late recalls included), and applies every
    rule. The same facts give the same decision batch; other facts, another.
    """
    ledger = context.ledger
    folder = dataset if isinstance(dataset, DatasetFolder) else find_dataset(ledger, dataset)
    batch = BatchId.parse(folder.manifest["version"])
    manifest = ledger.manifest(batch)
    decision = consider(ledger, folder, policy)
    reasons = [{"rule": r.rule, "outcome": str(r.outcome), "asked": r.asked, "found": r.found, "count": r.count,
                "examples": list(r.examples)} for r in decision.reasons]
    recipe = Recipe("gate", GATE_VERSION, {
        "dataset": str(folder.ref), "manifest_sha256": folder.digest.hex, "policy": policy.name,
        "policy_digest": str(policy.digest), "outcome": str(decision.outcome),
        "reasons": str(Digest.of_json(reasons))}, (batch,) if manifest is not None else ())

    def make() -> Made:
        number = recipe.batch.number
        return Made({
            "decisions": table("decisions", [{
                "decision": number, "dataset": batch.number, "name": folder.manifest["name"], "policy": policy.name,
                "policy_digest": str(policy.digest), "manifest_sha256": folder.digest.hex,
                "outcome": str(decision.outcome), "decided_at": datetime.now(UTC)}]),
            "reasons": table("reasons", [{"decision": number, **reason} for reason in reasons])})

    run_step(context, "gate", GATE_VERSION, recipe.parents, [Work(recipe, make, "")],
             {"dataset": str(folder.ref), "policy": policy.name, "outcome": str(decision.outcome)})
    return Ticket(folder, decision, recipe.batch)


def consider(ledger: Ledger, folder: DatasetFolder, policy: Policy) -> Decision:
    """What the gate would decide now. Writes nothing, so it works on a ledger that may only be read."""
    batch = BatchId.parse(folder.manifest["version"])
    faults = list(_faults(folder, ledger))
    stored = rehash(ledger, batch.number)
    altered = Violation(len(faults) + stored.count, (*faults, *stored.examples)[:EXAMPLES])
    if stored.count:
        # Nothing that an altered file says is asked: every other fact stays unknown, and the decision names the file.
        return decide(policy, Facts(policy=policy.digest, altered_files=altered))
    with Lens(ledger) as lens:
        return decide(policy, gather(lens, batch.number, policy, altered_files=altered))


def _faults(folder: DatasetFolder, ledger: Ledger) -> Iterator[str]:
    # Against the ledger, not only against itself: whoever rewrites files and manifest together leaves a folder that
    # agrees with itself, and the facts below are about the ledger's records, not about what the trainer would open.
    try:
        yield from (f"{fault.where}: {fault.problem}" for fault in check_dataset(folder, ledger))
    except LedgerCorrupt as error:
        yield f"{error.subject}: {error.problem}"


def require_ticket(context: Context, dataset: str, policy: Policy, manifest_sha256: str = "") -> Ticket:
    """What a training task does first: find that a decision allowed exactly these files, and decide again now.

    An asset event, a task state or a manual trigger opens nothing: only an allowing decision in the ledger for this
    policy and this manifest does, and only while deciding afresh still allows.

    Raises:
        GateClosed: deciding now denies; the message has every reason.
        LedgerError: no earlier decision allowed these files under this policy, or the files are others than asked for.
    """
    folder = find_dataset(context.ledger, dataset)
    if manifest_sha256 and manifest_sha256 != folder.digest.hex:
        raise LedgerError(folder.ref, f"has a manifest with sha256 {folder.digest.hex}, not {manifest_sha256}",
                          "train on the set that was approved, or gate this one")
    if not any(_allows(context.ledger, folder, policy)):
        # Where it would be denied, the reasons say more than the want of a decision. Either way nothing is kept: asking
        # here must not make the decision that is missing.
        consider(context.ledger, folder, policy).require()
        raise LedgerError(folder.ref, f"has no decision that allows it under policy {policy.name}",
                          f"decide with: provenance gate {folder.ref} --policy {policy.name}")
    return gate(context, folder, policy).require()


def _allows(ledger: Ledger, folder: DatasetFolder, policy: Policy) -> Iterator[bool]:
    for manifest in ledger.manifests():
        params = manifest.recipe.params
        if manifest.recipe.step == "gate":
            yield (params.get("manifest_sha256") == folder.digest.hex and params.get("outcome") == "allow"
                   and params.get("policy_digest") == str(policy.digest) and "decisions" in manifest.parts)
