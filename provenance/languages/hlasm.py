"""HLASM: facts only. IBM mainframe assembler; no usable assembler was found. ``.asm`` may be any machine's.

    >>> LANGUAGE.extensions[".asm"], LANGUAGE.tier.value
    ('program', 'C')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="hlasm",
    tier=Tier.TEXT,
    extensions={".asm": "program", ".hlasm": "program"},
    line_comments=("*", ".*"),
)
