"""Which batches a word means when none are named: the newest snapshot of each repository, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from provenance.ledger import Ledger, Manifest
from provenance.model.identity import BatchId, Digest

#: Steps whose batches hold records.
_CREATING = {"ingest", "augment", "generate", "adversarial", "mask", "edit"}
_JUDGING = {"verify", "judge", "review"}
#: Steps whose batches verdicts rest on without being about records: signatures, detectors, plans.
_BESIDE = {"sketch", "detect", "review-plan"}


@dataclass(frozen=True, slots=True)
class Selection:
    """The current state of a ledger.

    Attributes:
        snapshots: the newest snapshot of each repository.
        roots: their ingested batches.
        masked: of the derived, those that masking made.
        derived: batches made of those, directly or not, and of nothing else.
        verdicts: batches of verdicts about any of these; of each judge those that no newer word of its own replaced.
    """

    snapshots: tuple[BatchId, ...]
    roots: tuple[BatchId, ...]
    derived: tuple[BatchId, ...]
    verdicts: tuple[BatchId, ...]
    masked: tuple[BatchId, ...] = ()

    @property
    def grounds(self) -> tuple[BatchId, ...]:
        """What versions are made of: what was ingested, and what masking made of it."""
        return self.roots + self.masked

    @property
    def records(self) -> tuple[BatchId, ...]:
        """All batches of records."""
        return self.roots + self.derived


def current(ledger: Ledger) -> Selection:
    """Read the manifests once and choose; older snapshots and what came only of them are left out."""
    manifests = {manifest.batch: manifest for manifest in ledger.manifests()}
    newest: dict[str, Manifest] = {}
    for manifest in manifests.values():
        if manifest.recipe.step == "snapshot":
            repository = str(manifest.recipe.params["repository"])
            if repository not in newest or manifest.written_at > newest[repository].written_at:
                newest[repository] = manifest
    roots = {bucket for snapshot in newest.values() for bucket in snapshot.recipe.parents}
    inside = set(roots)
    waiting = [manifest for manifest in manifests.values() if manifest.recipe.step in _CREATING - {"ingest"}]
    # Parents exist before children, so a few passes reach every generation.
    while True:
        added = [manifest for manifest in waiting if manifest.batch not in inside and manifest.recipe.parents
                 and set(manifest.recipe.parents) <= inside]
        if not added:
            break
        inside.update(manifest.batch for manifest in added)
    said = [manifest for manifest in manifests.values()
            if manifest.recipe.step in _JUDGING and _about(manifest, manifests) <= inside]
    verdicts = {manifest.batch for manifest in said} - _replaced(
        [(each, frozenset(_about(each, manifests))) for each in said if each.recipe.step == "judge"])
    return Selection(tuple(sorted(snapshot.batch for snapshot in newest.values())), tuple(sorted(roots)),
                     tuple(sorted(inside - roots)), tuple(sorted(verdicts)),
                     tuple(sorted(batch for batch in inside - roots if manifests[batch].recipe.step == "mask")))


def people_of(ledger: Ledger, batches: Iterable[BatchId]) -> tuple[tuple[BatchId, ...], tuple[BatchId, ...]]:
    """What people added to some batches: the batches of their edits (and of edits of those), and those of their reviews.

    A build that runs every night does not ask people itself; it takes what they have said by then.
    """
    manifests = {manifest.batch: manifest for manifest in ledger.manifests()
                 if manifest.recipe.step in {"edit", "review", *_BESIDE}}
    inside = set(batches)
    edits: set[BatchId] = set()
    while added := {each.batch for each in manifests.values() if each.recipe.step == "edit" and each.batch not in edits
                    and each.recipe.parents and _about(each, manifests) <= inside | edits}:
        edits |= added
    reviews = {each.batch for each in manifests.values()
               if each.recipe.step == "review" and each.recipe.parents and _about(each, manifests) <= inside | edits}
    return tuple(sorted(edits)), tuple(sorted(reviews))


def _about(manifest: Manifest, manifests: Mapping[BatchId, Manifest]) -> set[BatchId]:
    """The batches of records that verdicts rest on; what was learned or planned for them is left out."""
    return {batch for batch in manifest.recipe.parents
            if batch not in manifests or manifests[batch].recipe.step not in _BESIDE}


def _replaced(judged: Sequence[tuple[Manifest, frozenset[BatchId]]]) -> set[BatchId]:
    """Of each judge's judgements those that a newer one over the same batches and more stands for."""
    newest_first = sorted(judged, key=lambda each: (each[0].written_at, each[0].batch), reverse=True)
    # By any one parent: a judgement that covers all of another's covers that one too.
    covering: dict[tuple[str, BatchId], dict[Digest, frozenset[BatchId]]] = {}
    replaced = set()
    for manifest, parents in newest_first:
        recipe = manifest.recipe
        # A judge may speak of two things apart, each a check of its own.
        judge = f"{recipe.params.get('judge', 'duplicates')} {recipe.params.get('check', '')}"
        # The parts of one judgement of a whole differ in their shard, and do not replace each other.
        whole = replace(recipe, shard="").digest
        newer = covering.get((judge, min(parents)), {}) if parents else {}
        if any(parents <= others for digest, others in newer.items() if digest != whole):
            replaced.add(manifest.batch)
            continue
        for parent in parents:
            covering.setdefault((judge, parent), {})[whole] = parents
    return replaced
