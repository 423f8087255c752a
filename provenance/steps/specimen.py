"""A record as a judge sees it: its text, what it claims to be, and what it claims to come from. Judges only speak of it.

    >>> one = Specimen(RecordId(1, 0), "cobol", "program", "A.cbl", "STOP RUN.", "human")
    >>> one.made, one.declared_parent
    (False, None)
"""

from __future__ import annotations

from dataclasses import dataclass

from provenance.model.identity import RecordId
from provenance.model.origin import OriginClass
from provenance.model.record import Parent


@dataclass(frozen=True, slots=True)
class Specimen:
    """One record before a judge.

    Attributes:
        record, language, kind, name, text: of the record.
        origin: declared class; evidence: grade of the evidence for it, 0..5; depth, human_share: ancestry.
        generators, sources: models and repositories among the ancestors.
        maker: what made it ("augment:split-move", "generate:version"); empty for what was ingested.
        model: the model that was asked for this very record; empty where none was.
        parents: edges, with their roles; empty for a root.
        path: where a root was found; empty for what was made here.
        authors: pseudonyms of a root's authors.
        first_commit_at: of a root, ISO 8601; empty where history says nothing.
    """

    record: RecordId
    language: str
    kind: str
    name: str
    text: str
    origin: str
    evidence: int = 0
    depth: int = 0
    human_share: float = 0.0
    generators: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    maker: str = ""
    model: str = ""
    parents: tuple[Parent, ...] = ()
    path: str = ""
    authors: tuple[str, ...] = ()
    first_commit_at: str = ""

    @property
    def made(self) -> bool:
        """Whether it was made here and not found."""
        return bool(self.maker)

    @property
    def human(self) -> bool:
        """Whether it is declared to be of human origin; never a proof."""
        return self.origin == OriginClass.HUMAN

    @property
    def declared_parent(self) -> RecordId | None:
        """The record that it claims to be a version of: its parent by the role "source"; None where there is none."""
        return next((parent.record for parent in self.parents if parent.role == "source"), None)
