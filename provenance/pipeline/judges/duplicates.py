"""The judge of duplicates: which records say what another already says, word for word, nearly, or with other names.

    judge(context, batches, Settings(near=0.9))           # three verdicts a record: CHECKS

Of a group of copies the record nearest to a person is kept: evaluation sources first, then least depth, lowest origin
class, id; what a masked record stands in for comes last. A copy fails and names the kept record. ``renamed_copy`` compares
code without comments in which every name is one name, and speaks only of records that no lineage relates: what a transform
makes of a program is no smuggled copy.
Nothing is deleted. It does not see a rewrite, a translation, or a copied part of a larger file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provenance.errors import PolicyError
from provenance.model.identity import BatchId, RecordId, canonical_json
from provenance.model.verdict import Outcome, Verdict
from provenance.pipeline.context import Context
from provenance.pipeline.judge_step import Speak, judge_whole
from provenance.pipeline.run_step import Made, StepResult
from provenance.pipeline.sketching import sketch_works
from provenance.pipeline.twins import NO_WORDS, TOO_SHORT, Found, find
from provenance.steps import dedup, dedup_bands, dedup_sketch
from provenance.steps.dedup import LEAST_RENAMED, LEAST_THRESHOLD

VERSION = "2"
CHECKS: tuple[str, ...] = ("exact_duplicate", "near_duplicate", "renamed_copy")


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts as a copy.

    Attributes:
        near: Jaccard similarity of 5-token shingles from which two texts are near-duplicates, `LEAST_THRESHOLD`..1.
        renamed: the same for code with masked names, `LEAST_RENAMED`..1.
        renamed_shingles: distinct masked shingles that a record must have: shorter code is alike by nature.
        evaluation_sources: repositories (as `sources_list` names them) whose files are for evaluation: they are kept
            rather than others, and a copy of one in the training data is said to be that.

    Raises:
        PolicyError: a value is out of range.
    """

    near: float = 0.85
    renamed: float = 0.95
    renamed_shingles: int = 60
    evaluation_sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value, least, why in (("near", self.near, LEAST_THRESHOLD, "0.85 is the default"),
                                        ("renamed", self.renamed, LEAST_RENAMED, "0.95 is the default")):
            if isinstance(value, bool) or not least <= value <= 1:
                raise PolicyError(f"judge.duplicates.{name}", f"is {value}, which is not in {least}..1", why)
        if isinstance(self.renamed_shingles, bool) or self.renamed_shingles < 1:
            raise PolicyError("judge.duplicates.renamed_shingles", f"is {self.renamed_shingles}, which is less than 1",
                              "60 is the default")
        if not all(self.evaluation_sources):
            raise PolicyError("judge.duplicates.evaluation_sources", "has an empty name",
                              "name repositories as `provenance sql @sources_list` does")


def judge(context: Context, batches: Sequence[BatchId], settings: Settings | None = None) -> StepResult:
    """Speak of all records of some batches; what is new is sketched first.

    Raises:
        ToolMissing: rensa is not installed.
    """
    chosen = settings or Settings()
    ledger = context.ledger

    def decide(filled: Sequence[BatchId]) -> Speak:
        found = find(ledger, filled, near=chosen.near, renamed=chosen.renamed, least=chosen.renamed_shingles,
                     evaluation=frozenset(chosen.evaluation_sources))
        return lambda group: Made({}, [verdict for batch in group for verdict in _said(found, batch, chosen)])

    return judge_whole(context, "duplicates", VERSION, batches, _params(chosen), decide,
                       first=sketch_works(ledger, sorted(set(batches))))


def _params(settings: Settings) -> dict[str, object]:
    return {"near": float(settings.near), "renamed": float(settings.renamed), "renamed_shingles": settings.renamed_shingles,
            "evaluation_sources": sorted(settings.evaluation_sources), "greedy": dedup.VERSION,
            "most_compared": dedup.MOST_COMPARED, "bucket_limit": dedup_bands.LIMIT, "missed": dedup_bands.MISSED,
            "sketch": dedup_sketch.VERSION, **dedup_sketch.parameters()}


def _said(found: Found, batch: BatchId, settings: Settings) -> list[Verdict]:
    rensa = str(dedup_sketch.parameters()["library_version"])
    verdicts = []
    begin = found.begin(batch)
    for record in found.of_batch(batch):
        place = RecordId(batch.number, record - begin)
        same = int(found.first[record])
        exact = (same, 1.0) if same != record else None
        verdicts.append(_verdict(found, "exact_duplicate", "duplicate-of", place, record, exact, ("corpus-provenance", VERSION)))
        twin = (int(found.near[record]), float(found.near_similarity[record])) if found.near[record] >= 0 else None
        verdicts.append(_verdict(found, "near_duplicate", "duplicate-of", place, record, twin, ("rensa", rensa)))
        why = int(found.unmasked[record])
        if why:
            reason = {NO_WORDS: f"names-not-known: {found.language(record)} has no list of reserved words",
                      TOO_SHORT: f"too-short: fewer than {settings.renamed_shingles} distinct runs of masked tokens"}[why]
            verdicts.append(Verdict("renamed_copy", Outcome.SKIPPED, place, reason=reason, tool="rensa", tool_version=rensa))
            continue
        twin = (int(found.renamed[record]), float(found.renamed_similarity[record])) if found.renamed[record] >= 0 else None
        verdicts.append(_verdict(found, "renamed_copy", "renamed-copy-of", place, record, twin, ("rensa", rensa)))
    return verdicts


def _verdict(found: Found, check: str, code: str, place: RecordId, record: int, twin: tuple[int, float] | None,
             tool: tuple[str, str]) -> Verdict:
    if twin is None:
        return Verdict(check, Outcome.PASS, place, tool=tool[0], tool_version=tool[1])
    other, similarity = twin
    of = found.record(other)
    value = canonical_json({"of": str(of), "jaccard": round(similarity, 4), "kind": found.kind(record, other)}).decode()
    leaks = bool(found.evaluation[other]) and not found.evaluation[record]
    return Verdict(check, Outcome.FAIL, place, value=value, reason=f"{code}{'-evaluation' if leaks else ''}: {of}",
                   tool=tool[0], tool_version=tool[1])
