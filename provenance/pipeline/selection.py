"""Which batches a word means when none are named: the newest snapshot of each repository, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from provenance.ledger import Ledger, Manifest
from provenance.model.identity import BatchId

#: Steps whose batches hold records.
_CREATING = {"ingest", "augment", "generate", "adversarial"}
_JUDGING = {"verify", "judge", "review"}


@dataclass(frozen=True, slots=True)
class Selection:
    """The current state of a ledger.

    Attributes:
        snapshots: the newest snapshot of each repository.
        roots: their ingested batches.
        derived: batches made of those, directly or not, and of nothing else.
        verdicts: batches of verdicts about any of these; of judgements on duplicates those that none replaced.
    """

    snapshots: tuple[BatchId, ...]
    roots: tuple[BatchId, ...]
    derived: tuple[BatchId, ...]
    verdicts: tuple[BatchId, ...]

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
            if manifest.recipe.step in _JUDGING and set(manifest.recipe.parents) <= inside]
    # Whether records are nearly alike is a judgement of a whole: a newer one over the same and more replaces it.
    judged = [manifest for manifest in said if manifest.recipe.step == "judge"]
    replaced = {old.batch for old in judged for new in judged
                if old.written_at < new.written_at and set(old.recipe.parents) <= set(new.recipe.parents)}
    verdicts = {manifest.batch for manifest in said} - replaced
    return Selection(tuple(sorted(snapshot.batch for snapshot in newest.values())), tuple(sorted(roots)),
                     tuple(sorted(inside - roots)), tuple(sorted(verdicts)))
