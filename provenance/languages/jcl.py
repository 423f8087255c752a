"""JCL: facts only. No parser under a permissive licence is known, and nothing submits it here.

    >>> LANGUAGE.extensions[".jcl"], LANGUAGE.tier.value
    ('program', 'C')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="jcl",
    tier=Tier.TEXT,
    extensions={".jcl": "program"},
    line_comments=("//*",),
)
