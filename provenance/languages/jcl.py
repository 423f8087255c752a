"""JCL: facts only. Can be parsed; nothing submits it here.

    >>> LANGUAGE.extensions[".jcl"], LANGUAGE.tier.value
    ('program', 'B')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="jcl",
    tier=Tier.PARSE,
    extensions={".jcl": "program"},
    line_comments=("//*",),
)
