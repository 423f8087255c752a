"""C: facts only. gcc compiles it.

    >>> LANGUAGE.extensions[".c"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

# Upper-case: keywords (C23, 6.4.1) and common macros.
_WORDS = """
ALIGNAS ALIGNOF ASM AUTO BOOL BREAK CASE CHAR CONST CONSTEXPR CONTINUE DEFAULT DO DOUBLE ELSE ENUM EOF ERRNO EXTERN
FALSE FLOAT FOR GOTO IF INLINE INT LONG NULL NULLPTR REGISTER RESTRICT RETURN SHORT SIGNED SIZEOF STATIC STATIC_ASSERT
STDERR STDIN STDOUT STRUCT SWITCH THREAD_LOCAL TRUE TYPEDEF TYPEOF UNION UNSIGNED VOID VOLATILE WHILE _ATOMIC _BOOL
_COMPLEX _GENERIC _IMAGINARY _NORETURN
"""

LANGUAGE = Language(
    name="c",
    tier=Tier.RUN,
    extensions={".c": "program", ".h": "header"},
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    reserved=frozenset(_WORDS.split()),
    toolchain="gcc",
)
