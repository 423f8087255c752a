"""BMS: facts only. CICS screen maps: assembler macros without a free assembler.

    >>> LANGUAGE.extensions[".bms"], LANGUAGE.tier.value
    ('map', 'C')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="bms",
    tier=Tier.TEXT,
    extensions={".bms": "map"},
    line_comments=("*",),
)
