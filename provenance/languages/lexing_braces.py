r"""Lexers of the languages with braces: Java, Apex, C and C++.

Java's Unicode escapes (``\u0022`` for a quote) are not translated: a caller that edits must refuse such a text. C's
trigraphs are not known. In Apex a query in brackets is one ``EMBEDDED`` token.

    >>> [token.text for token in java("s = '/*' + 0xE+1; // c") if not token.text.isspace()]
    ['s', '=', "'/*'", '+', '0xE', '+', '1', ';', '// c']
    >>> [token.kind.value for token in apex("[SELECT Id FROM A WHERE B = ']']")]
    ['embedded']
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.languages.lexing_tokens import Token, scan

_BLANK = r"(?P<newline>\r\n|\n|\r)|(?P<space>[^\S\r\n]+)"
_COMMENTS = r"|(?P<comment>//[^\r\n]*)|(?P<comment_block>/\*.*?\*/)|(?P<comment_open>/\*.*)"
_DOUBLE = r'|(?P<string>"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+")|(?P<string_open>"[^\r\n]*)'
_SINGLE = r"|(?P<string_char>'[^'\\\r\n]*+(?:\\[^\r\n][^'\\\r\n]*+)*+')|(?P<string_char_open>'[^\r\n]*)"
_WORD = r"|(?P<word>(?:[^\W\d]|\$)[\w$]*)"
# "0xE+1" is a sum, "1e+1" is a number; a letter run behind a number belongs to it ("10L", "1.5f").
_NUMBER = (
    r"|(?P<number>0[xX][\da-fA-F_.]*(?:[pP][+-]?\d+)?\w*|0[bB]\w+"
    r"|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]\d+)?\w*)"
)
# ">" is never joined with what follows: ">>" may close two lists of type arguments.
_SYMBOL = r"|(?P<symbol>->|=>|::|\.\.\.|\?\.|\?\?|\+\+|--|&&|\|\||[=!]==?|<=|[-+*/%&|^]=|.)"

_JAVA = re.compile(
    _BLANK
    + _COMMENTS
    + r'|(?P<string_block>"""[^\\]*?(?:\\.[^\\]*?)*?""")|(?P<string_block_open>""".*)'
    + _DOUBLE
    + _SINGLE
    + _NUMBER
    + _WORD
    + _SYMBOL,
    re.DOTALL,
)
_APEX = re.compile(
    _BLANK + _COMMENTS + r"|(?P<embedded>\[\s*(?:SELECT|FIND)\b)" + _SINGLE + _NUMBER + _WORD + _SYMBOL,
    re.DOTALL | re.IGNORECASE,
)
_DIRECTIVE = (
    r"""|(?P<directive>(?m:^)[^\S\r\n]*\#(?:[^\\\r\n/"']++|\\(?:\r\n|.)|/\*.*?(?:\*/|\Z)|//[^\r\n]*"""
    r"""|"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+"|'[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'|/|["'])*+)"""
)
_C_COMMENTS = r"|(?P<comment>//(?:[^\\\r\n]++|\\(?:\r\n|.|\Z))*+)|(?P<comment_block>/\*.*?\*/)|(?P<comment_open>/\*.*)"
_C_STRINGS = (
    r'|(?P<string>"[^"\\\r\n]*+(?:\\(?:\r\n|.)[^"\\\r\n]*+)*+")|(?P<string_open>"[^\r\n]*)'
    r"|(?P<string_char>'[^'\\\r\n]*+(?:\\(?:\r\n|.)[^'\\\r\n]*+)*+')|(?P<string_char_open>'[^\r\n]*)"
)
_SPLICE = r"|(?P<space_splice>\\\r?\n)"
_C_BLANK = r"(?P<newline>\r\n|\n|\r)" + _DIRECTIVE + r"|(?P<space>[^\S\r\n]+)"
_C_SYMBOL = r"|(?P<symbol>->\*?|::|\.\.\.|\+\+|--|&&|\|\||[=!<]=|<<=?|\#\#|[-+*/%&|^]=|.)"
_C = re.compile(
    _C_BLANK
    + _C_COMMENTS
    + _C_STRINGS
    + r"|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)"
    + _WORD
    + _SPLICE
    + _C_SYMBOL,
    re.DOTALL,
)
_CPP = re.compile(
    _C_BLANK
    + _C_COMMENTS
    + r'|(?P<string_raw>(?:u8|[uUL])?R"(?P<xmark>[^()\\\s"]{0,16})\(.*?\)(?P=xmark)")'
    + r'|(?P<string_raw_open>(?:u8|[uUL])?R"[^()\\\s"]{0,16}\(.*)'
    + _C_STRINGS
    + r"|(?P<number>\.?\d(?:[eEpP][+-]|'?\w|\.)*)"
    + _WORD
    + _SPLICE
    + _C_SYMBOL,
    re.DOTALL,
)
_BRACKETS = re.compile(r"'[^'\\\r\n]*+(?:\\.[^'\\\r\n]*+)*+'?|//[^\r\n]*|/\*.*?(?:\*/|\Z)|[\[\]]", re.DOTALL)


def java(text: str) -> Iterator[Token]:
    """The tokens of a Java text."""
    return scan(text, _JAVA)


def apex(text: str) -> Iterator[Token]:
    """The tokens of an Apex text."""
    return scan(text, _APEX, {"embedded": _query})


def c(text: str) -> Iterator[Token]:
    """The tokens of a C text; a preprocessor line with its continuations is one ``DIRECTIVE``."""
    return scan(text, _C)


def cpp(text: str) -> Iterator[Token]:
    """The tokens of a C++ text."""
    return scan(text, _CPP)


def _query(text: str, at: int) -> tuple[int, bool]:
    """The end of a query: its own closing bracket."""
    depth = 0
    for found in _BRACKETS.finditer(text, at):
        if found[0] in "[]":
            depth += 1 if found[0] == "[" else -1
            if depth == 0:
                return found.end(), False
    return len(text), True
