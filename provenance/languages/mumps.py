"""MUMPS: facts only. GT.M compiles and runs it; no toolchain is wired here.

``.m`` is also MATLAB's and Objective-C's: a source that mixes them must say so by path.

    >>> LANGUAGE.extensions[".m"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="mumps",
    tier=Tier.RUN,
    extensions={".m": "program"},
    line_comments=(";",),
)
