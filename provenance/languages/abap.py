"""ABAP: facts only. Can be parsed, transpiled and run with abaplint; no toolchain is wired here.

    >>> LANGUAGE.extensions[".abap"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="abap",
    tier=Tier.RUN,
    extensions={".abap": "program"},
    line_comments=('"', "*"),
)
