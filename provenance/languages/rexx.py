"""REXX: facts only. Regina runs classic REXX, not ooRexx; no toolchain is wired here.

    >>> LANGUAGE.extensions[".rexx"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="rexx",
    tier=Tier.RUN,
    extensions={".rexx": "program", ".rex": "program"},
    line_comments=("--",),
    block_comments=(("/*", "*/"),),
)
