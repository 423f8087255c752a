"""PL/SQL: facts only. Can be parsed; no free database runs it. ``.sql`` may hold any dialect of SQL.

    >>> LANGUAGE.extensions[".sql"], LANGUAGE.tier.value
    ('script', 'B')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

LANGUAGE = Language(
    name="plsql",
    tier=Tier.PARSE,
    extensions={
        ".sql": "script",
        ".pks": "specification",
        ".pkb": "body",
        ".pls": "program",
        ".plsql": "program",
        ".fnc": "program",
        ".trg": "program",
    },
    line_comments=("--",),
    block_comments=(("/*", "*/"),),
)
