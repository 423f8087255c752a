"""Java: facts only. Any JDK compiles and runs it; no toolchain is wired here.

    >>> LANGUAGE.extensions[".java"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="java",
    tier=Tier.RUN,
    extensions={".java": "program"},
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
)
