"""Java: facts only. One warm javac compiles it, any JVM runs it.

    >>> LANGUAGE.extensions[".java"], LANGUAGE.tier.value
    ('program', 'A')
"""

from __future__ import annotations

from provenance.languages.language import Language, Tier

# Upper-case: keywords, literals and contextual keywords (JLS 17, 3.9).
_WORDS = """
ABSTRACT ASSERT BOOLEAN BREAK BYTE CASE CATCH CHAR CLASS CONST CONTINUE DEFAULT DO DOUBLE ELSE ENUM EXPORTS EXTENDS
FALSE FINAL FINALLY FLOAT FOR GOTO IF IMPLEMENTS IMPORT INSTANCEOF INT INTERFACE LONG MODULE NATIVE NEW NON-SEALED
NULL OPEN OPENS PACKAGE PERMITS PRIVATE PROTECTED PROVIDES PUBLIC RECORD REQUIRES RETURN SEALED SHORT STATIC STRICTFP
SUPER SWITCH SYNCHRONIZED THIS THROW THROWS TO TRANSIENT TRANSITIVE TRUE TRY USES VAR VOID VOLATILE WHEN WHILE WITH
YIELD _
"""

LANGUAGE = Language(
    name="java",
    tier=Tier.RUN,
    extensions={".java": "program"},
    name_kinds={"*Test.java": "test", "*Tests.java": "test", "*TestCase.java": "test", "src/test/java/*": "test"},
    line_comments=("//",),
    block_comments=(("/*", "*/"),),
    reserved=frozenset(_WORDS.split()),
    toolchain="javac",
)
