r"""Lexers of the languages without braces: ABAP, PL/SQL, REXX and MUMPS.

Each reads its text as these systems do: an ABAP line that begins with an asterisk is a comment, a REXX comment nests, a
string of PL/SQL may run over lines and no other may.

    >>> [token.text for token in plsql("x := q'[it's]'; -- why") if not token.text.isspace()]
    ['x', ':=', "q'[it's]'", ';', '-- why']
    >>> [token.text for token in rexx("/* a /* b */ c */say")]
    ['/* a /* b */ c */', 'say']
    >>> [token.kind.value for token in mumps(' I X?1N.E ;x')][-3:]
    ['embedded', 'space', 'comment']
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance.languages.lexing_tokens import Kind, Token, scan

_BLANK = r"(?P<newline>\r\n|\n)|(?P<space>(?:[^\S\r\n]|\r(?!\n))+)"
_LINE = r"(?:[^\r\n]|\r(?!\n))*"

_PLSQL = re.compile(
    _BLANK
    # What SQL*Plus prints or skips as a whole line holds quotes at will.
    + rf"|(?P<comment>(?m:^)rem(?:ark)?\b(?!\s*(?::=|[(.,;%=])){_LINE}|--{_LINE}|/\*.*?\*/)|(?P<comment_open>/\*.*)"
    + rf"|(?P<directive>(?m:^)prompt\b(?!\s*(?::=|[(.,;%=])){_LINE}|(?m:^)@{_LINE}|\$\$?[a-z_]\w*)"
    + r"|(?P<string_q>n?q'(?:\[.*?\]'|\{.*?\}'|\(.*?\)'|<.*?>'|(?P<xq>[^\s\[{(<'])(?s:.*?)(?P=xq)'))"
    + r"|(?P<string_q_open>n?q'[^\s'].*)"
    + r"|(?P<string>'[^']*+(?:''[^']*+)*+')|(?P<string_open>'.*)"
    + r'|(?P<string_name>"[^"\r\n]*")|(?P<string_name_open>"[^\r\n]*)'
    + r"|(?P<number>(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:e[+-]?\d+)?[fd]?)"
    + r"|(?P<word>[^\W\d_][\w$\#]*)"
    + r"|(?P<symbol>:=|=>|\|\||\*\*|<<|>>|<=|>=|<>|!=|\^=|~=|\.\.|.)",
    re.DOTALL | re.IGNORECASE,
)
_REXX = re.compile(
    _BLANK
    + r"|(?P<comment>/\*)|(?P<directive>\A\#!" + _LINE + ")"
    + r"|(?P<string>'[^'\r\n]*+(?:''[^'\r\n]*+)*+'(?:[xXbB](?![\w.!?@\#$]))?"
    + r'|"[^"\r\n]*+(?:""[^"\r\n]*+)*+"(?:[xXbB](?![\w.!?@\#$]))?)'
    + r"|(?P<string_open>['\"][^\r\n]*)"
    + r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.!?@\#$])|[\d.][\w.!?@\#$]*)"
    + r"|(?P<word>[\w!?@\#$\u00a2\u00a3][\w.!?@\#$\u00a2\u00a3]*)"
    + r"|(?P<symbol>--|\*\*|//|\|\||&&|[=\\\u00ac<>/]=?|.)",
    re.DOTALL,
)
_MARKS = re.compile(r"/\*|\*/")
_MUMPS = re.compile(
    r"(?P<newline>\r?\n)|(?P<space>(?:[^\S\r\n]|\r(?!\n))+)"
    + rf"|(?P<comment>;{_LINE})"
    + r'|(?P<string>"(?:[^"\r\n]++|"")*+")|(?P<string_open>"[^\r\n]*)'
    + r"|(?P<embedded>(?<=[\w)\"'%])\?(?=[\d.]*[A-Za-z\"(]))"
    + r"|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:E[+-]?\d+)?)"
    + r"|(?P<word>%?[^\W\d_][^\W_]*|%)"
    + r"|(?P<symbol>\$\$|\]\]|\*\*|'[=<>\[\]&!?]|.)",
)
_PATTERN = re.compile(r'[\d.]+|[A-Za-z]+|"(?:[^"\r\n]|"")*"|[(),\']')
_ABAP = re.compile(
    _BLANK
    + rf"|(?P<comment>(?m:^)\*{_LINE}|\"{_LINE})"
    + r"|(?P<directive>\#\#\w+(?:\[[^\]\r\n]*\])*)"
    + r"|(?P<embedded>\bEXEC\s+SQL\b)"
    + r"|(?P<string>'[^'\r\n]*+(?:''[^'\r\n]*+)*+'|`[^`\r\n]*+(?:``[^`\r\n]*+)*+`)|(?P<string_open>['`][^\r\n]*)"
    + r"|(?P<string_template>\|(?:[^\\|{\r\n]++|\\[^\r\n])*+[|{])|(?P<string_template_open>\|[^\r\n]*)"
    + r"|(?P<word><[^\W\d][\w%]*>|[^\W\d][\w]*|%\w+)"
    + r"|(?P<number>\d+(?![^\W\d]))|(?P<word_digit>\d\w*)"
    + r"|(?P<symbol>->|=>|\?=|[-+*/&]=|&&|<=|>=|<>|\*\*|.)",
    re.DOTALL | re.IGNORECASE,
)
_TEMPLATE = re.compile(r"\}(?:[^\\|{\r\n]++|\\[^\r\n])*+[|{]|\}[^\r\n]*")
_ENDEXEC = re.compile(r"\bENDEXEC\b", re.IGNORECASE)


def plsql(text: str) -> Iterator[Token]:
    """The tokens of a PL/SQL text or SQL*Plus script; a quoted name is a ``STRING``."""
    return scan(text, _PLSQL)


def rexx(text: str) -> Iterator[Token]:
    """The tokens of a REXX text; a compound symbol is one ``WORD``. ``--`` is a symbol: some dialects comment with it."""
    return scan(text, _REXX, {"comment": _nested})


def mumps(text: str) -> Iterator[Token]:
    """The tokens of a MUMPS text; a pattern (``?1N.A``) is ``EMBEDDED``."""
    return scan(text, _MUMPS, {"embedded": _pattern})


def abap(text: str) -> Iterator[Token]:
    """The tokens of an ABAP text: the code inside a string template is code, ``<field-symbols>`` are words."""
    braces: list[bool] = []
    at = 0
    while at < len(text):
        found = _ABAP.match(text, at)
        if braces and text[at] == "}":
            found = _TEMPLATE.match(text, at)
        assert found is not None  # the last alternative takes any character, "}" begins the template's
        group, end = found.lastgroup or "string_template", found.end()
        if group == "embedded":
            closing = _ENDEXEC.search(text, end)
            end = closing.end() if closing else len(text)
            yield Token(Kind.EMBEDDED, text[at:end], closing is None)
        else:
            kind = Kind(group.split("_", 1)[0])
            is_open = group.endswith("_open")
            if group.startswith("string_template"):
                if text[at] == "}":
                    braces.pop()
                    is_open = text[end - 1] not in "|{" or end - at == 1
                if text[end - 1] == "{" and not is_open:
                    braces.append(True)
            # A template closes on its own line at the latest: what is open there was never one.
            yield Token(kind, text[at:end], is_open)
        at = end


def _nested(text: str, at: int) -> tuple[int, bool]:
    """The end of a comment that may hold comments."""
    depth = 0
    for found in _MARKS.finditer(text, at):
        depth += 1 if found[0] == "/*" else -1
        if depth == 0:
            return found.end(), False
    return len(text), True


def _pattern(text: str, at: int) -> tuple[int, bool]:
    """The end of a pattern: counts, codes, strings, and alternatives in parentheses."""
    depth = 0
    end = at + 1
    while found := _PATTERN.match(text, end):
        mark = found[0]
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        if depth < 0 or (mark in ",'" and depth == 0):
            break
        end = found.end()
        if mark[0].isalpha() or mark[0] == '"' or mark == ")":
            following = text[end : end + 1]
            # Behind a code only a count, a dot or, in parentheses, a comma can go on: "?1N1A", not "?1NX".
            if depth == 0 and not (following.isdigit() or following == "."):
                break
    return end, depth > 0
