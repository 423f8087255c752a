"""CL: facts only. IBM i control language; no checker runs outside IBM i.

    >>> LANGUAGE.extensions[".clle"], LANGUAGE.tier.value
    ('program', 'C')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="cl",
    tier=Tier.TEXT,
    extensions={".clle": "program", ".clp": "program"},
    block_comments=(("/*", "*/"),),
)
