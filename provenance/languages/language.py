"""What the project knows about a language: one frozen value, one file a language."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Tier(enum.StrEnum):
    """How far a sample can be checked on an ordinary machine: A parse, compile and run; B parse; C text only."""

    RUN = "A"
    PARSE = "B"
    TEXT = "C"


@dataclass(frozen=True, slots=True)
class Language:
    """Facts about one language.

    Attributes:
        name: lower-case name used in records, policies and options ("cobol").
        tier: see `Tier`; what can honestly be checked.
        extensions: file extension, lower-case with its dot -> kind of file ("program", "copybook", "test" ...).
        line_comments: prefixes that make the rest of a line a comment.
        block_comments: pairs of opening and closing marks.
        reserved: reserved words, upper-case; never renamed.
        toolchain: name of the toolchain that checks it; empty for tier C.
        name_kinds: pattern of file names (``*`` and ``?``, case matters) -> kind, for files whose kind their extension
            does not tell; a pattern with a slash is matched with the end of the path. The first that fits holds.
        paths: pattern of the end of a path -> kind, for files that belong to the language whatever their extension.
    """

    name: str
    tier: Tier
    extensions: dict[str, str]
    line_comments: tuple[str, ...] = ()
    block_comments: tuple[tuple[str, str], ...] = ()
    reserved: frozenset[str] = frozenset()
    toolchain: str = ""
    name_kinds: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
