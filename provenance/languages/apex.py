"""Apex: facts only. Can be parsed; it runs only inside Salesforce. ``.cls`` is also Visual Basic's.

    >>> LANGUAGE.extensions[".cls"], LANGUAGE.tier.value
    ('program', 'B')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="apex",
    tier=Tier.PARSE,
    extensions={".cls": "program", ".trigger": "program"},
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
)
