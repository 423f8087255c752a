"""C++: facts only. g++ compiles it. ``.h`` belongs to C here.

    >>> LANGUAGE.extensions[".cpp"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

# Upper-case: keywords and alternative tokens (C++23, lex.key).
_WORDS = """
ALIGNAS ALIGNOF AND AND_EQ ASM AUTO BITAND BITOR BOOL BREAK CASE CATCH CHAR CHAR16_T CHAR32_T CHAR8_T CLASS COMPL
CONCEPT CONST CONSTEVAL CONSTEXPR CONSTINIT CONST_CAST CONTINUE CO_AWAIT CO_RETURN CO_YIELD DECLTYPE DEFAULT DELETE DO
DOUBLE DYNAMIC_CAST ELSE ENUM EOF ERRNO EXPLICIT EXPORT EXTERN FALSE FINAL FLOAT FOR FRIEND GOTO IF IMPORT INLINE INT
LONG MODULE MUTABLE NAMESPACE NEW NOEXCEPT NOT NOT_EQ NULL NULLPTR OPERATOR OR OR_EQ OVERRIDE PRIVATE PROTECTED PUBLIC
REGISTER REINTERPRET_CAST REQUIRES RETURN SHORT SIGNED SIZEOF STATIC STATIC_ASSERT STATIC_CAST STDERR STDIN STDOUT
STRUCT SWITCH TEMPLATE THIS THREAD_LOCAL THROW TRUE TRY TYPEDEF TYPEID TYPENAME UNION UNSIGNED USING VIRTUAL VOID
VOLATILE WCHAR_T WHILE XOR XOR_EQ
"""

LANGUAGE = Language(
    name="cpp",
    tier=Tier.RUN,
    extensions={".cpp": "program", ".cc": "program", ".cxx": "program", ".hpp": "header"},
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    reserved=frozenset(_WORDS.split()),
    toolchain="g++",
)
