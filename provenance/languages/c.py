"""C: facts only. gcc compiles and runs it; no toolchain is wired here.

    >>> LANGUAGE.extensions[".c"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="c",
    tier=Tier.RUN,
    extensions={".c": "program", ".h": "header"},
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
)
