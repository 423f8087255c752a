"""A dataset (training set): a chosen, sorted set of records with a split each.

    >>> Member(RecordId(1, 0), "train").split
    'train'
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from provenance.errors import InvalidId
from provenance.model.identity import RecordId

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """One record of a dataset and its split."""

    record: RecordId
    split: str

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise InvalidId(self.split, f"is not a split ({', '.join(SPLITS)})")


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A dataset by name and version, written ``name`` (the newest) or ``name@version`` (16 hex digits: its batch)."""

    name: str
    version: str = ""

    @classmethod
    def parse(cls, text: str) -> DatasetRef:
        name, at, version = text.partition("@")
        if not _NAME.fullmatch(name) or (at and not re.fullmatch(r"[0-7][0-9a-f]{15}", version)):
            raise InvalidId(text, "is not a dataset of the form name or name@<16 hex>")
        return cls(name, version)

    def __str__(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name
