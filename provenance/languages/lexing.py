"""Lexers that lose nothing: joined, the texts of the tokens are the text that was read, whatever it was.

They know comments, strings, numbers, words and blanks of their language and no grammar; they never raise, and what is
not closed becomes one token marked ``open``. Enough for a transform that changes only words, blanks or comments.

    >>> [token.text for token in tokenise("java", 'a = "/*"; // b')][-1]
    '// b'
    >>> "java" in LEXED, "cobol" in LEXED
    (True, False)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provenance.errors import PolicyError
from provenance.languages import lexing_braces, lexing_words
from provenance.languages.lexing_tokens import BLANK, Kind, Token, code_of, line_of

__all__ = ["BLANK", "LEXED", "Kind", "Token", "code_of", "line_of", "tokenise"]

_LEXERS: dict[str, Callable[[str], Iterator[Token]]] = {
    "abap": lexing_words.abap,
    "apex": lexing_braces.apex,
    "c": lexing_braces.c,
    "cpp": lexing_braces.cpp,
    "java": lexing_braces.java,
    "mumps": lexing_words.mumps,
    "plsql": lexing_words.plsql,
    "rexx": lexing_words.rexx,
}

#: Languages that have a lexer here; COBOL's is column-aware and lives with its transforms.
LEXED: tuple[str, ...] = tuple(_LEXERS)


def tokenise(language: str, text: str) -> list[Token]:
    """Every token of a text, in order; ``"".join(token.text for token in tokens) == text`` for every text.

    Raises:
        PolicyError: the language has no lexer here.
    """
    lexer = _LEXERS.get(language)
    if lexer is None:
        raise PolicyError(language, "has no lexer", f"use one of {', '.join(LEXED)}")
    return list(lexer(text))
