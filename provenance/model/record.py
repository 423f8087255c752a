"""A record: one immutable training sample, and the summary of its ancestry that is written with it.

    >>> parent = Ancestry.of_root(OriginClass.HUMAN, "MIT", "https://example.org/payroll")
    >>> child = parent.derive([parent])
    >>> child.depth, child.human_share
    (1, 1.0)

The summary is a cache of the edges (``provenance ledger verify`` recomputes it); late facts such as recalls and
reviews are joined when a question is asked and never baked in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from provenance.model.generation import Generation
from provenance.model.identity import Digest, RecordId
from provenance.model.origin import Evidence, EvidenceGrade, OriginClass, join

#: Longest list kept in a summary; beyond it the summary says so and questions follow the edges instead.
LIST_CAP = 64
#: Depths above this are not told apart.
DEPTH_CAP = 255


@dataclass(frozen=True, slots=True)
class Ancestry:
    """What a record's ancestors add up to.

    Attributes:
        origin: join of the classes of all ancestors and of the record's own making.
        grade: weakest evidence grade among the roots.
        depth: longest chain of steps up to a record without parents, of whatever class (0: the record has none).
        human_share: 0..1; mean over parents of their share, 1 for a human root, 0 for any other root. By records, not
            by bytes.
        generators: models among the ancestors, sorted.
        licences: SPDX licence ids among the roots, sorted.
        sources: repositories or corpora among the roots, sorted.
        overflow: a list was cut at `LIST_CAP`; follow the edges for the whole truth.
    """

    origin: OriginClass
    grade: EvidenceGrade
    depth: int
    human_share: float
    generators: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    overflow: bool = False

    @classmethod
    def of_root(cls, origin: OriginClass, licence: str, source: str,
                grade: EvidenceGrade = EvidenceGrade.E0, generators: Iterable[str] = ()) -> Ancestry:
        """The summary of a record without parents."""
        generator_list, cut_g = first_of([tuple(generators)])
        licence_list, cut_l = first_of([licence_ids(licence)])
        return cls(origin=origin, grade=grade, depth=0, human_share=1.0 if origin is OriginClass.HUMAN else 0.0,
                   generators=generator_list, licences=licence_list, sources=(source,) if source else (),
                   overflow=cut_g or cut_l)

    @staticmethod
    def derive(parents: Sequence[Ancestry], making: OriginClass = OriginClass.SYNTHETIC_RULE,
               generators: Iterable[str] = (), licence: str = "") -> Ancestry:
        """The summary of a record made from ``parents`` by a step of class ``making``.

        ``licence`` is what the making itself adds: the expression that a model's terms put on its outputs.

        Raises:
            ValueError: no parents; a record without parents is a root.
        """
        if not parents:
            raise ValueError("a derived record needs at least one parent")
        generator_list, cut_g = first_of([tuple(generators), *(p.generators for p in parents)])
        licence_list, cut_l = first_of([licence_ids(licence), *(p.licences for p in parents)])
        source_list, cut_s = first_of([p.sources for p in parents])
        return Ancestry(
            origin=join(making, *(p.origin for p in parents)),
            grade=min(p.grade for p in parents),
            depth=min(DEPTH_CAP, 1 + max(p.depth for p in parents)),
            human_share=sum(p.human_share for p in parents) / len(parents),
            generators=generator_list, licences=licence_list, sources=source_list,
            overflow=cut_g or cut_l or cut_s or any(p.overflow for p in parents))


def first_of(lists: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], bool]:
    """The union of lists, sorted and cut at `LIST_CAP`, and whether it was cut."""
    merged = sorted({item for items in lists for item in items})
    return tuple(merged[:LIST_CAP]), len(merged) > LIST_CAP


def licence_ids(expression: str) -> tuple[str, ...]:
    """The licence and exception ids in an SPDX expression, sorted, without its operators.

        >>> licence_ids("(MIT OR Apache-2.0) AND CC-BY-4.0")
        ('Apache-2.0', 'CC-BY-4.0', 'MIT')
    """
    words = expression.replace("(", " ").replace(")", " ").split()
    return tuple(sorted({word for word in words if word.upper() not in {"AND", "OR", "WITH"}}))


@dataclass(frozen=True, slots=True)
class Parent:
    """One edge, from the child's side: the parent and its role ("source", "included", "prompt" ...)."""

    record: RecordId
    role: str = "source"


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Where a root was found. Authors are pseudonyms (keyed hashes) unless the user asked for names.

    Dates are ISO 8601 in UTC, empty where history says nothing.
    """

    repository: str
    commit: str
    path: str
    blob: str
    authors: tuple[str, ...] = ()
    first_commit_at: str = ""
    last_commit_at: str = ""
    commits: int = 0
    signature: str = "none"


@dataclass(frozen=True, slots=True)
class Record:
    """One training sample, not yet numbered: its row is its place in its batch.

    Attributes:
        text: the content as text; ``text.encode(encoding)`` gives the original bytes exactly.
        name: file name or title.
        language, kind: "cobol", "program" ...
        licence: SPDX expression, "NOASSERTION" where nothing is known.
        content: sha256 of the original bytes.
        swhid: SWHID of the original bytes, with qualifiers where they are known; empty for what is not source text.
        size: length in bytes.
        lines: number of lines.
        ancestry: the summary.
        parents: edges; empty for a root.
        evidence: evidence rows.
        source: where a root was found; None for what was made here.
        generation: how a model was asked for it; None where none was.
        encoding: Python codec name of the original bytes.
    """

    text: str
    name: str
    language: str
    kind: str
    licence: str
    content: Digest
    swhid: str
    size: int
    lines: int
    ancestry: Ancestry
    parents: tuple[Parent, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=())
    source: SourceFacts | None = None
    encoding: str = "utf-8"
    generation: Generation | None = None
