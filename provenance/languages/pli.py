"""PL/I: facts only. No usable compiler was found in package form.

    >>> LANGUAGE.extensions[".pli"], LANGUAGE.tier.value
    ('program', 'C')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="pli",
    tier=Tier.TEXT,
    extensions={".pli": "program", ".pl1": "program"},
    block_comments=(("/*", "*/"),),
)
