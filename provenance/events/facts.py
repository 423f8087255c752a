"""The plain facts that an event is made of: what a step is, what it read and wrote, where the ledger says more.

Frozen values, no OpenLineage. They hold aggregates and a pointer with a digest into the ledger, never a list of
records: a facet with 100,000 entries takes seconds to write and breaks receivers. A fact that cannot be true (a run id
that is no UUID, a negative count, a batch id outside its grammar, a time without a zone) is refused on making.

    >>> pointer = LedgerPointer.of("demo", "file:///srv/corpus", ["0123456789abcdef"])
    >>> pointer.batch_count, pointer.digest[:14]
    (1, 'sha256:5b1abdb')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

from provenance.errors import ProvenanceError
from provenance.events.sanitise import count, instant, mean
from provenance.model.identity import BatchId, Digest
from provenance.model.origin import EvidenceGrade, OriginClass

#: Most batch ids written into an event; the digest is over all of them.
BATCH_CAP = 1_000
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _uuid(text: str, what: str) -> str:
    try:
        return str(UUID(text))
    except (ValueError, AttributeError, TypeError):
        raise ProvenanceError(what, "is not a UUID", "make one with provenance.events.run_uuid") from None


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run by its job and id."""

    namespace: str
    name: str
    run_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "run_id", _uuid(self.run_id, "run_id"))


@dataclass(frozen=True, slots=True)
class ParentRun:
    """The run that started this one (an Airflow task, a command), and the root of the tree where it is another."""

    namespace: str
    name: str
    run_id: str
    root: RunRef | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "run_id", _uuid(self.run_id, "parent.run_id"))


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """Where the job's code lies. ``version`` is a commit, never a branch."""

    repo_url: str
    path: str = ""
    version: str = ""
    branch: str = ""
    tag: str = ""
    url: str = ""
    type: str = "git"


@dataclass(frozen=True, slots=True)
class LedgerPointer:
    """Where the records themselves are, with a digest that ties the event to them.

    Attributes:
        ledger_id: the ledger's own id.
        location: its folder or prefix.
        batches: batch ids of 16 hex digits, sorted; the first `BATCH_CAP` where there are more.
        digest: ``sha256:...`` over *all* of them, by `batches_digest`.
        batch_count: how many there are in all.
        format_version: version of the manifest format.
    """

    ledger_id: str
    location: str
    batches: tuple[str, ...]
    digest: str
    batch_count: int = -1
    format_version: str = "1"

    def __post_init__(self) -> None:
        for batch in self.batches:
            BatchId.parse(batch)
        Digest.parse(self.digest)
        if self.batch_count < 0:
            object.__setattr__(self, "batch_count", len(self.batches))
        if self.batch_count < len(self.batches):
            raise ProvenanceError("batch_count", "is below the number of batches listed")
        object.__setattr__(self, "batches", tuple(sorted(self.batches))[:BATCH_CAP])

    @classmethod
    def of(cls, ledger_id: str, location: str, batches: Iterable[str], format_version: str = "1") -> LedgerPointer:
        """A pointer to all of ``batches``; lists the first `BATCH_CAP` and digests every one."""
        every = sorted(set(batches))
        return cls(ledger_id, location, tuple(every[:BATCH_CAP]), batches_digest(every), len(every), format_version)


def batches_digest(batches: Iterable[str]) -> str:
    """The digest of a set of batch ids: canonical JSON of the sorted ids under a tag of its own.

        >>> batches_digest(["0123456789abcdef"]) == batches_digest(["0123456789abcdef"] * 2)
        True
    """
    return str(Digest.of_json({"corpus-provenance-batches": 1, "batches": sorted(set(batches))}))


@dataclass(frozen=True, slots=True)
class AssertionFacts:
    """One inspection's outcome. ``error`` stops the step, ``warn`` is recorded; success is independent of both."""

    name: str
    success: bool
    severity: Literal["error", "warn"] = "error"
    column: str = ""
    expected: str = ""
    actual: str = ""
    description: str = ""
    assertion: str = ""

    def __post_init__(self) -> None:
        if self.severity not in ("error", "warn"):
            raise ProvenanceError(self.severity, "is not a severity of an assertion", "use error or warn")


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """A dataset that a step read or wrote, in aggregates.

    Attributes:
        namespace, name: the OpenLineage name; a local ledger is ``file`` and its absolute path.
        version: the batch or content digest; empty before the commit.
        rows, size: records and bytes; None where unknown.
        fields: (name, type, description) of the columns, in order.
        origin_counts: records by `OriginClass` value.
        grade_counts: records by evidence grade, "E0" to "E5".
        depth_max, depth_mean, human_share: of the ancestry; NaN, the mean of nothing, counts as None.
        languages: records by language.
        ledger: where the records are.
        assertions: what the inspection found.
        description: one sentence for the reader of a catalogue.
    """

    namespace: str
    name: str
    version: str = ""
    rows: int | None = None
    size: int | None = None
    fields: tuple[tuple[str, str, str], ...] = ()
    origin_counts: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    grade_counts: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    depth_max: int | None = None
    depth_mean: float | None = None
    human_share: float | None = None
    languages: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    ledger: LedgerPointer | None = None
    assertions: tuple[AssertionFacts, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        for what, value in (("rows", self.rows), ("size", self.size), ("depth_max", self.depth_max)):
            if value is not None:
                count(value, f"{what} of {self.name!r}")
        for what, counts in (("origin_counts", self.origin_counts), ("grade_counts", self.grade_counts),
                             ("languages", self.languages)):
            for key, value in counts.items():
                count(value, f"{what}[{key!r}] of {self.name!r}")
        if unknown := set(self.origin_counts) - set(OriginClass):
            raise ProvenanceError(min(unknown), "is not an origin class", f"use one of {', '.join(OriginClass)}")
        if unknown := set(self.grade_counts) - {grade.name for grade in EvidenceGrade}:
            raise ProvenanceError(min(unknown), "is not an evidence grade", "use E0 to E5")
        mean(self.depth_mean, "depth_mean", 255)
        mean(self.human_share, "human_share", 1)


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One run of one step.

    Attributes:
        job_namespace, job_name: the scheduler's name and ``pipeline.step``.
        run_id: a UUID; `run_uuid` makes the same one for the same facts.
        step, step_version: "augment", "1".
        started_at: with a zone.
        nominal_at: when the schedule meant it to run.
        parent: the run that started this one.
        source_location: where the job's code is.
        params: execution parameters (seed, temperature, model) without secrets.
        processing: (name, version) of what runs the step, such as ("Apache Airflow", "3.3.2").
        recipes: ``sha256:...`` of the recipes this run makes; an event carries their number and one digest.
        documentation: one sentence on the job.
    """

    job_namespace: str
    job_name: str
    run_id: str
    step: str
    step_version: str
    started_at: datetime
    nominal_at: datetime | None = None
    parent: ParentRun | None = None
    source_location: SourceLocation | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    processing: tuple[str, str] | None = None
    recipes: tuple[str, ...] = ()
    documentation: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "run_id", _uuid(self.run_id, "run_id"))
        instant(self.started_at, "started_at")
        if self.nominal_at is not None:
            instant(self.nominal_at, "nominal_at")
        for recipe in self.recipes:
            Digest.parse(recipe)
