"""RPG: facts only. No checker runs outside IBM i; column comments (``*`` in column 7) are no prefixes: not listed.

    >>> LANGUAGE.extensions[".rpgle"], LANGUAGE.tier.value
    ('program', 'C')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="rpg",
    tier=Tier.TEXT,
    extensions={".rpgle": "program", ".sqlrpgle": "program", ".rpg": "program"},
    line_comments=("//",),
)
