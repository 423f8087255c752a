"""C++: facts only. g++ compiles and runs it; no toolchain is wired here. ``.h`` belongs to C here.

    >>> LANGUAGE.extensions[".cpp"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="cpp",
    tier=Tier.RUN,
    extensions={".cpp": "program", ".cc": "program", ".cxx": "program", ".hpp": "header"},
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
)
